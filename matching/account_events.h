// Events about the exchange itself, accounts, and the money that operators move.
#pragma once

#include <cstddef>
#include <cstdint>

#include "matching/commands.h"
#include "matching/event_header.h"
#include "matching/fields.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::matching {

// A log's first event. All amounts of the log are in its currency.
struct ExchangeCreated {
  static constexpr EventKind kKind = EventKind::ExchangeCreated;
  EventHeader header;
  Currency currency;
  std::uint32_t max_requests_a_day = 0;  // of operators; 0: no limit
  Zeros<4> reserved;
};

BETEX_FIELDS(ExchangeCreated, header, currency, max_requests_a_day, reserved);

// No market takes orders, and none is opened again.
struct ExchangeHalted {
  static constexpr EventKind kKind = EventKind::ExchangeHalted;
  EventHeader header;
  Name request_id;
};

BETEX_FIELDS(ExchangeHalted, header, request_id);

struct ExchangeUnhalted {
  static constexpr EventKind kKind = EventKind::ExchangeUnhalted;
  EventHeader header;
  Name request_id;
};

BETEX_FIELDS(ExchangeUnhalted, header, request_id);

// The node is going to be stopped in an orderly way; the state is as it was.
struct StopAnnounced {
  static constexpr EventKind kKind = EventKind::StopAnnounced;
  EventHeader header;
  std::uint32_t notice_s = 0;
  Zeros<4> reserved;
  Name request_id;
};

BETEX_FIELDS(StopAnnounced, header, notice_s, reserved, request_id);

struct AccountCreated {
  static constexpr EventKind kKind = EventKind::AccountCreated;
  EventHeader header;
  AccountId account;
  AccountKind kind{};
  Zeros<3> reserved;
  std::uint32_t max_open_orders = 0;  // 0: none, as with the two limits below
  std::uint32_t commission_discount_bp = 0;
  Money balance;  // what it begins with
  Money credit;
  Money exposure_limit;
  Money market_exposure_limit;
  Name name;
  Name request_id;
};

BETEX_FIELDS(AccountCreated,
             header,
             account,
             kind,
             reserved,
             max_open_orders,
             commission_discount_bp,
             balance,
             credit,
             exposure_limit,
             market_exposure_limit,
             name,
             request_id);

// It may only cancel. Also of one that was suspended already.
struct AccountSuspended {
  static constexpr EventKind kKind = EventKind::AccountSuspended;
  EventHeader header;
  AccountId account;
  Flag cancel_orders;
  Flag goes_on;  // a process follows that cancels them
  Zeros<2> reserved;
  Name request_id;
};

BETEX_FIELDS(AccountSuspended, header, account, cancel_orders, goes_on, reserved, request_id);

struct AccountResumed {
  static constexpr EventKind kKind = EventKind::AccountResumed;
  EventHeader header;
  AccountId account;
  Zeros<4> reserved;
  Name request_id;
};

BETEX_FIELDS(AccountResumed, header, account, reserved, request_id);

// All its limits, those that stay as they were too.
struct AccountLimitsSet {
  static constexpr EventKind kKind = EventKind::AccountLimitsSet;
  static constexpr std::size_t kFirstSize = 96;
  EventHeader header;
  AccountId account;
  std::uint32_t max_open_orders = 0;  // 0: none, as with the two limits below
  std::uint32_t commission_discount_bp = 0;
  Zeros<4> reserved;
  Money credit;
  Money exposure_limit;
  Money market_exposure_limit;
  Name request_id;
  Money balance;   // as it is
  Money exposure;  // of all its bets
};

BETEX_FIELDS(AccountLimitsSet,
             header,
             account,
             max_open_orders,
             commission_discount_bp,
             reserved,
             credit,
             exposure_limit,
             market_exposure_limit,
             request_id,
             balance,
             exposure);

// A deposit, a withdrawal, a correction or a write-off.
struct FundsMoved {
  static constexpr EventKind kKind = EventKind::FundsMoved;
  static constexpr std::size_t kFirstSize = 96;
  EventHeader header;
  AccountId account;
  FundsKind kind{};
  Zeros<3> reserved;
  Money amount;     // to the account: negative for a withdrawal
  Money balance;    // after it
  WideMoney house;  // $HOUSE's balance after it: a write-off is its loss
  Name request_id;
  Money exposure;  // of all its bets, as it is
  Money credit;
};

BETEX_FIELDS(FundsMoved,
             header,
             account,
             kind,
             reserved,
             amount,
             balance,
             house,
             request_id,
             exposure,
             credit);

}  // namespace betex::matching
