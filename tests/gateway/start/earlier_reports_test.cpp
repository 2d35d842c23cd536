// Late reports of events before the snapshot that a start began with: the start reads nothing of
// them, and they are those that a gateway makes which never ended.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/pipeline/journal_link.h"
#include "gateway/pipeline/report_stage.h"
#include "gateway/replay/replay_stage.h"
#include "gateway/ring/event_ring.h"
#include "gateway/ring/wait_strategy.h"
#include "journal/errors.h"
#include "journal/journal_reader.h"
#include "journal/retirement.h"
#include "journal/segment_catalog.h"
#include "tests/gateway/pipeline/pipeline_fixture.h"
#include "tests/gateway/start/life.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

using namespace std::chrono_literals;
using matching::EventSeq;

using Reports = std::vector<fix::Report>;

class Everything final : public ReportReceiver {
 public:
  explicit Everything(SessionId session) : session_{session} {}

  bool wants(SessionId session, fix::ReportId) override { return session == session_; }

  void receive(SessionId, fix::Report report) override { reports.push_back(std::move(report)); }

  Reports reports;

 private:
  SessionId session_;
};

// What tells sessions of reports in a gateway that has started, stepped by hand. The life decides
// nothing any more.
class Started {
 public:
  Started(Life& life, const std::filesystem::path& root)
      : report_{consumer_,
                wait_,
                std::move(life.recovered.reports),
                journal_sources(root, life.pool)},
        earlier_{{.wait = wait_,
                  .open_source = retiring_journal_sources(root, life.pool),
                  .load_state =
                      [&life, root](EventSeq limit) {
                        return reports_as_of(root, life.journal, life.config, limit);
                      },
                  .available_from = [&life] { return life.retention.told_again_from(); },
                  .again = false}} {
    report_.connect(sink_);
    report_.connect(life.retention);
    report_.connect_earlier(earlier_, earlier_);
    earlier_.connect(report_.earlier());
  }

  void log_on(SessionId session, fix::ReportId sent = {}) {
    report_.feed().subscribe(session, kLogon, sent);
  }

  // Until there is nothing to do. Sessions take what they are given at once.
  void run() {
    while (report_.do_work() + run_earlier() + take() > 0) {
    }
  }

  [[nodiscard]] Reports told(SessionId session) const {
    Reports reports;
    for (const RecordingSink::Delivery& delivery : sink_.reports) {
      if (delivery.session == session) {
        reports.push_back(delivery.report);
      }
    }
    return reports;
  }

  [[nodiscard]] bool earlier_lost() const { return lost_; }

 private:
  static constexpr SubscriptionId kLogon{1};

  std::size_t run_earlier() {
    try {
      return lost_ ? 0 : earlier_.do_work();
    } catch (const std::exception&) {  // as the thread's handler does
      lost_ = true;
      earlier_.fail();
      return 1;
    }
  }

  std::size_t take() {
    const std::size_t taken = sink_.reports.size() - taken_;
    for (; taken_ < sink_.reports.size(); ++taken_) {
      report_.feed().consumed(sink_.reports[taken_].session, kLogon, 1);
    }
    return taken;
  }

  WaitStrategy wait_;
  EventRing ring_{{.capacity = 64, .arena_size = std::size_t{1} << 16U}, wait_};
  EventConsumer& consumer_{ring_.add_consumer({.name = "report", .wait = wait_})};
  ReportStage report_;
  ReplayStage earlier_;
  RecordingSink sink_;
  std::size_t taken_ = 0;
  bool lost_ = false;
};

