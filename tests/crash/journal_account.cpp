#include "tests/crash/journal_account.h"

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

void add_reports(JournalAccount& account, const matching::TransactionView& transaction) {
  matching::for_each_event(transaction, [&](matching::EventSeq seq, const auto& event) {
    using Event = std::decay_t<decltype(event)>;
    if constexpr (std::is_same_v<Event, matching::TradeMatched>) {
      account.exec_ids.insert({exec_id(seq, 1), exec_id(seq, 2)});
    } else if constexpr (std::is_same_v<Event, matching::OrderAccepted> ||
                         std::is_same_v<Event, matching::OrderRejected> ||
                         std::is_same_v<Event, matching::OrderCancelled>) {
      account.exec_ids.insert(exec_id(seq, 1));
    } else if constexpr (std::is_same_v<Event, matching::CancelRejected>) {
      account.refused_cancels.emplace(event.cl_ord_id.view());
    } else if constexpr (std::is_same_v<Event, matching::InboundRefused>) {
      ++account.refused_messages;
    }
  });
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

}  // namespace

JournalAccount read_journal(const std::filesystem::path& wal_root) {
  journal::EnvironmentPool pool;
  journal::JournalReader reader{wal_root, pool};
  matching::Engine engine;
  JournalAccount account;
  while (const auto transaction = reader.next()) {
    engine.apply(*transaction);
    add_reports(account, *transaction);
    ++account.transactions;
  }
  account.orders = orders_of(engine);
  account.state_hash = engine.state_hash();
  return account;
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
