// Order groups of the reference engine: RULES.md section 3.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {
namespace {

constexpr std::size_t kMostGroups = 1'000;
constexpr std::size_t kMostLiveOrders = 1'024;
constexpr std::int64_t kMostLimit = 1'000'000'000'000'000'000;  // millionths
constexpr std::int64_t kBuckets = 64;

bool is_action(OrderGroupAction action) {
  return action >= OrderGroupAction::Create && action <= OrderGroupAction::Delete;
}

}  // namespace

// ---- What they are ------------------------------------------------------------------------------

const RefGroup* ReferenceEngine::find_group(const Name& account, const Reference& name) const {
  const RefId group = group_of(id_of(accounts_by_name_, account), name);
  return group == 0 ? nullptr : &groups_.at(group);
}

// 0: the account has none of that name.
RefId ReferenceEngine::group_of(RefId account, const Reference& name) const {
  for (const auto& [id, group] : groups_) {
    if (group.account == account && group.name == name && !group.deleted) {
      return id;
    }
  }
  return 0;
}

std::vector<RefId> ReferenceEngine::live_orders_of(RefId group) const {
  std::vector<RefId> ids;
  for (const auto& [id, order] : live_) {
    if (order->group == group) {
      ids.push_back(id);
    }
  }
  return ids;
}

std::vector<RefId> ReferenceEngine::groups_bound_to(RefId session) const {
  std::vector<RefId> ids;
  for (const auto& [id, group] : groups_) {
    if (session != 0 && group.session == session && !group.deleted) {
      ids.push_back(id);
    }
  }
  return ids;
}

// Of what falls into this bucket and the 64 before it.
std::int64_t ReferenceEngine::filled_of(const RefGroup& group) const {
  const std::int64_t width = std::int64_t{group.window_ms} * 1'000'000 / kBuckets;
  std::int64_t sum = 0;
  for (const RefGroupFill& fill : group.fills) {
    sum += now_ / width - fill.at / width <= kBuckets ? fill.quantity : 0;
  }
  return sum;
}

OrderGroupStanding ReferenceEngine::standing_of(const RefGroup& group) const {
  return {.limit = plain(group.limit),
          .filled = plain(filled_of(group)),
          .window_ms = group.window_ms,
          .live_orders = static_cast<std::uint32_t>(live_orders_of(group.id).size()),
          .cancel_on_disconnect = plain(group.session),
          .counted = group.counted,
          .state = group.tripped ? OrderGroupState::Tripped : OrderGroupState::Active};
}

// ---- Their orders -------------------------------------------------------------------------------

Reason ReferenceEngine::group_fails(const PlaceOrder& asked, RefOrder& order) const {
  if (asked.extra().order_group.empty()) {
    return Reason::None;
  }
  order.group = group_of(order.account, asked.extra().order_group);
  if (order.group == 0) {
    return Reason::UnknownOrderGroup;
  }
  if (groups_.at(order.group).tripped) {
    return Reason::OrderGroupTripped;
  }
  return live_orders_of(order.group).size() >= kMostLiveOrders ? Reason::OrderGroupFull
                                                               : Reason::None;
}

bool ReferenceEngine::is_of_tripped_group(const RefOrder& order) const {
  const auto group = groups_.find(order.group);
  return group != groups_.end() && !group->second.deleted && group->second.tripped;
}

void ReferenceEngine::count_fill(const RefOrder& order, std::int64_t quantity, bool maker) {
  const auto found = groups_.find(order.group);
  if (found == groups_.end() || (found->second.counted == CountedFills::Makers && !maker)) {
    return;
  }
  const std::int64_t unit = markets_.at(order.market).odds() ? 10'000 : 1'000'000;
  found->second.fills.push_back({.at = now_, .quantity = quantity * unit});
  counted_in_walk_.insert({order.account, order.group});
}

