// Accounts, and the money that operators move (RULES.md section 5).
#include <algorithm>

#include "matching/decider.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

constexpr std::uint32_t kWholeDiscount = 10'000;  // basis points

// The exchange's own: nobody creates them, nobody trades with them.
bool is_reserved(const Name& account) {
  return account.view().starts_with('$');
}

// Sets `money` to an amount that is not negative; false where it is no such amount.
bool take_amount(Decimal decimal, Money& money) {
  const auto amount = to_money(decimal);
  if (!amount || *amount < Money{}) {
    return false;
  }
  money = *amount;
  return true;
}

// Likewise, where one is given.
bool take_amount(const std::optional<Decimal>& decimal, Money& money) {
  return !decimal || take_amount(*decimal, money);
}

}  // namespace

// ---- Accounts -----------------------------------------------------------------------------------

// Null, and answered, where the request goes no further: it is a repetition, names no account, or
// has to be approved.
const AccountState* Decider::account_for(const Name& name) {
  const AccountId id{static_cast<std::uint32_t>(state_.account_names.find(name))};
  const AccountState* const account = state_.accounts.find(id);
  return is_admitted(account == nullptr ? Reason::UnknownAccount : Reason::None) ? account
                                                                                 : nullptr;
}

// Fills in the amounts.
Reason Decider::check(const CreateAccount& create, AccountCreated& event) const {
  const bool known_kind =
      create.kind == AccountKind::Unlimited || create.kind == AccountKind::Collateralised;
  if (create.account.empty() || is_reserved(create.account) || !known_kind ||
      create.commission_discount_bp > kWholeDiscount ||
      !take_amount(create.opening_balance, event.balance) ||
      !take_amount(create.credit, event.credit) || event.credit > kMaxCredit ||
      !take_amount(create.exposure_limit, event.exposure_limit) ||
      !take_amount(create.market_exposure_limit, event.market_exposure_limit)) {
    return Reason::InvalidParameter;
  }
  if (state_.account_names.find(create.account) != 0) {
    return Reason::AlreadyExists;
  }
  return Ledger::overflows(event.balance, event.credit, Money{}, 0) ? Reason::AmountOverflow
                                                                    : Reason::None;
}

void Decider::decide(const CreateAccount& create) {
  AccountCreated event{.account = state_.accounts.next_id(),
                       .kind = create.kind,
                       .max_open_orders = create.max_open_orders,
                       .commission_discount_bp = create.commission_discount_bp,
                       .name = create.account,
                       .request_id = create.request_id};
  Reason reason = check_request();
  if (reason == Reason::None) {
    reason = check(create, event);
  }
  if (passes(reason)) {
    emitter_.emit(event);
  }
}

void Decider::decide(const SuspendAccount& suspend) {
  const AccountState* const account = account_for(suspend.account);
  if (account == nullptr || !passes(Reason::None)) {
    return;
  }
  const AccountId id = account->id;
  const bool cancels = suspend.cancel_orders && account->open_orders != 0;
  emitter_.emit(AccountSuspended{.account = id,
                                 .cancel_orders = suspend.cancel_orders,
                                 .goes_on = cancels,
                                 .request_id = suspend.request_id});
  if (cancels) {
    start_batch({.account = id,
                 .scope = CancelScope::All,
                 .cause = CancelCause::AccountSuspended,
                 .requester = requester(),
                 .request_id = suspend.request_id});
  }
}

void Decider::decide(const ResumeAccount& resume) {
  const AccountState* const account = account_for(resume.account);
  if (account != nullptr && passes(account->suspended ? Reason::None : Reason::InvalidState)) {
    emitter_.emit(AccountResumed{.account = account->id, .request_id = resume.request_id});
  }
}

