// Fuzz target for what a node reads from the store: the entries of the quorum log, and the texts
// beside them. Whoever can write to the store can put anything there.
//
//   build/fuzz/bin/quorum_log_fuzz -max_total_time=60 CORPUS tests/fuzz/corpus/quorum_log
//
// The lowest two bits of the first byte say what follows:
//   0  a text; the other bits say of which key
//   1  an entry, header and zstd frame, cut into parts; magic number, checksum and log are made
//      right, for nearly everything would end there
//   2  transactions, of which an entry is made as a leader would: its header is true as far as they
//      can be told apart
//   3  an entry as it is

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/cluster/batch.h"
#include "gateway/cluster/batch_pieces.h"
#include "gateway/cluster/log_texts.h"
#include "journal/checksum.h"
#include "journal/errors.h"
#include "journal/event_codec.h"
#include "journal/record.h"
#include "matching/assert.h"
#include "matching/transaction.h"

namespace betex::cluster {
namespace {

using journal::Fault;
using journal::JournalError;
using journal::Position;
using matching::TransactionHeader;

constexpr journal::WalId kWal{1, 2, 3};
constexpr std::uint64_t kSlot = 900;

// Where the log ends before what is made here of transactions.
Position before_batch() {
  Position position;
  position.last_seq = journal::EventSeq{41};
  position.chain = journal::Chain{7};
  return position;
}

// ---- Texts

// What is taken as a text is what would be written.
template <typename Parse>
void read_text(std::string_view text, Parse&& parse) {
  try {
    const auto value = parse(text, "key");
    BETEX_ASSERT(to_text(value) == text && parse(to_text(value), "key") == value);
  } catch (const JournalError& error) {
    BETEX_ASSERT(error.fault() == Fault::QuorumLogDamaged ||
                 error.fault() == Fault::QuorumLogNewer);
  }
}

void read_text(std::string_view text, unsigned key) {
  switch (key % 4) {
    case 0:
      return read_text(text, parse_meta);
    case 1:
      return read_text(text, parse_head);
    case 2:
      return read_text(text, parse_note);
    default:
      return read_text(text, parse_node);
  }
}

// ---- Entries

// The parts of one entry. None: it was refused.
std::optional<OwnedBatch> decode(const std::vector<std::string>& parts, std::uint64_t slot) {
  BatchDecoder decoder;
  try {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const bool whole = decoder.add(parts[i], kWal, slot + i);
      BETEX_ASSERT(!whole || i + 1 == parts.size());
      if (whole) {
        return decoder.take();
      }
    }
  } catch (const JournalError& error) {
    BETEX_ASSERT(error.segment() == "quorum log");
  }
  return std::nullopt;
}

// What was accepted the journal accepts too, in one record, and it can be cut anywhere.
void follow(const OwnedBatch& batch) {
  std::vector<std::uint64_t> words((sizeof(journal::BatchHeader) + batch.bytes.size()) / 8);
  const std::span<std::byte> value = std::as_writable_bytes(std::span{words});
  journal::BatchHeader header;
  header.transaction_count = batch.transactions;
  header.event_count =
      static_cast<std::uint32_t>(batch.after.last_seq.value() - batch.before.last_seq.value());
  header.size = batch.bytes.size();
  header.chain = batch.after.chain;
  std::memcpy(value.data(), &header, sizeof(header));
  std::ranges::copy(batch.bytes, value.begin() + sizeof(header));
  const std::string segment = "fuzz";
  const journal::RecordPlace record{
      .segment = segment, .key = batch.before.last_seq.next(), .value = value};
  BETEX_ASSERT(journal::check_record(record, batch.before).end == batch.after);

  const Batch beginning = beginning_of(batch.view(), batch.bytes.size() / 2);
  const Batch rest = rest_of(batch.view(), beginning);
  BETEX_ASSERT(beginning.transactions > 0 && beginning.before == batch.before);
  BETEX_ASSERT(beginning.transactions + rest.transactions == batch.transactions);
  const std::optional<OwnedBatch> behind = cut(batch, beginning.after);
  BETEX_ASSERT(behind && behind->after == batch.after &&
               std::ranges::equal(behind->bytes, rest.bytes));
}

std::uint64_t checksum_of(const EntryHeader& header, std::string_view content) {
  const auto before = std::as_bytes(std::span{&header, 1}).first(offsetof(EntryHeader, checksum));
  return journal::checksum(std::as_bytes(std::span{content}), journal::checksum(before));
}

// In up to four parts, as `header.parts` says.
void read_entry(std::string_view entry) {
  EntryHeader header;
  if (entry.size() <= sizeof(header)) {
    return;
  }
  std::memcpy(&header, entry.data(), sizeof(header));
  header.magic = kEntryMagic;
  header.wal_id = kWal;
  std::string_view content = entry.substr(sizeof(header));
  const std::size_t count = std::clamp<std::size_t>(header.parts, 1, 4);
  const std::size_t size = std::max<std::size_t>(content.size() / count, 1);
  std::vector<std::string> parts;
  for (header.part = 0; !content.empty(); ++header.part) {
    const std::string_view piece = parts.size() + 1 < count ? content.substr(0, size) : content;
    content.remove_prefix(piece.size());
    header.checksum = checksum_of(header, piece);
    parts.emplace_back(reinterpret_cast<const char*>(&header), sizeof(header)).append(piece);
  }
  if (const auto batch = decode(parts, header.slot)) {
    follow(*batch);
  }
}

// Transactions as far as they can be told apart; and all of the bytes, though they may have more.
Batch true_batch(std::span<const std::byte> bytes) {
  Batch batch{.before = before_batch(), .after = before_batch(), .transactions = 0, .bytes = bytes};
  for (std::span<const std::byte> rest = bytes; rest.size() >= sizeof(TransactionHeader);) {
    TransactionHeader header;
    std::memcpy(&header, rest.data(), sizeof(header));
    const std::size_t size = journal::stored_size(header);
    if (size > rest.size()) {
      break;
    }
    ++batch.transactions;
    batch.after.last_tx_id = batch.after.last_tx_id.next();
    batch.after.last_seq = journal::EventSeq{batch.after.last_seq.value() + header.event_count};
    batch.after.last_timestamp = header.timestamp;
    batch.after.chain = journal::extend(batch.after.chain, rest.first(size));
    rest = rest.subspan(size);
  }
  return batch;
}

void read_transactions(std::string_view transactions, std::size_t part_bytes) {
  const Batch batch = true_batch(std::as_bytes(std::span{transactions}));
  if (batch.transactions == 0) {
    return;
  }
  const auto parts = encode(batch, {.wal_id = kWal, .epoch = {}, .slot = kSlot}, part_bytes);
  if (const auto decoded = decode(parts, kSlot)) {
    BETEX_ASSERT(decoded->before == batch.before && decoded->after == batch.after &&
                 decoded->transactions == batch.transactions &&
                 std::ranges::equal(decoded->bytes, batch.bytes));
    follow(*decoded);
  }
}

}  // namespace
}  // namespace betex::cluster

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace betex::cluster;
  if (size == 0) {
    return 0;
  }
  const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  const unsigned bits = data[0] / 4U;
  switch (data[0] % 4) {
    case 0:
      read_text(rest, bits);
      break;
    case 1:
      read_entry(rest);
      break;
    case 2:
      read_transactions(rest, 1 + bits * 16);
      break;
    default:
      static_cast<void>(decode({std::string{rest}}, kSlot));
  }
  return 0;
}
