#include "journal/snapshot.h"

#include <gmock/gmock.h>

#include "journal/checksum.h"
#include "journal/recovery.h"
#include "journal/retirement.h"
#include "tests/journal/recovered_engine.h"
#include "tests/journal/wal_fixture.h"
#include "tests/matching/exchange.h"

namespace betex::journal {
namespace {

using matching::testing::Exchange;
using test::recover_engine;
using test::RecoveredEngine;
using ::testing::HasSubstr;

// A log written by a real engine, so that it can be applied to one.
class SnapshotTest : public test::WalTest {
 protected:
  // Trades a little, and commits all that came of it since the last call.
  void trade() {
    for (int i = 0; i < 10; ++i) {
      exchange_.lay("alice", "30.00", "2.04");
      exchange_.back("bob", "20.00", "2.04");
    }
    write_log(config());
  }

  void write_log(const JournalConfig& with) {
    Journal journal{with, pool_};
    const RecoveredEngine recovered = recover_engine(journal, root());
    while (written_ < exchange_.log.size()) {
      journal.append(exchange_.log[written_++].view());
      if (written_ % 3 == 0) {
        journal.commit();
      }
    }
    journal.commit();
    journal.close();
  }

  EventSeq snapshot() { return take_snapshot(root(), pool_, {}).value_or(EventSeq{0}); }

  // Recovery must give the live engine's state, beginning where expected.
  void expect_recovery_from(EventSeq start, std::size_t warnings = 0) {
    Journal journal{config(), pool_};
    const RecoveredEngine recovered = recover_engine(journal, root());
    EXPECT_EQ(recovered.snapshot, start);
    EXPECT_EQ(recovered.warnings.size(), warnings);
    EXPECT_EQ(recovered.engine.state_hash(), exchange_.engine.state_hash());
    EXPECT_EQ(recovered.engine.last_seq(), journal.durable_seq());
  }

  [[nodiscard]] std::filesystem::path file_of(EventSeq seq) const {
    std::string name = std::to_string(seq.value());
    name.insert(0, 20 - name.size(), '0');
    return root() / kSnapshotsFolder / name / kSnapshotFile;
  }

  template <typename Change>
  void change_header(EventSeq seq, Change&& change) {
    std::string content = load(file_of(seq));
    SnapshotHeader header;
    std::memcpy(&header, content.data(), sizeof(header));
    change(header);
    header.checksum = checksum_of(header);
    std::memcpy(content.data(), &header, sizeof(header));
    store(file_of(seq), content);
  }

