// A start from snapshots: the same engine and the same reports as from the log's beginning.
#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/reports/report_maker.h"
#include "journal/errors.h"
#include "journal/journal_reader.h"
#include "journal/retirement.h"
#include "journal/segment_catalog.h"
#include "tests/gateway/start/life.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

using matching::EventSeq;
using matching::Side;

class RecoveryTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path root() const { return folder_.path() / "wal"; }

  [[nodiscard]] std::size_t count(std::string_view folder) const {
    return journal::list_segments(root() / folder).size();
  }

  static void trade(Life& life, const std::string& id) {
    life.place(kOne, "lay-" + id, Side::Ask);
    life.amend(kOne, "amend-" + id, "lay-" + id);
    life.place(kTwo, "back-" + id, Side::Bid);
  }

  // Three trades, each with a snapshot behind it, when both have the reports.
  static void trade_with_snapshots(Life& life) {
    for (const char* id : {"1", "2", "3"}) {
      trade(life, id);
      life.confirm(kOne);
      life.confirm(kTwo);
      life.snapshot();
    }
  }

  // A copy of the log in which nothing was ever retired, and without snapshots.
  [[nodiscard]] std::filesystem::path whole_copy() const {
    std::filesystem::path copy = folder_.path() / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::create_directory(copy);
    for (const std::string_view folder : {journal::kSegmentsFolder, journal::kRetiredFolder}) {
      std::filesystem::copy(root() / folder,
                            copy / journal::kSegmentsFolder,
                            std::filesystem::copy_options::recursive);
    }
    std::filesystem::copy(root() / journal::kEpochFile, copy / journal::kEpochFile);
    return copy;
  }

  betex::test::TempFolder folder_;
};

// Reports of a session as lines, by their ids.
using Reports = std::map<fix::ReportId, std::string>;

class ReportLines final : public ReportReceiver {
 public:
  explicit ReportLines(matching::SessionId session) : session_{session} {}

  bool wants(matching::SessionId session, fix::ReportId) override { return session == session_; }

  void receive(matching::SessionId, fix::Report report) override {
    if (const auto* refused = std::get_if<fix::OrderCancelReject>(&report.body)) {
      lines[report.id] = "refused: " + std::string{matching::to_text(refused->reason)};
      return;
    }
    if (!std::holds_alternative<fix::ExecutionReport>(report.body)) {
      lines[report.id] = "message of kind " + std::to_string(report.body.index());
      return;
    }
    const auto& execution = std::get<fix::ExecutionReport>(report.body);
    lines[report.id] = std::string{static_cast<char>(execution.exec_type)} + " " +
                       std::string{execution.cl_ord_id.view()} + " " +
                       std::string{execution.symbol.view()} + " " +
                       std::to_string(execution.price.value()) + " leaves " +
                       std::to_string(execution.leaves_qty.value()) + " " +
                       std::to_string(static_cast<int>(execution.reason));
  }

  Reports lines;

 private:
  matching::SessionId session_;
};

// What a session that comes back is told, if it has nothing after event `from`.
Reports reports_from(Life& life,
                     const std::filesystem::path& root,
                     matching::SessionId session,
                     EventSeq from) {
  ReportLines receiver{session};
  const ReportMaker maker = life.recovered.reports.maker();
  journal::JournalReader reader{root, life.pool, from};
  while (const auto transaction = reader.next()) {
    matching::for_each_event(*transaction, [&](EventSeq seq, const auto& event) {
      if (seq >= from) {
        maker.make(transaction->header, seq, event, receiver);
      }
    });
  }
  return receiver.lines;
}

TEST_F(RecoveryTest, FromASnapshotAndTheRestEqualsFromTheStart) {
  EventSeq snapshot;
  {
    Life life{root()};
    life.open_market();
    trade(life, "1");
    life.confirm(kOne);
    life.confirm(kTwo);
    snapshot = life.snapshot();
    trade(life, "2");
  }
  Life from_start{whole_copy()};
  Life life{root()};
  EXPECT_EQ(life.retention.newest_snapshot(), snapshot);
  EXPECT_EQ(life.recovered.engine.state_hash(), from_start.recovered.engine.state_hash());
  EXPECT_EQ(life.recovered.reports.cursors.needed_after(),
            from_start.recovered.reports.cursors.needed_after());
  EXPECT_EQ(reports_from(life, root(), kOne, snapshot.next()),
            reports_from(from_start, folder_.path() / "copy", kOne, snapshot.next()));
}

