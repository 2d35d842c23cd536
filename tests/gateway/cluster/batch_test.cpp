// Entries of the quorum log: what goes in comes out, and nothing else ever does.
#include "gateway/cluster/batch.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <zstd.h>

#include "journal/checksum.h"
#include "journal/errors.h"
#include "tests/journal/transactions.h"

namespace betex::cluster {
namespace {

using journal::Chain;
using journal::EventSeq;
using journal::Fault;
using journal::JournalError;
using journal::TxId;
using journal::WriterEpoch;

constexpr journal::WalId kWal{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr journal::WalId kOtherWal{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17};
constexpr EntryPlace kPlace{.wal_id = kWal, .epoch = WriterEpoch{5}, .slot = 900};
constexpr std::size_t kWhole = 1U << 20U;  // of a part that holds any batch of these tests

journal::Position middle_of_a_log() {
  return {.last_seq = EventSeq{41},
          .last_tx_id = TxId{17},
          .last_timestamp = journal::Timestamp{1'600'000'000'000'000'000},
          .chain = Chain{0x1234'5678'9abc'def0},
          .segment = std::nullopt};
}

void add(OwnedBatch& batch, const matching::TransactionView& transaction) {
  const std::size_t old = batch.bytes.size();
  batch.bytes.resize(old + sizeof(transaction.header) + transaction.events.size());
  std::memcpy(batch.bytes.data() + old, &transaction.header, sizeof(transaction.header));
  std::ranges::copy(
      transaction.events,
      batch.bytes.begin() + static_cast<std::ptrdiff_t>(old + sizeof(transaction.header)));
  ++batch.transactions;
  batch.after.last_tx_id = transaction.header.tx_id;
  batch.after.last_seq = transaction.last_seq();
  batch.after.last_timestamp = transaction.header.timestamp;
  batch.after.chain =
      journal::extend(batch.after.chain, std::span<const std::byte>{batch.bytes}.subspan(old));
}

OwnedBatch make_batch(std::size_t transactions,
                      const journal::Position& before = middle_of_a_log()) {
  OwnedBatch batch;
  batch.before = before;
  batch.after = before;
  test::TransactionMaker maker{before.last_tx_id, before.last_seq};
  for (std::size_t i = 0; i < transactions; ++i) {
    add(batch, maker.next());
  }
  return batch;
}

void expect_same(const OwnedBatch& batch, const OwnedBatch& expected) {
  EXPECT_EQ(batch.before, expected.before);
  EXPECT_EQ(batch.after, expected.after);
  EXPECT_EQ(batch.transactions, expected.transactions);
  EXPECT_EQ(batch.bytes, expected.bytes);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(batch.bytes.data()) % 8, 0U);
}

// All parts of an entry, added one after the other.
OwnedBatch decode(const std::vector<std::string>& parts, BatchDecoder& decoder) {
  std::uint64_t slot = kPlace.slot;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    EXPECT_FALSE(decoder.add(parts[i], kWal, slot++));
  }
  EXPECT_TRUE(decoder.add(parts.back(), kWal, slot));
  return decoder.take();
}

OwnedBatch decode(const std::vector<std::string>& parts) {
  BatchDecoder decoder;
  return decode(parts, decoder);
}

struct Refusal {
  Fault fault{};
  std::string words;
};

// Why it is refused. Fails the test where it is not, or the error does not name the slot.
Refusal refusal_of(BatchDecoder& decoder,
                   std::string_view part,
                   std::uint64_t slot = kPlace.slot,
                   const journal::WalId& wal_id = kWal) {
  try {
    const bool whole = decoder.add(part, wal_id, slot);
    ADD_FAILURE() << "not refused; whole: " << whole;
  } catch (const JournalError& error) {
    EXPECT_EQ(error.key(), slot) << error.what();
    EXPECT_THAT(error.sentence(), testing::HasSubstr("slot " + std::to_string(slot)));
    return {.fault = error.fault(), .words = error.sentence()};
  }
  return {};
}

Fault fault_of(std::string_view part) {
  BatchDecoder decoder;
  return refusal_of(decoder, part).fault;
}

EntryHeader header_of(std::string_view part) {
  EntryHeader header;
  std::memcpy(&header, part.data(), sizeof(header));
  return header;
}

// An entry as somebody would make it who knows how.
std::string entry_of(EntryHeader header, std::string_view content) {
  const auto before = std::as_bytes(std::span{&header, 1}).first(offsetof(EntryHeader, checksum));
  header.checksum = journal::checksum(std::as_bytes(std::span{content}), journal::checksum(before));
  std::string entry(sizeof(header), '\0');
  std::memcpy(entry.data(), &header, sizeof(header));
  return entry.append(content);
}

std::string changed(std::string_view part, const std::function<void(EntryHeader&)>& change) {
  EntryHeader header = header_of(part);
  change(header);
  return entry_of(header, part.substr(sizeof(header)));
}

std::string zstd_frame(std::string_view bytes) {
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), bytes.data(), bytes.size(), 1));
  return frame;
}

