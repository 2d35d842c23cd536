// What must hold of order groups in every log: RULES.md sections 3 and 8.
#include <algorithm>
#include <utility>

#include "tests/matching/log_invariants.h"

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

std::string group_number(std::uint32_t group) {
  return "#" + std::to_string(group);
}

}  // namespace

// ---- Events -------------------------------------------------------------------------------------

void LogInvariants::check(const OrderGroupSet& event) {
  id_acts_once(event.account, event.cl_ord_id);
  sets_group_ = event.cl_ord_id;
  if (event.action == OrderGroupAction::Create) {
    group_number_is_new(event);
  } else if (group_is_known(event.group, event.account)) {
    filled_is_of_the_window(event.group, event.standing);
  }
  groups_now_.insert(event.group);
  live_orders_are_those_of_the_group(event.group, event.standing);
}

void LogInvariants::check(const OrderGroupReset& event) {
  id_acts_once(event.account, event.cl_ord_id);
  group_is_known(event.group, event.account);
  live_orders_are_those_of_the_group(event.group, event.standing);
  if (event.standing.filled != Decimal{} || event.standing.state != OrderGroupState::Active) {
    breach("a reset clears", group_number(event.group));
  }
}

void LogInvariants::check(const OrderGroupCancelled& event) {
  if (group_is_known(event.group, event.account)) {
    group_cancels_its_own(event);
  }
  groups_now_.insert(event.group);
  if (event.cause == CancelCause::OrderGroupTripped) {
    group_cancels_[event.group] += event.count;
  }
}

// An update that trips says its id twice.
void LogInvariants::check(const OrderGroupTripped& event) {
  if (!event.cl_ord_id.empty() && event.cl_ord_id != sets_group_) {
    id_acts_once(event.account, event.cl_ord_id);
  }
  if (!group_is_known(event.group, event.account)) {
    return;
  }
  live_orders_are_those_of_the_group(event.group, event.standing);
  filled_is_of_the_window(event.group, event.standing);
  trip_has_a_cause(event);
  trip_counts_its_cancels(event);
}

void LogInvariants::check(const OrderGroupDeleted& event) {
  id_acts_once(event.account, event.cl_ord_id);
  group_is_known(event.group, event.account);
  if (shadow_.live_orders_of(event.group) != 0) {
    breach("a deleted group has no orders", group_number(event.group));
  }
}

void LogInvariants::check(const OrderGroupRejected& event) {
  if (event.id_consumed) {
    id_acts_once(event.account, event.cl_ord_id);
  }
}

// ---- Each of them -------------------------------------------------------------------------------

bool LogInvariants::group_is_known(std::uint32_t group, AccountId account) {
  const auto known = shadow_.groups.find(group);
  if (known == shadow_.groups.end() || known->second.account != account) {
    breach("a group is one of its account's", group_number(group));
    return false;
  }
  return true;
}

void LogInvariants::group_number_is_new(const OrderGroupSet& event) {
  if (event.group != last_group_ + 1) {
    breach("a group's number is new", group_number(event.group));
  }
  last_group_ = event.group;
}

// An order that comes, or that goes on.
void LogInvariants::group_takes_orders(std::uint32_t group) {
  if (group == 0) {
    return;
  }
  const auto known = shadow_.groups.find(group);
  if (known == shadow_.groups.end() || known->second.standing.state != OrderGroupState::Active) {
    breach("a tripped group takes no order", group_number(group));
  }
}

void LogInvariants::live_orders_are_those_of_the_group(std::uint32_t group,
                                                       const OrderGroupStanding& standing) {
  if (standing.live_orders != shadow_.live_orders_of(group)) {
    breach("live orders are those of the group", group_number(group));
  }
}

// At least of the window, and of at most 1/64 more. That is the window as it was: an update that
// sets another one takes with it what is filled.
void LogInvariants::filled_is_of_the_window(std::uint32_t group,
                                            const OrderGroupStanding& standing) {
  const ShadowGroup& known = shadow_.groups.at(group);
  const Int128 window = Int128{known.standing.window_ms} * kMillisecond;
  if (standing.filled < known.filled_in(window, shadow_.now) ||
      standing.filled > known.filled_in(window * 65 / 64, shadow_.now)) {
    breach("filled is of the window", group_number(group));
  }
}

// A request, or fills.
void LogInvariants::trip_has_a_cause(const OrderGroupTripped& event) {
  const bool by_fills = event.standing.filled >= event.standing.limit &&
                        shadow_.groups.at(event.group).standing.state == OrderGroupState::Active;
  if (event.standing.state != OrderGroupState::Tripped || (event.cl_ord_id.empty() && !by_fills)) {
    breach("a trip has a cause", group_number(event.group));
  }
}

void LogInvariants::group_cancels_its_own(const OrderGroupCancelled& event) {
  const auto orders = tail_of(event);
  const bool may_be_none = event.cause != CancelCause::OrderGroupTripped;
  if (orders.empty() != (event.header.market == MarketId{}) || (orders.empty() && !may_be_none) ||
      orders.size() > OrderGroupCancelled::kMaxTail ||
      !std::is_sorted(orders.begin(), orders.end())) {
    breach("a group cancels its own", group_number(event.group));
  }
  for (const OrderId order : orders) {
    order_is_live(order, "is cancelled with its group");
    if (!breaches_.empty()) {
      return;
    }
    const OrderAccepted& accepted = shadow_.live.at(order).accepted;
    if (accepted.order_group != event.group || accepted.header.market != event.header.market) {
      breach("a group cancels its own", number(order));
    }
  }
}

void LogInvariants::trip_counts_its_cancels(const OrderGroupTripped& event) {
  if (event.total != std::exchange(group_cancels_[event.group], 0)) {
    breach("a trip counts its cancels", group_number(event.group));
  }
}

// Whatever else the transaction did.
void LogInvariants::tripped_group_has_no_orders() {
  for (const auto& [id, order] : shadow_.live) {
    const auto group = shadow_.groups.find(order.accepted.order_group);
    const bool tripped =
        group == shadow_.groups.end() || group->second.standing.state == OrderGroupState::Tripped;
    if (order.accepted.order_group != 0 && tripped) {
      breach("a tripped group has no orders", number(id));
      return;
    }
  }
}

// Of those whose fills or limit this transaction has changed.
void LogInvariants::limit_that_is_reached_trips() {
  for (const std::uint32_t group : groups_now_) {
    const auto known = shadow_.groups.find(group);
    if (known == shadow_.groups.end()) {
      continue;
    }
    const OrderGroupStanding& standing = known->second.standing;
    const Int128 window = Int128{standing.window_ms} * kMillisecond;
    if (standing.state == OrderGroupState::Active &&
        known->second.filled_in(window, shadow_.now) >= standing.limit) {
      breach("a limit that is reached trips", group_number(group));
    }
  }
}

}  // namespace betex::matching::testing