  Exchange exchange_;
  std::size_t written_ = 0;
};

TEST_F(SnapshotTest, RecoveryFromASnapshotAndTheRestEqualsRecoveryFromTheStart) {
  trade();
  expect_recovery_from(EventSeq{0});
  const EventSeq seq = snapshot();
  EXPECT_EQ(seq, exchange_.engine.last_seq());
  trade();
  expect_recovery_from(seq);
}

TEST_F(SnapshotTest, EachBuildsOnTheOneBeforeAndWithoutNewsThereIsNone) {
  trade();
  const EventSeq first = snapshot();
  EXPECT_EQ(snapshot(), EventSeq{0});
  retire_up_to(root(), first);  // the second cannot begin at the first event
  trade();
  const EventSeq second = snapshot();
  EXPECT_GT(second, first);
  EXPECT_EQ(list_snapshots(root()), (std::vector<EventSeq>{first, second}));
  EXPECT_EQ(load_snapshot(root(), second).engine.state_hash(), exchange_.engine.state_hash());
}

TEST_F(SnapshotTest, RecoveryWorksWhenEverythingBelowTheSnapshotIsRetired) {
  trade();
  trade();
  const EventSeq seq = snapshot();
  retire_up_to(root(), seq);
  EXPECT_EQ(segment_names().size(), 1U);
  expect_recovery_from(seq);
  trade();
  expect_recovery_from(seq);
}

TEST_F(SnapshotTest, ADamagedNewestSnapshotFallsBackToTheOneBeforeWithAWarning) {
  trade();
  const EventSeq first = snapshot();
  trade();
  const EventSeq second = snapshot();
  std::string content = load(file_of(second));
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  store(file_of(second), content);
  expect_recovery_from(first, 1);
  store(file_of(first), "");
  expect_recovery_from(EventSeq{0}, 2);
}

TEST_F(SnapshotTest, EveryDamagedByteOfTheHeaderIsNoticed) {
  trade();
  const EventSeq seq = snapshot();
  const std::string good = load(file_of(seq));
  for (std::size_t byte = 0; byte < sizeof(SnapshotHeader); ++byte) {
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ 4);
    store(file_of(seq), bad);
    const auto error = error_of([&] { static_cast<void>(load_snapshot(root(), seq)); });
    ASSERT_TRUE(error) << byte;
    EXPECT_EQ(error->fault(), Fault::SnapshotDamaged) << byte;
  }
}

TEST_F(SnapshotTest, AnEngineWithAnotherHashIsNotTheOneThatWasSaved) {
  trade();
  const EventSeq seq = snapshot();
  change_header(seq, [](SnapshotHeader& header) { header.state_hash += 1; });
  EXPECT_TRUE(is_whole(root(), seq)) << "the file is as it was written";
  const auto error = error_of([&] { static_cast<void>(load_snapshot(root(), seq)); });
  ASSERT_TRUE(error);
  EXPECT_THAT(error->what(), HasSubstr("is not the one that was saved"));
}

// It is no damage: an older snapshot in its place would hide that the folder is another program's.
TEST_F(SnapshotTest, OneOfAnotherVersionIsNamed) {
  trade();
  const EventSeq seq = snapshot();
  for (const std::uint32_t version : {1U, kFormatVersion + 1}) {
    change_header(seq, [&](SnapshotHeader& header) { header.format_version = version; });
    Journal journal{config(), pool_};
    const auto error = error_of([&] { static_cast<void>(recover_engine(journal, root())); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->fault(), Fault::UnknownVersion);
    EXPECT_EQ(error->exit_code(), 65);
    EXPECT_THAT(error->what(), HasSubstr("it has format version " + std::to_string(version)));
  }
}

TEST_F(SnapshotTest, TheNoteIsKeptAndEveryDamagedByteOfItIsNoticed) {
  trade();
  const EventSeq seq =
      take_snapshot(root(),
                    pool_,
                    {.note = [](EventSeq end) { return "up to " + std::to_string(end.value()); }})
          .value();
  const std::string note = "up to " + std::to_string(seq.value());
  EXPECT_EQ(load_snapshot(root(), seq).note, note);
  EXPECT_TRUE(is_whole(root(), seq));
  expect_recovery_from(seq);
  const std::string good = load(file_of(seq));
  for (std::size_t byte = good.size() - note.size(); byte < good.size(); ++byte) {
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ 1);
    store(file_of(seq), bad);
    EXPECT_FALSE(is_whole(root(), seq)) << byte;
  }
  store(file_of(seq), good.substr(0, good.size() - 1));
  EXPECT_FALSE(is_whole(root(), seq));
}

TEST_F(SnapshotTest, OneThatIsReadInManyPiecesIsWholeToTheLastByte) {
  trade();
  std::string note;
  while (note.size() < std::size_t{3} << 20U) {
    note += std::to_string(note.size()) + " ";
  }
  const EventSeq seq =
      take_snapshot(root(), pool_, {.note = [&](EventSeq) { return note; }}).value();
  EXPECT_EQ(load_snapshot(root(), seq).note, note);
  EXPECT_TRUE(is_whole(root(), seq));
  expect_recovery_from(seq);
  std::string bad = load(file_of(seq));
  bad.back() = static_cast<char>(bad.back() ^ 1);
  store(file_of(seq), bad);
  EXPECT_FALSE(is_whole(root(), seq));
}

TEST_F(SnapshotTest, GoesNoFurtherThanAskedAndEndsOnATransaction) {
  trade();
  trade();
  const EventSeq half{exchange_.engine.last_seq().value() / 2};
  const EventSeq seq = take_snapshot(root(), pool_, {.up_to = half}).value();
  EXPECT_GE(seq, half);
  EXPECT_LT(seq.value(), half.value() + 10);
  expect_recovery_from(seq);
  EXPECT_EQ(snapshot(), exchange_.engine.last_seq());
}

TEST_F(SnapshotTest, TheNewestOneBelowALimitIsFound) {
  std::vector<EventSeq> taken;
  for (int i = 0; i < 3; ++i) {
    trade();
    taken.push_back(snapshot());
  }
  const WalId wal_id = load_snapshot(root(), taken[0]).wal_id;
  std::vector<std::string> warnings;
  const auto found = [&](std::uint64_t limit) {
    const auto snapshot = newest_snapshot({root(), wal_id, warnings}, EventSeq{limit});
    return snapshot ? snapshot->position.last_seq : EventSeq{0};
  };
  EXPECT_EQ(found(taken[2].value()), taken[2]);
  EXPECT_EQ(found(taken[2].value() - 1), taken[1]);
  EXPECT_EQ(found(taken[0].value() - 1), EventSeq{0});
  EXPECT_TRUE(warnings.empty());
  store(file_of(taken[1]), "damaged");
  EXPECT_EQ(found(taken[2].value() - 1), taken[0]);
  EXPECT_EQ(warnings.size(), 1U);
  remove_snapshots_below(root(), taken[1]);
  EXPECT_EQ(list_snapshots(root()), (std::vector<EventSeq>{taken[1], taken[2]}));
}

TEST_F(SnapshotTest, ASnapshotOfAnotherHistoryIsRefused) {
  trade();
  const EventSeq seq = snapshot();
  Snapshot other = load_snapshot(root(), seq);
  std::filesystem::remove_all(file_of(seq).parent_path());
  const Chain chain = other.position.chain;
  other.position.chain = Chain{chain.value() + 1};
  write_snapshot(root(), other);
  const auto recovering = [&] {
    Journal journal{config(), pool_};
    static_cast<void>(recover_engine(journal, root()));
  };
  EXPECT_EQ(error_of(recovering)->fault(), Fault::SnapshotMismatch);
  std::filesystem::remove_all(file_of(seq).parent_path());
  other.position.chain = chain;
  const Timestamp time = other.position.last_timestamp;
  other.position.last_timestamp = Timestamp{time.value() + 1};
  write_snapshot(root(), other);
  EXPECT_EQ(error_of(recovering)->fault(), Fault::SnapshotMismatch);
  std::filesystem::remove_all(file_of(seq).parent_path());
  other.position.last_timestamp = time;
  other.wal_id = WalId{};
  write_snapshot(root(), other);
  EXPECT_EQ(error_of(recovering)->fault(), Fault::SnapshotMismatch);
}

TEST_F(SnapshotTest, ASnapshotBeyondTheLogsEndIsEvidenceOfALoss) {
  trade();
  const std::filesystem::path copy = folder_.path() / "copy";
  std::filesystem::copy(segments(), copy, std::filesystem::copy_options::recursive);
  const std::string epoch = load(root() / kEpochFile);
  trade();
  snapshot();
  std::filesystem::remove_all(segments());
  std::filesystem::rename(copy, segments());
  store(root() / kEpochFile, epoch);
  Journal journal{config(), pool_};
  const auto error = error_of([&] { static_cast<void>(recover_engine(journal, root())); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault(), Fault::SnapshotAhead);
}

TEST_F(SnapshotTest, AnUnfinishedSnapshotIsIgnoredAndReplaced) {
  trade();
  const std::string name = file_of(exchange_.engine.last_seq()).parent_path().filename();
  const std::filesystem::path unfinished = root() / kSnapshotsFolder / (".new-" + name);
  std::filesystem::create_directory(unfinished);
  store(unfinished / kSnapshotFile, "half");
  expect_recovery_from(EventSeq{0});
  expect_recovery_from(EventSeq{0});
  const EventSeq seq = snapshot();
  EXPECT_FALSE(std::filesystem::exists(unfinished));
  expect_recovery_from(seq);
}

TEST_F(SnapshotTest, AStoppedSnapshotWritesNothing) {
  trade();
  EXPECT_FALSE(take_snapshot(root(), pool_, {.progress = [](EventSeq) { return false; }}));
  EXPECT_TRUE(list_snapshots(root()).empty());
}

// Of a writer that has lost its right: the log's next one may have another history.
TEST_F(SnapshotTest, WithoutTheRightNoneIsWrittenAndNoneDeleted) {
  trade();
  for (int asked = 0; asked < 2; ++asked) {  // before it is begun, and before it has its name
    int left = asked;
    const auto error = error_of([&] {
      static_cast<void>(take_snapshot(root(), pool_, {.may_write = [&] { return left-- > 0; }}));
    });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->fault(), Fault::AuthorityLost);
    EXPECT_EQ(error->exit_code(), 69);
    EXPECT_TRUE(list_snapshots(root()).empty());
  }
  const EventSeq first = snapshot();
  trade();
  const EventSeq second = snapshot();
  remove_snapshots_below(root(), second, [] { return false; });
  EXPECT_EQ(list_snapshots(root()), (std::vector<EventSeq>{first, second}));
  remove_snapshots_below(root(), second, [] { return true; });
  EXPECT_EQ(list_snapshots(root()), std::vector<EventSeq>{second});
}

TEST_F(SnapshotTest, ANodeThatHasNothingElseGoesOnBehindIt) {
  trade();
  const EventSeq seq = snapshot();
  const WalId wal_id = load_snapshot(root(), seq).wal_id;
  std::filesystem::remove_all(segments());
  std::filesystem::remove_all(root() / kEpochFile);
  JournalConfig seeded = config();
  seeded.wal_id = wal_id;
  write_log(seeded);
  expect_recovery_from(seq);
  trade();
  expect_recovery_from(seq);
  EXPECT_EQ(snapshot(), exchange_.engine.last_seq());
}

TEST_F(SnapshotTest, TheSecondNewestWholeOneIsTheFloor) {
  EXPECT_EQ(second_newest_snapshot(root()), EventSeq{0});
  trade();
  const EventSeq first = snapshot();
  EXPECT_EQ(second_newest_snapshot(root()), EventSeq{0});
  trade();
  snapshot();
  trade();
  const EventSeq third = snapshot();
  EXPECT_GT(second_newest_snapshot(root()), first);
  store(file_of(third), "damaged");
  EXPECT_EQ(second_newest_snapshot(root()), first);
}

// As large as the state, each under another name: a disk would fill up by them.
TEST_F(SnapshotTest, WhatAKilledProcessLeftOfOneIsGoneAfterTheNextOpening) {
  trade();
  const EventSeq seq = snapshot();
  const std::filesystem::path left =
      root() / kSnapshotsFolder / (std::string{kNewPrefix} + "00000000000000000007");
  std::filesystem::create_directory(left);
  store(left / kSnapshotFile, "the beginning of one");
  trade();
  EXPECT_FALSE(std::filesystem::exists(left));
  expect_recovery_from(seq);
}

TEST_F(SnapshotTest, IsTakenBesideALiveWriter) {
  trade();
  Journal journal{config(), pool_};
  static_cast<void>(recover_engine(journal, root()));
  EXPECT_EQ(snapshot(), journal.durable_seq());
}

}  // namespace
}  // namespace betex::journal