// The batch with other bytes, whose chain is right.
std::string entry_with_bytes(const OwnedBatch& batch, std::span<const std::byte> bytes) {
  const std::string original = encode(batch.view(), kPlace, kWhole).at(0);
  EntryHeader header = header_of(original);
  header.raw_bytes = bytes.size();
  return entry_of(header, zstd_frame({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

// Zeros without end, which take hardly any room.
std::string frame_of_zeros(std::uint64_t size, int window_log = 0) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context{ZSTD_createCCtx(),
                                                                        &ZSTD_freeCCtx};
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, 1);
  if (window_log != 0) {
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, window_log);
  }
  const std::vector<char> zeros(1U << 20U);
  std::vector<char> room(1U << 20U);
  std::string frame;
  for (std::uint64_t left = size; left > 0;) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left, zeros.size()));
    left -= piece;
    ZSTD_inBuffer in{zeros.data(), piece, 0};
    std::size_t more = 1;
    while (left == 0 ? more != 0 : in.pos < in.size) {
      ZSTD_outBuffer out{room.data(), room.size(), 0};
      more =
          ZSTD_compressStream2(context.get(), &out, &in, left == 0 ? ZSTD_e_end : ZSTD_e_continue);
      frame.append(room.data(), out.pos);
    }
  }
  return frame;
}

TEST(BatchTest, ComesOutAsItWentInWithBothItsPositions) {
  for (const std::size_t transactions : {1U, 2U, 3U, 100U, 5000U}) {
    const OwnedBatch batch = make_batch(transactions);
    const auto parts = encode(batch.view(), kPlace, kWhole);
    ASSERT_EQ(parts.size(), 1U);
    expect_same(decode(parts), batch);
  }
}

TEST(BatchTest, BeginsALogAsWell) {
  const OwnedBatch batch = make_batch(4, {});
  expect_same(decode(encode(batch.view(), kPlace, kWhole)), batch);
}

TEST(BatchTest, IsMuchSmallerThanItsTransactions) {
  const OwnedBatch batch = make_batch(5000);
  EXPECT_LT(encode(batch.view(), kPlace, kWhole).at(0).size(), batch.bytes.size() / 2);
}

TEST(BatchTest, GoesInPartsThatAreNotTooLarge) {
  const OwnedBatch batch = make_batch(1000);
  const std::string whole = encode(batch.view(), kPlace, kWhole).at(0);
  const std::size_t compressed = whole.size() - sizeof(EntryHeader);
  for (const std::size_t size : {compressed - 1, compressed / 2, compressed / 3, std::size_t{97}}) {
    const auto parts = encode(batch.view(), kPlace, size);
    ASSERT_EQ(parts.size(), (compressed + size - 1) / size);
    for (const std::string& part : parts) {
      EXPECT_LE(part.size(), size + sizeof(EntryHeader));
    }
    expect_same(decode(parts), batch);
  }
  EXPECT_EQ(encode(batch.view(), kPlace, compressed).size(), 1U);
}

