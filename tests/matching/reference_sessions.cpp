// Sessions, accounts and operators of the reference engine: RULES.md section 6.
#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

// ---- Sessions -----------------------------------------------------------------------------------

// Null, and refused, where the command speaks of a session or an epoch that is not there.
RefSession* ReferenceEngine::current_session(SessionId id, SessionEpoch epoch) {
  const auto found = sessions_.find(id.value());
  if (found == sessions_.end()) {
    refuse(Reason::UnknownSession, "", "");
  } else if (found->second.epoch != epoch.value()) {
    refuse(Reason::StaleEpoch, found->second.comp_id, "");
  } else {
    return &found->second;
  }
  facts_.back().session = id.value();
  return nullptr;
}

void ReferenceEngine::on(const SessionUp& up) {
  const std::string name{up.comp_id.view()};
  const auto known = sessions_by_name_.find(name);
  if (name.empty()) {
    refuse(Reason::InvalidParameter, "", "");
    facts_.back().session = 0;
    return;
  }
  if (known != sessions_by_name_.end() && !up.reset && sessions_.at(known->second).up) {
    refuse(Reason::InvalidState, name, "");
    facts_.back().session = known->second;
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
  session.up = true;
  session.cancels = up.cancel_on_disconnect;
  session.grace = up.grace_ms;
  session.cancel_at = 0;
  say({.kind = EventKind::SessionWentUp,
       .other = session.epoch,
       .session = session.id,
       .quantity = session.next_in,
       .filled = static_cast<std::int64_t>(session.delivered),
       .leaves = session.reserved_to,
       .lock = up.grace_ms,
       .code = (up.reset ? 1U : 0U) + (up.cancel_on_disconnect ? 2U : 0U),
       .id = name});
}

// A session that is found up at a start, or whose grace ran then, gets its whole grace again.
void ReferenceEngine::on(const SessionDown& down) {
  RefSession* const session = current_session(down.session, down.epoch);
  if (session == nullptr) {
    return;
  }
  const bool restart = down.reason == SessionDownReason::Restart;
  if (!session->up && (!restart || session->cancel_at == 0)) {
    refuse(Reason::InvalidState, session->comp_id, "");
    facts_.back().session = session->id;
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
  say({.kind = EventKind::SessionWentDown,
       .other = session->epoch,
       .session = session->id,
       .quantity = session->next_in,
       .at = session->cancel_at,
       .code = code(down.reason)});
}

void ReferenceEngine::on(const ReserveNumbers& reserve) {
  RefSession* const session = current_session(reserve.session, reserve.epoch);
  if (session == nullptr) {
    return;
  }
  if (reserve.up_to.value() <= session->reserved_to) {
    refuse(Reason::InvalidParameter, session->comp_id, "");
    facts_.back().session = session->id;
    return;
  }
  session->reserved_to = reserve.up_to.value();
  say({.kind = EventKind::NumbersReserved,
       .other = session->epoch,
       .session = session->id,
       .leaves = session->reserved_to});
}

void ReferenceEngine::on(const RefuseInbound& refused) {
  const Origin& origin = command_->origin;
  if (current_session(origin.session, origin.epoch) == nullptr) {
    return;
  }
  say({.kind = EventKind::InboundRefused,
       .other = code(refused.answer),
       .session = requester(),
       .quantity = origin.msg_seq_num.value(),
       .chain = refused.fix_reason,
       .tick = refused.tag,
       .code = code(refused.reason),
       .id = std::string{refused.cl_ord_id.view()},
       .request = std::string{refused.msg_type.view()}});
}

void ReferenceEngine::on(const ConfirmDelivery& confirm) {
  const auto found = sessions_.find(confirm.session.value());
  if (found == sessions_.end()) {
    refuse(Reason::UnknownSession, "", "");
    facts_.back().session = confirm.session.value();
    return;
  }
  RefSession& session = found->second;
  if (confirm.delivered.value() <= session.delivered || confirm.delivered.value() > last_seq_) {
    refuse(Reason::InvalidParameter, session.comp_id, "");
    facts_.back().session = session.id;
    return;
  }
  session.delivered = confirm.delivered.value();
  say({.kind = EventKind::ReportsDelivered,
       .session = session.id,
       .filled = static_cast<std::int64_t>(session.delivered)});
}

// Null, and refused, where the request is a repetition or names no session.
RefSession* ReferenceEngine::session_for(const Name& comp_id, const Name& request) {
  const RefId id = id_of(sessions_by_name_, comp_id);
  Reason reason = request_fails(request);
  if (reason == Reason::None && id == 0) {
    reason = Reason::UnknownSession;
  }
  if (reason != Reason::None) {
    refuse(reason, comp_id.view(), request.view());
    return nullptr;
  }
  return &sessions_.at(id);
}

void ReferenceEngine::on(const SetSessionNumbers& set) {
  RefSession* const session = session_for(set.comp_id, set.request_id);
  if (session == nullptr) {
    return;
  }
  if (session->up) {
    refuse(Reason::InvalidState, set.comp_id.view(), set.request_id.view());
    return;
  }
  if (set.new_epoch) {
    ++session->epoch;
    session->epoch_began = now_;
    session->next_in = 1;
    session->reserved_to = 0;
  }
  if (set.next_in != MsgSeqNum{}) {
    session->next_in = set.next_in.value();
  }
  if (set.reserved_to != MsgSeqNum{}) {
    session->reserved_to = set.reserved_to.value();
  }
  remember(set.request_id);
  say({.kind = EventKind::SessionNumbersSet,
       .other = session->epoch,
       .session = session->id,
       .requester = requester(),
       .quantity = session->next_in,
       .leaves = session->reserved_to,
       .request = std::string{set.request_id.view()}});
}

void ReferenceEngine::on(const SuspendSession& suspend) {
  RefSession* const session = session_for(suspend.comp_id, suspend.request_id);
  if (session == nullptr) {
    return;
  }
  const std::string request{suspend.request_id.view()};
  if (session->suspended) {
    refuse(Reason::InvalidState, suspend.comp_id.view(), request);
    return;
  }
  session->suspended = true;
  remember(suspend.request_id);
  say({.kind = EventKind::SessionSuspended,
       .session = session->id,
       .requester = requester(),
       .request = request});
  if (suspend.cancel_orders) {
    start_batch({.session = session->id,
                 .scope = CancelScope::All,
                 .cause = CancelCause::SessionSuspended,
                 .requester = requester(),
                 .request = request});
  }
}

void ReferenceEngine::on(const ResumeSession& resume) {
  RefSession* const session = session_for(resume.comp_id, resume.request_id);
  if (session == nullptr) {
    return;
  }
  if (!session->suspended) {
    refuse(Reason::InvalidState, resume.comp_id.view(), resume.request_id.view());
    return;
  }
  session->suspended = false;
  remember(resume.request_id);
  say({.kind = EventKind::SessionResumed,
       .session = session->id,
       .requester = requester(),
       .request = std::string{resume.request_id.view()}});
}

void ReferenceEngine::on(const LogoutSession& logout) {
  RefSession* const session = session_for(logout.comp_id, logout.request_id);
  if (session == nullptr) {
    return;
  }
  if (!session->up) {
    refuse(Reason::InvalidState, logout.comp_id.view(), logout.request_id.view());
    return;
  }
  remember(logout.request_id);
  say({.kind = EventKind::SessionLoggedOut,
       .session = session->id,
       .requester = requester(),
       .request = std::string{logout.request_id.view()}});
}

// ---- Accounts -----------------------------------------------------------------------------------

void ReferenceEngine::on(const CreateAccount& create) {
  Reason reason = request_fails(create.request_id);
  if (reason == Reason::None && create.account.empty()) {
    reason = Reason::InvalidParameter;
  }
  if (reason == Reason::None && id_of(accounts_by_name_, create.account) != 0) {
    reason = Reason::AlreadyExists;
  }
  const std::string name{create.account.view()};
  if (reason != Reason::None) {
    refuse(reason, name, create.request_id.view());
    return;
  }
  const RefId id = accounts_.size() + 1;
  accounts_by_name_[name] = id;
  accounts_[id] = {.id = id, .kind = create.kind};
  remember(create.request_id);
  say({.kind = EventKind::AccountCreated,
       .account = id,
       .code = code(create.kind),
       .id = name,
       .request = std::string{create.request_id.view()}});
}

// Null, and refused, where the request is a repetition or names no account.
RefAccount* ReferenceEngine::account_for(const Name& name, const Name& request) {
  const RefId id = id_of(accounts_by_name_, name);
  Reason reason = request_fails(request);
  if (reason == Reason::None && id == 0) {
    reason = Reason::UnknownAccount;
  }
  if (reason != Reason::None) {
    refuse(reason, name.view(), request.view());
    return nullptr;
  }
  return &accounts_.at(id);
}

void ReferenceEngine::on(const SuspendAccount& suspend) {
  RefAccount* const account = account_for(suspend.account, suspend.request_id);
  if (account == nullptr) {
    return;
  }
  const std::string request{suspend.request_id.view()};
  if (account->suspended) {
    refuse(Reason::InvalidState, suspend.account.view(), request);
    return;
  }
  account->suspended = true;
  remember(suspend.request_id);
  say({.kind = EventKind::AccountSuspended,
       .requester = requester(),
       .account = account->id,
       .request = request});
  if (suspend.cancel_orders) {
    start_batch({.account = account->id,
                 .scope = CancelScope::All,
                 .cause = CancelCause::AccountSuspended,
                 .requester = requester(),
                 .request = request});
  }
}

void ReferenceEngine::on(const ResumeAccount& resume) {
  RefAccount* const account = account_for(resume.account, resume.request_id);
  if (account == nullptr) {
    return;
  }
  if (!account->suspended) {
    refuse(Reason::InvalidState, resume.account.view(), resume.request_id.view());
    return;
  }
  account->suspended = false;
  remember(resume.request_id);
  say({.kind = EventKind::AccountResumed,
       .requester = requester(),
       .account = account->id,
       .request = std::string{resume.request_id.view()}});
}

void ReferenceEngine::on(const SetLimits& set) {
  RefAccount* const account = account_for(set.account, set.request_id);
  if (account == nullptr) {
    return;
  }
  account->max_open = set.max_open_orders;
  remember(set.request_id);
  say({.kind = EventKind::AccountLimitsSet,
       .requester = requester(),
       .account = account->id,
       .quantity = set.max_open_orders,
       .request = std::string{set.request_id.view()}});
}

// ---- The exchange -------------------------------------------------------------------------------

void ReferenceEngine::on(const SetTradingDay& set) {
  Reason reason = request_fails(set.request_id);
  if (reason == Reason::None && set.ends_at_s >= 86'400) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(reason, "", set.request_id.view());
    return;
  }
  day_ends_at_s_ = set.ends_at_s;
  day_end_ = day_end_after(now_);
  remember(set.request_id);
  say({.kind = EventKind::TradingDaySet,
       .requester = requester(),
       .quantity = set.ends_at_s,
       .at = day_end_,
       .request = std::string{set.request_id.view()}});
}

void ReferenceEngine::on(const Announce& announce) {
  const Reason reason = request_fails(announce.request_id);
  if (reason != Reason::None) {
    refuse(reason, announce.subject.view(), announce.request_id.view());
    return;
  }
  remember(announce.request_id);
  say({.kind = EventKind::Announced,
       .requester = requester(),
       .id = std::string{announce.subject.view()},
       .request = std::string{announce.request_id.view()}});
}

void ReferenceEngine::on(const MoveWatermark& move) {
  Reason reason = request_fails(move.request_id);
  if (reason == Reason::None &&
      (move.watermark.value() <= watermark_ || move.watermark.value() > last_seq_)) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(reason, "", move.request_id.view());
    return;
  }
  watermark_ = move.watermark.value();
  remember(move.request_id);
  say({.kind = EventKind::WatermarkMoved,
       .requester = requester(),
       .quantity = static_cast<std::int64_t>(watermark_),
       .request = std::string{move.request_id.view()}});
}

}  // namespace betex::matching::testing