// Fills in the limits that are given.
Reason Decider::check(const SetLimits& set, AccountLimitsSet& event) const {
  event.max_open_orders = set.max_open_orders.value_or(event.max_open_orders);
  event.commission_discount_bp = set.commission_discount_bp.value_or(event.commission_discount_bp);
  if (event.commission_discount_bp > kWholeDiscount || !take_amount(set.credit, event.credit) ||
      event.credit > kMaxCredit || !take_amount(set.exposure_limit, event.exposure_limit) ||
      !take_amount(set.market_exposure_limit, event.market_exposure_limit)) {
    return Reason::InvalidParameter;
  }
  const AccountMoney& money = state_.ledger.money(event.account);
  return event.credit > money.credit &&
                 Ledger::overflows(money.balance, event.credit, money.bound, 0)
             ? Reason::AmountOverflow
             : Reason::None;
}

void Decider::decide(const SetLimits& set) {
  const AccountState* const account = account_for(set.account);
  if (account == nullptr) {
    return;
  }
  const AccountMoney& money = state_.ledger.money(account->id);
  AccountLimitsSet event{.account = account->id,
                         .max_open_orders = account->max_open_orders,
                         .commission_discount_bp = money.discount_bp,
                         .credit = money.credit,
                         .exposure_limit = money.exposure_limit,
                         .market_exposure_limit = money.market_exposure_limit,
                         .request_id = set.request_id,
                         .balance = money.balance,
                         .exposure = money.exposure};
  if (passes(check(set, event))) {
    emitter_.emit(event);
  }
}

// ---- Money --------------------------------------------------------------------------------------

// Fills in the amount. Only its form is checked before the account's state.
Reason Decider::check(const MoveFunds& move, FundsMoved& event) const {
  const auto amount = to_money(move.amount);
  if (!amount) {
    return Reason::InvalidParameter;
  }
  event.amount = *amount;
  const AccountMoney& money = state_.ledger.money(event.account);
  switch (move.kind) {
    case FundsKind::Deposit:
      if (*amount <= Money{}) {
        return Reason::InvalidParameter;
      }
      break;
    case FundsKind::Withdrawal:
      if (*amount <= Money{}) {
        return Reason::InvalidParameter;
      }
      if (state_.ledger.is_behind(event.account)) {
        return Reason::BatchRunning;
      }
      if (Int128{money.balance.value()} - money.exposure.value() < amount->value()) {
        return Reason::InsufficientFunds;
      }
      event.amount = Money{} - *amount;
      return Reason::None;
    case FundsKind::Correction:
      if (*amount == Money{} || remark().empty()) {
        return Reason::InvalidParameter;
      }
      break;
    case FundsKind::WriteOff:
      if (*amount != Money{}) {
        return Reason::InvalidParameter;
      }
      if (money.balance >= Money{}) {
        return Reason::InvalidState;
      }
      event.amount = Money{} - money.balance;
      return Reason::None;
    default:
      return Reason::InvalidParameter;
  }
  // The sum of two amounts that are each within 64 bits may not be.
  const Int128 after = Int128{money.balance.value()} + event.amount.value();
  return after > kMaxSum || after < -Int128{kMaxSum} ||
                 Ledger::overflows(
                     Money{static_cast<std::int64_t>(after)}, money.credit, money.bound, 0)
             ? Reason::AmountOverflow
             : Reason::None;
}

void Decider::decide(const MoveFunds& move) {
  const AccountState* const account = account_for(move.account);
  if (account == nullptr) {
    return;
  }
  FundsMoved event{.account = account->id, .kind = move.kind, .request_id = move.request_id};
  if (!passes(check(move, event))) {
    return;
  }
  const AccountMoney& money = state_.ledger.money(event.account);
  event.balance = money.balance + event.amount;
  event.exposure = money.exposure;
  event.credit = money.credit;
  event.house = state_.ledger.house();
  if (move.kind == FundsKind::WriteOff) {
    event.house -= event.amount;
  }
  emitter_.emit(event);
}

}  // namespace betex::matching