TEST(BatchTest, OneDecoderTakesOneAfterTheOtherAndSaysWhoWroteThem) {
  BatchDecoder decoder;
  journal::Position end = middle_of_a_log();
  for (std::uint32_t i = 1; i < 10; ++i) {
    const OwnedBatch batch = make_batch(i * 7, end);
    EntryPlace place = kPlace;
    place.epoch = WriterEpoch{i};
    expect_same(decode(encode(batch.view(), place, 60), decoder), batch);
    EXPECT_EQ(decoder.epoch(), WriterEpoch{i});
    end = batch.after;
  }
}

TEST(BatchTest, WithoutTransactionsItIsNeverWritten) {
  const OwnedBatch empty = make_batch(0);
  EXPECT_DEATH(static_cast<void>(encode(empty.view(), kPlace, kWhole)), "assertion failed");
}

TEST(BatchTest, FindsEveryFlippedBit) {
  const OwnedBatch batch = make_batch(30);
  const std::string whole = encode(batch.view(), kPlace, kWhole).at(0);
  auto parts = encode(batch.view(), kPlace, (whole.size() - sizeof(EntryHeader) + 1) / 2);
  ASSERT_EQ(parts.size(), 2U);
  BatchDecoder decoder;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    for (std::size_t at = 0; at < parts[part].size() * 8; ++at) {
      std::string damaged = parts[part];
      damaged[at / 8] = static_cast<char>(damaged[at / 8] ^ (1 << (at % 8)));
      if (part == 1) {
        ASSERT_FALSE(decoder.add(parts[0], kWal, kPlace.slot));
      }
      const Fault fault = refusal_of(decoder, damaged, kPlace.slot + part).fault;
      const bool is_newer = header_of(damaged).format > kBatchFormat;
      ASSERT_EQ(fault, is_newer ? Fault::QuorumLogNewer : Fault::QuorumLogDamaged)
          << "part " << part << " bit " << at;
    }
  }
  expect_same(decode(parts, decoder), batch);  // which goes on undisturbed
}

TEST(BatchTest, FindsWhatIsMissingOrTooMuchAtTheEnd) {
  const std::string part = encode(make_batch(5).view(), kPlace, kWhole).at(0);
  for (std::size_t size = 0; size < part.size(); ++size) {
    ASSERT_EQ(fault_of(std::string_view{part}.substr(0, size)), Fault::QuorumLogDamaged) << size;
  }
  EXPECT_EQ(fault_of(part + '\0'), Fault::QuorumLogDamaged);
  EXPECT_EQ(fault_of(part + part), Fault::QuorumLogDamaged);
}

TEST(BatchTest, TakesPartsInTheirOrderOnly) {
  const OwnedBatch batch = make_batch(200);
  const auto parts = encode(batch.view(), kPlace, 150);
  ASSERT_GE(parts.size(), 4U);
  constexpr std::uint64_t kFirst = kPlace.slot;
  BatchDecoder decoder;
  EXPECT_EQ(refusal_of(decoder, parts[1], kFirst + 1).fault, Fault::QuorumLogDamaged);
  EXPECT_EQ(refusal_of(decoder, parts.back(), kFirst + parts.size() - 1).fault,
            Fault::QuorumLogDamaged);

  ASSERT_FALSE(decoder.add(parts[0], kWal, kFirst));
  EXPECT_EQ(refusal_of(decoder, parts[0], kFirst).fault, Fault::QuorumLogDamaged);

  ASSERT_FALSE(decoder.add(parts[0], kWal, kFirst));
  EXPECT_EQ(refusal_of(decoder, parts[2], kFirst + 2).fault, Fault::QuorumLogDamaged);

  // After an error it begins anew, and only so.
  ASSERT_FALSE(decoder.add(parts[0], kWal, kFirst));
  ASSERT_FALSE(decoder.add(parts[1], kWal, kFirst + 1));
  EXPECT_EQ(refusal_of(decoder, "", kFirst + 2).fault, Fault::QuorumLogDamaged);
  EXPECT_EQ(refusal_of(decoder, parts[2], kFirst + 2).fault, Fault::QuorumLogDamaged);
  expect_same(decode(parts, decoder), batch);
}