// A start retires too, when it has read how far the watermark is.
TEST_F(RecoveryTest, SegmentsAboveTheWatermarkStay) {
  const auto end_of_oldest = [this] {
    return journal::end_of_oldest(journal::list_segments(root() / journal::kSegmentsFolder));
  };
  EventSeq watermark;
  {
    Life life{root(), Retire::UpToWatermark};
    life.open_market();
    for (const char* const id : {"1", "2", "3", "4"}) {
      trade(life, id);
      life.confirm(kOne);
      life.confirm(kTwo);
      life.snapshot();
    }
    trade(life, "5");
    EXPECT_EQ(count(journal::kRetiredFolder), 0U);
    watermark = end_of_oldest().value();
    ASSERT_LE(watermark, life.retention.oldest_needed_snapshot());
    life.run(matching::MoveWatermark{.watermark = watermark});
    for (const char* const id : {"6", "7", "8"}) {  // a rotation
      trade(life, id);
    }
    EXPECT_EQ(count(journal::kRetiredFolder), 1U);
  }
  {
    Life life{root(), Retire::UpToWatermark};
    EXPECT_EQ(life.retention.watermark(), watermark);
    EXPECT_EQ(count(journal::kRetiredFolder), 1U);
    watermark = end_of_oldest().value();
    ASSERT_LE(watermark, life.retention.oldest_needed_snapshot());
    life.run(matching::MoveWatermark{.watermark = watermark});
    EXPECT_EQ(count(journal::kRetiredFolder), 1U) << "it is looked at after a rotation";
  }
  const Life life{root(), Retire::UpToWatermark};
  EXPECT_EQ(life.retention.watermark(), watermark);
  EXPECT_EQ(count(journal::kRetiredFolder), 2U);
}

