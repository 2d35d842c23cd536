#include "journal/tool/event_filter.h"

#include <charconv>
#include <string>
#include <string_view>
#include <type_traits>

#include "journal/event_codec.h"
#include "matching/assert.h"

namespace betex::journal {
namespace {

std::optional<std::uint64_t> number_of(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && rest == end ? std::optional{number} : std::nullopt;
}

// Calls `visit(event)` with the event behind `header`.
template <typename Visitor>
void visit_typed(const matching::EventHeader& header, Visitor&& visit) {
  const bool known =
      matching::with_event_type(header.kind, [&]<typename Event>(std::type_identity<Event>) {
        matching::visit_event<Event>(reinterpret_cast<const std::byte*>(&header), visit);
      });
  BETEX_ASSERT(known);
}

}  // namespace

EventFilter::EventFilter(const DumpOptions& options)
    : options_{options}, market_{number_of(options.market)}, account_{number_of(options.account)} {
  if (const auto number = number_of(options.order_group)) {
    groups_.insert(*number);
  }
}

bool EventFilter::needs_all_before() const noexcept {
  return !options_.market.empty() || !options_.account.empty() || !options_.reference.empty() ||
         !options_.order_group.empty();
}

// ---- What was named -----------------------------------------------------------------------------

void EventFilter::learn(const matching::EventHeader& event) {
  if (needs_all_before()) {
    visit_typed(event, [this](const auto& typed) { learn(typed); });
  }
}

void EventFilter::learn(const matching::MarketCreated& event) {
  if (!options_.market.empty() && event.name.view() == options_.market) {
    market_ = event.header.market.value();
  }
}

void EventFilter::learn(const matching::AccountCreated& event) {
  if (!options_.account.empty() && event.name.view() == options_.account) {
    account_ = event.account.value();
  }
}

void EventFilter::learn(const matching::OrderAccepted& event) {
  if (!options_.reference.empty() && event.reference.view() == options_.reference) {
    orders_with_reference_.insert(event.order.value());
  }
  if (event.order_group != 0 && groups_.contains(event.order_group)) {
    orders_of_group_.insert(event.order.value());
  }
}

// Several accounts may have one of that name.
void EventFilter::learn(const matching::OrderGroupSet& event) {
  if (!options_.order_group.empty() && event.name.view() == options_.order_group) {
    groups_.insert(event.group);
  }
}

// ---- What is shown ------------------------------------------------------------------------------

// It says the reference, or is about an order that has it.
bool EventFilter::has_reference(const matching::EventHeader& event) const {
  bool found = mentions_any(event, "order", orders_with_reference_);
  visit_typed(event, [&]<typename Event>(const Event& typed) {
    if constexpr (requires { typed.reference.view(); }) {
      found = found || typed.reference.view() == options_.reference;
    }
  });
  return found;
}

// It is about the group, or one of its orders.
bool EventFilter::is_of_group(const matching::EventHeader& event) const {
  bool found = mentions_any(event, "group", groups_) ||
               mentions_any(event, "order_group", groups_) ||
               mentions_any(event, "order", orders_of_group_);
  visit_typed(event, [&]<typename Event>(const Event& typed) {
    if constexpr (requires { typed.order_group.view(); }) {
      found = found || typed.order_group.view() == options_.order_group;
    } else if constexpr (std::is_same_v<Event, matching::OrderGroupRejected>) {
      found = found || typed.name.view() == options_.order_group;
    }
  });
  return found;
}

bool EventFilter::shows(const matching::EventHeader& event) const {
  if (!options_.market.empty() && event.market.value() != market_) {
    return false;
  }
  return (options_.account.empty() || (account_ && mentions(event, "account", *account_))) &&
         (options_.order == 0 || mentions(event, "order", options_.order)) &&
         (options_.reference.empty() || has_reference(event)) &&
         (options_.order_group.empty() || is_of_group(event));
}

}  // namespace betex::journal