// The walk of a taker has ended.
void ReferenceEngine::trip_what_is_filled() {
  const auto counted = std::exchange(counted_in_walk_, {});
  for (const auto& [account, id] : counted) {
    RefGroup& group = groups_.at(id);
    if (!group.tripped && filled_of(group) >= group.limit) {
      trip(group, 0, ClOrdId{});
    }
  }
}

// How many.
std::uint32_t ReferenceEngine::cancel_group(const RefGroup& group, CancelCause cause) {
  std::map<RefId, std::vector<OrderId>> by_market;
  const std::vector<RefId> ids = live_orders_of(group.id);
  for (const RefId id : ids) {
    by_market[orders_.at(id).market].emplace_back(id);
    end_order(orders_.at(id), cause);
  }
  for (const auto& [market, orders] : by_market) {
    say(OrderGroupCancelled{.group = static_cast<std::uint32_t>(group.id),
                            .account = plain(group.account),
                            .cause = cause},
        market,
        orders);
  }
  return static_cast<std::uint32_t>(ids.size());
}

void ReferenceEngine::trip(RefGroup& group, RefId requester, const ClOrdId& request) {
  const std::uint32_t total = cancel_group(group, CancelCause::OrderGroupTripped);
  group.tripped = true;
  say(OrderGroupTripped{.group = static_cast<std::uint32_t>(group.id),
                        .account = plain(group.account),
                        .requester = plain(requester),
                        .total = total,
                        .standing = standing_of(group),
                        .name = group.name,
                        .cl_ord_id = request});
}

// ---- Requests -----------------------------------------------------------------------------------

Reason ReferenceEngine::terms_fail(const OrderGroupRequest& asked) {
  using enum OrderGroupAction;
  if (!is_action(asked.action) || asked.group.empty()) {
    return Reason::InvalidParameter;
  }
  if (asked.action != Create && asked.action != Update) {
    return Reason::None;
  }
  const bool fit = asked.limit.value() > 0 && asked.limit.value() <= kMostLimit &&
                   asked.window_ms >= 1'000 && asked.window_ms <= 3'600'000 &&
                   (asked.counted == CountedFills::All || asked.counted == CountedFills::Makers);
  return fit ? Reason::None : Reason::InvalidParameter;
}

// Behind its id. `group` is the one that it names, 0 for none.
Reason ReferenceEngine::group_request_fails(const OrderGroupRequest& asked,
                                            RefId account,
                                            RefId group) const {
  if (const Reason reason = terms_fail(asked); reason != Reason::None) {
    return reason;
  }
  if (asked.action == OrderGroupAction::Create) {
    if (group != 0) {
      return Reason::AlreadyExists;
    }
    const auto own = std::count_if(groups_.begin(), groups_.end(), [account](const auto& entry) {
      return entry.second.account == account && !entry.second.deleted;
    });
    return own >= std::int64_t{kMostGroups} ? Reason::TooManyOrderGroups : Reason::None;
  }
  if (group == 0) {
    return Reason::UnknownOrderGroup;
  }
  return asked.action == OrderGroupAction::Delete && !live_orders_of(group).empty()
             ? Reason::InvalidState
             : Reason::None;
}

void ReferenceEngine::on(const OrderGroupRequest& asked) {
  const RefId account = id_of(accounts_by_name_, asked.account);
  const RefClOrdId key{account, asked.cl_ord_id.view()};
  const bool may_be_late = asked.action != OrderGroupAction::Create &&
                           asked.action != OrderGroupAction::Update &&
                           asked.action != OrderGroupAction::Reset;
  Reason reason = origin_fails();
  if (reason == Reason::None && account == 0) {
    reason = Reason::UnknownAccount;
  }
  if (reason == Reason::None && !may_be_late) {
    reason = age_fails(asked.transact_time);
  }
  if (reason == Reason::None) {
    reason = id_fails(key);
  }
  const bool consumed = reason == Reason::None;
  const RefId group = group_of(account, asked.group);
  if (consumed) {
    reason = group_request_fails(asked, account, group);
    learn(key, 0, reason);
  }
  if (reason != Reason::None) {
    say(OrderGroupRejected{.account = plain(account),
                           .requester = plain(requester()),
                           .reason = reason,
                           .action = is_action(asked.action) ? asked.action : OrderGroupAction{},
                           .id_consumed = consumed,
                           .account_name = asked.account,
                           .name = asked.group,
                           .cl_ord_id = asked.cl_ord_id});
    return;
  }
  carry_out(asked, account, group);
}

