#include "journal/format.h"

#include <cctype>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "journal/checksum.h"
#include "journal/file_system.h"
#include "journal/segment_writer.h"
#include "journal/snapshot.h"
#include "tests/journal/transactions.h"
#include "tests/support/temp_folder.h"

namespace betex::journal {
namespace {

TEST(SegmentNames, RoundTripAndSortAsTextAsTheyDoAsNumbers) {
  const SegmentName name{.first_seq = EventSeq{5007}, .epoch = WriterEpoch{3}};
  EXPECT_EQ(name.text(), "00000000000000005007-0000000003");
  EXPECT_EQ(SegmentName::parse(name.text()), name);
  const SegmentName largest{.first_seq = EventSeq{~std::uint64_t{0}},
                            .epoch = WriterEpoch{~std::uint32_t{0}}};
  EXPECT_EQ(SegmentName::parse(largest.text()), largest);
  EXPECT_LT(name.text(), largest.text());
  EXPECT_LT(name, largest);
}

TEST(SegmentNames, NothingElseIsTakenForOne) {
  for (const char* text : {"",
                           "lost+found",
                           "00000000000000000000-0000000001",
                           "00000000000000000001-0000000000",
                           "0000000000000000001-0000000001",
                           "00000000000000000001_0000000001",
                           "00000000000000000001-000000000x",
                           "99999999999999999999-0000000001",
                           "00000000000000000001-9999999999",
                           "00000000000000000001-0000000001 "}) {
    EXPECT_FALSE(SegmentName::parse(text)) << text;
  }
}

// The worked example: one segment, one commit, one transaction of one event.
constexpr WalId kExampleWalId{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

matching::OrderRested example_event() {
  matching::OrderRested event;
  event.header.market = matching::MarketId{2};
  event.header.market_seq = 7;
  event.order = matching::OrderId{12};
  event.leaves_qty = matching::Quantity{3000};
  return event;
}

matching::TransactionHeader example_header(const test::EventBytes& events) {
  matching::TransactionHeader header;
  header.tx_id = TxId{1};
  header.timestamp = Timestamp{1'700'000'000'000'000'000};
  header.event_count = 1;
  header.events_size = static_cast<std::uint32_t>(events.bytes().size());
  header.origin_session = matching::SessionId{3};
  header.origin_epoch = matching::SessionEpoch{1};
  header.origin_msg_seq_num = matching::MsgSeqNum{42};
  header.command_kind = 1;
  return header;
}

std::vector<std::byte> transaction_bytes(const matching::TransactionHeader& header,
                                         const test::EventBytes& events) {
  std::vector<std::byte> bytes;
  const auto header_bytes = std::as_bytes(std::span{&header, 1});
  bytes.insert(bytes.end(), header_bytes.begin(), header_bytes.end());
  bytes.insert(bytes.end(), events.bytes().begin(), events.bytes().end());
  return bytes;
}

std::string to_hex(std::span<const std::byte> bytes) {
  std::string text;
  char buffer[4];
  for (const std::byte byte : bytes) {
    std::snprintf(buffer, sizeof(buffer), "%02x", std::to_integer<unsigned>(byte));
    text += buffer;
  }
  return text;
}

// The bytes of the code block that follows the line `title` in FORMAT.md.
std::string documented(const std::string& title) {
  std::ifstream file{BETEX_SOURCE_DIR "/journal/FORMAT.md"};
  std::string line;
  while (std::getline(file, line) && line != title) {
  }
  while (std::getline(file, line) && !line.starts_with("```")) {
  }
  std::string hex;
  while (std::getline(file, line) && !line.starts_with("```")) {
    // offset, two spaces, bytes, two spaces, what they are
    const std::size_t begin = line.find("  ", line.find_first_not_of(' ')) + 2;
    const std::string bytes = line.substr(begin, line.find("  ", begin) - begin);
    for (const char c : bytes) {
      if (c != ' ') {
        hex += c;
      }
    }
  }
  return hex;
}

class FormatExample : public ::testing::Test {
 protected:
  FormatExample() {
    create_folder(folder_.path() / kSegmentsFolder);
    test::EventBytes events;
    events.add(example_event());
    const matching::TransactionHeader transaction = example_header(events);
    const std::vector<std::byte> bytes = transaction_bytes(transaction, events);
    BatchHeader batch;
    batch.transaction_count = 1;
    batch.event_count = 1;
    batch.chain = extend(Chain{}, bytes);
    SegmentWriter writer{{.wal_root = folder_.path(),
                          .wal_id = kExampleWalId,
                          .epoch = WriterEpoch{1},
                          .before = {},
                          .map_size = std::size_t{1} << 20U},
                         pool_};
    EXPECT_TRUE(writer.write(EventSeq{1}, batch, bytes));
    name_ = writer.name().text();
  }

  // All records of the segment, by key.
  std::map<std::uint64_t, std::string> records() {
    const auto environment = pool_.open(folder_.path() / kSegmentsFolder / name_, {});
    const ReadTransaction view{*environment};
    Cursor cursor{view};
    std::map<std::uint64_t, std::string> records;
    std::uint64_t from = 0;
    while (const auto entry = cursor.seek(IntegerKey{from}.bytes())) {
      from = integer_key(entry->key).value();
      records[from++] = to_hex(entry->value);
    }
    return records;
  }

  test::TempFolder folder_;
  EnvironmentPool pool_;
  std::string name_;
};

TEST_F(FormatExample, TheDocumentShowsExactlyTheBytesThatTheWriterWrites) {
  const auto records = this->records();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(documented("### The header record, key 0"), records.at(0));
  EXPECT_EQ(documented("### The first commit's record, key 1"), records.at(1));
  EXPECT_EQ(name_, "00000000000000000001-0000000001");
}

// The worked example of a snapshot: of a log whose only event changes nothing but the counters.
TEST(SnapshotFormatExample, TheDocumentShowsExactlyTheBytesOfTheFile) {
  const test::TempFolder folder;
  matching::InboundRefused refused;
  refused.session = matching::SessionId{3};
  refused.msg_seq_num = matching::MsgSeqNum{42};
  refused.reason = matching::Reason::Throttled;
  refused.answer = matching::RefuseInbound::Answer::BusinessReject;
  test::EventBytes events;
  events.add(refused);
  const matching::TransactionView transaction{
      .header = example_header(events), .first_seq = EventSeq{1}, .events = events.bytes()};
  const std::vector<std::byte> bytes = transaction_bytes(transaction.header, events);
  Snapshot snapshot{.position = {.last_seq = EventSeq{1},
                                 .last_tx_id = TxId{1},
                                 .last_timestamp = transaction.header.timestamp,
                                 .chain = extend(Chain{}, bytes),
                                 .segment = {}},
                    .wal_id = kExampleWalId,
                    .engine = matching::Engine{},
                    .note = "note"};
  snapshot.engine.apply(transaction);
  write_snapshot(folder.path(), snapshot);
  const std::string content =
      read_file(folder.path() / "snapshots" / "00000000000000000001" / "state");
  EXPECT_EQ(documented("### The snapshot's file"), to_hex(std::as_bytes(std::span{content})));
}

}  // namespace
}  // namespace betex::journal