TEST(BatchTest, StandsInItsOwnSlotOnly) {
  const auto parts = encode(make_batch(200).view(), kPlace, 150);
  BatchDecoder decoder;
  for (const std::uint64_t slot : {std::uint64_t{0}, kPlace.slot - 1, kPlace.slot + 1}) {
    EXPECT_EQ(refusal_of(decoder, parts[0], slot).fault, Fault::QuorumLogDamaged);
  }
  for (const std::uint64_t slot : {std::uint64_t{0}, std::uint64_t{1}, kPlace.slot}) {
    ASSERT_FALSE(decoder.add(parts[0], kWal, kPlace.slot));
    EXPECT_EQ(refusal_of(decoder, parts[1], slot).fault, Fault::QuorumLogDamaged);
  }
}

TEST(BatchTest, TakesPartsOfOneBatchOnly) {
  const OwnedBatch batch = make_batch(200);
  const auto parts = encode(batch.view(), kPlace, 150);
  EntryPlace by_another = kPlace;
  by_another.epoch = kPlace.epoch.next();
  const std::uint32_t count = header_of(parts[0]).parts;
  for (const auto& other :
       {encode(batch.view(), by_another, 150), encode(make_batch(199).view(), kPlace, 150)}) {
    ASSERT_GE(other.size(), 2U);
    BatchDecoder decoder;
    ASSERT_FALSE(decoder.add(parts[0], kWal, kPlace.slot));
    const std::string next =
        changed(other[1], [count](EntryHeader& header) { header.parts = count; });
    EXPECT_EQ(refusal_of(decoder, next, kPlace.slot + 1).fault, Fault::QuorumLogDamaged);
  }
}

// The same batch, cut in other places: no header tells, but what they make together does.
TEST(BatchTest, FindsPartsThatDoNotFitTogether) {
  const OwnedBatch batch = make_batch(40);
  const std::size_t compressed =
      encode(batch.view(), kPlace, kWhole).at(0).size() - sizeof(EntryHeader);
  const auto parts = encode(batch.view(), kPlace, compressed / 2 + 1);
  const auto others = encode(batch.view(), kPlace, compressed / 2 + 5);
  ASSERT_EQ(parts.size(), 2U);
  ASSERT_EQ(others.size(), 2U);
  BatchDecoder decoder;
  ASSERT_FALSE(decoder.add(parts[0], kWal, kPlace.slot));
  EXPECT_EQ(refusal_of(decoder, others[1], kPlace.slot + 1).fault, Fault::QuorumLogDamaged);
}

TEST(BatchTest, IsOfThisLogOnly) {
  BatchDecoder decoder;
  const auto parts = encode(make_batch(3).view(), kPlace, kWhole);
  EXPECT_EQ(refusal_of(decoder, parts[0], kPlace.slot, kOtherWal).fault, Fault::QuorumLogForeign);
}

TEST(BatchTest, OfAFormatThatIsNotKnownItSaysSo) {
  BatchDecoder decoder;
  EntryPlace newer = kPlace;
  newer.format = kBatchFormat + 1;
  const Refusal refusal = refusal_of(decoder, encode(make_batch(3).view(), newer, kWhole).at(0));
  EXPECT_EQ(refusal.fault, Fault::QuorumLogNewer);
  EXPECT_THAT(refusal.words, testing::HasSubstr("format 2"));
}

