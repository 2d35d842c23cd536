// What a writer that has lost a log on a shared disk still puts into it, records and segments:
// void, never shown, and kept aside.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "journal/epoch_file.h"
#include "tests/journal/scripted_lease.h"
#include "tests/journal/takeover_fixture.h"

namespace betex::journal {
namespace {

using std::filesystem::path;
using test::kA;
using test::kB;
using test::kC;
using test::ScriptedLease;
using test::TakeoverTest;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using Node = test::SharedDiskNode;

// Where the data file is not the copy, as if two folders were laid together.
class LateRecordsTest : public TakeoverTest {
 protected:
  // A goes on after B has taken over, and its file comes into B's folder.
  void lay_together(std::size_t commits_of_b) {
    const Node a{on(root())};
    a.commit(kA, 2);
    share(root(), b());
    {
      const Node taken{on(b())};
      for (std::size_t i = 0; i < commits_of_b; ++i) {
        taken.commit(kB, 1);
      }
    }
    a.commit(kA, 3);
    std::filesystem::remove(file_in_b());
    std::filesystem::copy_file(root() / kSegmentsFolder / kName / kDataFile, file_in_b());
  }

  [[nodiscard]] path file_in_b() const { return b() / kSegmentsFolder / kName / kDataFile; }

  static constexpr const char* kName = "00000000000000000001-0000000001";
  const VoidRecords tail_{.segment = {.first_seq = EventSeq{1}, .epoch = WriterEpoch{1}},
                          .after = EventSeq{5}};
};

TEST_F(LateRecordsTest, AreNeverShown) {
  lay_together(2);
  EXPECT_THAT(read(b()), ElementsAre(kA, kA, kB, kB));
  EnvironmentPool pool;
  JournalReader behind{b(), pool, EventSeq{6}};
  EXPECT_EQ(behind.seek().last_seq, EventSeq{5});
  EXPECT_EQ(behind.next()->header.origin_msg_seq_num.value(), kB);
}

TEST_F(LateRecordsTest, AreLeftOutByEveryOpening) {
  lay_together(2);
  {
    const Node next{on(b())};
    EXPECT_THAT(next.recovered, ElementsAre(kA, kA, kB, kB));
    EXPECT_THAT(next.journal->voids(), ElementsAre(tail_));
    next.commit(kC, 1);
  }
  Journal local{on(b()), pool_};  // one that knows of no other machine
  Writers found;
  local.recover(EventSeq{0}, [&](const matching::TransactionView& transaction) {
    found.push_back(transaction.header.origin_msg_seq_num.value());
  });
  EXPECT_THAT(found, ElementsAre(kA, kA, kB, kB, kC));
}

// B had taken over, and was killed before its first commit.
TEST_F(LateRecordsTest, AreVoidAlsoByASegmentThatIsEmpty) {
  lay_together(0);
  EXPECT_THAT(read(b()), ElementsAre(kA, kA));
  for (int opening = 0; opening < 2; ++opening) {
    Journal local{on(b()), pool_};
    Writers found;
    local.recover(EventSeq{0}, [&](const matching::TransactionView& transaction) {
      found.push_back(transaction.header.origin_msg_seq_num.value());
    });
    EXPECT_THAT(found, ElementsAre(kA, kA)) << opening;
    EXPECT_THAT(local.voids(), ElementsAre(tail_));
  }
  const Node next{on(b())};
  EXPECT_THAT(next.recovered, ElementsAre(kA, kA));
  next.commit(kC, 1);
  EXPECT_THAT(read(b(), const_cast<EnvironmentPool&>(next.pool)), ElementsAre(kA, kA, kC));
}

TEST_F(LateRecordsTest, AnotherHistoryBeforeThemIsAnErrorAsEver) {
  lay_together(2);
  // A segment of the same name whose first transactions are others.
  const path other = folder_.path() / "other";
  {
    JournalConfig config = on(other);
    config.wal_id = read_epoch_file(b())->wal_id;
    const Node node{config};
    node.commit(kC, 2);
    node.commit(kC, 3);
  }
  std::filesystem::remove(file_in_b());
  std::filesystem::copy_file(other / kSegmentsFolder / kName / kDataFile, file_in_b());
  EXPECT_EQ(local_opening_error(b())->fault(), Fault::PredecessorMismatch);
  EXPECT_EQ(error_of([&] { static_cast<void>(read(b())); })->fault(), Fault::PredecessorMismatch);
}

class LateSegmentTest : public TakeoverTest {
 protected:
  // A begins a segment after B has taken over, and it comes into B's folder.
  void rotate(const Node& a, bool with_records) {
    const Names before = names_in(root() / kSegmentsFolder);
    a.commit(kA, 1);
    for (const std::string& name : names_in(root() / kSegmentsFolder)) {
      if (!std::binary_search(before.begin(), before.end(), name)) {
        late_ = name;
        std::filesystem::create_directory(b() / kSegmentsFolder / name);
        if (with_records) {
          std::filesystem::copy_file(root() / kSegmentsFolder / name / kDataFile,
                                     b() / kSegmentsFolder / name / kDataFile);
        }
      }
    }
    ASSERT_FALSE(late_.empty());
  }

  [[nodiscard]] JournalConfig rotating(const path& wal_root) const {
    JournalConfig config = on(wal_root);
    config.max_segment_events = 1;
    return config;
  }

