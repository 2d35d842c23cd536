// A log on a shared disk: who takes it over, and a writer that does not know yet that it has lost
// it. Node A's folder and node B's are two names for one disk: their data files are the same.
#include <algorithm>
#include <atomic>
#include <memory>

#include <gmock/gmock.h>

#include "journal/epoch_file.h"
#include "journal/segment.h"
#include "journal/writer_lock.h"
#include "tests/journal/scripted_lease.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using std::filesystem::path;
using test::ScriptedLease;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint32_t kA = 1;
constexpr std::uint32_t kB = 2;
constexpr std::uint32_t kC = 3;

// One node's journal, on its own name for the disk.
struct Node {
  explicit Node(JournalConfig config) : wal_root{config.wal_root} {
    config.authority = &lease;
    journal = std::make_unique<Journal>(config, pool);
    journal->recover(EventSeq{0}, [this](const matching::TransactionView& transaction) {
      recovered.push_back(transaction.header.origin_msg_seq_num.value());
    });
  }

  // Which node wrote a transaction stands where else the client's number does.
  void append(std::uint32_t writer, std::size_t transactions) const {
    test::TransactionMaker maker{journal->appended().last_tx_id, journal->appended().last_seq};
    for (std::size_t i = 0; i < transactions; ++i) {
      matching::TransactionView transaction = maker.next();
      transaction.header.origin_msg_seq_num = matching::MsgSeqNum{writer};
      journal->append(transaction);
    }
  }

  void commit(std::uint32_t writer, std::size_t transactions) const {
    append(writer, transactions);
    journal->commit();
  }

  path wal_root;
  ScriptedLease lease;
  EnvironmentPool pool;
  std::unique_ptr<Journal> journal;
  std::vector<std::uint32_t> recovered;  // who wrote what was there
};

class TakeoverTest : public test::WalTest {
 protected:
  using Writers = std::vector<std::uint32_t>;
  using Names = std::vector<std::string>;

  [[nodiscard]] path b() const { return folder_.path() / "b"; }

  [[nodiscard]] JournalConfig on(const path& wal_root) const {
    JournalConfig config = this->config();
    config.wal_root = wal_root;
    config.max_segment_events = 1'000'000;
    return config;
  }

  // Opened by a gateway that knows of no other machine.
  [[nodiscard]] std::optional<JournalError> local_opening_error(const path& wal_root) {
    return error_of([&] {
      Journal journal{on(wal_root), pool_};
      journal.recover(EventSeq{0}, [](const auto&) {});
    });
  }

  // `to` becomes another name for the disk: what is written into a data file here is seen there.
  static void share(const path& from, const path& to) {
    std::filesystem::create_directories(to);
    for (const auto& entry : std::filesystem::recursive_directory_iterator{from}) {
      const path there = to / std::filesystem::relative(entry.path(), from);
      const std::string name = entry.path().filename().string();
      if (entry.is_directory()) {
        std::filesystem::create_directories(there);
      } else if (name == kDataFile) {
        std::filesystem::create_hard_link(entry.path(), there);
      } else if (name == kEpochFile) {
        std::filesystem::copy_file(entry.path(), there);
      }
    }
  }