TEST(BatchTest, BelievesNoHeader) {
  const std::string part = encode(make_batch(20).view(), kPlace, kWhole).at(0);
  const std::vector<std::function<void(EntryHeader&)>> lies{
      [](EntryHeader& header) { header.format = 0; },
      [](EntryHeader& header) { header.parts = 0; },
      [](EntryHeader& header) {
        header.part = 1;
        header.slot -= 1;
      },
      [](EntryHeader& header) { header.part = 0xffff'ffff; },
      [](EntryHeader& header) { header.slot = 0; },
      [](EntryHeader& header) { header.after.last_tx_id = header.before.last_tx_id; },
      [](EntryHeader& header) { header.after.last_tx_id = TxId{0}; },
      [](EntryHeader& header) { header.after.last_tx_id += TxId{1}; },
      [](EntryHeader& header) { header.after.last_tx_id = TxId{~std::uint64_t{0}}; },
      [](EntryHeader& header) { header.before.last_tx_id = TxId{0}; },
      [](EntryHeader& header) { header.before.last_tx_id -= TxId{1}; },
      [](EntryHeader& header) { header.after.last_seq = header.before.last_seq; },
      [](EntryHeader& header) { header.after.last_seq += EventSeq{1}; },
      [](EntryHeader& header) { header.before.last_seq -= EventSeq{1}; },
      [](EntryHeader& header) { header.before.last_timestamp = header.after.last_timestamp; },
      [](EntryHeader& header) { header.after.last_timestamp += journal::Timestamp{1}; },
      [](EntryHeader& header) { header.after.last_timestamp = journal::Timestamp{0}; },
      [](EntryHeader& header) { header.before.chain = Chain{7}; },
      [](EntryHeader& header) { header.after.chain = Chain{7}; },
      [](EntryHeader& header) { header.raw_bytes = 0; },
      [](EntryHeader& header) { header.raw_bytes -= 8; },
      [](EntryHeader& header) { header.raw_bytes += 1; },
      [](EntryHeader& header) { header.raw_bytes += 8; },
      [](EntryHeader& header) { header.raw_bytes = journal::kMaxRecordSize; },
      [](EntryHeader& header) { header.raw_bytes = journal::kMaxRecordSize + 8; },
      [](EntryHeader& header) { header.raw_bytes = ~std::uint64_t{7}; },
  };
  for (std::size_t i = 0; i < lies.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(fault_of(changed(part, lies[i])), Fault::QuorumLogDamaged);
  }
}

TEST(BatchTest, BelievesNoContentThatDoesNotDecompress) {
  const std::string part = encode(make_batch(20).view(), kPlace, kWhole).at(0);
  const EntryHeader header = header_of(part);
  const std::string content = part.substr(sizeof(header));
  const std::vector<std::string> contents{
      "x",
      std::string(1000, '\0'),
      content.substr(0, content.size() - 1),
      content.substr(1),
      content + '\0',
      content + content,
      zstd_frame("") + content,
      zstd_frame(""),
  };
  for (std::size_t i = 0; i < contents.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(fault_of(entry_of(header, contents[i])), Fault::QuorumLogDamaged);
  }
}

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// A gigabyte in a few kilobytes, and a header that says so.
TEST(BatchTest, DoesNotMakeRoomForABomb) {
  constexpr std::uint64_t kBomb = std::uint64_t{1} << 30U;
  const std::string bomb = frame_of_zeros(kBomb);
  EntryHeader header = header_of(encode(make_batch(20).view(), kPlace, kWhole).at(0));
  header.raw_bytes = kBomb;
  const std::string entry = entry_of(header, bomb);
  const long before = peak_kilobytes();
  EXPECT_EQ(fault_of(entry), Fault::QuorumLogDamaged);
  EXPECT_LT(peak_kilobytes() - before, 128 * 1024);
}

// A header that promises parts without end.
TEST(BatchTest, DoesNotGatherMoreThanItsBytesCanBeCompressedTo) {
  EntryHeader header = header_of(encode(make_batch(20).view(), kPlace, kWhole).at(0));
  header.parts = 0xffff'ffff;
  const std::size_t most = ZSTD_compressBound(header.raw_bytes);
  EXPECT_EQ(fault_of(entry_of(header, std::string(most + 1, 'x'))), Fault::QuorumLogDamaged);
}

// The same for a frame that wants to look back farther than any of ours.
TEST(BatchTest, DoesNotMakeRoomForAWindowThatIsTooLarge) {
  EntryHeader header = header_of(encode(make_batch(20).view(), kPlace, kWhole).at(0));
  header.raw_bytes = std::uint64_t{1} << 30U;
  const std::string entry = entry_of(header, frame_of_zeros(std::uint64_t{8} << 20U, 25));
  BatchDecoder decoder;
  const Refusal refusal = refusal_of(decoder, entry);
  EXPECT_EQ(refusal.fault, Fault::QuorumLogDamaged);
  EXPECT_THAT(refusal.words, testing::HasSubstr("decompress"));
}

TEST(BatchTest, BelievesNoTransactionHeader) {
  const OwnedBatch batch = make_batch(3);
  const std::vector<std::function<void(matching::TransactionHeader&)>> lies{
      [](auto& header) { header.tx_id += TxId{1}; },
      [](auto& header) { header.tx_id = TxId{0}; },
      [](auto& header) { header.timestamp = journal::Timestamp{0}; },
      [](auto& header) { header.event_count = 0; },
      [](auto& header) { header.events_size += 1; },
      [](auto& header) { header.events_size += 8; },
      [](auto& header) { header.events_size = 0xffff'fff8; },
  };
  for (std::size_t i = 0; i < lies.size(); ++i) {
    SCOPED_TRACE(i);
    std::vector<std::byte> bytes = batch.bytes;
    matching::TransactionHeader header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    lies[i](header);
    std::memcpy(bytes.data(), &header, sizeof(header));
    // What follows the header may be taken for events of a kind that is not known, too.
    EXPECT_THAT(fault_of(entry_with_bytes(batch, bytes)),
                testing::AnyOf(Fault::QuorumLogDamaged, Fault::QuorumLogNewer));
  }
}

TEST(BatchTest, FindsTransactionsThatChangedPlaces) {
  OwnedBatch batch = make_batch(2);
  matching::TransactionHeader first;
  std::memcpy(&first, batch.bytes.data(), sizeof(first));
  std::vector<std::byte> bytes = batch.bytes;
  std::rotate(bytes.begin(),
              bytes.begin() + static_cast<std::ptrdiff_t>(sizeof(first) + first.events_size),
              bytes.end());
  EXPECT_EQ(fault_of(entry_with_bytes(batch, bytes)), Fault::QuorumLogDamaged);
}

// By a newer program: the log is sound, and this node must not lead, nor keep what it could not
// recover from.
TEST(BatchTest, OfAnEventThatIsNotKnownItSaysSo) {
  OwnedBatch batch = make_batch(1);
  matching::EventHeader event;
  std::byte* const at = batch.bytes.data() + sizeof(matching::TransactionHeader);
  std::memcpy(&event, at, sizeof(event));
  event.kind = static_cast<matching::EventKind>(60'000);
  std::memcpy(at, &event, sizeof(event));
  batch.after.chain = journal::extend(batch.before.chain, batch.bytes);
  BatchDecoder decoder;
  const Refusal refusal = refusal_of(decoder, encode(batch.view(), kPlace, kWhole).at(0));
  EXPECT_EQ(refusal.fault, Fault::QuorumLogNewer);
  EXPECT_THAT(refusal.words, testing::HasSubstr("transaction 18"));
}

// Damage that the checksum was made over: the chain and the events' own rules still find it.
TEST(BatchTest, NothingElseEverComesOut) {
  const OwnedBatch batch = make_batch(40);
  const std::string part = encode(batch.view(), kPlace, kWhole).at(0);
  std::mt19937 random{4711};
  std::size_t refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = part;
    for (std::size_t flips = random() % 3 + 1; flips > 0; --flips) {
      const std::size_t at = random() % damaged.size();
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << (random() % 8)));
    }
    damaged = changed(damaged, [](EntryHeader&) {});
    BatchDecoder decoder;
    try {
      if (decoder.add(damaged, kWal, kPlace.slot)) {
        EXPECT_EQ(decoder.take().bytes, batch.bytes);
      }
    } catch (const JournalError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 2000U);
}

}  // namespace
}  // namespace betex::cluster
