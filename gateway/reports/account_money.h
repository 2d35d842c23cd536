// What operators are told of an account's money.
#pragma once

#include "gateway/link/operation_reports.h"
#include "matching/types.h"

namespace betex::gateway {

struct AccountMoney {
  matching::Money balance;
  matching::Money exposure;  // of all its bets
  matching::Money credit;
};

inline void tell_money(fix::OperationsReport& report, const AccountMoney& money) {
  report.balance = money.balance;
  report.exposure = money.exposure;
  report.available = matching::WideMoney{matching::Int128{money.balance.value()} +
                                         money.credit.value() - money.exposure.value()};
}

}  // namespace betex::gateway
