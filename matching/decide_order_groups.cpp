// Order groups: what their owners ask for, what stops an order of one, when one trips, and what
// goes with a lost session (RULES.md section 3).
#include <algorithm>
#include <tuple>

#include "matching/assert.h"
#include "matching/decider.h"
#include "matching/orders_by_market.h"

namespace betex::matching {
namespace {

bool is_action(OrderGroupAction action) noexcept {
  return action >= OrderGroupAction::Create && action <= OrderGroupAction::Delete;
}

// Trips and deletions can only take risk away, however late they come.
bool may_be_stale(OrderGroupAction action) noexcept {
  return action != OrderGroupAction::Create && action != OrderGroupAction::Update &&
         action != OrderGroupAction::Reset;
}

bool states_terms(OrderGroupAction action) noexcept {
  return action == OrderGroupAction::Create || action == OrderGroupAction::Update;
}

bool are_terms(const OrderGroupRequest& request) noexcept {
  return request.limit > Decimal{} && request.limit <= kMaxGroupLimit &&
         request.window_ms >= kMinGroupWindowMs && request.window_ms <= kMaxGroupWindowMs &&
         (request.counted == CountedFills::All || request.counted == CountedFills::Makers);
}

// Time is only looked at where it may matter.
bool is_reached(const OrderGroup& group, Timestamp now) noexcept {
  return group.state == OrderGroupState::Active && group.window.most_filled() >= group.limit &&
         group.window.filled(now) >= group.limit;
}

}  // namespace

// ---- Orders -------------------------------------------------------------------------------------

// Of a new order that names a group.
Reason Decider::check_order_group(const Reference& name, Terms& terms) const {
  if (name.empty()) {
    return Reason::None;
  }
  const OrderGroup* const group =
      state_.order_groups.named(terms.account->id, name, lookahead_.group_guess());
  if (group == nullptr) {
    return Reason::UnknownOrderGroup;
  }
  if (group->state == OrderGroupState::Tripped) {
    return Reason::OrderGroupTripped;
  }
  terms.order_group = group->number;
  return group->live_orders < kMaxGroupOrders ? Reason::None : Reason::OrderGroupFull;
}

// Why an order that has finished cannot be amended.
Reason Decider::too_late(const Order& order) const {
  const OrderGroup* const group = state_.order_groups.find(order.order_group);
  return group != nullptr && group->state == OrderGroupState::Tripped ? Reason::OrderGroupTripped
                                                                      : Reason::TooLate;
}

const OrderGroup* Decider::group_of(const AccountState& account, const Reference& name) const {
  return state_.order_groups.named(account.id, name);
}

// ---- Trips --------------------------------------------------------------------------------------

// Remembers which groups have reached their limits with a trade until its taker's walk has ended.
// They still have then, since a walk takes no time and nothing that is filled back.
void Decider::note_trade(const Order& taker, const Order& maker) const {
  const auto note = [this](std::uint32_t number) {
    if (number != 0 && is_reached(state_.order_groups.at(number), now())) {
      reached_groups_.push_back(number);
    }
  };
  note(maker.order_group);
  note(taker.order_group);
}

// The walk has ended.
void Decider::trip_reached_groups() {
  const OrderGroups& groups = state_.order_groups;
  std::sort(reached_groups_.begin(), reached_groups_.end(), [&](auto left, auto right) {
    return std::tuple{groups.at(left).account, left} < std::tuple{groups.at(right).account, right};
  });
  reached_groups_.erase(std::unique(reached_groups_.begin(), reached_groups_.end()),
                        reached_groups_.end());
  for (const std::uint32_t number : reached_groups_) {
    trip(groups.at(number), SessionId{}, ClOrdId{});
  }
  reached_groups_.clear();
}

void Decider::trip(const OrderGroup& group, SessionId asked_by, const ClOrdId& cl_ord_id) {
  const std::uint32_t total = cancel_orders_of(group, CancelCause::OrderGroupTripped);
  OrderGroupTripped event{.group = group.number,
                          .account = group.account,
                          .requester = asked_by,
                          .total = total,
                          .name = group.name,
                          .cl_ord_id = cl_ord_id};
  event.standing = standing_of(group, now());
  event.standing.state = OrderGroupState::Tripped;
  emitter_.emit(event);
}

// An event for each market. Returns how many there were.
std::uint32_t Decider::cancel_orders_of(const OrderGroup& group, CancelCause cause) {
  if (group.live_orders == 0) {
    return 0;
  }
  group_orders_.clear();
  for (const OrderId id : group.orders.after(OrderId{})) {
    if (state_.orders.is_live(id)) {
      group_orders_.push_back(id);
    }
  }
  BETEX_ASSERT(group_orders_.size() == group.live_orders);
  const OrderGroupCancelled event{.group = group.number, .account = group.account, .cause = cause};
  for_each_market(
      state_, group_orders_, [&](MarketId market, auto ids) { emitter_.emit(event, ids, market); });
  return static_cast<std::uint32_t>(group_orders_.size());
}

// ---- A lost session -----------------------------------------------------------------------------

// When the groups that are bound to it are to be cancelled, if it goes down now for that reason.
Timestamp Decider::groups_cancel_time(const SessionState& session, SessionDownReason reason) const {
  if (reason == SessionDownReason::Shutdown ||
      state_.order_groups.bound_to(session.info.session).empty()) {
    return Timestamp{};
  }
  return session.cancel_on_disconnect ? now() + Timestamp{session.grace_ms * kNanosPerMillisecond}
                                      : now();
}

// Whole groups, as many as a transaction should have. With the last one it is done, so that one
// has an event in any case.
void Decider::cancel_groups_bound_to(const SessionState& session) {
  constexpr std::uint32_t kEnough = kMaxBatchedOrders;
  const std::span<const std::uint32_t> bound = state_.order_groups.bound_to(session.info.session);
  std::uint32_t total = 0;
  for (const std::uint32_t number : bound) {
    const OrderGroup& group = state_.order_groups.at(number);
    const std::uint32_t cancelled = cancel_orders_of(group, session.cancel_cause);
    total += cancelled;
    if (number == bound.back() && cancelled == 0) {
      emitter_.emit(
          OrderGroupCancelled{
              .group = group.number, .account = group.account, .cause = session.cancel_cause},
          {},
          MarketId{});
    } else if (total >= kEnough) {
      return;
    }
  }
}

// ---- Requests -----------------------------------------------------------------------------------

Reason Decider::check(const OrderGroupRequest& request,
                      const AccountState& account,
                      const OrderGroup*& group) const {
  if (!is_action(request.action) || request.group.empty() ||
      (states_terms(request.action) && !are_terms(request))) {
    return Reason::InvalidParameter;
  }
  group = group_of(account, request.group);
  if (request.action == OrderGroupAction::Create) {
    if (group != nullptr) {
      return Reason::AlreadyExists;
    }
    const bool has_room = state_.order_groups.count_of(account.id) < kMaxGroups &&
                          state_.order_groups.last_number() != UINT32_MAX;
    return has_room ? Reason::None : Reason::TooManyOrderGroups;
  }
  if (group == nullptr) {
    return Reason::UnknownOrderGroup;
  }
  return request.action == OrderGroupAction::Delete && group->live_orders != 0
             ? Reason::InvalidState
             : Reason::None;
}

void Decider::decide(const OrderGroupRequest& request) {
  const AccountState* account = nullptr;
  const OrderGroup* group = nullptr;
  Reason reason = check_account(request.account, account);
  if (reason == Reason::None && !may_be_stale(request.action)) {
    reason = check_age(request.transact_time);
  }
  if (reason == Reason::None) {
    reason = check_id(account->id, request.cl_ord_id);
  }
  const bool consumed = reason == Reason::None;
  if (consumed) {
    reason = check(request, *account, group);
  }
  if (reason != Reason::None) {
    emitter_.emit(OrderGroupRejected{
        .account = account == nullptr ? AccountId{} : account->id,
        .requester = requester(),
        .reason = reason,
        .action = is_action(request.action) ? request.action : OrderGroupAction{},
        .id_consumed = consumed,
        .account_name = request.account,
        .name = request.group,
        .cl_ord_id = request.cl_ord_id});
    return;
  }
  switch (request.action) {
    case OrderGroupAction::Create:
    case OrderGroupAction::Update:
      set_group(request, *account, group);
      return;
    case OrderGroupAction::Reset:
      reset_group(request, *group);
      return;
    case OrderGroupAction::Trip:
      trip(*group, requester(), request.cl_ord_id);
      return;
    case OrderGroupAction::Delete:
      emitter_.emit(OrderGroupDeleted{.group = group->number,
                                      .account = account->id,
                                      .requester = requester(),
                                      .name = request.group,
                                      .cl_ord_id = request.cl_ord_id});
      return;
  }
}

// `known` is the one that is updated; null: it is created.
void Decider::set_group(const OrderGroupRequest& request,
                        const AccountState& account,
                        const OrderGroup* known) {
  OrderGroupSet event{
      .group = known == nullptr ? state_.order_groups.last_number() + 1 : known->number,
      .account = account.id,
      .requester = requester(),
      .action = request.action,
      .name = request.group,
      .cl_ord_id = request.cl_ord_id};
  if (known != nullptr) {
    event.standing = standing_of(*known, now());
  } else {
    event.standing.state = OrderGroupState::Active;
  }
  event.standing.limit = request.limit;
  event.standing.window_ms = request.window_ms;
  event.standing.counted = request.counted;
  event.standing.cancel_on_disconnect = request.cancel_on_disconnect ? requester() : SessionId{};
  emitter_.emit(event);
  if (known != nullptr && is_reached(*known, now())) {
    trip(*known, requester(), request.cl_ord_id);
  }
}

void Decider::reset_group(const OrderGroupRequest& request, const OrderGroup& group) {
  OrderGroupReset event{.group = group.number,
                        .account = group.account,
                        .requester = requester(),
                        .standing = standing_of(group, now()),
                        .name = group.name,
                        .cl_ord_id = request.cl_ord_id};
  event.standing.filled = Decimal{};
  event.standing.state = OrderGroupState::Active;
  emitter_.emit(event);
}

}  // namespace betex::matching