TEST_F(RecoveryTest, RoomThatIsMadeAfterItChangesNothing) {
  {
    Life life{root()};
    life.open_market();
    trade(life, "1");
    life.snapshot();
    trade(life, "2");
  }
  Life other{whole_copy()};
  Life life{root()};
  life.recovered.engine.reserve(
      {.live_orders = 2000, .finished_orders = 3000, .cl_ord_ids = 100'000});
  EXPECT_EQ(life.recovered.engine.state_hash(), other.recovered.engine.state_hash());
  for (Life* const each : {&life, &other}) {
    trade(*each, "3");
    each->place(kOne, "lay-1", Side::Ask);  // its id is used
  }
  EXPECT_EQ(life.recovered.engine.state_hash(), other.recovered.engine.state_hash());
}

TEST_F(RecoveryTest, WorksWhenEverythingBelowTheSnapshotsIsRetired) {
  {
    Life life{root()};
    life.open_market();
    trade_with_snapshots(life);
    trade(life, "4");
    EXPECT_GT(count(journal::kRetiredFolder), 0U);
  }
  EXPECT_GT(journal::list_segments(root() / journal::kSegmentsFolder).front().first_seq,
            EventSeq{1});
  Life from_start{whole_copy()};
  Life life{root()};
  EXPECT_EQ(life.recovered.engine.state_hash(), from_start.recovered.engine.state_hash());
  const EventSeq undelivered{life.recovered.reports.cursors.needed_after()->value() + 1};
  const Reports late = reports_from(life, root(), kTwo, undelivered);
  EXPECT_FALSE(late.empty());
  EXPECT_EQ(late, reports_from(from_start, folder_.path() / "copy", kTwo, undelivered));
}

// From the snapshot's note, where the event that says so is not there any more.
TEST_F(RecoveryTest, WhoWatchesMarketsIsKnownAfterIt) {
  EventSeq asked;
  {
    Life life{root()};
    life.open_market();
    life.run(matching::WatchMarkets{.session = kOne, .on = true});
    asked = life.recovered.engine.last_seq();
    trade_with_snapshots(life);
  }
  EXPECT_GT(journal::list_segments(root() / journal::kSegmentsFolder).front().first_seq, asked);
  const Life life{root()};
  const MarketWatches& watches = life.recovered.reports.cursors.watches();
  const EventSeq next = life.recovered.engine.last_seq().next();
  EXPECT_TRUE(watches.told(kOne, next));
  EXPECT_FALSE(watches.told(kTwo, next));
}

TEST_F(RecoveryTest, TheStartPrunesWhatASnapshotMadeSuperfluous) {
  {
    Life life{root()};
    life.open_market();
    for (const char* id : {"1", "2", "3"}) {
      trade(life, id);
      life.confirm(kOne);
      life.confirm(kTwo);
    }
    life.snapshot();
    life.run(matching::SuspendMarket{.market = matching::Name{"MKT"}});
    life.snapshot();
    EXPECT_EQ(count(journal::kRetiredFolder), 0U) << "no rotation since";
  }
  const Life life{root()};
  EXPECT_GT(count(journal::kRetiredFolder), 1U);
}

TEST_F(RecoveryTest, AnUndeliveredReportKeepsTheLogAndIsMadeWithTheTermsOfItsTime) {
  EventSeq first_trade;
  {
    Life life{root()};
    life.open_market();
    first_trade = life.recovered.engine.last_seq().next();
    for (const char* id : {"1", "2", "3", "4"}) {
      trade(life, id);
      life.confirm(kTwo);
      life.snapshot();
    }
    EXPECT_EQ(count(journal::kRetiredFolder), 0U);
  }
  Life from_start{whole_copy()};
  Life life{root()};
  EXPECT_EQ(count(journal::kRetiredFolder), 0U);
  const Reports late = reports_from(life, root(), kOne, first_trade);
  EXPECT_GT(late.size(), 8U);
  EXPECT_NE(late.begin()->second, std::next(late.begin())->second);
  EXPECT_EQ(late.begin()->second, "0 lay-1 RUN 2040000 leaves 30000000 0");
  EXPECT_EQ(late, reports_from(from_start, folder_.path() / "copy", kOne, first_trade));
  EXPECT_EQ(life.retention.kept_from(), EventSeq{1});
}

TEST_F(RecoveryTest, ADamagedNewestSnapshotFallsBackToTheOneBefore) {
  {
    Life life{root()};
    life.open_market();
    trade_with_snapshots(life);
    trade(life, "4");
  }
  const auto snapshots = journal::list_snapshots(root());
  std::string name = std::to_string(snapshots.back().value());
  name.insert(0, 20 - name.size(), '0');
  std::ofstream{root() / journal::kSnapshotsFolder / name / journal::kSnapshotFile} << "damaged";
  Life from_start{whole_copy()};
  const Life life{root()};
  EXPECT_EQ(life.retention.newest_snapshot(), snapshots[snapshots.size() - 2]);
  EXPECT_EQ(life.recovered.engine.state_hash(), from_start.recovered.engine.state_hash());
}

// Of those that are kept for what may be told again, many times what is in memory, a start reads
// none to its end.
TEST_F(RecoveryTest, AStartReadsTheTwoNewestSnapshotsThatAreWhole) {
  std::vector<EventSeq> taken;
  {
    Life life{root()};
    life.open_market();
    for (const char* id : {"1", "2", "3", "4", "5"}) {
      trade(life, id);
      taken.push_back(life.snapshot());
    }
  }
  {
    constexpr int kInItsState = 200;
    std::fstream file{journal::file_of_snapshot(root(), taken[3]),
                      std::ios::in | std::ios::out | std::ios::binary};
    file.seekg(kInItsState);
    const int byte = file.get();
    file.seekp(kInItsState);
    file.put(static_cast<char>(byte ^ 1));
  }
  Retention retention;
  journal::EnvironmentPool pool;
  journal::Journal journal{{.wal_root = root(), .segment_map_size_bytes = std::size_t{4} << 20U},
                           pool};
  const Config config;
  const Recovered recovered = recover({journal, root(), pool, config}, retention);
  EXPECT_EQ(retention.newest_snapshot(), taken[4]);
  EXPECT_EQ(retention.next_unread(), taken[1]);
  retention.snapshot_was_read(taken[1], true);
  EXPECT_EQ(retention.next_unread(), taken[0]);
  retention.snapshot_was_read(taken[0], true);
  EXPECT_EQ(retention.next_unread(), std::nullopt);
}

// Of a snapshot that betex-journal has made nobody knows which reports it lacks.
TEST_F(RecoveryTest, BehindASnapshotOfTheToolReportsAreMadeAsFarAsTheLogGoes) {
  EventSeq snapshot;
  {
    Life life{root()};
    life.open_market();
    trade(life, "1");
    snapshot = *journal::take_snapshot(root(), life.pool, {});
    trade(life, "2");
  }
  {
    Life life{root()};
    EXPECT_EQ(life.retention.kept_from(), EventSeq{1});
    const Reports reports = reports_from(life, root(), kOne, EventSeq{1});
    EXPECT_TRUE(std::any_of(reports.begin(), reports.end(), [](const auto& report) {
      return report.second == "0 lay-1 RUN 2040000 leaves 30000000 0";
    }));
    EXPECT_LT(*life.recovered.reports.cursors.needed_after(), snapshot);
    EXPECT_EQ(life.recovered.reports.begins_after, EventSeq{0}) << "made again from there";
  }
  journal::retire_up_to(root(), snapshot);
  ASSERT_GT(count(journal::kRetiredFolder), 0U);
  Life from_start{whole_copy()};
  const Life life{root()};
  EXPECT_EQ(life.recovered.engine.state_hash(), from_start.recovered.engine.state_hash());
  EXPECT_EQ(life.retention.kept_from(), snapshot.next());
  EXPECT_GE(*life.recovered.reports.cursors.needed_after(), snapshot);
}

TEST_F(RecoveryTest, WhatOneSessionLacksBeyondTheHorizonTakesNothingFromTheOthers) {
  EventSeq kept_after;
  {
    Life life{root()};
    life.open_market();
    trade(life, "1");
    life.confirm(kTwo);
    kept_after = life.snapshot();
    trade(life, "2");
    life.snapshot();
  }
  journal::retire_up_to(root(), kept_after);  // as when ONE has been away for 7 days
  ASSERT_GT(count(journal::kRetiredFolder), 0U);
  Life from_start{whole_copy()};
  const Reports expected =
      reports_from(from_start, folder_.path() / "copy", kTwo, kept_after.next());
  for (int start = 0; start < 2; ++start) {
    Life life{root()};
    EXPECT_EQ(life.retention.kept_from(), kept_after.next());
    EXPECT_EQ(reports_from(life, root(), kTwo, kept_after.next()), expected);
    const ReportCursors& cursors = life.recovered.reports.cursors;
    EXPECT_GE(*cursors.needed_after(), kept_after);
    EXPECT_FALSE(cursors.lost(kTwo, EventSeq{0}, kept_after.next()));
    const auto lost = cursors.lost(kOne, EventSeq{0}, kept_after.next());
    ASSERT_TRUE(lost.has_value());
    EXPECT_EQ(lost->last, kept_after);
    EXPECT_EQ(life.retention.sessions_behind(), 1U);
    life.run(matching::CreateAccount{.account = matching::Name{"NEW" + std::to_string(start)}});
    life.snapshot();  // what it notes is known at the next start too
  }
}

TEST_F(RecoveryTest, ALogWhoseBeginningIsGoneAndThatHasNoSnapshotIsRefused) {
  {
    Life life{root()};
    life.open_market();
    trade(life, "1");
  }
  journal::retire_up_to(root(), EventSeq{8});
  ASSERT_GT(count(journal::kRetiredFolder), 0U);
  EXPECT_THROW(Life{root()}, journal::JournalError);
}

}  // namespace
}  // namespace betex::gateway::testing
