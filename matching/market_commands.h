// Commands about markets and runners, of operators. What their requests have in common stands in
// commands.h.
//
// `version_guard`: the market's version that the operator has seen; 0: none. Where the market has
// another one by now the request is refused. What makes the exchange safer has none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "matching/boxed.h"
#include "matching/fields.h"
#include "matching/types.h"

namespace betex::matching {

enum class MarketKind : std::uint8_t { ExchangeOdds = 1, Binary = 2 };  // on disk
enum class LadderKind : std::uint8_t {                                  // on disk
  Classic = 1,
  Finest = 2,
  LinearCent = 3,
  TaperedDeciCent = 4,
  DeciCent = 5,
};

// A binary market's only instrument is created with it and bears its symbol; an odds market gets
// its instruments with it, in the order of `runners`, and by AddRunner.
struct CreateMarket {
  Name market;
  std::uint32_t winners = 1;
  std::uint32_t commission_bp = 0;
  std::uint32_t bet_delay_ms = 0;
  MarketKind kind = MarketKind::ExchangeOdds;
  LadderKind ladder = LadderKind::Classic;
  std::uint8_t reserved[2] = {};
  Decimal min_quantity;   // 0: one quantity step
  Decimal quantity_step;  // 0: one minor unit or one contract
  Decimal max_quantity;   // per order; 0: the engine's own cap
  Decimal max_position;   // binary: contracts that an account may come to hold; 0: no limit
  bool passive_skips_delay = false;  // kPassiveSkipsDelay
  std::vector<Name> runners;
  Name request_id;
  Timestamp transact_time;
};

struct AddRunner {
  Name market;
  Name symbol;
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

struct OpenMarket {
  Name market;
  std::uint32_t expected_runners = 0;  // refused where it has another number of them; 0: any
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

enum class MarketState : std::uint8_t {  // on disk
  Inactive = 1,
  Open = 2,
  Suspended = 3,
  Halted = 4,
  Closed = 5,
  Determined = 6,
  Settled = 7,
  Voided = 8,
};

enum class SuspendReason : std::uint8_t {  // on disk
  Goal = 1,
  RunnerRemoval = 2,
  TurningInPlay = 3,
  Pause = 4,  // cancels only orders marked cancel-on-pause
};
enum class CancelScope : std::uint8_t { None = 0, LapseOnly = 1, All = 2, OnPause = 3 };  // on disk

// Also of a market that is suspended already, for a stricter scope, or halted, which is suspended
// when the halt ends. `scope` is None, LapseOnly or All; None for a pause.
struct SuspendMarket {
  Name market;
  SuspendReason reason = SuspendReason::Goal;
  CancelScope scope = CancelScope::None;
  std::uint8_t reserved[6] = {};
  Name request_id;
  Timestamp transact_time;
};

struct ResumeMarket {
  Name market;
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

// Of a closed market, which is suspended then.
struct ReopenMarket {
  Name market;
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

struct HaltMarket {
  Name market;
  Name request_id;
  Timestamp transact_time;
};

struct UnhaltMarket {
  Name market;
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

// Once per market. Orders whose Persistence is Lapse are cancelled.
struct TurnInPlay {
  Name market;
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

// An odds market. One that was open is suspended by it.
struct RemoveRunner {
  Name market;
  Name symbol;
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

struct CloseMarket {
  Name market;
  Name request_id;
  Timestamp transact_time;
};

inline constexpr std::size_t kMaxRunners = 100;  // of a market

// A runner's share of a win: 1/1 a winner, 1/2 a dead heat of two for one place.
struct RunnerShare {
  Name symbol;
  std::uint16_t numerator = 0;
  std::uint16_t denominator = 0;
  Zeros<4> reserved;

  friend bool operator==(const RunnerShare&, const RunnerShare&) = default;
};

BETEX_FIELDS(RunnerShare, symbol, numerator, denominator, reserved);

// Runners that are not named have lost. The shares have one denominator, at most the number of
// runners, and add up to the market's winners. A binary market names its own symbol, with 1/1 for
// YES and 0/1 for NO. Again for another result, also after the market was settled.
struct DetermineMarket {
  Name market;
  std::vector<RunnerShare> shares;
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

// Pays by the result, or what a new result changes of what was paid.
struct SettleMarket {
  Name market;
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

struct VoidMarket {
  Name market;
  Decimal price;  // binary: what YES gets, above 0 and below 1; the rest is NO's
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

// Of a settled or voided market: frees its rows and books. No correction is possible after it.
struct ArchiveMarket {
  Name market;
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

// What is not given stays as it is.
struct ChangeMarket {
  Name market;
  std::optional<std::uint32_t> bet_delay_ms;
  std::optional<std::uint32_t> commission_bp;
  std::optional<Decimal> max_quantity;  // per order; 0: the engine's own cap
  std::optional<bool> passive_skips_delay;
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

using DescriptionText = Text<127>;

// What is not given stays as it is. A runner has a text only.
struct Description {
  std::optional<DescriptionText> text;
  std::optional<Name> parent;  // the market that this one belongs to, or an event; not looked at
  std::optional<Timestamp> scheduled_start;
};

// For people: nothing in the exchange depends on it, so the market's version stays.
struct DescribeMarket {
  Name market;
  Name symbol;  // a runner of it; empty: the market itself
  Boxed<Description> description;
  std::uint64_t version_guard = 0;
  Name request_id;
  Timestamp transact_time;
};

}  // namespace betex::matching
