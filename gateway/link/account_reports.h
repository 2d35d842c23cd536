// An account's money and bets: what it has, and what has happened to them.
#pragma once

#include <cstdint>

#include "matching/market_commands.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::fix {

// One message of the answer to a RequestForPositions(AN): PositionReport(AP). About a binary market
// or a runner; without a symbol about the account as a whole, or refused.
struct PositionReport {
  matching::Name request_id;  // 710
  std::uint32_t number = 0;   // of the message in the answer, from 1
  matching::Name account;
  matching::Name symbol;
  matching::Name market;  // 20092
  matching::MarketKind kind{};
  matching::Quantity position;    // of a binary market; negative: NO
  matching::Money if_won;         // 20093 and 20094: of a runner
  matching::Money if_lost;        //
  matching::Money exposure;       // 20024
  matching::Money balance;        // 20023; this and those below of the whole account
  matching::Money credit;         // 20028
  matching::WideMoney available;  // 20025
  matching::Currency currency;
  matching::Timestamp as_of;
  matching::Reason reason = matching::Reason::None;  // not None: refused

  friend bool operator==(const PositionReport&, const PositionReport&) = default;
};

// MarketSettlementReport(UMS): what a round has paid to one account.
struct SettlementReport {
  matching::Name account;
  matching::Name market;
  matching::MarketKind kind{};
  bool is_void = false;         // 20107
  bool copy = false;            // 797: a drop copy
  std::uint32_t round = 0;      // 20089
  matching::Decimal price;      // 730: of a binary market
  matching::Quantity position;  // 704, 705: of a binary market; negative: NO
  matching::Money gross;        // 1704
  matching::Money commission;   // 137: of this round
  matching::Money balance;      // 20023: after it
  matching::Currency currency;  // empty where the log does not say
  matching::Timestamp transact_time;

  friend bool operator==(const SettlementReport&, const SettlementReport&) = default;
};

// 20091; up to 4 matching::FundsKind.
enum class AccountChange : std::uint8_t {
  Deposit = 1,
  Withdrawal = 2,
  Correction = 3,
  WriteOff = 4,
  BetsVoid = 5,
};

// AccountReport(UAR): what has happened to an account's money or bets.
struct AccountReport {
  matching::Name account;
  AccountChange change{};
  bool copy = false;  // 797: a drop copy
  matching::Currency currency;
  matching::Money amount;   // 20022; this and the balance but for BetsVoid
  matching::Money balance;  // 20023
  matching::Name market;    // 1300; this and those below for BetsVoid
  matching::Name symbol;    // 55
  matching::Money if_won;   // 20093
  matching::Money if_lost;  // 20094
  matching::Timestamp transact_time;

  friend bool operator==(const AccountReport&, const AccountReport&) = default;
};

}  // namespace betex::fix
