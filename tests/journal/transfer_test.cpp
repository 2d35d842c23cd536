// betex-journal export and import: a log from one node to another, whatever becomes of the stream.
#include <cstring>

#include <gmock/gmock.h>

#include "journal/epoch_file.h"
#include "journal/recovery.h"
#include "journal/retirement.h"
#include "journal/tool/export_format.h"
#include "journal/writer_lock.h"
#include "tests/journal/child.h"
#include "tests/journal/recovered_engine.h"
#include "tests/journal/wal_fixture.h"
#include "tests/matching/exchange.h"

namespace betex::journal {
namespace {

using std::filesystem::path;
using test::recover_engine;
using test::RecoveredEngine;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Batches of four transactions have 10 events; segments 20.
class TransferTest : public test::WalTest {
 protected:
  struct Ended {
    int code = -1;
    std::string output;
    std::string error;
  };

  [[nodiscard]] path other() const { return folder_.path() / "other"; }

  [[nodiscard]] path stream() const { return folder_.path() / "stream"; }

  // In the shell's words; $tool is betex-journal.
  [[nodiscard]] Ended run(const std::string& command) const {
    const path said = folder_.path() / "said";
    const path printed = folder_.path() / "printed";
    test::Child child{{"/bin/sh",
                       "-c",
                       "exec >" + printed.string() + " 2>" + said.string() +
                           "; tool=" BETEX_JOURNAL_TOOL "; " + command}};
    child.close_input();
    const int code = child.wait();
    return {.code = code, .output = load(printed), .error = load(said)};
  }

  [[nodiscard]] Ended export_to_stream(const std::string& options = "") const {
    return run("$tool export " + root().string() + " " + options + " >" + stream().string());
  }

  [[nodiscard]] Ended import_stream() const {
    return run("$tool import " + other().string() + " <" + stream().string());
  }

  [[nodiscard]] Position end_of(const path& wal_root) const {
    EnvironmentPool pool;
    const std::vector<SegmentName> names = list_segments(wal_root / kSegmentsFolder);
    JournalReader reader{wal_root, pool, names.empty() ? EventSeq{1} : names.front().first_seq};
    Position position = reader.seek();
    while (reader.next()) {
      position = reader.position();
    }
    position.segment.reset();
    return position;
  }

  // All files but those that only a running process has a use for.
  static std::string content_of(const path& wal_root) {
    std::string content;
    if (std::filesystem::exists(wal_root)) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator{wal_root}) {
        const std::string name = entry.path().filename().string();
        if (entry.is_regular_file() && name != "lock.mdb" && name != kLockFile) {
          content += entry.path().string() + load(entry.path());
        }
      }
    }
    return content;
  }
};

TEST_F(TransferTest, ANewNodeGetsTheWholeLog) {
  write(8, 4);
  EXPECT_EQ(export_to_stream().code, 0);
  const Ended imported = import_stream();
  EXPECT_EQ(imported.code, 0) << imported.error;
  EXPECT_EQ(imported.output, "imported after_seq=0 last_seq=80 transactions=32\n");
  EXPECT_EQ(end_of(other()), end_of(root()));
  EXPECT_EQ(read_epoch_file(other())->wal_id, read_epoch_file(root())->wal_id);
  EXPECT_FALSE(WriterLock::is_held(other()));
}

TEST_F(TransferTest, ThroughAPipeAndWithoutAnythingNew) {
  write(3, 4);
  const std::string pipe = "$tool export " + root().string() + " --after ";
  EXPECT_EQ(run(pipe + "0 | $tool import --json " + other().string()).output,
            "{\"kind\":\"imported\",\"after_seq\":0,\"last_seq\":30,\"transactions\":12}\n");
  EXPECT_EQ(run(pipe + "30 | $tool import " + other().string()).output,
            "imported after_seq=30 last_seq=30 transactions=0\n");
  write(2, 4);
  EXPECT_EQ(run(pipe + "30 | $tool import " + other().string()).output,
            "imported after_seq=30 last_seq=50 transactions=8\n");
  EXPECT_EQ(end_of(other()), end_of(root()));
}

TEST_F(TransferTest, AnEmptyLogIsOneToo) {
  write(0, 0);
  EXPECT_EQ(export_to_stream().code, 0);
  EXPECT_EQ(import_stream().code, 0);
  EXPECT_EQ(read_epoch_file(other())->wal_id, read_epoch_file(root())->wal_id);
  write(1, 4);
  EXPECT_EQ(export_to_stream().code, 0);
  EXPECT_EQ(import_stream().code, 0);
  EXPECT_EQ(end_of(other()), end_of(root()));
}

