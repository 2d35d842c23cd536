// Commands about the exchange as a whole and about accounts. What the requests of operators have in
// common stands in commands.h.
#pragma once

#include <cstdint>
#include <optional>

#include "matching/types.h"

namespace betex::matching {

// The log's first command. All amounts are in this currency.
struct CreateExchange {
  Currency currency;
  std::uint32_t max_requests_a_day = 0;  // of operators; 0: no limit
};

// No market takes orders, and none is opened again, until the halt ends. Cancels, what time brings
// and settlement go on; markets stay in their states.
struct HaltExchange {
  Name request_id;
  Timestamp transact_time;
};

struct UnhaltExchange {
  Name request_id;
  Timestamp transact_time;
};

enum class AccountKind : std::uint8_t { Unlimited = 1, Collateralised = 2 };  // on disk

// Amounts are in major units, as an operator writes them. A name that begins with $ is refused.
struct CreateAccount {
  Name account;
  AccountKind kind = AccountKind::Unlimited;
  std::uint32_t max_open_orders = 0;         // 0: none, as with the two limits below
  std::uint32_t commission_discount_bp = 0;  // off the commission
  Decimal opening_balance;
  Decimal credit;
  Decimal exposure_limit;
  Decimal market_exposure_limit;
  Name request_id;
  Timestamp transact_time;
};

enum class FundsKind : std::uint8_t { Deposit = 1, Withdrawal = 2, Correction = 3, WriteOff = 4 };

// Moves money into or out of an account. A deposit and a withdrawal are positive, a correction is
// not 0 and needs a remark (Command::remark), a write-off names no amount: it takes over a negative
// balance, whole.
struct MoveFunds {
  Name account;
  FundsKind kind = FundsKind::Deposit;
  Decimal amount;
  Name request_id;
  Timestamp transact_time;
};

// The account may cancel, and enter nothing. `cancel_orders` also cancels its live orders, of one
// that is suspended already too.
struct SuspendAccount {
  Name account;
  Name request_id;
  Timestamp transact_time;
  bool cancel_orders = false;
};

struct ResumeAccount {
  Name account;
  Name request_id;
  Timestamp transact_time;
};

// A limit that is not given stays as it is; 0: none.
struct SetLimits {
  Name account;
  std::optional<std::uint32_t> max_open_orders;
  std::optional<std::uint32_t> commission_discount_bp;
  std::optional<Decimal> credit;
  std::optional<Decimal> exposure_limit;
  std::optional<Decimal> market_exposure_limit;
  Name request_id;
  Timestamp transact_time;
};

}  // namespace betex::matching
