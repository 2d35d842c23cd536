// What operators ask for of accounts and their money.
#include "tests/matching/random_commands.h"

namespace betex::matching::testing {

SetLimits RandomCommands::limits() {
  SetLimits set{.account = account(), .request_id = request()};
  switch (below(6)) {
    case 0:
      set.account = Name{"dan"};
      set.max_open_orders = static_cast<std::uint32_t>(8 + below(25));
      break;
    case 1:
      set.commission_discount_bp = pick({0U, 1'000U, 10'000U, 10'001U});
      break;
    case 2:
      set.credit = one_in(10) ? Decimal{-kDecimalScale} : amount(800);
      if (set.account == kWhale) {
        set.credit = kMostAmount;
      }
      break;
    case 3:
      set.exposure_limit = one_in(2) ? Decimal{} : amount(2'000);
      break;
    case 4:
      set.market_exposure_limit = one_in(2) ? Decimal{} : amount(800);
      break;
    default:  // those that bind most go again
      set.exposure_limit = Decimal{};
      set.market_exposure_limit = Decimal{one_in(20) ? 1 : 0};  // a millionth is no amount
      break;
  }
  return set;
}

// Most of it is small against what the accounts have; some takes away more than there is.
MoveFunds RandomCommands::funds() {
  MoveFunds move{.account = one_in(40) ? Name{"nobody"} : account(),
                 .amount = amount(500),
                 .request_id = request()};
  if (move.account == kWhale) {
    move.amount = kMostAmount;
  }
  switch (below(8)) {
    case 0:
    case 1:
    case 2:
      move.kind = FundsKind::Deposit;
      break;
    case 3:
    case 4:
      move.kind = FundsKind::Withdrawal;
      break;
    case 5:
      move.kind = FundsKind::WriteOff;
      move.amount = one_in(5) ? move.amount : Decimal{};
      break;
    default:
      move.kind = FundsKind::Correction;
      move.amount = one_in(2) ? amount(200) : Decimal{-amount(400).value()};
      break;
  }
  if (one_in(12)) {
    move.amount =
        pick({Decimal{}, Decimal{-5}, Decimal{kDecimalScale + 1}, Decimal{-kDecimalScale}});
  }
  return move;
}

CommandBody RandomCommands::account_command() {
  const Name name = one_in(3) ? account() : Name{"cat"};
  switch (below(12)) {
    case 0:
      if (one_in(2)) {
        return SuspendAccount{.account = name, .request_id = request(), .cancel_orders = one_in(2)};
      }
      return limits();
    case 1:
    case 2:
      return limits();
    case 3: {
      CreateAccount create = new_account(one_in(2) ? name : Name{}, 100);
      create.account = one_in(4) ? Name{"$HOUSE"} : create.account;
      if (one_in(3)) {
        create.account = Name{"a" + std::to_string(requests_)};
        create.opening_balance = pick({Decimal{-kDecimalScale}, Decimal{1}, Decimal{}});
        create.credit = pick({Decimal{}, Decimal{-100}, Decimal{kDecimalScale}});
      }
      create.request_id = request();
      return create;
    }
    case 4:
      return one_in(4) ? CommandBody{CreateExchange{.currency = Currency{one_in(2) ? "EUR" : ""}}}
                       : CommandBody{ResumeAccount{.account = name, .request_id = request()}};
    case 5:
    case 6:
    case 7:
      return ResumeAccount{.account = name, .request_id = request()};
    default:
      return funds();
  }
}

}  // namespace betex::matching::testing