TEST_F(TransferTest, ALogIsExportedBesideItsWriter) {
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  commit(journal, 3, 4);
  EXPECT_EQ(export_to_stream().code, 0);
  EXPECT_EQ(import_stream().code, 0);
  EXPECT_EQ(end_of(other()).chain, journal.position().chain);
}

TEST_F(TransferTest, LargeTransactionsAndManyFramesGoThrough) {
  JournalConfig large = config();
  large.segment_map_size_bytes = std::size_t{64} << 20U;
  write(large, 2, 20'000);  // some 9 MB
  EXPECT_EQ(export_to_stream().code, 0);
  EXPECT_EQ(import_stream().code, 0);
  EXPECT_EQ(end_of(other()), end_of(root()));
}

TEST_F(TransferTest, AnExportBeginsBehindATransactionThatIsThere) {
  write(8, 4);
  EXPECT_THAT(export_to_stream("--after 1").error,
              HasSubstr("event 1 is not the last one of a transaction"));
  EXPECT_EQ(export_to_stream("--after 81").code, 65);
  EXPECT_EQ(export_to_stream("--after 18446744073709551615").code, 65);
  retire_up_to(root(), EventSeq{40});
  EXPECT_THAT(export_to_stream("--after 10").error, HasSubstr("[SequenceNotAvailable]"));
  EXPECT_EQ(export_to_stream("--after 40").code, 0);
  EXPECT_EQ(export_to_stream("--after 40 --with-snapshot").code, 64);
  EXPECT_THAT(export_to_stream("--with-snapshot").error,
              HasSubstr("the log begins with event 41, and there is no whole snapshot"));
  std::filesystem::remove_all(root());
  EXPECT_EQ(export_to_stream().code, kExitConfiguration);
}

TEST_F(TransferTest, AStreamThatDoesNotFitChangesNothing) {
  write(8, 4);
  ASSERT_EQ(export_to_stream("--after 20").code, 0);
  Ended ended = import_stream();
  EXPECT_EQ(ended.code, 65);
  EXPECT_THAT(ended.error, AllOf(HasSubstr("[ExportMismatch]"), HasSubstr("after event 20")));
  EXPECT_FALSE(std::filesystem::exists(other()));
  ASSERT_EQ(export_to_stream().code, 0);
  ASSERT_EQ(import_stream().code, 0);
  const std::string before = content_of(other());
  ended = import_stream();  // the log is there
  EXPECT_THAT(ended.error, HasSubstr("and the log here ends at event 80"));
  EXPECT_EQ(content_of(other()), before);
}

TEST_F(TransferTest, AnotherLogAndAnotherHistoryDoNotFit) {
  write(2, 4);
  ASSERT_EQ(export_to_stream().code, 0);
  JournalConfig config = this->config();
  config.wal_root = other();
  write(config, 2, 4);
  std::string before = content_of(other());
  EXPECT_THAT(import_stream().error, HasSubstr("[SegmentForeign]"));
  EXPECT_EQ(content_of(other()), before);
  std::filesystem::remove_all(other());
  config.wal_id = read_epoch_file(root())->wal_id;
  {
    Journal journal{config, pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    test::TransactionMaker maker;
    for (int i = 0; i < 8; ++i) {  // 20 events, as in the other one
      matching::TransactionView transaction = maker.next();
      transaction.header.origin_msg_seq_num = matching::MsgSeqNum{77};
      journal.append(transaction);
    }
    journal.commit();
    journal.close();
  }
  write(1, 4);
  ASSERT_EQ(export_to_stream("--after 20").code, 0);
  before = content_of(other());
  EXPECT_THAT(import_stream().error, HasSubstr("the log here has another history"));
  EXPECT_EQ(content_of(other()), before);
}

TEST_F(TransferTest, ARunningGatewaysLogIsNotWrittenTo) {
  write(2, 4);
  ASSERT_EQ(export_to_stream().code, 0);
  JournalConfig config = this->config();
  config.wal_root = other();
  config.wal_id = read_epoch_file(root())->wal_id;
  const Journal journal{config, pool_};
  EXPECT_EQ(import_stream().code, 75);
}

// Wherever it is cut off, what is imported is a whole number of batches, and the rest can follow.
TEST_F(TransferTest, AStreamThatIsCutOffAnywhereIsSeen) {
  write(3, 4);
  ASSERT_EQ(export_to_stream().code, 0);
  const std::string whole = load(stream());
  const std::size_t first_frame = sizeof(ExportHeader) + sizeof(FrameHeader);
  for (const std::size_t size : {std::size_t{0},
                                 std::size_t{1},
                                 sizeof(ExportHeader) - 1,
                                 sizeof(ExportHeader),
                                 first_frame - 1,
                                 first_frame,
                                 first_frame + 100,
                                 whole.size() - sizeof(FrameHeader) - 1,
                                 whole.size() - sizeof(FrameHeader),
                                 whole.size() - 1}) {
    SCOPED_TRACE(size);
    std::filesystem::remove_all(other());
    store(stream(), whole.substr(0, size));
    const Ended cut = import_stream();
    EXPECT_EQ(cut.code, 65);
    EXPECT_THAT(cut.error, AllOf(HasSubstr("cut off"), HasSubstr("[ExportUnusable]")));
    if (size < sizeof(ExportHeader)) {
      EXPECT_FALSE(std::filesystem::exists(other()));
      continue;
    }
    const bool got_all = size >= whole.size() - sizeof(FrameHeader);
    EXPECT_EQ(cut.output,
              got_all ? "cut_off after_seq=0 last_seq=30 transactions=12\n"
                      : "cut_off after_seq=0 last_seq=0 transactions=0\n");
    ASSERT_EQ(export_to_stream(got_all ? "--after 30" : "").code, 0);
    EXPECT_EQ(import_stream().code, 0);
    EXPECT_EQ(end_of(other()), end_of(root()));
  }
}

TEST_F(TransferTest, EveryChangedByteIsSeenAndNothingOfItsFrameIsWritten) {
  write(1, 3);
  ASSERT_EQ(export_to_stream().code, 0);
  const std::string whole = load(stream());
  for (std::size_t byte = 0; byte < whole.size(); byte += 7) {
    SCOPED_TRACE(byte);
    std::filesystem::remove_all(other());
    std::string bad = whole;
    bad[byte] = static_cast<char>(bad[byte] ^ 4);
    store(stream(), bad);
    EXPECT_EQ(import_stream().code, 65);
    const bool in_end = byte >= whole.size() - sizeof(FrameHeader);
    if (std::filesystem::exists(other() / kSegmentsFolder)) {
      EXPECT_EQ(end_of(other()), in_end ? end_of(root()) : Position{});
    }
  }
}

// With checksums that are right: whoever can write them can write anything.
TEST_F(TransferTest, AHostileStreamIsRefused) {
  write(1, 3);
  ASSERT_EQ(export_to_stream().code, 0);
  const std::string whole = load(stream());
  const auto with_frame = [&](const auto& change) {
    std::string bad = whole;
    FrameHeader header;
    std::memcpy(&header, bad.data() + sizeof(ExportHeader), sizeof(header));
    change(header);
    header.checksum = checksum_of_header(header);
    std::memcpy(bad.data() + sizeof(ExportHeader), &header, sizeof(header));
    return bad;
  };
  const std::vector<std::string> streams{
      with_frame([](FrameHeader& header) { header.size = ~std::uint64_t{0}; }),
      with_frame([](FrameHeader& header) { header.size = kMaxFrameSize; }),
      with_frame([](FrameHeader& header) { header.size = 0; }),
      with_frame([](FrameHeader& header) { header.size -= 8; }),
      with_frame([](FrameHeader& header) { header.size += 1; }),
      with_frame([](FrameHeader& header) { header.transaction_count = 4; }),
      with_frame([](FrameHeader& header) { header.transaction_count = 0; }),
      with_frame([](FrameHeader& header) { header.event_count = 1; }),
      with_frame([](FrameHeader& header) { header.chain = Chain{1}; }),
      with_frame([](FrameHeader& header) { header.reserved = 1; }),
      with_frame([](FrameHeader& header) { header.kind = static_cast<FrameKind>(3); }),
      with_frame([](FrameHeader& header) { header.kind = FrameKind::End; }),
      whole + "more",
      whole + whole,
      "GET / HTTP/1.1\r\n\r\n" + std::string(200, ' ')};
  for (std::size_t i = 0; i < streams.size(); ++i) {
    SCOPED_TRACE(i);
    std::filesystem::remove_all(other());
    store(stream(), streams[i]);
    const Ended ended = import_stream();
    EXPECT_EQ(ended.code, 65);
    EXPECT_THAT(ended.error, HasSubstr("[ExportUnusable]"));
  }
}

TEST_F(TransferTest, ANewersStreamIsNamed) {
  write(1, 3);
  ASSERT_EQ(export_to_stream().code, 0);
  std::string bad = load(stream());
  ExportHeader header;
  std::memcpy(&header, bad.data(), sizeof(header));
  header.format_version = kFormatVersion + 1;
  header.checksum = checksum_of_header(header);
  std::memcpy(bad.data(), &header, sizeof(header));
  store(stream(), bad);
  EXPECT_THAT(import_stream().error, HasSubstr("[UnknownVersion]"));
  EXPECT_FALSE(std::filesystem::exists(other()));
}

// A log that a real engine wrote, so that there are snapshots.
class SnapshotTransferTest : public TransferTest {
 protected:
  SnapshotTransferTest() {
    trade();
    const EventSeq first = snapshot();
    trade();
    retire_up_to(root(), first);
    snapshot();
    trade();
  }

  void trade() {
    for (int i = 0; i < 10; ++i) {
      exchange_.lay("alice", "30.00", "2.04");
      exchange_.back("bob", "20.00", "2.04");
    }
    Journal journal{config(), pool_};
    journal.recover(retired_, [](const auto&) {});
    while (written_ < exchange_.log.size()) {
      journal.append(exchange_.log[written_++].view());
      journal.commit();
    }
    journal.close();
  }

  EventSeq snapshot() {
    retired_ = take_snapshot(root(), pool_, {}).value();
    return retired_;
  }

  void expect_same_state() {
    JournalConfig config = this->config();
    config.wal_root = other();
    Journal journal{config, pool_};
    const RecoveredEngine recovered = recover_engine(journal, other());
    EXPECT_EQ(recovered.engine.state_hash(), exchange_.engine.state_hash());
  }

  matching::testing::Exchange exchange_;
  std::size_t written_ = 0;
  EventSeq retired_;  // recovery can begin there
};

TEST_F(SnapshotTransferTest, BeginsANewNodeBehindTheOldestThatTheLogGoesOnFrom) {
  const std::vector<EventSeq> snapshots = list_snapshots(root());
  ASSERT_EQ(snapshots.size(), 2U);
  ASSERT_EQ(export_to_stream("--with-snapshot").code, 0);
  const Ended imported = import_stream();
  EXPECT_EQ(imported.code, 0) << imported.error;
  EXPECT_THAT(imported.output,
              HasSubstr("imported after_seq=" + std::to_string(snapshots[0].value()) + " "));
  EXPECT_EQ(list_snapshots(other()), std::vector{snapshots[0]});
  EXPECT_EQ(end_of(other()), end_of(root()));
  expect_same_state();
  EXPECT_EQ(run("$tool verify " + other().string()).code, 0);
  // And goes on from there.
  trade();
  const std::string after = std::to_string(end_of(other()).last_seq.value());
  EXPECT_EQ(export_to_stream("--after " + after).code, 0);
  EXPECT_EQ(import_stream().code, 0);
  expect_same_state();
}

TEST_F(SnapshotTransferTest, MustBeginANewLog) {
  ASSERT_EQ(export_to_stream("--with-snapshot").code, 0);
  ASSERT_EQ(import_stream().code, 0);
  const std::string before = content_of(other());
  EXPECT_THAT(import_stream().error, HasSubstr("the log here is not empty"));
  EXPECT_EQ(content_of(other()), before);
}

TEST_F(SnapshotTransferTest, ThatIsCutOffOrDamagedBeginsNothing) {
  ASSERT_EQ(export_to_stream("--with-snapshot").code, 0);
  const std::string whole = load(stream());
  std::string bad = whole;
  bad[sizeof(ExportHeader) + sizeof(SnapshotHeader) + 40] =
      static_cast<char>(bad[sizeof(ExportHeader) + sizeof(SnapshotHeader) + 40] ^ 1);
  for (const std::string& content :
       {whole.substr(0, sizeof(ExportHeader)), whole.substr(0, sizeof(ExportHeader) + 500), bad}) {
    store(stream(), content);
    EXPECT_THAT(import_stream().error, HasSubstr("[ExportUnusable]"));
    EXPECT_TRUE(list_snapshots(other()).empty());
    EXPECT_FALSE(std::filesystem::exists(other() / kEpochFile));
  }
  store(stream(), whole);
  EXPECT_EQ(import_stream().code, 0);
  expect_same_state();
}

TEST_F(SnapshotTransferTest, IsNoneWhereNothingIsRetired) {
  const EventSeq last = exchange_.engine.last_seq();
  for (const SegmentName& name : list_retired(root())) {
    std::filesystem::rename(root() / kRetiredFolder / name.text(), segments() / name.text());
  }
  ASSERT_EQ(export_to_stream("--with-snapshot").code, 0);
  EXPECT_THAT(import_stream().output,
              HasSubstr("imported after_seq=0 last_seq=" + std::to_string(last.value())));
  EXPECT_TRUE(list_snapshots(other()).empty());
}

}  // namespace
}  // namespace betex::journal
