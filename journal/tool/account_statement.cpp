#include "journal/tool/account_statement.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/journal_reader.h"
#include "journal/quoted.h"
#include "journal/recovery.h"
#include "journal/tool/account_entries.h"
#include "journal/tool/known_names.h"
#include "journal/tool/log_extent.h"
#include "journal/tool/statement_printer.h"

namespace betex::journal {
namespace {

using matching::AccountId;
using matching::WideMoney;

class Statement {
 public:
  // `oldest`: the first event that is not retired.
  Statement(const StatementOptions& options, EventSeq oldest)
      : options_{options},
        oldest_{oldest},
        from_{std::max(EventSeq{options.from}, oldest)},
        printer_{options.style} {}

  // Of a log whose first events are retired: the engine of its newest snapshot has the names that
  // they gave, and the balance, should nothing in the log tell it.
  void begin_with(const matching::Engine& engine) {
    names_.learn(engine);
    engine.visit_accounts([this](const matching::AccountInfo& account) {
      if (account.name.view() == options_.account) {
        account_ = account.account;
        saved_balance_ = WideMoney{account.balance};
      }
    });
    if (account_) {
      names_.learn_orders(engine, *account_);
    }
  }

  void apply(const matching::TransactionView& transaction) {
    matching::for_each_event(transaction, [this](EventSeq, const auto& event) { learn(event); });
    if (account_) {
      for (const AccountEntry& entry : entries_of(transaction, *account_, names_)) {
        add(entry);
      }
    }
    if (names_.knows_orders()) {
      matching::for_each_event(transaction, [this](EventSeq, const auto& event) { forget(event); });
    }
  }

  // At the log's end.
  void finish() {
    if (!account_) {
      const std::string retired = ": events before " + std::to_string(oldest_.value()) +
                                  " are retired, and its newest snapshot has none either";
      fail(Fault::NoSuchAccount,
           "there is no account " + in_quotes(options_.account) + " in this log" +
               (oldest_.value() == 1 ? "" : retired));
    }
    begin(sum_.value_or(saved_balance_));
  }

 private:
  template <typename Event>
  void learn(const Event& event) {
    names_.learn(event);
    if constexpr (std::is_same_v<Event, matching::AccountCreated>) {
      if (event.name.view() == options_.account) {
        account_ = event.account;
        sum_ = WideMoney{};
      }
    } else if constexpr (std::is_same_v<Event, matching::OrderAccepted>) {
      if (event.account == account_) {
        names_.learn_order(event);
      }
    }
  }

  // Orders that have ended are in no trade any more.
  template <typename Event>
  void forget(const Event& event) {
    if constexpr (std::is_same_v<Event, matching::TradeMatched>) {
      for (const matching::TradeLeg* const leg : {&event.maker, &event.taker}) {
        forget_if(leg->values.leaves_qty == matching::Quantity{}, leg->order);
      }
    } else if constexpr (std::is_same_v<Event, matching::OrderAmended>) {
      forget_if(event.entry == matching::Entry::Leaves, event.order);
    } else if constexpr (std::is_same_v<Event, matching::OrderCancelled> ||
                         std::is_same_v<Event, matching::OrderExpired>) {
      names_.forget_order(event.order);
    } else if constexpr (matching::HasTail<Event>) {
      if constexpr (std::is_same_v<typename Event::Tail, matching::OrderId>) {
        for (const matching::OrderId order : matching::tail_of(event)) {
          names_.forget_order(order);
        }
      }
    }
  }

  void forget_if(bool has_ended, matching::OrderId order) {
    if (has_ended) {
      names_.forget_order(order);
    }
  }

  void add(const AccountEntry& entry) {
    const WideMoney balance{entry.balance};
    // The first event that is left tells what there was before it.
    const WideMoney before = sum_.value_or(WideMoney{balance.value() - entry.amount.value()});
    sum_ = before;
    *sum_ += entry.amount;
    if (*sum_ != balance) {
      fail(Fault::BalanceMismatch,
           "event " + std::to_string(entry.seq.value()) + " moves the balance of account " +
               in_quotes(options_.account) + " by " + in_units(entry.amount) + " from " +
               in_units(before) + ", and says that it is " + in_units(balance) + " then");
    }
    if (entry.seq >= from_ && entry.moves_money) {
      begin(before);
      printer_.print_entry(entry);
    }
  }

  // Above the first entry.
  void begin(WideMoney balance) {
    if (begun_) {
      return;
    }
    begun_ = true;
    printer_.print_head({{.name = "account", .value = options_.account},
                         {.name = "number", .value = std::uint64_t{account_->value()}},
                         {.name = "currency", .value = std::string{names_.currency()}}});
    if (from_.value() > 1) {
      printer_.print_brought_forward(from_, balance);
    }
  }

  [[noreturn]] void fail(Fault fault, const std::string& what) const {
    throw JournalError{{.fault = fault, .what = what, .segment = options_.wal_root.string()}};
  }

  const StatementOptions& options_;
  EventSeq oldest_;
  EventSeq from_;
  StatementPrinter printer_;
  KnownNames names_;
  std::optional<AccountId> account_;  // once it is known
  std::optional<WideMoney> sum_;      // of all amounts, once an event has told a balance
  WideMoney saved_balance_;
  bool begun_ = false;
};

std::optional<Snapshot> snapshot_of(const std::filesystem::path& wal_root) {
  std::vector<std::string> warnings;  // `verify` complains of damaged ones
  const WalId wal_id = read_epoch_file(wal_root)->wal_id;
  return newest_snapshot({wal_root, wal_id, warnings},
                         EventSeq{std::numeric_limits<std::uint64_t>::max()});
}

}  // namespace

void statement(const StatementOptions& options) {
  const EventSeq oldest = oldest_event(options.wal_root);
  Statement statement{options, oldest};
  if (oldest.value() > 1) {
    if (const auto snapshot = snapshot_of(options.wal_root)) {
      statement.begin_with(snapshot->engine);
    }
  }
  EnvironmentPool pool;
  JournalReader reader{options.wal_root, pool, oldest};
  ProgressBar progress{oldest.value(), rough_end(options.wal_root), ProgressBar::Output::ManyLines};
  while (const auto transaction = reader.next()) {
    statement.apply(*transaction);
    progress.show(transaction->last_seq().value());
  }
  statement.finish();
}

}  // namespace betex::journal
