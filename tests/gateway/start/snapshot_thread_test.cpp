#include "gateway/start/snapshot_thread.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/start/journal_upkeep.h"
#include "journal/format.h"
#include "journal/prepared_segment.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"
#include "tests/gateway/start/life.h"
#include "tests/support/log_capture.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

using betex::test::comes_to;
using matching::EventSeq;
using matching::Side;

class SnapshotThreadTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path root() const { return folder_.path() / "wal"; }

  // Waits for a snapshot after event `seq` or later.
  [[nodiscard]] bool wait_for_snapshot(EventSeq seq) const {
    return comes_to([&] { return life_.retention.newest_snapshot() >= seq; });
  }

  void trade() {
    for (int i = 0; i < 10; ++i) {
      life_.place(kOne, "lay-" + std::to_string(++orders_), Side::Ask);
    }
    life_.confirm(kOne);
  }

  const betex::test::LogCapture log_;  // outlives the thread
  betex::test::TempFolder folder_;
  Life life_{root()};
  SnapshotThread thread_{
      {.wal_root = root(), .every_events = 10}, life_.pool, life_.journal, life_.retention};
  int orders_ = 0;
};

TEST_F(SnapshotThreadTest, TakesASnapshotWhenEnoughEventsHaveBeenReported) {
  thread_.start(EventSeq{0});
  life_.open_market();
  trade();
  ASSERT_TRUE(wait_for_snapshot(EventSeq{10}));
  const EventSeq newest = journal::list_snapshots(root()).back();
  EXPECT_EQ(journal::load_snapshot(root(), newest).engine.last_seq(), newest);
}

TEST_F(SnapshotThreadTest, SegmentsAndSnapshotsThatAreNotNeededGo) {
  thread_.start(EventSeq{0});
  life_.open_market();
  std::vector<EventSeq> taken;
  for (int i = 0; i < 4; ++i) {
    trade();
    ASSERT_TRUE(wait_for_snapshot(EventSeq{life_.recovered.engine.last_seq().value() - 9}));
    taken.push_back(life_.retention.newest_snapshot());
  }
  trade();
  const std::vector<EventSeq> kept = journal::list_snapshots(root());
  EXPECT_GE(kept.size(), 2U);
  EXPECT_GT(kept.front(), taken.front());
  EXPECT_FALSE(journal::list_segments(root() / journal::kRetiredFolder).empty());
}

// How a start leaves them: it reads the two newest.
TEST_F(SnapshotThreadTest, ReadsTheOlderOnesAndForgetsWhatIsDamaged) {
  life_.open_market();
  std::vector<EventSeq> taken;
  for (int i = 0; i < 4; ++i) {
    trade();
    taken.push_back(life_.snapshot());
  }
  std::ofstream{journal::file_of_snapshot(root(), taken[1])} << "damaged";
  life_.retention.set_snapshots(taken, {taken[0], taken[1]});
  thread_.start(life_.recovered.engine.last_seq());
  ASSERT_TRUE(comes_to([&] { return !life_.retention.next_unread(); }));
  EXPECT_EQ(life_.retention.newest_snapshot(), taken[3]);
  EXPECT_EQ(journal::list_snapshots(root()).size(), 4U) << "it is left where it is, for people";
}

TEST_F(SnapshotThreadTest, AFailureIsNoReasonToStop) {
  std::filesystem::remove(root() / journal::kSnapshotsFolder);
  std::ofstream{root() / journal::kSnapshotsFolder} << "no folder";
  thread_.start(EventSeq{0});
  life_.open_market();
  trade();
  ASSERT_TRUE(comes_to([&] { return log_.count("no snapshot after event ") != 0; }));
  std::filesystem::remove(root() / journal::kSnapshotsFolder);
  std::filesystem::create_directory(root() / journal::kSnapshotsFolder);
  trade();
  EXPECT_TRUE(wait_for_snapshot(EventSeq{10}));
}