class EarlierReportsAtAStart : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path root() const { return folder_.path() / "wal"; }

  // Of each kind of report some; all orders have finished then.
  static void trade(Life& life, const std::string& id) {
    life.place(kOne, "lay-" + id, Side::Ask);
    life.place(kTwo, "back-" + id, Side::Bid);
    life.place(kTwo, "back-" + id, Side::Bid);  // refused
    life.place(kOne, "moves-" + id, Side::Ask);
    life.amend(kOne, "moved-" + id, "moves-" + id);
    life.run(matching::RefuseInbound{.msg_type = matching::Text<7>{"D"},
                                     .tag = 40,
                                     .fix_reason = 5,
                                     .answer = matching::RefuseInbound::Answer::SessionReject},
             kOne);
    life.run(matching::CancelOrder{.account = Name{"ACC"},
                                   .cl_ord_id = ClOrdId{"cancel-" + id},
                                   .orig_cl_ord_id = ClOrdId{"moved-" + id}},
             kOne);
    life.confirm(kTwo);
  }

  // A generation of ClOrdIDs ends each day: the engine forgets orders that have finished.
  static void let_days_pass(Life& life, int days) {
    for (int i = 0; i < days; ++i) {
      life.wait(26h);
      life.run(matching::AdvanceTime{});
    }
  }

  // ONE is away from the beginning on, and has proven nothing; the snapshots after which something
  // happens that it lacks.
  std::vector<EventSeq> live_three_days() const {
    std::vector<EventSeq> snapshots;
    Life life{root()};
    life.open_market();
    trade(life, "1");
    life.place(kOne, "rests", Side::Ask);
    snapshots.push_back(life.snapshot());
    trade(life, "2");
    let_days_pass(life, 3);
    life.amend(kOne, "rested", "rests");
    snapshots.push_back(life.snapshot());
    trade(life, "3");
    return snapshots;
  }

  // What a session is told by a gateway that sees the log go by, all of it or behind a snapshot.
  Reports all_of(Life& life, SessionId session, EventSeq snapshot = {}) const {
    ReportState state = reports_as_of(root(), life.journal, life.config, snapshot);
    Everything told{session};
    journal::JournalReader reader{root(), life.pool, snapshot.next()};
    while (const auto transaction = reader.next()) {
      state.take(*transaction, told, [](const auto& /*event*/) {});
    }
    return told.reports;
  }

  // ONE, who logs on, as by a gateway that never ended.
  void expect_all_told(Life& life) const {
    const Reports expected = all_of(life, kOne);
    Started started{life, root()};
    started.log_on(kOne);
    started.run();
    EXPECT_EQ(started.told(kOne), expected);
  }

  static void damage(const std::filesystem::path& file, std::size_t at) {
    std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
    stream.seekg(static_cast<std::streamoff>(at));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(static_cast<char>(byte ^ 1));
    ASSERT_TRUE(stream.good());
  }

  void damage_snapshot(EventSeq seq) const {
    constexpr std::size_t kInItsState = 200;
    damage(journal::file_of_snapshot(root(), seq), kInItsState);
  }

  // Where the order's ClOrdID stands.
  void damage_first_segment(const std::string& cl_ord_id) const {
    const auto segments = journal::list_segments(root() / journal::kSegmentsFolder);
    const std::filesystem::path file =
        root() / journal::kSegmentsFolder / segments.front().text() / journal::kDataFile;
    std::ifstream stream{file, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{stream}, {}};
    const std::size_t at = bytes.find(cl_ord_id);
    ASSERT_NE(at, std::string::npos);
    damage(file, at);
  }

  static std::string headline(const fix::Report& report) {
    const auto* const news = std::get_if<fix::News>(&report.body);
    return news == nullptr ? "" : std::string{news->headline.view()};
  }

  betex::test::TempFolder folder_;
};

TEST_F(EarlierReportsAtAStart, AreThoseOfAGatewayThatNeverEnded) {
  const std::vector<EventSeq> snapshots = live_three_days();
  Life life{root()};
  EXPECT_EQ(life.recovered.reports.begins_after, snapshots.back());
  EXPECT_FALSE(life.recovered.reports.model.knows(matching::OrderId{1})) << "too long ago";
  const Reports expected = all_of(life, kOne);
  ASSERT_GT(expected.size(), 10U);
  ASSERT_LT(expected.front().id.event, snapshots.front());
  Started started{life, root()};
  started.log_on(kOne);
  started.log_on(kTwo);
  started.run();
  EXPECT_EQ(started.told(kOne), expected);
  EXPECT_TRUE(std::any_of(expected.begin(), expected.end(), [](const fix::Report& report) {
    return std::holds_alternative<fix::Reject>(report.body);
  }));
  EXPECT_TRUE(started.told(kTwo).empty()) << "has proven to have all";
}

TEST_F(EarlierReportsAtAStart, GoOnBehindTheLastOneThatTheSessionHas) {
  live_three_days();
  Life life{root()};
  const Reports all = all_of(life, kOne);
  Started started{life, root()};
  constexpr std::size_t kHas = 4;
  started.log_on(kOne, all[kHas - 1].id);
  started.run();
  EXPECT_EQ(started.told(kOne), (Reports{all.begin() + kHas, all.end()}));
}

TEST_F(EarlierReportsAtAStart, AreMadeAfterManyStarts) {
  std::vector<EventSeq> snapshots = live_three_days();
  for (const char* const id : {"4", "5"}) {
    Life life{root()};
    EXPECT_EQ(life.recovered.reports.begins_after, snapshots.back());
    trade(life, id);
    let_days_pass(life, 1);
    snapshots.push_back(life.snapshot());
  }
  Life life{root()};
  expect_all_told(life);
}