void ReferenceEngine::carry_out(const OrderGroupRequest& asked, RefId account, RefId id) {
  switch (asked.action) {
    case OrderGroupAction::Create:
      id = ++last_group_;
      groups_[id] = {.id = id, .account = account, .name = asked.group};
      set_terms(groups_.at(id), asked);
      return;
    case OrderGroupAction::Update: {
      RefGroup& group = groups_.at(id);
      set_terms(group, asked);
      if (!group.tripped && filled_of(group) >= group.limit) {
        trip(group, requester(), asked.cl_ord_id);
      }
      return;
    }
    case OrderGroupAction::Reset: {
      RefGroup& group = groups_.at(id);
      group.tripped = false;
      group.fills.clear();
      say(OrderGroupReset{.group = static_cast<std::uint32_t>(id),
                          .account = plain(account),
                          .requester = plain(requester()),
                          .standing = standing_of(group),
                          .name = group.name,
                          .cl_ord_id = asked.cl_ord_id});
      return;
    }
    case OrderGroupAction::Trip:
      trip(groups_.at(id), requester(), asked.cl_ord_id);
      return;
    case OrderGroupAction::Delete: {
      RefGroup& group = groups_.at(id);
      const RefId bound_to = std::exchange(group.session, 0);
      group.deleted = true;
      group.deleted_in = generation_;
      drop_deadline_of_none(bound_to);
      say(OrderGroupDeleted{.group = static_cast<std::uint32_t>(id),
                            .account = plain(account),
                            .requester = plain(requester()),
                            .name = group.name,
                            .cl_ord_id = asked.cl_ord_id});
      return;
    }
  }
}

// All of them are stated anew.
void ReferenceEngine::set_terms(RefGroup& group, const OrderGroupRequest& asked) {
  if (group.window_ms != 0 && group.window_ms != asked.window_ms) {
    group.fills = {{.at = now_, .quantity = filled_of(group)}};
  }
  group.limit = asked.limit.value();
  group.window_ms = asked.window_ms;
  group.counted = asked.counted;
  const RefId bound_to =
      std::exchange(group.session, asked.cancel_on_disconnect ? requester() : RefId{0});
  drop_deadline_of_none(bound_to);
  say(OrderGroupSet{.group = static_cast<std::uint32_t>(group.id),
                    .account = plain(group.account),
                    .requester = plain(requester()),
                    .action = asked.action,
                    .standing = standing_of(group),
                    .name = group.name,
                    .cl_ord_id = asked.cl_ord_id});
}

// ---- Cancel on disconnect -----------------------------------------------------------------------

void ReferenceEngine::drop_deadline_of_none(RefId session) {
  if (session != 0 && groups_bound_to(session).empty()) {
    sessions_.at(session).groups_cancel_at = 0;
  }
}

// The groups of a lost session, without its own orders.
void ReferenceEngine::end_groups_of(RefSession& session) {
  session.groups_cancel_at = 0;
  const std::vector<RefId> bound = groups_bound_to(session.id);
  for (const RefId id : bound) {
    const RefGroup& group = groups_.at(id);
    if (cancel_group(group, session.cause) == 0 && id == bound.back()) {
      say(OrderGroupCancelled{.group = static_cast<std::uint32_t>(id),
                              .account = plain(group.account),
                              .cause = session.cause},
          0,
          {});
    }
  }
}

}  // namespace betex::matching::testing
