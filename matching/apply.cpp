#include "matching/apply.h"

#include "matching/seldom.h"

namespace betex::matching {
namespace {

// A log's first transaction says when its time begins.
BETEX_SELDOM void start_time(State& state, Timestamp now) {
  state.trading_day.next_end = next_day_end(now, state.trading_day.ends_at_s);
  state.generations.next_end = Timestamp{now.value() + kGenerationNanos};
  state.exchange.request_ids_end = Timestamp{now.value() + kRequestIdNanos};
}

}  // namespace

[[gnu::noinline]] void prune_deadlines(State& state) {
  state.deadlines.prune(
      [&state](const Deadlines::Entry& entry) { return due_of(state, entry) != Due::Nothing; });
}

void apply_header(State& state, const TransactionHeader& header, EventSeq last_seq) {
  if (state.last_tx_id == TxId{}) {
    start_time(state, header.timestamp);
  }
  state.last_seq = last_seq;
  state.last_tx_id = header.tx_id;
  state.last_timestamp = header.timestamp;
  if (state.epoch_begins_of != SessionId{}) {
    state.sessions.at(state.epoch_begins_of).info.epoch_began = header.timestamp;
    state.epoch_begins_of = SessionId{};
  }
  if (state.request_came) {
    state.request_ids.last().digest = header.command_digest;
    state.request_came = false;
  }
  state.orders.put_finished_away();
  if (state.sessions.contains(header.origin_session)) {
    SessionInfo& session = state.sessions.at(header.origin_session).info;
    if (session.epoch == header.origin_epoch) {
      session.next_in = header.origin_msg_seq_num.next();
    }
  }
}

void remember_request(State& state, const Name& request_id, EventSeq seq, Reason refused) {
  if (!request_id.empty() && state.request_ids.find(request_id) == nullptr) {
    state.request_ids.insert({.request_id = request_id, .answered_by = seq, .reason = refused});
    state.request_came = true;
    ++state.exchange.requests_today;
  }
}

void consume_id(State& state, AccountId account, const ClOrdId& id, Reason reason) {
  state.cl_ord_ids.insert(account, id, OrderId{}, reason);
}

}  // namespace betex::matching
