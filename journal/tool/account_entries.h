// What the events of a log move on one account: the entries of its statement (account_statement.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "journal/format.h"
#include "journal/tool/known_names.h"
#include "matching/events.h"
#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::journal {

struct AccountEntry {
  // What else an entry says, by name.
  struct Detail {
    std::string_view name;
    std::variant<std::string, std::int64_t, matching::WideMoney> value;
  };

  EventSeq seq;
  Timestamp time;
  std::string_view what;
  std::string reference;  // the request's id, the order, or the process
  matching::WideMoney amount;
  matching::Money balance;  // after it, as the event has it
  bool moves_money = true;  // or only tells the balance: a trade of odds
  std::vector<Detail> details;
};

// Those of one transaction, in order; what an operator wrote beside a request is with its entry.
// `names` must know all that was named before and in it.
[[nodiscard]] std::vector<AccountEntry> entries_of(const matching::TransactionView& transaction,
                                                   matching::AccountId account,
                                                   const KnownNames& names);

}  // namespace betex::journal