TEST(JournalUpkeep, PreparesNoSegmentBehindOneThatIsEmpty) {
  const betex::test::TempFolder folder;
  const std::filesystem::path root = folder.path() / "wal";
  Life life{root};
  life.run(matching::CreateAccount{.account = matching::Name{"ACC"}});
  const journal::SegmentName empty{.first_seq = life.journal.durable_seq().next(),
                                   .epoch = life.journal.epoch()};
  std::filesystem::create_directory(root / journal::kSegmentsFolder / empty.text());
  JournalUpkeep upkeep{
      {.wal_root = root, .max_segment_events = 8, .segment_map_size_bytes = std::size_t{4} << 20U},
      life.pool,
      life.journal,
      life.retention,
      {}};
  upkeep.begin(EventSeq{0});
  upkeep.look([] { return true; });
  EXPECT_FALSE(journal::is_prepared(root));
}

TEST(SnapshotThread, PreparesTheNextSegmentWhenHalfOfOneIsWritten) {
  const betex::test::TempFolder folder;
  const std::filesystem::path root = folder.path() / "wal";
  Life life{root};
  const SnapshotSettings settings{
      .wal_root = root, .max_segment_events = 8, .segment_map_size_bytes = std::size_t{4} << 20U};
  SnapshotThread thread{settings, life.pool, life.journal, life.retention};
  thread.start(EventSeq{0});
  for (int i = 0; i < 6; ++i) {
    life.run(matching::CreateAccount{.account = matching::Name{"ACC" + std::to_string(i)}});
  }
  EXPECT_TRUE(comes_to([&] { return journal::is_prepared(root); }));
  life.open_market();
  EXPECT_EQ(life.journal.durable_seq(), life.recovered.engine.last_seq());
}

// ---- At multiples: a node of a cluster

// A log that ends a few events behind a multiple of ten: the same each time, whoever makes it.
class Aligned {
 public:
  static constexpr std::uint64_t kEvery = 10;

  explicit Aligned(const std::filesystem::path& root) : root_{root}, life_{root} {
    life_.open_market();
    ends_.insert(life_.recovered.engine.last_seq());
  }

  void trade(int orders) {
    for (int i = 0; i < orders; ++i) {
      place();
    }
    for (int i = 0; i < 20 && (last().value() % kEvery < 4 || last().value() % kEvery > 8); ++i) {
      place();
    }
  }

  void start() { thread_.start(life_.retention.newest_snapshot()); }

  // Of those that were told of; empty: none comes after event `seq` or later.
  [[nodiscard]] std::vector<journal::SnapshotHeader> told(EventSeq seq) {
    std::vector<journal::SnapshotHeader> found;
    static_cast<void>(comes_to([&] {
      const std::lock_guard lock{mutex_};
      if (!told_.empty() && told_.back().last_seq >= seq) {
        found = told_;
      }
      return !found.empty();
    }));
    return found;
  }

  [[nodiscard]] EventSeq last() const { return *ends_.rbegin(); }

  // Where the transaction that holds the newest multiple ends.
  [[nodiscard]] EventSeq due() const {
    return *ends_.lower_bound(EventSeq{last().value() - last().value() % kEvery});
  }

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

 private:
  void place() {
    life_.place(kOne, "lay-" + std::to_string(++orders_), Side::Ask);
    ends_.insert(life_.recovered.engine.last_seq());
  }

  std::filesystem::path root_;
  Life life_;
  std::set<EventSeq> ends_;  // of transactions, but for the first few
  int orders_ = 0;
  std::mutex mutex_;  // guards told_
  std::vector<journal::SnapshotHeader> told_;
  SnapshotThread thread_{{.wal_root = root_, .every_events = kEvery, .at_multiples = true},
                         life_.pool,
                         life_.journal,
                         life_.retention,
                         [this](const journal::SnapshotHeader& header) {
                           const std::lock_guard lock{mutex_};
                           told_.push_back(header);
                         }};
};

