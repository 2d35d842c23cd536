// The fields of every event behind its header, in the order of their bytes: one overload of
// visit_fields an event.
// The check before a write and after a read, and the dumps, are visitors of this one list; a test
// sees that it leaves out no byte.
//
// A visitor has:  field(name, value)     identifier, number, enumerator or text
//                 flag(name, byte)       0 or 1
//                 group(name, struct)    a part with fields of its own
//                 reserved(value)        zeros
#pragma once

#include "matching/events.h"

namespace betex::journal {

template <typename Visitor>
constexpr void visit_fields(const matching::OrderValues& values, Visitor& visit) {
  visit.field("order_qty", values.order_qty);
  visit.field("cum_qty", values.cum_qty);
  visit.field("leaves_qty", values.leaves_qty);
  visit.field("notional", values.notional);
  visit.field("chain_index", values.chain_index);
  visit.reserved(values.reserved);
}

// ---- Sessions -----------------------------------------------------------------------------------

template <typename Visitor>
constexpr void visit_fields(const matching::SessionWentUp& event, Visitor& visit) {
  visit.field("session", event.session);
  visit.field("epoch", event.epoch);
  visit.field("next_in", event.next_in);
  visit.field("reserved_to", event.reserved_to);
  visit.field("delivered", event.delivered);
  visit.flag("reset", event.reset);
  visit.flag("cancel_on_disconnect", event.cancel_on_disconnect);
  visit.reserved(event.reserved);
  visit.field("grace_ms", event.grace_ms);
  visit.field("comp_id", event.comp_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::SessionWentDown& event, Visitor& visit) {
  visit.field("session", event.session);
  visit.field("epoch", event.epoch);
  visit.field("next_in", event.next_in);
  visit.field("reason", event.reason);
  visit.reserved(event.reserved);
  visit.field("cancel_at", event.cancel_at);
}

template <typename Visitor>
constexpr void visit_fields(const matching::NumbersReserved& event, Visitor& visit) {
  visit.field("session", event.session);
  visit.field("epoch", event.epoch);
  visit.field("up_to", event.up_to);
  visit.reserved(event.reserved);
}

template <typename Visitor>
constexpr void visit_fields(const matching::InboundRefused& event, Visitor& visit) {
  visit.field("session", event.session);
  visit.field("msg_seq_num", event.msg_seq_num);
  visit.field("tag", event.tag);
  visit.field("fix_reason", event.fix_reason);
  visit.field("reason", event.reason);
  visit.field("answer", event.answer);
  visit.reserved(event.reserved);
  visit.field("msg_type", event.msg_type);
  visit.field("cl_ord_id", event.cl_ord_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::ReportsDelivered& event, Visitor& visit) {
  visit.field("session", event.session);
  visit.reserved(event.reserved);
  visit.field("delivered", event.delivered);
}

template <typename Visitor>
constexpr void visit_fields(const matching::SessionNumbersSet& event, Visitor& visit) {
  visit.field("session", event.session);
  visit.field("epoch", event.epoch);
  visit.field("next_in", event.next_in);
  visit.field("reserved_to", event.reserved_to);
  visit.field("requester", event.requester);
  visit.reserved(event.reserved);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::SessionSuspended& event, Visitor& visit) {
  visit.field("session", event.session);
  visit.field("requester", event.requester);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::SessionResumed& event, Visitor& visit) {
  visit.field("session", event.session);
  visit.field("requester", event.requester);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::SessionLoggedOut& event, Visitor& visit) {
  visit.field("session", event.session);
  visit.field("requester", event.requester);
  visit.field("request_id", event.request_id);
}

// ---- Accounts and markets -----------------------------------------------------------------------

template <typename Visitor>
constexpr void visit_fields(const matching::AccountCreated& event, Visitor& visit) {
  visit.field("account", event.account);
  visit.field("kind", event.kind);
  visit.reserved(event.reserved);
  visit.field("name", event.name);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::AccountSuspended& event, Visitor& visit) {
  visit.field("account", event.account);
  visit.field("requester", event.requester);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::AccountResumed& event, Visitor& visit) {
  visit.field("account", event.account);
  visit.field("requester", event.requester);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::AccountLimitsSet& event, Visitor& visit) {
  visit.field("account", event.account);
  visit.field("requester", event.requester);
  visit.field("max_open_orders", event.max_open_orders);
  visit.reserved(event.reserved);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::MarketCreated& event, Visitor& visit) {
  visit.field("kind", event.kind);
  visit.field("ladder", event.ladder);
  visit.reserved(event.reserved);
  visit.field("winners", event.winners);
  visit.field("commission_bp", event.commission_bp);
  visit.field("bet_delay_ms", event.bet_delay_ms);
  visit.field("min_quantity", event.min_quantity);
  visit.field("quantity_step", event.quantity_step);
  visit.field("max_quantity", event.max_quantity);
  visit.field("name", event.market);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::RunnerAdded& event, Visitor& visit) {
  visit.field("instrument", event.instrument);
  visit.reserved(event.reserved);
  visit.field("symbol", event.symbol);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::MarketOpened& event, Visitor& visit) {
  visit.field("version", event.version);
  visit.field("requester", event.requester);
  visit.reserved(event.reserved);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::RunnerRemoved& event, Visitor& visit) {
  visit.field("instrument", event.instrument);
  visit.field("requester", event.requester);
  visit.field("version", event.version);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::MarketSuspended& event, Visitor& visit) {
  visit.field("version", event.version);
  visit.field("requester", event.requester);
  visit.field("reason", event.reason);
  visit.field("scope", event.scope);
  visit.reserved(event.reserved);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::MarketResumed& event, Visitor& visit) {
  visit.field("version", event.version);
  visit.field("requester", event.requester);
  visit.reserved(event.reserved);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::MarketHalted& event, Visitor& visit) {
  visit.field("version", event.version);
  visit.field("requester", event.requester);
  visit.reserved(event.reserved);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::MarketUnhalted& event, Visitor& visit) {
  visit.field("version", event.version);
  visit.field("requester", event.requester);
  visit.field("state", event.state);
  visit.reserved(event.reserved);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::MarketTurnedInPlay& event, Visitor& visit) {
  visit.field("version", event.version);
  visit.field("requester", event.requester);
  visit.field("state", event.state);
  visit.reserved(event.reserved);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::MarketClosed& event, Visitor& visit) {
  visit.field("version", event.version);
  visit.field("requester", event.requester);
  visit.reserved(event.reserved);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::InstrumentShare& share, Visitor& visit) {
  visit.field("instrument", share.instrument);
  visit.field("numerator", share.numerator);
  visit.field("denominator", share.denominator);
}

template <typename Visitor>
constexpr void visit_fields(const matching::MarketDetermined& event, Visitor& visit) {
  visit.field("version", event.version);
  visit.field("requester", event.requester);
  visit.reserved(event.reserved);
  for (const matching::InstrumentShare& share : event.shares) {
    visit.group("share", share);
  }
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::MarketVoided& event, Visitor& visit) {
  visit.field("version", event.version);
  visit.field("requester", event.requester);
  visit.reserved(event.reserved);
  visit.field("price", event.price);
  visit.field("request_id", event.request_id);
}

// ---- Orders -------------------------------------------------------------------------------------

template <typename Visitor>
constexpr void visit_fields(const matching::OrderAccepted& event, Visitor& visit) {
  visit.field("order", event.order);
  visit.field("account", event.account);
  visit.field("session", event.session);
  visit.field("instrument", event.instrument);
  visit.field("tick", event.tick);
  visit.field("side", event.side);
  visit.field("type", event.type);
  visit.field("time_in_force", event.time_in_force);
  visit.field("self_trade_prevention", event.self_trade_prevention);
  visit.field("persistence", event.persistence);
  visit.flag("post_only", event.post_only);
  visit.flag("cancel_on_pause", event.cancel_on_pause);
  visit.field("entry", event.entry);
  visit.field("min_fill", event.min_fill);
  visit.field("max_cost", event.max_cost);
  visit.field("expire_time", event.expire_time);
  visit.field("transact_time", event.transact_time);
  visit.field("release_at", event.release_at);
  visit.field("version_guard", event.version_guard);
  visit.field("closing", event.closing);
  visit.field("cash_lock", event.cash_lock);
  visit.group("values", event.values);
  visit.field("cl_ord_id", event.cl_ord_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::OrderRejected& event, Visitor& visit) {
  visit.field("account", event.account);
  visit.field("session", event.session);
  visit.field("reason", event.reason);
  visit.field("side", event.side);
  visit.field("type", event.type);
  visit.field("time_in_force", event.time_in_force);
  visit.flag("id_consumed", event.id_consumed);
  visit.reserved(event.reserved);
  visit.field("price", event.price);
  visit.field("quantity", event.quantity);
  visit.field("account_name", event.account_name);
  visit.field("symbol", event.symbol);
  visit.field("cl_ord_id", event.cl_ord_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::OrderRested& event, Visitor& visit) {
  visit.field("order", event.order);
  visit.field("leaves_qty", event.leaves_qty);
}

template <typename Visitor>
constexpr void visit_fields(const matching::TradeLeg& leg, Visitor& visit) {
  visit.field("order", leg.order);
  visit.field("account", leg.account);
  visit.field("session", leg.session);
  visit.field("cash", leg.cash);
  visit.field("lock_released", leg.lock_released);
  visit.field("closed", leg.closed);
  visit.group("values", leg.values);
}

template <typename Visitor>
constexpr void visit_fields(const matching::TradeMatched& event, Visitor& visit) {
  visit.field("instrument", event.instrument);
  visit.field("tick", event.tick);
  visit.field("price", event.price);
  visit.field("quantity", event.quantity);
  visit.field("taker_side", event.taker_side);
  visit.reserved(event.reserved);
  visit.group("maker", event.maker);
  visit.group("taker", event.taker);
}

template <typename Visitor>
constexpr void visit_fields(const matching::OrderCancelled& event, Visitor& visit) {
  visit.field("order", event.order);
  visit.field("session", event.session);
  visit.field("requester", event.requester);
  visit.field("cause", event.cause);
  visit.reserved(event.reserved);
  visit.field("reason", event.reason);
  visit.reserved(event.reserved2);
  visit.field("lock_released", event.lock_released);
  visit.group("values", event.values);
  visit.field("cl_ord_id", event.cl_ord_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::OrderReduced& event, Visitor& visit) {
  visit.field("order", event.order);
  visit.field("session", event.session);
  visit.field("cause", event.cause);
  visit.reserved(event.reserved);
  visit.field("quantity", event.quantity);
  visit.field("closing_released", event.closing_released);
  visit.field("lock_released", event.lock_released);
  visit.group("values", event.values);
}

template <typename Visitor>
constexpr void visit_fields(const matching::CancelRejected& event, Visitor& visit) {
  visit.field("order", event.order);
  visit.field("account", event.account);
  visit.field("session", event.session);
  visit.field("reason", event.reason);
  visit.field("response_to", event.response_to);
  visit.flag("id_consumed", event.id_consumed);
  visit.flag("was_delayed", event.was_delayed);
  visit.flag("is_delayed", event.is_delayed);
  visit.reserved(event.reserved);
  visit.group("values", event.values);
  visit.field("account_name", event.account_name);
  visit.field("cl_ord_id", event.cl_ord_id);
  visit.field("orig_cl_ord_id", event.orig_cl_ord_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::OrderReleased& event, Visitor& visit) {
  visit.field("order", event.order);
  visit.field("session", event.session);
  visit.field("entry", event.entry);
  visit.reserved(event.reserved);
  visit.group("values", event.values);
}

template <typename Visitor>
constexpr void visit_fields(const matching::OrderAmended& event, Visitor& visit) {
  visit.field("order", event.order);
  visit.field("session", event.session);
  visit.field("requester", event.requester);
  visit.field("tick", event.tick);
  visit.field("entry", event.entry);
  visit.flag("was_delayed", event.was_delayed);
  visit.flag("is_delayed", event.is_delayed);
  visit.reserved(event.reserved);
  visit.field("expire_time", event.expire_time);
  visit.field("closing", event.closing);
  visit.field("cash_lock", event.cash_lock);
  visit.group("values", event.values);
  visit.field("cl_ord_id", event.cl_ord_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::AmendDelayed& event, Visitor& visit) {
  visit.field("order", event.order);
  visit.field("session", event.session);
  visit.field("requester", event.requester);
  visit.field("tick", event.tick);
  visit.reserved(event.reserved);
  visit.field("order_qty", event.order_qty);
  visit.field("expire_time", event.expire_time);
  visit.field("release_at", event.release_at);
  visit.group("values", event.values);
  visit.field("cl_ord_id", event.cl_ord_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::OrderExpired& event, Visitor& visit) {
  visit.field("order", event.order);
  visit.field("session", event.session);
  visit.reserved(event.reserved);
  visit.field("lock_released", event.lock_released);
  visit.group("values", event.values);
}

template <typename Visitor>
constexpr void visit_fields(const matching::OrderStatusAnswered& event, Visitor& visit) {
  visit.field("order", event.order);
  visit.field("account", event.account);
  visit.field("session", event.session);
  visit.field("reason", event.reason);
  visit.field("cancel_cause", event.cancel_cause);
  visit.flag("live", event.live);
  visit.flag("is_delayed", event.is_delayed);
  visit.field("side", event.side);
  visit.reserved(event.reserved);
  visit.group("values", event.values);
  visit.field("symbol", event.symbol);
  visit.field("cl_ord_id", event.cl_ord_id);
}

// ---- Processes, time, and everything else -------------------------------------------------------

template <typename Visitor>
constexpr void visit_fields(const matching::BatchStarted& event, Visitor& visit) {
  visit.field("batch", event.batch);
  visit.field("account", event.account);
  visit.field("session", event.session);
  visit.field("instrument", event.instrument);
  visit.field("last_order", event.last_order);
  visit.field("guard_below", event.guard_below);
  visit.field("scope", event.scope);
  visit.field("cause", event.cause);
  visit.field("side", event.side);
  visit.flag("id_consumed", event.id_consumed);
  visit.field("requester", event.requester);
  visit.field("requester_account", event.requester_account);
  visit.reserved(event.reserved);
  visit.field("request_id", event.request_id);
  visit.field("cl_ord_id", event.cl_ord_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::OrderCancelledBatched& event, Visitor& visit) {
  visit.field("batch", event.batch);
  visit.field("cause", event.cause);
  visit.reserved(event.reserved);
  visit.field("cursor_after", event.cursor_after);
  visit.field("count", event.count);
  visit.reserved(event.reserved2);
}

template <typename Visitor>
constexpr void visit_fields(const matching::BatchCompleted& event, Visitor& visit) {
  visit.field("batch", event.batch);
  visit.field("requester", event.requester);
  visit.field("requester_account", event.requester_account);
  visit.field("cause", event.cause);
  visit.field("side", event.side);
  visit.reserved(event.reserved);
  visit.field("instrument", event.instrument);
  visit.reserved(event.reserved2);
  visit.field("total", event.total);
  visit.field("request_id", event.request_id);
  visit.field("cl_ord_id", event.cl_ord_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::MassCancelRejected& event, Visitor& visit) {
  visit.field("account", event.account);
  visit.field("session", event.session);
  visit.field("reason", event.reason);
  visit.flag("id_consumed", event.id_consumed);
  visit.field("side", event.side);
  visit.reserved(event.reserved);
  visit.field("account_name", event.account_name);
  visit.field("market", event.market);
  visit.field("symbol", event.symbol);
  visit.field("cl_ord_id", event.cl_ord_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::TradingDaySet& event, Visitor& visit) {
  visit.field("ends_at_s", event.ends_at_s);
  visit.field("requester", event.requester);
  visit.field("next_end", event.next_end);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::TradingDayEnded& event, Visitor& visit) {
  visit.field("date", event.date);
  visit.reserved(event.reserved);
  visit.field("last_order", event.last_order);
  visit.field("next_end", event.next_end);
}

template <typename Visitor>
constexpr void visit_fields(const matching::ClOrdIdGenerationEnded& event, Visitor& visit) {
  visit.field("next_end", event.next_end);
}

template <typename Visitor>
constexpr void visit_fields(const matching::CommandRejected& event, Visitor& visit) {
  visit.field("session", event.session);
  visit.field("reason", event.reason);
  visit.field("command", event.command);
  visit.field("subject", event.subject);
  visit.field("request_id", event.request_id);
}

template <typename Visitor>
constexpr void visit_fields(const matching::Announced& event, Visitor& visit) {
  visit.field("requester", event.requester);
  visit.reserved(event.reserved);
  visit.field("request_id", event.request_id);
  visit.field("subject", event.subject);
  visit.field("headline", event.headline);
}

template <typename Visitor>
constexpr void visit_fields(const matching::WatermarkMoved& event, Visitor& visit) {
  visit.field("requester", event.requester);
  visit.reserved(event.reserved);
  visit.field("watermark", event.watermark);
  visit.field("request_id", event.request_id);
}

}  // namespace betex::journal
