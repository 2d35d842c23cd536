// The three stages around a real engine and real rings, stepped by hand on the test's own thread,
// with a journal in memory that commits when the test says so.
#pragma once

#include <deque>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/link/clock.h"
#include "gateway/pipeline/journal_stage.h"
#include "gateway/pipeline/match_stage.h"
#include "gateway/pipeline/report_stage.h"
#include "gateway/ring/command_ring.h"
#include "gateway/ring/event_ring.h"
#include "matching/engine.h"

namespace betex::gateway::testing {

using matching::ClOrdId;
using matching::Decimal;
using matching::Name;
using matching::SessionId;
using matching::Side;

struct StoredTransaction {
  matching::TransactionHeader header;
  matching::EventSeq first_seq;
  std::vector<std::byte> events;

  [[nodiscard]] matching::TransactionView view() const { return {header, first_seq, events}; }
};

// What is committed may be read by another thread than the one that commits.
class MemoryLog final : public TransactionLog {
 public:
  void append(const matching::TransactionView& transaction) override {
    pending_.push_back({transaction.header,
                        transaction.first_seq,
                        {transaction.events.begin(), transaction.events.end()}});
  }

  void commit() override {
    ++commits;
    const std::lock_guard lock{mutex_};
    std::move(pending_.begin(), pending_.end(), std::back_inserter(committed));
    pending_.clear();
  }

  // As a JournalReader would give them.
  [[nodiscard]] OpenTransactionSource sources() const {
    return [this](matching::EventSeq first) { return std::make_unique<Source>(*this, first); };
  }

  std::deque<StoredTransaction> committed;  // whose elements stay where they are
  std::size_t commits = 0;
  mutable std::size_t read = 0;    // transactions, by all sources
  mutable std::size_t opened = 0;  // sources

 private:
  class Source final : public TransactionSource {
   public:
    Source(const MemoryLog& log, matching::EventSeq first) : log_{log} {
      ++log_.opened;
      const std::lock_guard lock{log_.mutex_};
      while (next_ < log_.committed.size() && log_.committed[next_].view().last_seq() < first) {
        ++next_;
      }
    }

    [[nodiscard]] std::optional<matching::TransactionView> next() override {
      const std::lock_guard lock{log_.mutex_};
      if (next_ == log_.committed.size()) {
        return std::nullopt;
      }
      ++log_.read;
      return log_.committed[next_++].view();
    }

   private:
    const MemoryLog& log_;
    std::size_t next_ = 0;
  };

  mutable std::mutex mutex_;  // guards committed, where two threads know it
  std::vector<StoredTransaction> pending_;
};

class RecordingSink final : public SessionSink {
 public:
  struct Delivery {
    SessionId session;
    SubscriptionId subscription;
    fix::Report report;
  };

  void deliver(SessionId session, ReportDelivery delivery) override {
    for (fix::Report& report : delivery.reports) {
      reports.push_back({session, delivery.subscription, std::move(report)});
    }
    delivery.reports.clear();
    progress.emplace_back(session, std::move(delivery));
  }

  void notify(const Name& comp_id, SessionNotice notice) override {
    notices.emplace_back(comp_id, std::move(notice));
  }

  std::vector<Delivery> reports;
  std::vector<std::pair<SessionId, ReportDelivery>> progress;  // without their reports
  std::vector<std::pair<Name, SessionNotice>> notices;
};

class ManualClock final : public Clock {
 public:
  [[nodiscard]] matching::Timestamp now() const override { return time; }

  matching::Timestamp time{1'800'000'000'000'000'000};
};

class Pipeline {
 public:
  explicit Pipeline(std::size_t event_slots = 1024, Audience audience = {})
      : commands{1024, wait},
        events{{.capacity = event_slots, .arena_size = std::size_t{1} << 20}, wait},
        journal_consumer{events.add_consumer({.name = "journal", .wait = wait})},
        report_consumer{
            events.add_consumer({.name = "report", .wait = wait, .behind = {&journal_consumer}})},
        match{commands, engine, events, clock},
        journal{journal_consumer, log},
        report{report_consumer,
               wait,
               {.model = ReadModel{std::move(audience)},
                .cursors = {},
                .last_seq = {},
                .last_time = {}},
               log.sources()} {
    report.connect(sink);
  }

  void submit(matching::CommandBody body, matching::Origin origin = {}) {
    BETEX_ASSERT(commands.try_reserve(1));
    commands.publish(matching::Command{.origin = origin, .body = std::move(body)});
  }

  void ask(const Query& query) {
    BETEX_ASSERT(commands.try_reserve(1));
    commands.publish(query);
  }

  // Lets everything that can happen without the journal happen.
  void run_but_journal() {
    while (match.do_work() + report.do_work() > 0) {
    }
  }

  void run() {
    while (match.do_work() + journal.do_work() + report.do_work() > 0) {
    }
  }

  // One odds market with a runner "RUN", an account "ACC", and two sessions, 1 and 2.
  void open_market() {
    submit(matching::CreateAccount{.account = Name{"ACC"}});
    submit(matching::CreateMarket{.market = Name{"MKT"}});
    submit(matching::AddRunner{.market = Name{"MKT"}, .symbol = Name{"RUN"}});
    submit(matching::AddRunner{.market = Name{"MKT"}, .symbol = Name{"OTHER"}});
    submit(matching::OpenMarket{.market = Name{"MKT"}});
    submit(matching::SessionUp{.comp_id = Name{"ONE"}});
    submit(matching::SessionUp{.comp_id = Name{"TWO"}});
    run();
    sink.notices.clear();
  }

  // Prices and quantities in hundredths: 202 is odds of 2.02, 3000 a stake of 30.00.
  void place(SessionId session, std::string_view cl_ord_id, Side side, int price, int quantity) {
    submit(matching::PlaceOrder{.account = Name{"ACC"},
                                .cl_ord_id = ClOrdId{cl_ord_id},
                                .symbol = Name{"RUN"},
                                .transact_time = clock.time,
                                .price = Decimal{price * 10'000},
                                .quantity = Decimal{quantity * 10'000},
                                .side = side,
                                .time_in_force = matching::TimeInForce::Gtc,
                                .self_trade_prevention = matching::SelfTradePrevention::None},
           origin(session));
  }

  void cancel(SessionId session, std::string_view cl_ord_id, std::string_view orig_cl_ord_id) {
    submit(matching::CancelOrder{.account = Name{"ACC"},
                                 .cl_ord_id = ClOrdId{cl_ord_id},
                                 .orig_cl_ord_id = ClOrdId{orig_cl_ord_id}},
           origin(session));
  }

  matching::Origin origin(SessionId session) {
    auto& last = msg_seq_nums[session.value()];
    last = last.next();
    return {session, matching::SessionEpoch{1}, last};
  }

  WaitStrategy wait;
  ManualClock clock;
  matching::Engine engine;
  MemoryLog log;
  RecordingSink sink;
  CommandRing<RingCommand> commands;
  EventRing events;
  EventConsumer& journal_consumer;
  EventConsumer& report_consumer;
  MatchStage match;
  JournalStage journal;
  ReportStage report;
  ReportFeed& feed{report.feed()};
  std::array<matching::MsgSeqNum, 64> msg_seq_nums{};
};

}  // namespace betex::gateway::testing