TEST(SnapshotThread, NodesTakeThemAfterTheSameEventsWhateverTheirPace) {
  const betex::test::TempFolder folder;
  Aligned late{folder.path() / "late"};
  late.trade(20);
  late.trade(20);
  ASSERT_NE(late.due(), late.last());
  late.start();
  const std::vector<journal::SnapshotHeader> of_late = late.told(late.due());
  ASSERT_EQ(of_late.size(), 1U);
  EXPECT_EQ(of_late.back().last_seq, late.due());
  EXPECT_EQ(journal::list_snapshots(late.root()), std::vector{late.due()});
  EXPECT_EQ(journal::load_snapshot(late.root(), late.due()).engine.state_hash(),
            of_late.back().state_hash);

  Aligned quick{folder.path() / "quick"};
  quick.start();
  quick.trade(20);
  const EventSeq first = quick.due();
  ASSERT_FALSE(quick.told(first).empty());
  quick.trade(20);
  ASSERT_EQ(quick.last(), late.last());
  const std::vector<journal::SnapshotHeader> of_quick = quick.told(late.due());
  ASSERT_GE(of_quick.size(), 2U);
  EXPECT_EQ(of_quick.back().last_seq, late.due());
  EXPECT_EQ(of_quick.back().chain, of_late.back().chain);
  EXPECT_EQ(of_quick.back().state_hash, of_late.back().state_hash);
}

TEST(SnapshotThread, TellsOfThoseThatAreThere) {
  const betex::test::TempFolder folder;
  Aligned node{folder.path() / "wal"};
  node.trade(20);
  node.start();
  const std::vector<journal::SnapshotHeader> told = node.told(node.due());
  ASSERT_FALSE(told.empty());

  // One that is damaged is passed over.
  std::filesystem::create_directory(node.root() / journal::kSnapshotsFolder /
                                    "00000000000000000001");
  const betex::test::TempFolder elsewhere;
  Life other{elsewhere.path() / "wal"};
  std::mutex mutex;
  std::vector<EventSeq> again;
  SnapshotThread thread{{.wal_root = node.root(), .every_events = 1'000, .at_multiples = true},
                        other.pool,
                        other.journal,
                        other.retention,
                        [&](const journal::SnapshotHeader& header) {
                          const std::lock_guard lock{mutex};
                          again.push_back(header.last_seq);
                        }};
  thread.start(node.due());
  ASSERT_TRUE(comes_to([&] {
    const std::lock_guard lock{mutex};
    return !again.empty();
  }));
  const std::lock_guard lock{mutex};
  EXPECT_EQ(again.back(), node.due());
}

// They take room that the log needs more.
TEST(JournalUpkeep, TakesNoSnapshotWhileTheDiskIsLow) {
  const betex::test::TempFolder folder;
  const std::filesystem::path root = folder.path() / "wal";
  Retention retention;
  journal::EnvironmentPool pool;
  journal::Journal journal{{.wal_root = root,
                            .segment_map_size_bytes = std::size_t{4} << 20U,
                            .low_disk_bytes = std::uint64_t{1} << 60U},
                           pool};
  const Config config;
  Recovered recovered = recover({journal, root, pool, config}, retention);
  const auto transaction =
      recovered.engine.decide({.timestamp = matching::Timestamp{1},
                               .body = matching::CreateAccount{.account = matching::Name{"ACC"}}});
  journal.append(transaction);
  journal.commit();
  ASSERT_TRUE(journal.disk_is_low());
  retention.reports_taken(
      recovered.reports.cursors, recovered.engine.last_seq(), matching::Timestamp{1});
  ASSERT_GT(retention.taken(), EventSeq{0}) << "one is due";
  JournalUpkeep upkeep{{.wal_root = root, .every_events = 1}, pool, journal, retention};
  upkeep.begin(EventSeq{0});
  upkeep.look([] { return true; });
  EXPECT_EQ(retention.newest_snapshot(), EventSeq{0});
}

TEST(JournalUpkeep, TakesNoSnapshotWithoutAnInterval) {
  const betex::test::TempFolder folder;
  Life life{folder.path() / "wal"};
  life.open_market();
  JournalUpkeep upkeep{{.wal_root = folder.path() / "wal", .every_events = 0},
                       life.pool,
                       life.journal,
                       life.retention};
  EXPECT_TRUE(upkeep.has_nothing_to_do()) << "no thread is started for it";
  upkeep.begin(EventSeq{0});
  upkeep.look([] { return true; });
  EXPECT_EQ(life.retention.newest_snapshot(), EventSeq{0});
}

}  // namespace
}  // namespace betex::gateway::testing
