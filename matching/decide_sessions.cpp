// FIX sessions: the journal's view of who is on, and of the numbers that must survive a crash.
#include <algorithm>

#include "matching/decider.h"

namespace betex::matching {

void Decider::refuse(const SessionState* session, SessionId id, Reason reason) {
  emitter_.emit(CommandRejected{.session = id,
                                .reason = reason,
                                .command = command_kind(),
                                .subject = session == nullptr ? Name{} : session->info.comp_id});
}

// Null, and refused, where the command speaks of a session or an epoch that is not there.
const SessionState* Decider::current_session(SessionId id, SessionEpoch epoch) {
  const SessionState* const session = state_.sessions.find(id);
  if (session == nullptr) {
    refuse(session, id, Reason::UnknownSession);
    return nullptr;
  }
  if (session->info.epoch != epoch) {
    refuse(session, id, Reason::StaleEpoch);
    return nullptr;
  }
  return session;
}

void Decider::decide(const SessionUp& up) {
  const auto id = static_cast<std::uint32_t>(state_.session_names.find(up.comp_id));
  const SessionState* const known = state_.sessions.find(SessionId{id});
  if (up.comp_id.empty()) {
    refuse(known, SessionId{}, Reason::InvalidParameter);
    return;
  }
  SessionWentUp event{.reset = up.reset,
                      .cancel_on_disconnect = up.cancel_on_disconnect,
                      .grace_ms = up.grace_ms,
                      .comp_id = up.comp_id,
                      .username = up.username};
  if (known == nullptr) {
    event.session = state_.sessions.next_id();
    event.epoch = SessionEpoch{1};
    event.next_in = MsgSeqNum{1};
    // Nothing that happened before concerns it: all of it counts as delivered.
    event.delivered = state_.last_seq;
  } else if (up.reset) {
    event.session = known->info.session;
    event.epoch = known->info.epoch.next();
    event.next_in = MsgSeqNum{1};
    event.delivered = known->info.delivered;
  } else if (known->info.up) {
    refuse(known, known->info.session, Reason::InvalidState);
    return;
  } else {
    event.session = known->info.session;
    event.epoch = known->info.epoch;
    event.next_in = known->info.next_in;
    event.reserved_to = known->info.reserved_to;
    event.delivered = known->info.delivered;
  }
  // What the client sent before it belongs to a history that we have not.
  if (event.reserved_to == MsgSeqNum{}) {
    event.next_in = std::max(event.next_in, up.number);
  }
  emitter_.emit(event);
}

void Decider::decide(const SessionDown& down) {
  const SessionState* const session = current_session(down.session, down.epoch);
  if (session == nullptr) {
    return;
  }
  const bool restart = down.reason == SessionDownReason::Restart;
  const bool renews_grace = restart && session->cancel_at != Timestamp{};
  if (!session->info.up && !renews_grace) {
    refuse(session, down.session, Reason::InvalidState);
    return;
  }
  const bool cancels = session->cancel_on_disconnect && down.reason != SessionDownReason::Shutdown;
  const Timestamp grace{session->grace_ms * kNanosPerMillisecond};
  emitter_.emit(SessionWentDown{.session = down.session,
                                .epoch = down.epoch,
                                .next_in = restart ? session->info.next_in : down.next_in,
                                .reason = down.reason,
                                .cancel_at = cancels ? now() + grace : Timestamp{}});
}

void Decider::decide(const ReserveNumbers& reserve) {
  const SessionState* const session = current_session(reserve.session, reserve.epoch);
  if (session == nullptr) {
    return;
  }
  if (reserve.up_to <= session->info.reserved_to) {
    refuse(session, reserve.session, Reason::InvalidParameter);
    return;
  }
  emitter_.emit(
      NumbersReserved{.session = reserve.session, .epoch = reserve.epoch, .up_to = reserve.up_to});
}

void Decider::decide(const RefuseInbound& refused) {
  const Origin& origin = command_->origin;
  if (current_session(origin.session, origin.epoch) == nullptr) {
    return;
  }
  emitter_.emit(InboundRefused{.session = origin.session,
                               .msg_seq_num = origin.msg_seq_num,
                               .tag = refused.tag,
                               .fix_reason = refused.fix_reason,
                               .reason = refused.reason,
                               .answer = refused.answer,
                               .retry_after_ms = refused.retry_after_ms,
                               .msg_type = refused.msg_type,
                               .cl_ord_id = refused.cl_ord_id});
}

void Decider::decide(const ConfirmDelivery& confirm) {
  const SessionState* const session = state_.sessions.find(confirm.session);
  if (session == nullptr) {
    refuse(session, confirm.session, Reason::UnknownSession);
  } else if (confirm.delivered <= session->info.delivered || confirm.delivered > state_.last_seq) {
    refuse(session, confirm.session, Reason::InvalidParameter);
  } else {
    emitter_.emit(ReportsDelivered{.session = confirm.session, .delivered = confirm.delivered});
  }
}

void Decider::decide(const WatchMarkets& watch) {
  const SessionState* const session = state_.sessions.find(watch.session);
  if (session == nullptr) {
    refuse(session, watch.session, Reason::UnknownSession);
  } else {
    emitter_.emit(MarketsWatched{.session = watch.session, .on = watch.on});
  }
}

// ---- By Ops -------------------------------------------------------------------------------------

// Null, and answered, where the request goes no further: it is a repetition, names no session, or
// has to be approved.
const SessionState* Decider::session_for(const Name& comp_id) {
  const SessionId id{static_cast<std::uint32_t>(state_.session_names.find(comp_id))};
  const SessionState* const session = state_.sessions.find(id);
  return is_admitted(session == nullptr ? Reason::UnknownSession : Reason::None) ? session
                                                                                 : nullptr;
}

Reason Decider::check(const SetSessionNumbers& set, const SessionInfo& session) {
  if (session.up) {
    return Reason::InvalidState;
  }
  const bool lowers = set.reserved_to != MsgSeqNum{} && set.reserved_to < session.reserved_to;
  return lowers && !set.new_epoch ? Reason::InvalidParameter : Reason::None;
}

void Decider::decide(const SetSessionNumbers& set) {
  const SessionState* const session = session_for(set.comp_id);
  if (session == nullptr || !passes(check(set, session->info))) {
    return;
  }
  const SessionInfo& info = session->info;
  SessionNumbersSet event{.session = info.session,
                          .epoch = set.new_epoch ? info.epoch.next() : info.epoch,
                          .next_in = set.new_epoch ? MsgSeqNum{1} : info.next_in,
                          .reserved_to = set.new_epoch ? MsgSeqNum{} : info.reserved_to,
                          .request_id = set.request_id,
                          .delivered = info.delivered};
  if (set.next_in != MsgSeqNum{}) {
    event.next_in = set.next_in;
  }
  if (set.reserved_to != MsgSeqNum{}) {
    event.reserved_to = set.reserved_to;
  }
  emitter_.emit(event);
}

void Decider::decide(const SuspendSession& suspend) {
  const SessionState* const session = session_for(suspend.comp_id);
  if (session == nullptr || !passes(Reason::None)) {
    return;
  }
  const SessionId id = session->info.session;
  const bool cancels = suspend.cancel_orders && session->open_orders != 0;
  emitter_.emit(SessionSuspended{.session = id,
                                 .cancel_orders = suspend.cancel_orders,
                                 .goes_on = cancels,
                                 .request_id = suspend.request_id});
  if (cancels) {
    start_batch({.session = id,
                 .scope = CancelScope::All,
                 .cause = CancelCause::SessionSuspended,
                 .requester = requester(),
                 .request_id = suspend.request_id});
  }
}

void Decider::decide(const ResumeSession& resume) {
  const SessionState* const session = session_for(resume.comp_id);
  if (session != nullptr && passes(session->info.suspended ? Reason::None : Reason::InvalidState)) {
    emitter_.emit(
        SessionResumed{.session = session->info.session, .request_id = resume.request_id});
  }
}

void Decider::decide(const LogoutSession& logout) {
  const SessionState* const session = session_for(logout.comp_id);
  if (session != nullptr && passes(session->info.up ? Reason::None : Reason::InvalidState)) {
    emitter_.emit(SessionLoggedOut{.session = session->info.session,
                                   .request_id = logout.request_id,
                                   .epoch = session->info.epoch,
                                   .reserved_to = session->info.reserved_to,
                                   .delivered = session->info.delivered});
  }
}

}  // namespace betex::matching
