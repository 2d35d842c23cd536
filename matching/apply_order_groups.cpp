// Events about order groups, and what others' events mean for them.
#include "matching/apply.h"
#include "matching/assert.h"

namespace betex::matching {

[[gnu::noinline]] void join_group(State& state, const Order& order) {
  OrderGroup& group = state.order_groups.at(order.order_group);
  ++group.live_orders;
  group.orders.append(order.id, state.orders);
}

[[gnu::noinline]] void leave_group(State& state, const Order& order) {
  OrderGroup& group = state.order_groups.at(order.order_group);
  if (--group.live_orders == 0) {
    group.orders.clear();  // so most lists are never swept
  }
}

[[gnu::noinline]] void count_fill(State& state,
                                  const Order& order,
                                  Decimal quantity,
                                  bool is_maker) {
  OrderGroup& group = state.order_groups.at(order.order_group);
  if (is_maker || group.counted == CountedFills::All) {
    group.window.add(state.now, quantity);
  }
}

namespace {

// Its groups' deadline goes with the last group that it has.
void bind(State& state, std::uint32_t group, SessionId session) {
  const SessionId before = state.order_groups.at(group).session;
  state.order_groups.bind(group, session);
  if (before != SessionId{} && state.order_groups.bound_to(before).empty()) {
    set_groups_grace(state, before, Timestamp{});
  }
}

}  // namespace

void apply(State& state, EventSeq, const OrderGroupSet& event) {
  const OrderGroupStanding& standing = event.standing;
  if (event.action == OrderGroupAction::Create) {
    BETEX_ASSERT(event.group == state.order_groups.last_number() + 1);
    state.order_groups.add({.number = event.group,
                            .account = event.account,
                            .state = standing.state,
                            .counted = standing.counted,
                            .limit = standing.limit,
                            .name = event.name,
                            .window = FilledWindow{standing.window_ms},
                            .session = standing.cancel_on_disconnect});
  } else {
    OrderGroup& group = state.order_groups.at(event.group);
    group.counted = standing.counted;
    group.limit = standing.limit;
    if (group.window.window_ms() != standing.window_ms) {
      group.window.change(standing.window_ms, state.now);
    }
    bind(state, event.group, standing.cancel_on_disconnect);
  }
  consume_id(state, event.account, event.cl_ord_id, Reason::None);
}

void apply(State& state, EventSeq, const OrderGroupReset& event) {
  OrderGroup& group = state.order_groups.at(event.group);
  group.state = OrderGroupState::Active;
  group.window.clear();
  consume_id(state, event.account, event.cl_ord_id, Reason::None);
}

void apply(State& state, EventSeq, const OrderGroupCancelled& event) {
  for (const OrderId id : tail_of(event)) {
    const Slot slot = state.orders.find(id);
    BETEX_ASSERT(slot != 0 && state.orders.at(slot).live());
    finish_order(state, slot, state.orders.at(slot).values.leaves_qty, event.cause);
  }
  const SessionId session = state.order_groups.at(event.group).session;
  if (event.cause != CancelCause::OrderGroupTripped &&
      state.order_groups.bound_to(session).back() == event.group) {
    set_groups_grace(state, session, Timestamp{});
  }
}

void apply(State& state, EventSeq, const OrderGroupTripped& event) {
  OrderGroup& group = state.order_groups.at(event.group);
  BETEX_ASSERT(group.live_orders == 0);
  group.state = OrderGroupState::Tripped;
  // That of an update which has tripped it was used up with the update.
  const bool is_used_up =
      event.cl_ord_id.empty() || state.cl_ord_ids.find(event.account, event.cl_ord_id) != 0;
  if (!is_used_up) {
    consume_id(state, event.account, event.cl_ord_id, Reason::None);
  }
}

void apply(State& state, EventSeq, const OrderGroupDeleted& event) {
  bind(state, event.group, SessionId{});
  state.order_groups.remove(event.group, state.generations.number);
  consume_id(state, event.account, event.cl_ord_id, Reason::None);
}

void apply(State& state, EventSeq, const OrderGroupRejected& event) {
  if (event.id_consumed) {
    consume_id(state, event.account, event.cl_ord_id, event.reason);
  }
}

}  // namespace betex::matching