// The first segment cannot be read: a start that read it would end.
TEST_F(EarlierReportsAtAStart, TheStartReadsNothingOfThem) {
  const std::vector<EventSeq> snapshots = live_three_days();
  damage_first_segment("lay-1");
  Life life{root()};
  EXPECT_EQ(life.recovered.reports.begins_after, snapshots.back());
  EXPECT_THROW(all_of(life, kOne), journal::JournalError);
}

// It stands still and is told so; everybody else goes on.
TEST_F(EarlierReportsAtAStart, WhereTheLogIsDamagedTheSessionIsToldThatTheyComeLater) {
  const std::vector<EventSeq> snapshots = live_three_days();
  damage_first_segment("lay-1");
  Life life{root()};
  life.place(kTwo, "news", Side::Bid);
  Started started{life, root()};
  started.log_on(kOne);
  started.log_on(kTwo);
  started.run();
  EXPECT_TRUE(started.earlier_lost());
  ASSERT_FALSE(started.told(kOne).empty());
  const std::string told = headline(started.told(kOne).back());
  EXPECT_NE(told.find(" to " + std::to_string(snapshots.back().value()) +
                      ", and all later ones, do not come before the gateway's next start"),
            std::string::npos)
      << told;
  for (const fix::Report& report : started.told(kOne)) {
    EXPECT_LT(report.id.event, snapshots.back());
  }
  ASSERT_FALSE(started.told(kTwo).empty());
  EXPECT_EQ(std::get<fix::ExecutionReport>(started.told(kTwo).back().body).cl_ord_id,
            matching::ClOrdId{"news"});
}

TEST_F(EarlierReportsAtAStart, BehindADamagedSnapshotAreMadeFromTheOneBefore) {
  const std::vector<EventSeq> snapshots = live_three_days();
  damage_snapshot(snapshots.back());
  Life life{root()};
  EXPECT_EQ(life.recovered.reports.begins_after, snapshots.front());
  expect_all_told(life);
}

// They are not what is lacked any more, and the rest comes.
TEST_F(EarlierReportsAtAStart, WhatIsRetiredIsLeftOutAndTheSessionIsToldSo) {
  const std::vector<EventSeq> snapshots = live_three_days();
  Reports expected;
  {
    Life life{root()};
    trade(life, "4");
    life.snapshot();
    for (const fix::Report& report : all_of(life, kOne)) {
      if (report.id.event > snapshots.front()) {
        expected.push_back(report);
      }
    }
  }
  journal::retire_up_to(root(), snapshots.front());
  ASSERT_FALSE(journal::list_segments(root() / journal::kRetiredFolder).empty());
  Life life{root()};
  EXPECT_GT(life.recovered.reports.begins_after, snapshots.back());
  EXPECT_EQ(life.retention.kept_from(), snapshots.front().next());
  Started started{life, root()};
  started.log_on(kOne);
  started.run();
  Reports told = started.told(kOne);
  ASSERT_FALSE(told.empty());
  EXPECT_NE(
      headline(told.front())
          .find(" to " + std::to_string(snapshots.front().value()) + " are not kept any more"),
      std::string::npos)
      << headline(told.front());
  told.erase(told.begin());
  EXPECT_EQ(told, expected);
}

// A start looks at no more than the headers of older snapshots: those that it counted on are
// damaged.
TEST_F(EarlierReportsAtAStart, WhatTurnsOutNotToBeThereIsLeftOutAndTheSessionIsToldSo) {
  const std::vector<EventSeq> snapshots = live_three_days();
  {
    Life life{root()};
    trade(life, "4");
    life.snapshot();
    trade(life, "5");
  }
  journal::retire_up_to(root(), snapshots.front());
  Life life{root()};
  const Reports expected = all_of(life, kOne, life.recovered.reports.begins_after);
  ASSERT_FALSE(expected.empty());
  damage_snapshot(snapshots.front());
  damage_snapshot(snapshots.back());
  Started started{life, root()};
  started.log_on(kOne);
  started.run();
  EXPECT_FALSE(started.earlier_lost());
  Reports told = started.told(kOne);
  ASSERT_GE(told.size(), 2U);
  EXPECT_NE(headline(told[1]).find("are not kept any more"), std::string::npos);
  told.erase(told.begin(), told.begin() + 2);
  EXPECT_EQ(told, expected);
}

}  // namespace
}  // namespace betex::gateway::testing
