#include "gateway/pipeline/event_counts.h"

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "matching/commands.h"
#include "matching/events.h"

namespace betex::gateway {
namespace {

using matching::MarketId;
using matching::MarketState;
using matching::Reason;

template <typename Command>
concept OfOperators = requires(const Command& command) {
  command.request_id;
};

// Whether a transaction's command is a request of operators, by its kind.
bool is_of_operators(std::uint16_t command_kind) noexcept {
  return [command_kind]<std::size_t... I>(std::index_sequence<I...>) {
    return ((OfOperators<std::variant_alternative_t<I, matching::CommandBody>> &&
             command_kind == I + 1) ||
            ...);
  }
  (std::make_index_sequence<std::variant_size_v<matching::CommandBody>>{});
}

// Why the event says that something was refused; None where it does not.
template <typename Event>
Reason refusal_in(const Event& event) noexcept {
  if constexpr (std::is_same_v<Event, matching::OrderRejected> ||
                std::is_same_v<Event, matching::CancelRejected> ||
                std::is_same_v<Event, matching::MassCancelRejected> ||
                std::is_same_v<Event, matching::OrderGroupRejected> ||
                std::is_same_v<Event, matching::InboundRefused> ||
                std::is_same_v<Event, matching::CommandRejected> ||
                std::is_same_v<Event, matching::OperationApproved>) {
    return event.reason;
  } else {
    return Reason::None;
  }
}

// What else than Done the event makes of the request that caused it.
template <typename Event>
std::optional<OperationOutcome> outcome_in(const Event& event) noexcept {
  if constexpr (std::is_same_v<Event, matching::RequestKnown>) {
    return OperationOutcome::Repeated;
  } else if constexpr (std::is_same_v<Event, matching::OperationProposed>) {
    return OperationOutcome::Proposed;
  } else {
    return refusal_in(event) == Reason::None ? std::nullopt
                                             : std::optional{OperationOutcome::Refused};
  }
}

// Whether it may leave its market in another state than before.
template <typename Event>
concept OfMarkets = requires(const Event& event) {
  event.version;
}

|| std::is_same_v<Event, matching::MarketCreated>;

}  // namespace

EventCounts::EventCounts(const ReadModel& model) {
  for (std::uint32_t id = 1; id <= model.market_count(); ++id) {
    note_market(MarketId{id}, model.market(MarketId{id}).state);
  }
}

void EventCounts::take(const matching::TransactionView& transaction, const ReadModel& model) {
  auto outcome = OperationOutcome::Done;
  matching::for_each_event(transaction, [&](matching::EventSeq, const auto& event) {
    refuse(refusal_in(event));
    outcome = outcome_in(event).value_or(outcome);
    using Event = std::remove_cvref_t<decltype(event)>;
    if constexpr (std::is_same_v<Event, matching::OrderGroupTripped>) {
      order_groups_tripped_.add();
    } else if constexpr (OfMarkets<Event>) {
      if (const MarketId market = event.header.market; market != MarketId{}) {
        note_market(market, model.market(market).state);
      }
    }
  });
  if (is_of_operators(transaction.header.command_kind)) {
    operations_[static_cast<std::size_t>(outcome)].add();
  }
}

void EventCounts::refuse(Reason reason) noexcept {
  if (reason != Reason::None) {
    refused_[static_cast<std::size_t>(reason)].add();
  }
}

void EventCounts::note_market(MarketId market, MarketState state) {
  if (states_.size() <= market.value()) {
    states_.resize(market.value() + std::size_t{1});
  }
  MarketState& before = states_[market.value()];
  if (before == state) {
    return;
  }
  if (before != MarketState{}) {
    markets_[static_cast<std::size_t>(before)].subtract();
  }
  markets_[static_cast<std::size_t>(state)].add();
  before = state;
}

}  // namespace betex::gateway
