#include "tests/crash/journal_account.h"

#include <cstdlib>
#include <set>
#include <type_traits>

#include "journal/environment_pool.h"
#include "journal/journal_reader.h"
#include "matching/engine.h"
#include "matching/events.h"
#include "matching/transaction.h"

namespace betex::test {
namespace {

std::string exec_id(matching::EventSeq seq, int leg) {
  return std::to_string(seq.value()) + "-" + std::to_string(leg);
}

// As reports write it: at least two decimals, and no more than are needed.
std::string money_text(matching::Money money) {
  constexpr std::int64_t kPerMajor = 10'000;
  const std::int64_t size = std::abs(money.value());
  std::string decimals = std::to_string(kPerMajor + size % kPerMajor).substr(1);
  while (decimals.size() > 2 && decimals.ends_with('0')) {
    decimals.pop_back();
  }
  return (money < matching::Money{} ? "-" : "") + std::to_string(size / kPerMajor) + "." + decimals;
}

}  // namespace

// What the events of money say. Accounts are named by the event that made them, and each broker is
// named like its account: what happened before its first logon is not told to it.
class JournalAccountant::Money {
 public:
  explicit Money(JournalAccount& account) : account_{account} {}

  void read(matching::EventSeq, const matching::AccountCreated& event) {
    names_.emplace(event.account, event.name.view());
    paid_in_ += event.balance.value();
  }

  void read(matching::EventSeq, const matching::SessionWentUp& event) {
    known_.emplace(event.comp_id.view());
  }

  void read(matching::EventSeq seq, const matching::FundsMoved& event) {
    paid_in_ += event.amount.value();
    add(account_.movements,
        event.account,
        exec_id(seq, 1),
        {.gross = "", .balance = money_text(event.balance)});
  }

  void read(matching::EventSeq seq, const matching::PositionsSettled& event) {
    int entry = 0;
    for (const matching::SettledRow& row : matching::tail_of(event)) {
      add(account_.payments,
          row.account,
          exec_id(seq, ++entry),
          {.gross = money_text(row.gross), .balance = money_text(row.balance)});
    }
  }

  void read(matching::EventSeq seq, const matching::RunnerBetsVoided& event) {
    int entry = 0;
    for (const matching::VoidedBets& bets : matching::tail_of(event)) {
      add(account_.movements, bets.account, exec_id(seq, ++entry), {});
    }
  }

  void read(matching::EventSeq, const matching::MarketSettled& event) {
    ++account_.rounds;
    account_.corrections += event.round > 1 ? 1U : 0U;
  }

  void read(matching::EventSeq, const auto&) {}

  // Balances, pots and the house are what was paid in.
  [[nodiscard]] bool sums_up(const matching::Engine& engine) const {
    matching::Int128 sum = engine.house().house.value() + engine.house().rounding.value();
    engine.visit_accounts(
        [&sum](const matching::AccountInfo& info) { sum += info.balance.value(); });
    engine.visit_markets([&sum](const matching::MarketInfo& info) { sum += info.pot.value(); });
    return sum == paid_in_;
  }

 private:
  void add(JournaledReports& reports,
           matching::AccountId account,
           const std::string& id,
           const JournaledMoney& money) {
    const std::string& name = names_.at(account);
    if (known_.contains(name)) {
      reports[name].emplace(id, money);
    }
  }

  JournalAccount& account_;
  std::map<matching::AccountId, std::string> names_;
  std::set<std::string> known_;  // CompIDs that have logged on
  matching::Int128 paid_in_ = 0;
};

JournalAccountant::JournalAccountant() : money_{std::make_unique<Money>(account_)} {}

JournalAccountant::~JournalAccountant() = default;

void JournalAccountant::read(const matching::TransactionView& transaction) {
  ++account_.transactions;
  matching::for_each_event(transaction, [&](matching::EventSeq seq, const auto& event) {
    using Event = std::decay_t<decltype(event)>;
    money_->read(seq, event);
    if constexpr (std::is_same_v<Event, matching::TradeMatched>) {
      account_.exec_ids.insert({exec_id(seq, 1), exec_id(seq, 2)});
    } else if constexpr (std::is_same_v<Event, matching::OrderAccepted> ||
                         std::is_same_v<Event, matching::OrderRejected> ||
                         std::is_same_v<Event, matching::OrderCancelled> ||
                         std::is_same_v<Event, matching::OrderReduced> ||
                         std::is_same_v<Event, matching::OrderReleased> ||
                         std::is_same_v<Event, matching::OrderAmended> ||
                         std::is_same_v<Event, matching::OrderExpired>) {
      account_.exec_ids.insert(exec_id(seq, 1));
      if constexpr (std::is_same_v<Event, matching::OrderAccepted>) {
        const std::string id{event.cl_ord_id.view()};
        if (!account_.accepted.insert(id).second) {
          account_.accepted_twice.insert(id);
        }
      }
    } else if constexpr (std::is_same_v<Event, matching::OrderCancelledBatched> ||
                         std::is_same_v<Event, matching::OrderGroupCancelled>) {
      for (std::uint32_t leg = 1; leg <= event.count; ++leg) {
        account_.exec_ids.insert(exec_id(seq, static_cast<int>(leg)));
      }
    } else if constexpr (std::is_same_v<Event, matching::CancelRejected>) {
      account_.refused_cancels.emplace(event.cl_ord_id.view());
    } else if constexpr (std::is_same_v<Event, matching::InboundRefused>) {
      ++account_.refused_messages;
    }
  });
}

JournalAccount JournalAccountant::close(const matching::Engine& engine) const {
  JournalAccount account = account_;
  account.orders = orders_of(engine);
  account.sums_up = money_->sums_up(engine);
  engine.visit_accounts([&account](const matching::AccountInfo& info) {
    account.balances.emplace(info.name.view(), info.balance.value());
  });
  account.state_hash = engine.state_hash();
  return account;
}

std::map<std::string, JournaledOrder> orders_of(const matching::Engine& engine) {
  std::map<matching::AccountId, std::string> names;
  engine.visit_accounts([&](const matching::AccountInfo& account) {
    names.emplace(account.account, account.name.view());
  });
  std::map<std::string, JournaledOrder> orders;
  engine.visit_orders([&](const matching::OrderInfo& order) {
    orders.emplace(order.chain.front().cl_ord_id.view(),
                   JournaledOrder{.account = names.at(order.account),
                                  .cum_qty = order.values.cum_qty.value(),
                                  .leaves_qty = order.values.leaves_qty.value(),
                                  .live = order.live});
  });
  return orders;
}

JournalAccount read_journal(const std::filesystem::path& wal_root) {
  journal::EnvironmentPool pool;
  journal::JournalReader reader{wal_root, pool};
  matching::Engine engine;
  JournalAccountant accountant;
  while (const auto transaction = reader.next()) {
    engine.apply(*transaction);
    accountant.read(*transaction);
  }
  return accountant.close(engine);
}

std::uint64_t replay_in_pieces(const std::filesystem::path& wal_root) {
  journal::EnvironmentPool pool;
  matching::Engine engine;
  {
    journal::JournalReader first{wal_root, pool};
    constexpr int kFirstPiece = 1000;
    for (int i = 0; i < kFirstPiece; ++i) {
      const auto transaction = first.next();
      if (!transaction) {
        break;
      }
      engine.apply(*transaction);
    }
  }
  journal::JournalReader rest{wal_root, pool, engine.last_seq().next()};
  while (const auto transaction = rest.next()) {
    engine.apply(*transaction);
  }
  return engine.state_hash();
}

}  // namespace betex::test
