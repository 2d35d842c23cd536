// The exchange's currency, accounts and their money, in the reference engine: RULES.md section 5.
#include <algorithm>
#include <string_view>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {
namespace {

// Money that an operator has written, which may not be negative.
bool read_money(Decimal asked, std::int64_t& money) {
  const auto mu = whole(asked, 10'000);
  money = mu.value_or(0);
  return mu && *mu >= 0;
}

// Three capital letters.
bool is_currency(const Currency& currency) {
  const std::string_view text = currency.view();
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

constexpr std::uint32_t kAllBp = 10'000;

}  // namespace

void ReferenceEngine::on(const CreateExchange& create) {
  Reason reason = asker_fails();
  if (reason == Reason::None && last_seq_ != 0) {
    reason = Reason::InvalidState;
  }
  if (reason == Reason::None && !is_currency(create.currency)) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(reason, create);
    return;
  }
  max_requests_a_day_ = create.max_requests_a_day;
  say(ExchangeCreated{.currency = create.currency,
                      .max_requests_a_day = create.max_requests_a_day});
}

// ---- Accounts -----------------------------------------------------------------------------------

Reason ReferenceEngine::account_parameters_fail(const CreateAccount& create, RefAccount& account) {
  if (create.account.empty() || create.account.view().front() == '$' ||
      create.commission_discount_bp > kAllBp ||
      !read_money(create.opening_balance, account.balance) ||
      !read_money(create.credit, account.credit) ||
      !read_money(create.exposure_limit, account.exposure_limit) ||
      !read_money(create.market_exposure_limit, account.market_exposure_limit)) {
    return Reason::InvalidParameter;
  }
  if (id_of(accounts_by_name_, create.account) != 0) {
    return Reason::AlreadyExists;
  }
  account.kind = create.kind;
  account.max_open = create.max_open_orders;
  account.discount_bp = create.commission_discount_bp;
  return overflows(account, account.balance, 0) ? Reason::AmountOverflow : Reason::None;
}

void ReferenceEngine::on(const CreateAccount& create) {
  RefAccount account;
  if (const Reason reason = account_parameters_fail(create, account); reason != Reason::None) {
    refuse(reason, create);
    return;
  }
  account.id = accounts_.size() + 1;
  accounts_by_name_[std::string{create.account.view()}] = account.id;
  accounts_[account.id] = account;
  say(AccountCreated{.account = plain(account.id),
                     .kind = account.kind,
                     .max_open_orders = account.max_open,
                     .commission_discount_bp = account.discount_bp,
                     .balance = plain(account.balance),
                     .credit = plain(account.credit),
                     .exposure_limit = plain(account.exposure_limit),
                     .market_exposure_limit = plain(account.market_exposure_limit),
                     .name = create.account,
                     .request_id = create.request_id});
}

void ReferenceEngine::on(const SuspendAccount& suspend) {
  RefAccount& account = account_of(suspend);
  account.suspended = true;
  const bool cancels = suspend.cancel_orders && account.open != 0;
  say(AccountSuspended{.account = plain(account.id),
                       .cancel_orders = suspend.cancel_orders,
                       .goes_on = cancels,
                       .request_id = suspend.request_id});
  if (cancels) {
    start_batch({.account = account.id,
                 .scope = CancelScope::All,
                 .cause = CancelCause::AccountSuspended,
                 .requester = requester(),
                 .request = suspend.request_id});
  }
}

void ReferenceEngine::on(const ResumeAccount& resume) {
  RefAccount& account = account_of(resume);
  if (!account.suspended) {
    refuse(Reason::InvalidState, resume);
    return;
  }
  account.suspended = false;
  say(AccountResumed{.account = plain(account.id), .request_id = resume.request_id});
}

// Fills in what the account's limits would be.
Reason ReferenceEngine::limits_fail(const SetLimits& set, RefAccount& limits) const {
  limits.max_open = set.max_open_orders.value_or(limits.max_open);
  limits.discount_bp = set.commission_discount_bp.value_or(limits.discount_bp);
  if (limits.discount_bp > kAllBp || (set.credit && !read_money(*set.credit, limits.credit)) ||
      (set.exposure_limit && !read_money(*set.exposure_limit, limits.exposure_limit)) ||
      (set.market_exposure_limit &&
       !read_money(*set.market_exposure_limit, limits.market_exposure_limit))) {
    return Reason::InvalidParameter;
  }
  return set.credit && overflows(limits, limits.balance, 0) ? Reason::AmountOverflow : Reason::None;
}

void ReferenceEngine::on(const SetLimits& set) {
  RefAccount& account = account_of(set);
  RefAccount limits = account;
  if (const Reason reason = limits_fail(set, limits); reason != Reason::None) {
    refuse(reason, set);
    return;
  }
  account = limits;
  say(AccountLimitsSet{.account = plain(account.id),
                       .max_open_orders = account.max_open,
                       .commission_discount_bp = account.discount_bp,
                       .credit = plain(account.credit),
                       .exposure_limit = plain(account.exposure_limit),
                       .market_exposure_limit = plain(account.market_exposure_limit),
                       .request_id = set.request_id,
                       .balance = plain(account.balance),
                       .exposure = plain(exposure_of_all(account.id))});
}

// ---- Moving funds -------------------------------------------------------------------------------

// `amount` becomes what moves to the account.
Reason ReferenceEngine::funds_fail(const MoveFunds& move,
                                   const RefAccount& account,
                                   std::int64_t& amount) const {
  const auto asked = whole(move.amount, 10'000);
  if (!asked) {
    return Reason::InvalidParameter;
  }
  switch (move.kind) {
    case FundsKind::Deposit:
      amount = *asked;
      if (amount <= 0) {
        return Reason::InvalidParameter;
      }
      break;
    case FundsKind::Withdrawal:
      amount = -*asked;
      if (amount >= 0) {
        return Reason::InvalidParameter;
      }
      if (waits_for_a_removal(account.id)) {
        return Reason::BatchRunning;
      }
      return *asked > Int128{account.balance} - exposure_of_all(account.id)
                 ? Reason::InsufficientFunds
                 : Reason::None;
    case FundsKind::Correction:
      amount = *asked;
      if (amount == 0 || remark().empty()) {
        return Reason::InvalidParameter;
      }
      break;
    case FundsKind::WriteOff:
      amount = -account.balance;
      if (*asked != 0) {
        return Reason::InvalidParameter;
      }
      return account.balance >= 0 ? Reason::InvalidState : Reason::None;
  }
  return overflows(account, Int128{account.balance} + amount, 0) ? Reason::AmountOverflow
                                                                 : Reason::None;
}

void ReferenceEngine::on(const MoveFunds& move) {
  RefAccount& account = account_of(move);
  std::int64_t amount = 0;
  if (const Reason reason = funds_fail(move, account, amount); reason != Reason::None) {
    refuse(reason, move);
    return;
  }
  account.balance += amount;
  if (move.kind == FundsKind::WriteOff) {
    house_ -= amount;
  }
  say(FundsMoved{.account = plain(account.id),
                 .kind = move.kind,
                 .amount = plain(amount),
                 .balance = plain(account.balance),
                 .house = WideMoney{house_},
                 .request_id = move.request_id,
                 .exposure = plain(exposure_of_all(account.id)),
                 .credit = plain(account.credit)});
}

}  // namespace betex::matching::testing
