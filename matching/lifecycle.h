// The lifecycle of a market (RULES.md section 4) as one table: what a command makes of a market in
// each of its states. Whoever decides, applies or follows the events reads it here. Conditions that
// go beyond the state, such as runners that are left or a process under way, are the decider's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "matching/assert.h"
#include "matching/commands.h"
#include "matching/event_header.h"

namespace betex::matching {

// What a command asks of a market: a row of the table.
enum class MarketStep : std::uint8_t {
  Enter,  // a new order, or an amend
  AddRunner,
  RemoveRunner,
  Open,
  Suspend,
  Resume,
  Halt,
  Unhalt,
  TurnInPlay,
  Close,
  Reopen,
  Change,
  Determine,
  Settle,
  EndRound,  // the last row of a round is paid
  Void,
  Archive,
};

inline constexpr std::size_t kMarketSteps = 17;
inline constexpr std::size_t kMarketStates = 8;

// Stands in the table for the state in which a market was halted: no market is ever in it.
inline constexpr MarketState kBeforeHalt{255};

// By step, then by state in the order of the enum: the state that follows. 0: refused.
inline constexpr auto kLifecycle = [] {
  using enum MarketState;
  constexpr MarketState kNo{};
  constexpr MarketState kSusp = Suspended;
  constexpr MarketState kDeter = Determined;
  constexpr MarketState kBack = kBeforeHalt;
  using Row = std::array<MarketState, kMarketStates>;
  // clang-format off
  return std::array<Row, kMarketSteps>{
    //                      Inactive  Open    Susp.     Halted  Closed  Deter.   Settled  Voided
    /* Enter        */ Row{ kNo,      Open,   kNo,      kNo,    kNo,    kNo,     kNo,     kNo },
    /* AddRunner    */ Row{ Inactive, kNo,    kNo,      kNo,    kNo,    kNo,     kNo,     kNo },
    /* RemoveRunner */ Row{ Inactive, kSusp,  kSusp,    Halted, kNo,    kNo,     kNo,     kNo },
    /* Open         */ Row{ Open,     kNo,    kNo,      kNo,    kNo,    kNo,     kNo,     kNo },
    /* Suspend      */ Row{ kNo,      kSusp,  kSusp,    Halted, kNo,    kNo,     kNo,     kNo },
    /* Resume       */ Row{ kNo,      kNo,    Open,     kNo,    kNo,    kNo,     kNo,     kNo },
    /* Halt         */ Row{ kNo,      Halted, Halted,   kNo,    kNo,    kNo,     kNo,     kNo },
    /* Unhalt       */ Row{ kNo,      kNo,    kNo,      kBack,  kNo,    kNo,     kNo,     kNo },
    /* TurnInPlay   */ Row{ kNo,      Open,   kSusp,    kNo,    kNo,    kNo,     kNo,     kNo },
    /* Close        */ Row{ Closed,   Closed, Closed,   Closed, kNo,    kNo,     kNo,     kNo },
    /* Reopen       */ Row{ kNo,      kNo,    kNo,      kNo,    kSusp,  kNo,     kNo,     kNo },
    /* Change       */ Row{ Inactive, Open,   kSusp,    Halted, kNo,    kNo,     kNo,     kNo },
    /* Determine    */ Row{ kNo,      kNo,    kNo,      kNo,    kDeter, kDeter,  kDeter,  kNo },
    /* Settle       */ Row{ kNo,      kNo,    kNo,      kNo,    kNo,    kDeter,  kNo,     kNo },
    /* EndRound     */ Row{ kNo,      kNo,    kNo,      kNo,    kNo,    Settled, kNo,     Voided },
    /* Void         */ Row{ Voided,   Voided, Voided,   Voided, Voided, Voided,  Voided,  kNo },
    /* Archive      */ Row{ kNo,      kNo,    kNo,      kNo,    kNo,    kNo,     Settled, Voided },
  };
  // clang-format on
}();

// The state that the step leads to from `state`, which must be a market's; none where it is
// refused. `before_halt` is the state in which a market was halted, of one that is.
[[nodiscard]] constexpr std::optional<MarketState> next_state(
    MarketStep step, MarketState state, MarketState before_halt = MarketState{}) noexcept {
  const auto column = static_cast<std::size_t>(state) - 1;
  BETEX_ASSERT(column < kMarketStates);
  const MarketState next = kLifecycle[static_cast<std::size_t>(step)][column];
  if (next == MarketState{}) {
    return std::nullopt;
  }
  return next == kBeforeHalt ? before_halt : next;
}

[[nodiscard]] constexpr bool is_possible(MarketStep step, MarketState state) noexcept {
  return next_state(step, state).has_value();
}

// The step that an event of this kind tells of; only of those that set their market's state.
[[nodiscard]] constexpr MarketStep step_of(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::MarketOpened:
      return MarketStep::Open;
    case EventKind::MarketSuspended:
      return MarketStep::Suspend;
    case EventKind::MarketResumed:
      return MarketStep::Resume;
    case EventKind::MarketReopened:
      return MarketStep::Reopen;
    case EventKind::MarketHalted:
      return MarketStep::Halt;
    case EventKind::MarketUnhalted:
      return MarketStep::Unhalt;
    case EventKind::MarketTurnedInPlay:
      return MarketStep::TurnInPlay;
    case EventKind::MarketClosed:
      return MarketStep::Close;
    case EventKind::MarketDetermined:
      return MarketStep::Determine;
    case EventKind::MarketSettled:
      return MarketStep::EndRound;
    case EventKind::MarketVoided:
      return MarketStep::Void;
    default:
      break;
  }
  assertion_failed("an event that sets its market's state", __FILE__, __LINE__);
}

// What the event makes of a market that is in `state`. It must be possible there; that it is, is
// asserted.
template <typename Event>
[[nodiscard]] constexpr MarketState state_after(const Event& event, MarketState state) noexcept {
  constexpr MarketStep kStep = step_of(Event::kKind);
  MarketState before_halt{};
  if constexpr (kStep == MarketStep::Unhalt) {
    before_halt = event.state;
  }
  const std::optional<MarketState> next = next_state(kStep, state, before_halt);
  BETEX_ASSERT(next.has_value());
  return *next;
}

}  // namespace betex::matching