  static Names names_in(const path& folder) {
    Names names;
    if (std::filesystem::exists(folder)) {
      for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        names.push_back(entry.path().filename().string());
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // Who wrote what a reader is shown.
  static Writers read(const path& wal_root) {
    EnvironmentPool pool;
    return read(wal_root, pool);
  }

  static Writers read(const path& wal_root, EnvironmentPool& pool) {
    Writers writers;
    JournalReader reader{wal_root, pool};
    while (const auto transaction = reader.next()) {
      writers.push_back(transaction->header.origin_msg_seq_num.value());
    }
    return writers;
  }

  static std::uint32_t flags_of(const path& wal_root, const std::string& segment) {
    EnvironmentPool pool;
    return Segment{wal_root, SegmentName::parse(segment).value(), Segment::State::Sealed, pool}
        .header()
        .flags;
  }

  static std::optional<JournalError> commit_error(const Node& node, std::uint32_t writer) {
    return error_of([&] { node.commit(writer, 1); });
  }
};

TEST_F(TakeoverTest, TheRightIsAcquiredBeforeTheLockAndGivenBackBehindIt) {
  bool locked_at_acquire = true;
  bool locked_at_release = true;
  ScriptedLease lease;
  lease.on_acquire = [&](WriterEpoch) { locked_at_acquire = WriterLock::is_held(root()); };
  lease.on_release = [&] { locked_at_release = WriterLock::is_held(root()); };
  JournalConfig config = on(root());
  config.authority = &lease;
  {
    Journal journal{config, pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    EXPECT_TRUE(WriterLock::is_held(root()));
    journal.close();
    EXPECT_FALSE(lease.released);
  }
  EXPECT_FALSE(locked_at_acquire);
  EXPECT_TRUE(lease.released);
  EXPECT_FALSE(locked_at_release);
}

TEST_F(TakeoverTest, AnEndThatIsNoCleanStopDoesNotGiveTheRightBack) {
  ScriptedLease lease;
  JournalConfig config = on(root());
  config.authority = &lease;
  {
    Journal journal{config, pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
  }
  EXPECT_FALSE(lease.released);
}

// It may have waited for hours: what it knew of the log before counts for nothing.
TEST_F(TakeoverTest, TheLogIsReadWhenTheRightWasAcquired) {
  Node{on(root())}.commit(kA, 1);
  ScriptedLease lease;
  lease.on_acquire = [&](WriterEpoch last) {
    EXPECT_EQ(last, WriterEpoch{1});
    share(root(), b());
    Node other{on(b())};
    other.commit(kB, 2);
    other.journal->close();
    other.journal.reset();
    std::filesystem::remove_all(root());
    std::filesystem::rename(b(), root());
  };
  JournalConfig config = on(root());
  config.authority = &lease;
  // The epoch that it was given is not above that of who has written meanwhile.
  const auto error = error_of([&] { const Journal journal(config, pool_); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::AuthorityLost);
  lease.on_acquire = nullptr;
  Journal journal{config, pool_};
  Writers found;
  journal.recover(EventSeq{0}, [&](const matching::TransactionView& transaction) {
    found.push_back(transaction.header.origin_msg_seq_num.value());
  });
  EXPECT_THAT(found, ElementsAre(kA, kB, kB));
}

TEST_F(TakeoverTest, ItsSegmentsBearTheFlagAndOneIsThereFromTheOpeningOn) {
  {
    const Node node{on(root())};
    EXPECT_THAT(segment_names(), ElementsAre("00000000000000000001-0000000001"));
    node.commit(kA, 1);
  }
  EXPECT_EQ(flags_of(root(), segment_names()[0]), kEpochGranted);
  {
    const Node idle{on(root())};
    EXPECT_THAT(segment_names(),
                ElementsAre("00000000000000000001-0000000001", "00000000000000000003-0000000002"));
  }
  const Node next{on(root())};
  EXPECT_THAT(segment_names(),
              ElementsAre("00000000000000000001-0000000001", "00000000000000000003-0000000003"));
  EXPECT_THAT(next.recovered, ElementsAre(kA));
  EXPECT_TRUE(std::filesystem::exists(root() / kRetiredFolder / "00000000000000000003-0000000002"));
}

TEST_F(TakeoverTest, AFirstCommitThatIsLargerThanTheMapStandsInTheSegmentThatIsThere) {
  JournalConfig small = on(root());
  small.segment_map_size_bytes = std::size_t{1} << 20U;
  const Node node{small};
  node.commit(kA, 20'000);  // some 4.3 MB
  node.commit(kA, 20'000);
  EXPECT_EQ(node.journal->position().last_tx_id, TxId{40'000});
  EXPECT_THAT(read(root(), const_cast<EnvironmentPool&>(node.pool)), SizeIs(40'000));
}

TEST_F(TakeoverTest, ARightThatWasLostBeforeTheCommitWritesNothing) {
  const Node node{on(root())};
  node.commit(kA, 1);
  const std::string before = load(data_file(segment_names()[0]));
  node.lease.left = 0;
  const auto error = commit_error(node, kA);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::AuthorityLost);
  EXPECT_EQ(error->exit_code(), 69);
  EXPECT_EQ(load(data_file(segment_names()[0])), before);
  EXPECT_FALSE(node.journal->may_write());
}

// It is in the log, and the successor reports it; but who wrote it must not.
TEST_F(TakeoverTest, ARightThatWasLostDuringTheCommitLeavesItUncounted) {
  {
    const Node node{on(root())};
    node.commit(kA, 1);
    const Position before = node.journal->position();
    node.lease.left = 1;
    const auto error = commit_error(node, kA);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->fault(), Fault::AuthorityLost);
    EXPECT_EQ(node.journal->durable_seq(), before.last_seq);
    EXPECT_EQ(node.journal->position(), before);
  }
  EXPECT_THAT(Node{on(root())}.recovered, ElementsAre(kA, kA));
}

TEST_F(TakeoverTest, WithoutTheRightNothingElseIsChangedEither) {
  Node node{on(root())};
  node.commit(kA, 1);
  const std::string epoch = load(root() / kEpochFile);
  node.lease.left = 0;
  EXPECT_EQ(error_of([&] { node.journal->close(); })->fault(), Fault::AuthorityLost);
  EXPECT_EQ(load(root() / kEpochFile), epoch);
  EXPECT_EQ(segment_names().size(), 1U);
  EXPECT_THAT(names_in(root() / kRetiredFolder), IsEmpty());
  node.journal.reset();
  EXPECT_FALSE(node.lease.released);
}

TEST_F(TakeoverTest, ARightThatIsLostBeforeARotationRetiresNothing) {
  JournalConfig config = on(root());
  config.max_segment_events = 1;
  const Node node{config};
  node.commit(kA, 1);
  node.commit(kA, 1);
  node.journal->advance_recovery_point(EventSeq{2});
  // Before the commit, before its segment, behind the commit: then it is lost.
  node.lease.left = 3;
  EXPECT_EQ(commit_error(node, kA)->fault(), Fault::AuthorityLost);
  EXPECT_THAT(names_in(root() / kRetiredFolder), IsEmpty());
  EXPECT_EQ(segment_names().size(), 3U);
}

TEST_F(TakeoverTest, AnOlderWriterNeverWritesItsEpochOverANewerOne) {
  Node node{on(root())};
  node.commit(kA, 1);
  EpochRecord newer = read_epoch_file(root()).value();
  newer.epoch = WriterEpoch{9};
  write_epoch_file(root(), newer);
  EXPECT_EQ(error_of([&] { node.journal->close(); })->fault(), Fault::AuthorityLost);
  EXPECT_EQ(read_epoch_file(root()), newer);
}

// Each question for the right is a place where the start may be cut off.
TEST_F(TakeoverTest, AStartThatIsCutOffAnywhereIsFollowedByOneThatGoesOn) {
  {
    const Node first{on(root())};
    first.commit(kA, 3);
  }
  { const Node idle{on(root())}; }  // leaves a segment without records
  const std::string zombies = "00000000000000000010-0000000001";
  int cut_off = 0;
  for (int left = 0; left < 100; ++left) {
    SCOPED_TRACE(left);
    const path here = folder_.path() / ("cut-" + std::to_string(left));
    std::filesystem::copy(root(), here, std::filesystem::copy_options::recursive);
    std::filesystem::create_directories(here / kSegmentsFolder / zombies);  // void, and not whole
    ScriptedLease lease;
    lease.left = left;
    JournalConfig config = on(here);
    config.authority = &lease;
    EnvironmentPool pool;
    const auto error = error_of([&] {
      Journal journal{config, pool};
      journal.recover(EventSeq{0}, [](const auto&) {});
    });
    {
      const Node next{on(here)};
      ASSERT_THAT(next.recovered, ElementsAre(kA, kA, kA));
      next.commit(kC, 1);
    }
    EXPECT_THAT(read(here), ElementsAre(kA, kA, kA, kC));
    EXPECT_FALSE(std::filesystem::exists(here / kSegmentsFolder / zombies));
    if (!error) {
      break;
    }
    EXPECT_EQ(error->fault(), Fault::AuthorityLost);
    ++cut_off;
  }
  EXPECT_GT(cut_off, 8);
  EXPECT_LT(cut_off, 99);
}

// A copy that was not put in place, or the half of one.
TEST_F(TakeoverTest, LeftoversOfAnAdoptionAreNoTrouble) {
  {
    const Node first{on(root())};
    first.commit(kA, 3);
  }
  const std::string name = "00000000000000000001-0000000001";
  const path half = segments() / ".new-adopted" / "segments" / name;
  std::filesystem::create_directories(half);
  store(half / kDataFile, "half");
  const path aside = root() / kRetiredFolder / "void-0000000002" / name;
  std::filesystem::create_directories(aside);
  store(aside / kDataFile, "whole");
  const Node next{on(root())};
  EXPECT_THAT(next.recovered, ElementsAre(kA, kA, kA));
  EXPECT_EQ(load(aside / kDataFile), "whole") << "it is not overwritten";
  EXPECT_TRUE(std::filesystem::exists(aside.string() + ".1"));
  EXPECT_FALSE(std::filesystem::exists(segments() / ".new-adopted"));
}

TEST_F(TakeoverTest, WhatAZombieCommitsAfterTheTakeoverLandsWhereNobodyReads) {
  const Node a{on(root())};
  a.commit(kA, 2);
  share(root(), b());
  Node taken{on(b())};
  EXPECT_THAT(taken.recovered, ElementsAre(kA, kA));
  taken.commit(kB, 1);
  // Its clock stands still: it believes that it has the right, and acknowledges.
  a.commit(kA, 3);
  EXPECT_EQ(a.journal->position().last_tx_id, TxId{5});
  EXPECT_THAT(read(b(), taken.pool), ElementsAre(kA, kA, kB));
  taken.commit(kB, 1);
  EXPECT_THAT(read(b(), taken.pool), ElementsAre(kA, kA, kB, kB));
  taken.journal.reset();
  const Node next{on(b())};
  EXPECT_THAT(next.recovered, ElementsAre(kA, kA, kB, kB));
  EXPECT_THAT(next.journal->voids(), IsEmpty());
  // It is kept for the inquiry.
  EXPECT_EQ(load(b() / kRetiredFolder / "void-0000000002" / "00000000000000000001-0000000001" /
                 kDataFile),
            load(root() / kSegmentsFolder / "00000000000000000001-0000000001" / kDataFile));
}

// The first segment of a writer, before its first record.
TEST_F(TakeoverTest, WhatAZombieCommitsFirstAfterTheTakeoverLandsWhereNobodyReads) {
  {
    const Node first{on(root())};
    first.commit(kA, 2);
  }
  const Node a{on(root())};
  share(root(), b());
  Node taken{on(b())};
  taken.commit(kB, 1);
  a.commit(kA, 1);
  EXPECT_THAT(read(b(), taken.pool), ElementsAre(kA, kA, kB));
  taken.journal.reset();
  EXPECT_THAT(Node{on(b())}.recovered, ElementsAre(kA, kA, kB));
}

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

TEST_F(TakeoverTest, AnEpochFileThatAZombieHasWrittenIsRepairedByWhoHasTheRightOnly) {
  const Node a{on(root())};
  a.commit(kA, 2);
  const EpochRecord of_a{
      .wal_id = a.journal->wal_id(),
      .epoch = WriterEpoch{1},
      .newest_segment = SegmentName{.first_seq = EventSeq{77}, .epoch = WriterEpoch{1}}};
  share(root(), b());
  {
    const Node taken{on(b())};
    taken.commit(kB, 1);
  }
  write_epoch_file(b(), of_a);
  EXPECT_EQ(local_opening_error(b())->fault(), Fault::EpochFileStale);
  {
    const Node next{on(b())};
    EXPECT_THAT(next.recovered, ElementsAre(kA, kA, kB));
    EXPECT_EQ(next.journal->epoch(), WriterEpoch{3});
  }
  EXPECT_EQ(read_epoch_file(b())->epoch, WriterEpoch{3});
  EXPECT_FALSE(local_opening_error(b()));
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

TEST_F(TakeoverTest, ALogOfALocalWriterIsAdoptedAndGoesBack) {
  write(on(root()), 2, 2);
  {
    const Node node{on(root())};
    EXPECT_THAT(node.recovered, SizeIs(4));
    node.commit(kB, 1);
    node.journal->close();
  }
  write(on(root()), 1, 1);
  EXPECT_THAT(read(root()), SizeIs(6));
}

}  // namespace
}  // namespace betex::journal
