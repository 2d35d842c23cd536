// Events about FIX sessions.
#include "matching/apply.h"
#include "matching/assert.h"

namespace betex::matching {

namespace {

void set_end(State& state, Timestamp& grace, Timestamp end) {
  const bool was_first = grace != Timestamp{} && grace == state.first_grace;
  grace = end;
  if (was_first) {
    state.first_grace = Timestamp{};
    for (const SessionState& session : state.sessions) {
      note_grace(state, session.cancel_at);
      note_grace(state, session.groups_cancel_at);
    }
  } else {
    note_grace(state, end);
  }
}

}  // namespace

void set_grace(State& state, SessionId id, Timestamp end) {
  set_end(state, state.sessions.at(id).cancel_at, end);
}

void set_groups_grace(State& state, SessionId id, Timestamp end) {
  set_end(state, state.sessions.at(id).groups_cancel_at, end);
}

void note_grace(State& state, Timestamp end) noexcept {
  if (end != Timestamp{} && (state.first_grace == Timestamp{} || end < state.first_grace)) {
    state.first_grace = end;
  }
}

namespace {

// Its time is the transaction's: apply_header() writes it down.
void begin_epoch(State& state, SessionId id, SessionEpoch epoch) {
  if (state.sessions.at(id).info.epoch != epoch) {
    state.epoch_begins_of = id;
  }
}

}  // namespace

void apply(State& state, EventSeq, const SessionWentUp& event) {
  if (!state.sessions.contains(event.session)) {
    BETEX_ASSERT(event.session == state.sessions.next_id());
    state.sessions.append({});
    state.session_names.insert(event.comp_id, event.session.value());
  }
  SessionState& session = state.sessions.at(event.session);
  begin_epoch(state, event.session, event.epoch);
  session.info = {.session = event.session,
                  .comp_id = event.comp_id,
                  .epoch = event.epoch,
                  .up = true,
                  .next_in = event.next_in,
                  .reserved_to = event.reserved_to,
                  .delivered = event.delivered,
                  .epoch_began = session.info.epoch_began,
                  .suspended = session.info.suspended,
                  .username = event.username};
  session.cancel_on_disconnect = event.cancel_on_disconnect;
  session.grace_ms = event.grace_ms;
  set_grace(state, event.session, Timestamp{});
  set_groups_grace(state, event.session, Timestamp{});
}

void apply(State& state, EventSeq, const SessionWentDown& event) {
  SessionState& session = state.sessions.at(event.session);
  if (session.info.up) {  // else its grace begins anew, for the cause that it has
    session.cancel_cause = event.reason == SessionDownReason::Logout ? CancelCause::LoggedOut
                                                                     : CancelCause::Disconnected;
  }
  session.info.up = false;
  session.info.next_in = event.next_in;
  set_grace(state, event.session, event.cancel_at);
  set_groups_grace(state, event.session, event.groups_cancel_at);
}

void apply(State& state, EventSeq, const NumbersReserved& event) {
  state.sessions.at(event.session).info.reserved_to = event.up_to;
}

void apply(State&, EventSeq, const InboundRefused&) {
  // The transaction's origin moves the session's number; nothing else happened.
}

void apply(State& state, EventSeq, const ReportsDelivered& event) {
  state.sessions.at(event.session).info.delivered = event.delivered;
}

void apply(State&, EventSeq, const MarketsWatched&) {
  // It is for those who make reports.
}

void apply(State& state, EventSeq seq, const SessionNumbersSet& event) {
  begin_epoch(state, event.session, event.epoch);
  SessionInfo& session = state.sessions.at(event.session).info;
  session.epoch = event.epoch;
  session.next_in = event.next_in;
  session.reserved_to = event.reserved_to;
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const SessionSuspended& event) {
  state.sessions.at(event.session).info.suspended = true;
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const SessionResumed& event) {
  state.sessions.at(event.session).info.suspended = false;
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const SessionLoggedOut& event) {
  remember_request(state, event.request_id, seq);
}

}  // namespace betex::matching
