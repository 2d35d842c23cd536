// Sessions and operators of the reference engine: RULES.md section 6.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

// ---- Sessions -----------------------------------------------------------------------------------

// Of a command that names the session, which may not exist.
void ReferenceEngine::refuse_session(RefId session, Reason reason) {
  const auto found = sessions_.find(session);
  say(CommandRejected{.session = plain(session),
                      .reason = reason,
                      .command = static_cast<std::uint16_t>(command_->body.index() + 1),
                      .subject = found == sessions_.end() ? Name{} : Name{found->second.comp_id}});
}

// Null, and refused, where the command speaks of a session or an epoch that is not there.
RefSession* ReferenceEngine::current_session(SessionId id, SessionEpoch epoch) {
  const auto found = sessions_.find(id.value());
  if (found == sessions_.end()) {
    refuse_session(id.value(), Reason::UnknownSession);
    return nullptr;
  }
  if (found->second.epoch != epoch.value()) {
    refuse_session(id.value(), Reason::StaleEpoch);
    return nullptr;
  }
  return &found->second;
}

void ReferenceEngine::on(const SessionUp& up) {
  const std::string name{up.comp_id.view()};
  const auto known = sessions_by_name_.find(name);
  if (name.empty()) {
    refuse_session(0, Reason::InvalidParameter);
    return;
  }
  if (known != sessions_by_name_.end() && !up.reset && sessions_.at(known->second).up) {
    refuse_session(known->second, Reason::InvalidState);
    return;
  }
  if (known == sessions_by_name_.end()) {
    const RefId id = sessions_.size() + 1;
    sessions_by_name_[name] = id;
    sessions_[id] = {.id = id,
                     .comp_id = name,
                     .epoch = 1,
                     .next_in = 1,
                     .delivered = last_seq_,
                     .epoch_began = now_};
  } else if (up.reset) {
    RefSession& session = sessions_.at(known->second);
    ++session.epoch;
    session.epoch_began = now_;
    session.next_in = 1;
    session.reserved_to = 0;
  }
  RefSession& session = sessions_.at(sessions_by_name_.at(name));
  if (session.reserved_to == 0) {  // what came before belongs to a history that we have not
    session.next_in = std::max(session.next_in, up.number.value());
  }
  session.up = true;
  session.username = up.username;
  session.cancels = up.cancel_on_disconnect;
  session.grace = up.grace_ms;
  session.cancel_at = 0;
  session.groups_cancel_at = 0;
  say(SessionWentUp{.session = plain(session.id),
                    .epoch = plain(session.epoch),
                    .next_in = plain(session.next_in),
                    .reserved_to = plain(session.reserved_to),
                    .delivered = plain(session.delivered),
                    .reset = up.reset,
                    .cancel_on_disconnect = up.cancel_on_disconnect,
                    .grace_ms = up.grace_ms,
                    .comp_id = up.comp_id,
                    .username = up.username});
}

// A session that is found up at a start, or whose grace ran then, gets its whole grace again.
void ReferenceEngine::on(const SessionDown& down) {
  RefSession* const session = current_session(down.session, down.epoch);
  if (session == nullptr) {
    return;
  }
  const bool restart = down.reason == SessionDownReason::Restart;
  const bool waits = session->cancel_at != 0 || session->groups_cancel_at != 0;
  if (!session->up && !(restart && waits)) {
    refuse_session(session->id, Reason::InvalidState);
    return;
  }
  if (session->up) {
    session->cause = down.reason == SessionDownReason::Logout ? CancelCause::LoggedOut
                                                              : CancelCause::Disconnected;
  }
  session->up = false;
  if (!restart) {
    session->next_in = down.next_in.value();
  }
  session->cancel_at = session->cancels && down.reason != SessionDownReason::Shutdown
                           ? now_ + session->grace * 1'000'000
                           : 0;
  session->groups_cancel_at = 0;
  if (down.reason != SessionDownReason::Shutdown && !groups_bound_to(session->id).empty()) {
    session->groups_cancel_at = session->cancels ? session->cancel_at : now_;
  }
  say(SessionWentDown{.session = plain(session->id),
                      .epoch = plain(session->epoch),
                      .next_in = plain(session->next_in),
                      .reason = down.reason,
                      .cancel_at = plain(session->cancel_at),
                      .groups_cancel_at = plain(session->groups_cancel_at)});
}

void ReferenceEngine::on(const ReserveNumbers& reserve) {
  RefSession* const session = current_session(reserve.session, reserve.epoch);
  if (session == nullptr) {
    return;
  }
  if (reserve.up_to.value() <= session->reserved_to) {
    refuse_session(session->id, Reason::InvalidParameter);
    return;
  }
  session->reserved_to = reserve.up_to.value();
  say(NumbersReserved{.session = plain(session->id),
                      .epoch = plain(session->epoch),
                      .up_to = plain(session->reserved_to)});
}

void ReferenceEngine::on(const RefuseInbound& refused) {
  const Origin& origin = command_->origin;
  if (current_session(origin.session, origin.epoch) == nullptr) {
    return;
  }
  say(InboundRefused{.session = plain(requester()),
                     .msg_seq_num = origin.msg_seq_num,
                     .tag = refused.tag,
                     .fix_reason = refused.fix_reason,
                     .reason = refused.reason,
                     .answer = refused.answer,
                     .retry_after_ms = refused.retry_after_ms,
                     .msg_type = refused.msg_type,
                     .cl_ord_id = refused.cl_ord_id});
}