  std::string late_;
};

TEST_F(LateSegmentTest, IsNeverShownAndMovedAwayByTheNextOpening) {
  const Node a{rotating(root())};
  a.commit(kA, 2);
  share(root(), b());
  {
    Node taken{on(b())};
    rotate(a, true);
    EXPECT_THAT(read(b(), taken.pool), ElementsAre(kA, kA)) << "by a segment without records";
    taken.commit(kB, 2);
    EXPECT_THAT(read(b(), taken.pool), ElementsAre(kA, kA, kB, kB));
  }
  EXPECT_THAT(read(b()), ElementsAre(kA, kA, kB, kB));
  const Node next{on(b())};
  EXPECT_THAT(next.recovered, ElementsAre(kA, kA, kB, kB));
  EXPECT_EQ(next.journal->voids().size(), 1U);
  EXPECT_EQ(next.journal->voids()[0].segment.text(), late_);
  EXPECT_FALSE(std::filesystem::exists(b() / kSegmentsFolder / late_));
  EXPECT_TRUE(std::filesystem::exists(b() / kRetiredFolder / "void-0000000003" / late_));
}

TEST_F(LateSegmentTest, InTheMiddleOfANewersIsNeverShown) {
  const Node a{rotating(root())};
  a.commit(kA, 2);
  share(root(), b());
  Node taken{on(b())};
  taken.commit(kB, 8);
  const std::size_t events = taken.journal->durable_seq().value();
  a.commit(kA, 1);  // which B's folder does not get
  rotate(a, true);  // begins above B's first event
  ASSERT_GT(SegmentName::parse(late_)->first_seq, EventSeq{6});
  ASSERT_LT(SegmentName::parse(late_)->first_seq, EventSeq{events});
  EXPECT_THAT(read(b(), taken.pool), SizeIs(10));
  taken.journal.reset();
  JournalConfig pruning = on(b());
  pruning.recovery_point = EventSeq{events - 1};
  const Node next{pruning};
  EXPECT_THAT(next.recovered, SizeIs(10));
  EXPECT_TRUE(std::filesystem::exists(b() / kSegmentsFolder / "00000000000000000006-0000000002"));
  EXPECT_TRUE(std::filesystem::exists(b() / kRetiredFolder / "void-0000000003" / late_));
}

// Between the plan and the first segment of its own, by which it is void.
TEST_F(LateSegmentTest, ThatComesDuringTheOpeningIsNotTakenForTheLog) {
  const Node a{rotating(root())};
  a.commit(kA, 2);
  share(root(), b());
  ScriptedLease lease;
  JournalConfig config = on(b());
  config.authority = &lease;
  Journal journal{config, pool_};
  rotate(a, true);
  Writers found;
  journal.recover(EventSeq{0}, [&](const matching::TransactionView& transaction) {
    found.push_back(transaction.header.origin_msg_seq_num.value());
  });
  EXPECT_THAT(found, ElementsAre(kA, kA));
  EXPECT_EQ(journal.position().last_tx_id, TxId{2});
  EXPECT_THAT(read(b(), pool_), ElementsAre(kA, kA));
}

// The zombie was stopped in the middle: nobody looks into it.
TEST_F(LateSegmentTest, ThatIsNotWholeIsVoidAllTheSame) {
  const Node a{rotating(root())};
  a.commit(kA, 2);
  share(root(), b());
  {
    const Node taken{on(b())};
    taken.commit(kB, 1);
    rotate(a, false);
  }
  EXPECT_THAT(read(b()), ElementsAre(kA, kA, kB));
  const Node next{on(b())};
  EXPECT_THAT(next.recovered, ElementsAre(kA, kA, kB));
  EXPECT_TRUE(std::filesystem::exists(b() / kRetiredFolder / "void-0000000003" / late_));
}

TEST_F(LateSegmentTest, OfALocalWriterIsAForkAsEver) {
  write(on(root()), 1, 2);
  const path other = folder_.path() / "other";
  std::filesystem::copy(root(), other, std::filesystem::copy_options::recursive);
  write(on(root()), 1, 1);  // 6-2
  write(on(other), 0, 0);   // raises the epoch
  write(on(other), 1, 1);   // 6-3
  const std::string name = "00000000000000000006-0000000002";
  std::filesystem::copy(
      segments() / name, other / kSegmentsFolder / name, std::filesystem::copy_options::recursive);
  EXPECT_EQ(local_opening_error(other)->fault(), Fault::SegmentFork);
  EXPECT_EQ(error_of([&] { const Node node(on(other)); })->fault(), Fault::SegmentFork);
}

// Of a zombie's clean stop: it names a segment that is void.
TEST_F(LateSegmentTest, ThatTheEpochFileNamesIsNotMissed) {
  const Node a{rotating(root())};
  a.commit(kA, 2);
  share(root(), b());
  {
    const Node taken{on(b())};
    taken.commit(kB, 1);
    rotate(a, true);
  }
  EpochRecord record = read_epoch_file(b()).value();
  record.newest_segment = SegmentName::parse(late_);
  write_epoch_file(b(), record);
  EXPECT_FALSE(local_opening_error(b()));
  EXPECT_FALSE(local_opening_error(b())) << "nor later";
  EXPECT_THAT(read(b()), ElementsAre(kA, kA, kB));
}

}  // namespace
}  // namespace betex::journal
