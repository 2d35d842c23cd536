#include "gateway/reports/read_model.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "gateway/reports/dense_ids.h"
#include "matching/ladder.h"

namespace betex::gateway {
namespace {

using matching::OrderId;

fix::OrdStatus status_of(const matching::OrderInfo& order) {
  if (order.delayed) {
    return fix::OrdStatus::PendingNew;
  }
  if (order.live || order.cancel_cause == matching::CancelCause::None) {
    return status_of_live(order.values);
  }
  return order.cancel_cause == matching::CancelCause::Expired ? fix::OrdStatus::Expired
                                                              : fix::OrdStatus::Canceled;
}

}  // namespace

fix::OrdStatus status_of_live(const matching::OrderValues& values) noexcept {
  if (values.cum_qty == matching::Quantity{0}) {
    return fix::OrdStatus::New;
  }
  return values.leaves_qty == matching::Quantity{0} ? fix::OrdStatus::Filled
                                                    : fix::OrdStatus::PartiallyFilled;
}

ReadModel::ReadModel(const matching::Engine& engine, Audience audience)
    : seq_{engine.last_seq()},
      generation_{engine.cl_ord_id_generation()},
      audience_{std::move(audience)},
      securities_{engine},
      exchange_halted_{engine.exchange().halted} {
  engine.visit_sessions([&](const matching::SessionInfo& info) {
    add_session(info.session, info.comp_id);
    if (info.suspended) {
      suspended_.push_back(info.session);
    }
  });
  engine.visit_accounts(
      [&](const matching::AccountInfo& info) { add_account(info.account, info.name); });
  engine.visit_proposals([&](const matching::ProposalInfo& info) {
    proposals_.add(info.proposed, info.event, info.shares);
  });
  std::vector<std::uint32_t> deleted_groups;
  engine.visit_order_groups([&](const matching::OrderGroupInfo& info) {
    orders_.groups().add(info.number, info.name);
    if (info.deleted) {
      deleted_groups.push_back(info.number);
    }
  });
  engine.visit_orders([&](const matching::OrderInfo& info) {
    const matching::Ladder& ladder = *instrument(info.instrument).ladder;
    const auto entry_of = [&ladder](const matching::AcceptedRequest& request) {
      return ChainEntry{request.cl_ord_id, ladder.price_of(request.tick), request.expire_time};
    };
    OrderRecord& order = orders_.insert(info.order);
    order.account = info.account;
    order.session = info.session;
    order.instrument = info.instrument;
    order.side = info.side;
    order.type = info.type;
    order.time_in_force = info.time_in_force;
    order.status = status_of(info);
    order.values = info.values;
    order.reference = info.reference;
    orders_.join(order, info.order_group);
    order.first = entry_of(info.chain.front());
    for (const matching::AcceptedRequest& later : info.chain.subspan(1)) {
      orders_.extend_chain(order, entry_of(later));
    }
    if (info.live) {
      orders_.append(at(accounts_, info.account).live, order);
    } else {
      order.finished_at = seq_;
      order.last_event = seq_;
      order.finished_generation = info.finished_generation;
      finished_.add(orders_, order);
    }
  });
  for (const std::uint32_t group : deleted_groups) {
    orders_.groups().remove(group);  // now that the orders which keep its name are known
  }
}

const matching::Name& ReadModel::account(matching::AccountId account) const {
  return at(accounts_, account).name;
}

matching::AccountId ReadModel::find_account(const matching::Name& name) const {
  const auto found = account_ids_.find(name);
  return found == account_ids_.end() ? matching::AccountId{0} : found->second;
}

OrderRange ReadModel::live_orders(matching::AccountId account) const {
  if (account == matching::AccountId{0}) {
    return {};
  }
  const OrderRecords::List& live = at(accounts_, account).live;
  const OrderRecord* const oldest = orders_.oldest(live);
  return oldest == nullptr ? OrderRange{}
                           : OrderRange{.first = oldest->id, .last = orders_.newest(live)->id};
}

void ReadModel::finish(OrderRecord& order, fix::OrdStatus status) {
  order.status = status;
  order.finished_at = seq_;
  order.last_event = seq_;
  order.finished_generation = generation_;
  finished_.add(orders_, at(accounts_, order.account).live, order);
}

// The session is told of the order for having asked.
void ReadModel::note_requester(OrderRecord& order, matching::SessionId session) {
  if (session == matching::SessionId{0} || session == order.session || session == order.requester) {
    return;
  }
  order.requester = order.requester == matching::SessionId{0} ? session : kSeveralSessions;
}

// A report tells the session of the order, finished or not.
void ReadModel::note_recipient(OrderId order, matching::SessionId session) {
  if (order != OrderId{0}) {
    OrderRecord& entry = orders_.at(order);
    entry.last_event = seq_;
    note_requester(entry, session);
  }
}

void ReadModel::forget_finished(const ReportCursors& cursors,
                                matching::EventSeq too_old,
                                std::size_t budget) {
  finished_.forget(
      orders_,
      {.cursors = cursors, .audience = audience_, .too_old = too_old, .generation = generation_},
      budget);
}

const matching::Name& ReadModel::comp_id(matching::SessionId session) const {
  return at(comp_ids_, session);
}

bool ReadModel::is_suspended(const matching::Name& comp_id) const {
  return std::ranges::any_of(
      suspended_, [&](matching::SessionId session) { return this->comp_id(session) == comp_id; });
}

void ReadModel::add_session(matching::SessionId session, const matching::Name& comp_id) {
  grow_to(comp_ids_, session) = comp_id;
  audience_.add_session(session, comp_id);
}

void ReadModel::add_account(matching::AccountId account, const matching::Name& name) {
  grow_to(accounts_, account).name = name;
  account_ids_[name] = account;
  audience_.add_account(account, name);
}

void ReadModel::on(const matching::SessionWentUp& event) {
  add_session(event.session, event.comp_id);
}

void ReadModel::on(const matching::SessionSuspended& event) {
  if (std::ranges::find(suspended_, event.session) == suspended_.end()) {
    suspended_.push_back(event.session);
  }
}

void ReadModel::on(const matching::SessionResumed& event) {
  std::erase(suspended_, event.session);
}

void ReadModel::on(const matching::ExchangeHalted& /*event*/) {
  exchange_halted_ = true;
}

void ReadModel::on(const matching::ExchangeUnhalted& /*event*/) {
  exchange_halted_ = false;
}

void ReadModel::on(const matching::AccountCreated& event) {
  add_account(event.account, event.name);
}

void ReadModel::on(const matching::OrderAccepted& event) {
  OrderRecord& order = orders_.insert(event.order);
  order.account = event.account;
  order.session = event.session;
  order.instrument = event.instrument;
  order.side = event.side;
  order.type = event.type;
  order.time_in_force = event.time_in_force;
  order.status =
      event.entry == matching::Entry::Delayed ? fix::OrdStatus::PendingNew : fix::OrdStatus::New;
  order.values = event.values;
  order.reference = event.reference;
  orders_.join(order, event.order_group);
  order.first = {event.cl_ord_id,
                 instrument(event.instrument).ladder->price_of(event.tick),
                 event.expire_time};
  orders_.append(at(accounts_, event.account).live, order);
}

void ReadModel::on(const matching::TradeMatched& event) {
  for (const matching::TradeLeg* leg : {&event.maker, &event.taker}) {
    OrderRecord& order = orders_.at(leg->order);
    order.values = leg->values;
    order.status = status_of_live(leg->values);
    if (!order.live()) {
      finish(order, order.status);
    }
  }
}

void ReadModel::on(const matching::OrderReduced& event) {
  orders_.at(event.order).values = event.values;
}

void ReadModel::on(const matching::OrderReleased& event) {
  OrderRecord& order = orders_.at(event.order);
  order.values = event.values;
  order.status = fix::OrdStatus::New;
}

void ReadModel::on(const matching::OrderAmended& event) {
  OrderRecord& order = orders_.at(event.order);
  order.values = event.values;
  if (event.is_delayed == 0) {
    order.status = status_of_live(event.values);
  }
  orders_.extend_chain(order,
                       {event.cl_ord_id,
                        instrument(order.instrument).ladder->price_of(event.tick),
                        event.expire_time});
  note_requester(order, event.requester);
  if (!order.live()) {
    finish(order, order.status);
  }
}

void ReadModel::on(const matching::OrderCancelled& event) {
  OrderRecord& order = orders_.at(event.order);
  if (!event.cl_ord_id.empty()) {
    const ChainEntry& last = orders_.chain(order, order.values.chain_index);
    orders_.extend_chain(order, {event.cl_ord_id, last.price, last.expire_time});
  }
  order.values = event.values;
  if (event.cause == matching::CancelCause::Requested) {
    note_requester(order, origin_);
  }
  finish(order, fix::OrdStatus::Canceled);
}

void ReadModel::on(const matching::OrderExpired& event) {
  OrderRecord& order = orders_.at(event.order);
  order.values = event.values;
  finish(order, fix::OrdStatus::Expired);
}

void ReadModel::cancel(std::span<const OrderId> orders) {
  for (const OrderId id : orders) {
    OrderRecord& order = orders_.at(id);
    order.values.leaves_qty = matching::Quantity{0};
    finish(order, fix::OrdStatus::Canceled);
  }
}

void ReadModel::on(const matching::OrderCancelledBatched& event) {
  cancel(matching::tail_of(event));
}

void ReadModel::on(const matching::OrderGroupSet& event) {
  orders_.groups().add(event.group, event.name);
}

void ReadModel::on(const matching::OrderGroupCancelled& event) {
  cancel(matching::tail_of(event));
}

void ReadModel::on(const matching::OrderGroupDeleted& event) {
  orders_.groups().remove(event.group);
}

void ReadModel::on(const matching::CancelRejected& event) {
  note_recipient(event.order, event.session);
}

void ReadModel::on(const matching::OrderStatusAnswered& event) {
  note_recipient(event.order, event.session);
}

void ReadModel::on(const matching::ClOrdIdGenerationEnded& /*event*/) {
  ++generation_;
}

void ReadModel::on(const matching::OperationProposed& event) {
  proposals_.add(seq_, event, matching::tail_of(event));
}

void ReadModel::on(const matching::OperationApproved& event) {
  proposals_.end(event.proposed);
}

void ReadModel::on(const matching::OperationDropped& event) {
  proposals_.end(event.proposed);
}

}  // namespace betex::gateway
