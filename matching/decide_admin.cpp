// Accounts, the trading day, and what is only kept for the record.
#include "matching/decider.h"

namespace betex::matching {

void Decider::refuse(const Name& subject, const Name& request_id, Reason reason) {
  emitter_.emit(CommandRejected{.session = requester(),
                                .reason = reason,
                                .command = static_cast<std::uint16_t>(command_->body.index() + 1),
                                .subject = subject,
                                .request_id = request_id});
}

// Null, and refused, where the request is a repetition or names no account.
const AccountState* Decider::account_for(const Name& name, const Name& request_id) {
  const AccountState* account = nullptr;
  Reason reason = check_account(name, account);
  if (const Reason request = check_request(request_id); request != Reason::None) {
    reason = request;
  }
  if (reason != Reason::None) {
    refuse(name, request_id, reason);
    return nullptr;
  }
  return account;
}

void Decider::decide(const CreateAccount& create) {
  Reason reason = check_request(create.request_id);
  const bool known_kind =
      create.kind == AccountKind::Unlimited || create.kind == AccountKind::Collateralised;
  if (reason == Reason::None && (create.account.empty() || !known_kind)) {
    reason = Reason::InvalidParameter;
  }
  if (reason == Reason::None && state_.account_names.find(create.account) != 0) {
    reason = Reason::AlreadyExists;
  }
  if (reason != Reason::None) {
    refuse(create.account, create.request_id, reason);
    return;
  }
  emitter_.emit(AccountCreated{.account = state_.accounts.next_id(),
                               .kind = create.kind,
                               .name = create.account,
                               .request_id = create.request_id});
}

void Decider::decide(const SuspendAccount& suspend) {
  const AccountState* const account = account_for(suspend.account, suspend.request_id);
  if (account == nullptr) {
    return;
  }
  if (account->suspended) {
    refuse(suspend.account, suspend.request_id, Reason::InvalidState);
    return;
  }
  const AccountId id = account->id;
  emitter_.emit(
      AccountSuspended{.account = id, .requester = requester(), .request_id = suspend.request_id});
  if (suspend.cancel_orders) {
    start_batch({.account = id,
                 .scope = CancelScope::All,
                 .cause = CancelCause::AccountSuspended,
                 .requester = requester(),
                 .request_id = suspend.request_id});
  }
}

void Decider::decide(const ResumeAccount& resume) {
  const AccountState* const account = account_for(resume.account, resume.request_id);
  if (account == nullptr) {
    return;
  }
  if (!account->suspended) {
    refuse(resume.account, resume.request_id, Reason::InvalidState);
    return;
  }
  emitter_.emit(AccountResumed{
      .account = account->id, .requester = requester(), .request_id = resume.request_id});
}

void Decider::decide(const SetLimits& set) {
  const AccountState* const account = account_for(set.account, set.request_id);
  if (account != nullptr) {
    emitter_.emit(AccountLimitsSet{.account = account->id,
                                   .requester = requester(),
                                   .max_open_orders = set.max_open_orders,
                                   .request_id = set.request_id});
  }
}

void Decider::decide(const SetTradingDay& set) {
  Reason reason = check_request(set.request_id);
  if (reason == Reason::None && set.ends_at_s >= kSecondsPerDay) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(Name{}, set.request_id, reason);
    return;
  }
  emitter_.emit(TradingDaySet{.ends_at_s = set.ends_at_s,
                              .requester = requester(),
                              .next_end = next_day_end(now(), set.ends_at_s),
                              .request_id = set.request_id});
}

void Decider::decide(const Announce& announce) {
  if (const Reason reason = check_request(announce.request_id); reason != Reason::None) {
    refuse(announce.subject, announce.request_id, reason);
    return;
  }
  emitter_.emit(Announced{.requester = requester(),
                          .request_id = announce.request_id,
                          .subject = announce.subject,
                          .headline = *announce.headline});
}

void Decider::decide(const MoveWatermark& move) {
  Reason reason = check_request(move.request_id);
  if (reason == Reason::None &&
      (move.watermark <= state_.watermark || move.watermark > state_.last_seq)) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(Name{}, move.request_id, reason);
    return;
  }
  emitter_.emit(WatermarkMoved{
      .requester = requester(), .watermark = move.watermark, .request_id = move.request_id});
}

}  // namespace betex::matching