void ReferenceEngine::on(const ConfirmDelivery& confirm) {
  const auto found = sessions_.find(confirm.session.value());
  if (found == sessions_.end()) {
    refuse_session(confirm.session.value(), Reason::UnknownSession);
    return;
  }
  RefSession& session = found->second;
  if (confirm.delivered.value() <= session.delivered || confirm.delivered.value() > last_seq_) {
    refuse_session(session.id, Reason::InvalidParameter);
    return;
  }
  session.delivered = confirm.delivered.value();
  say(ReportsDelivered{.session = plain(session.id), .delivered = plain(session.delivered)});
}

void ReferenceEngine::on(const WatchMarkets& watch) {
  if (sessions_.find(watch.session.value()) == sessions_.end()) {
    refuse_session(watch.session.value(), Reason::UnknownSession);
    return;
  }
  say(MarketsWatched{.session = watch.session, .on = watch.on});
}

void ReferenceEngine::on(const SetSessionNumbers& set) {
  RefSession& session = session_of(set);
  Reason reason = Reason::None;
  if (session.up) {
    reason = Reason::InvalidState;
  } else if (!set.new_epoch && set.reserved_to != MsgSeqNum{} &&
             set.reserved_to.value() < session.reserved_to) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(reason, set);
    return;
  }
  if (set.new_epoch) {
    ++session.epoch;
    session.epoch_began = now_;
    session.next_in = 1;
    session.reserved_to = 0;
  }
  if (set.next_in != MsgSeqNum{}) {
    session.next_in = set.next_in.value();
  }
  if (set.reserved_to != MsgSeqNum{}) {
    session.reserved_to = set.reserved_to.value();
  }
  say(SessionNumbersSet{.session = plain(session.id),
                        .epoch = plain(session.epoch),
                        .next_in = plain(session.next_in),
                        .reserved_to = plain(session.reserved_to),
                        .request_id = set.request_id,
                        .delivered = plain(session.delivered)});
}

void ReferenceEngine::on(const SuspendSession& suspend) {
  RefSession& session = session_of(suspend);
  session.suspended = true;
  const bool cancels =
      suspend.cancel_orders && std::any_of(live_.begin(), live_.end(), [&](const auto& entry) {
        return entry.second->session == session.id;
      });
  say(SessionSuspended{.session = plain(session.id),
                       .cancel_orders = suspend.cancel_orders,
                       .goes_on = cancels,
                       .request_id = suspend.request_id});
  if (cancels) {
    start_batch({.session = session.id,
                 .scope = CancelScope::All,
                 .cause = CancelCause::SessionSuspended,
                 .requester = requester(),
                 .request = suspend.request_id});
  }
}

void ReferenceEngine::on(const ResumeSession& resume) {
  RefSession& session = session_of(resume);
  if (!session.suspended) {
    refuse(Reason::InvalidState, resume);
    return;
  }
  session.suspended = false;
  say(SessionResumed{.session = plain(session.id), .request_id = resume.request_id});
}

void ReferenceEngine::on(const LogoutSession& logout) {
  RefSession& session = session_of(logout);
  if (!session.up) {
    refuse(Reason::InvalidState, logout);
    return;
  }
  say(SessionLoggedOut{.session = plain(session.id),
                       .request_id = logout.request_id,
                       .epoch = plain(session.epoch),
                       .reserved_to = plain(session.reserved_to),
                       .delivered = plain(session.delivered)});
}

// ---- The exchange -------------------------------------------------------------------------------

void ReferenceEngine::on(const HaltExchange& halt) {
  if (halted_) {
    refuse(Reason::InvalidState, halt);
    return;
  }
  halted_ = true;
  say(ExchangeHalted{.request_id = halt.request_id});
}

void ReferenceEngine::on(const UnhaltExchange& unhalt) {
  if (!halted_) {
    refuse(Reason::InvalidState, unhalt);
    return;
  }
  halted_ = false;
  say(ExchangeUnhalted{.request_id = unhalt.request_id});
}

void ReferenceEngine::on(const SetTradingDay& set) {
  if (set.ends_at_s >= 86'400) {
    refuse(Reason::InvalidParameter, set);
    return;
  }
  day_ends_at_s_ = set.ends_at_s;
  day_end_ = day_end_after(now_);
  say(TradingDaySet{
      .ends_at_s = set.ends_at_s, .next_end = plain(day_end_), .request_id = set.request_id});
}

void ReferenceEngine::on(const Announce& announce) {
  say(Announced{.request_id = announce.request_id,
                .subject = announce.subject,
                .headline = *announce.headline,
                .urgent = announce.urgent});
}

void ReferenceEngine::on(const StopExchange& stop) {
  if (stop.notice_s > 3'600) {
    refuse(Reason::InvalidParameter, stop);
    return;
  }
  say(StopAnnounced{.notice_s = stop.notice_s, .request_id = stop.request_id});
}

void ReferenceEngine::on(const MoveWatermark& move) {
  if (move.watermark.value() <= watermark_ || move.watermark.value() > last_seq_) {
    refuse(Reason::InvalidParameter, move);
    return;
  }
  watermark_ = move.watermark.value();
  say(WatermarkMoved{.watermark = move.watermark, .request_id = move.request_id});
}

}  // namespace betex::matching::testing
