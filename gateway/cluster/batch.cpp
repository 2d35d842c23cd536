#include "gateway/cluster/batch.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include <zstd.h>

#include "journal/checksum.h"
#include "journal/errors.h"
#include "journal/event_codec.h"
#include "journal/record.h"
#include "matching/assert.h"
#include "matching/commands.h"
#include "matching/transaction.h"

namespace betex::cluster {
namespace {

using journal::Fault;
using matching::TransactionHeader;

constexpr int kLevel = 1;
// Level 1 looks back half a megabyte; a frame that wants more than this is not one of ours.
constexpr int kMaxWindowLog = 23;
// What a header claims is believed so far at a time, and on only when it has come.
constexpr std::size_t kStep = std::size_t{1} << 20U;

[[noreturn]] void fail(Fault fault, std::uint64_t slot, const std::string& what) {
  throw journal::JournalError{{.fault = fault,
                               .what = "the entry in slot " + std::to_string(slot) + ' ' + what,
                               .segment = "quorum log",
                               .key = slot}};
}

[[noreturn]] void fail_for_memory() {
  throw journal::JournalError{{.fault = Fault::OutOfMemory,
                               .what = "there is none to compress a batch in",
                               .segment = "quorum log"}};
}

EntryPosition entry_position(const journal::Position& position) noexcept {
  return {.last_seq = position.last_seq,
          .last_tx_id = position.last_tx_id,
          .last_timestamp = position.last_timestamp,
          .chain = position.chain};
}

journal::Position position_of(const EntryPosition& position) noexcept {
  return {.last_seq = position.last_seq,
          .last_tx_id = position.last_tx_id,
          .last_timestamp = position.last_timestamp,
          .chain = position.chain,
          .segment = std::nullopt};
}

std::uint64_t transactions_of(const EntryHeader& header) noexcept {
  return header.after.last_tx_id.value() - header.before.last_tx_id.value();
}

std::uint64_t checksum_of(const EntryHeader& header, std::string_view content) noexcept {
  const auto before = std::as_bytes(std::span{&header, 1}).first(offsetof(EntryHeader, checksum));
  return journal::checksum(std::as_bytes(std::span{content}), journal::checksum(before));
}

// ---- zstd's memory is kept: half a megabyte and more, asked for with every commit otherwise.

struct Freed {
  void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }

  void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

std::string compress(std::span<const std::byte> bytes) {
  thread_local std::unique_ptr<ZSTD_CCtx, Freed> context;
  if (!context) {
    context.reset(ZSTD_createCCtx());
  }
  if (!context) {
    fail_for_memory();
  }
  std::string compressed(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compressCCtx(
      context.get(), compressed.data(), compressed.size(), bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(size) != 0U) {
    fail_for_memory();  // what else there is cannot be, with all the room that it may need
  }
  compressed.resize(size);
  return compressed;
}

// Ready for a new frame.
ZSTD_DCtx* decompressor() {
  thread_local std::unique_ptr<ZSTD_DCtx, Freed> context;
  if (!context) {
    context.reset(ZSTD_createDCtx());
  }
  if (!context) {
    fail_for_memory();
  }
  ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_only);
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
  return context.get();
}

// ---- What an entry says

// Everything that can be told from the part alone.
EntryHeader checked_header(std::string_view part,
                           const journal::WalId& wal_id,
                           std::uint64_t slot) {
  if (part.size() <= sizeof(EntryHeader)) {
    fail(Fault::QuorumLogDamaged,
         slot,
         "has " + std::to_string(part.size()) + " bytes, fewer than any entry");
  }
  EntryHeader header;
  std::memcpy(&header, part.data(), sizeof(header));
  if (header.magic != kEntryMagic) {
    fail(Fault::QuorumLogDamaged, slot, "does not begin with the magic number");
  }
  if (header.format > kBatchFormat) {
    fail(Fault::QuorumLogNewer,
         slot,
         "has format " + std::to_string(header.format) + ", and this program knows none above " +
             std::to_string(kBatchFormat));
  }
  if (header.checksum != checksum_of(header, part.substr(sizeof(header)))) {
    fail(Fault::QuorumLogDamaged, slot, "has a wrong checksum");
  }
  if (header.wal_id != wal_id) {
    fail(Fault::QuorumLogForeign, slot, "is of another log");
  }
  if (header.part > slot || slot - header.part != header.slot) {
    fail(Fault::QuorumLogDamaged,
         slot,
         "says that it is part " + std::to_string(header.part) +
             " of the batch that begins in slot " + std::to_string(header.slot));
  }
  const std::uint64_t transactions = transactions_of(header);
  if (header.format == 0 || header.part >= header.parts ||
      header.after.last_tx_id <= header.before.last_tx_id ||
      transactions > std::numeric_limits<std::uint32_t>::max() ||
      header.after.last_seq <= header.before.last_seq ||
      header.after.last_timestamp < header.before.last_timestamp ||
      header.raw_bytes % journal::kAlignment != 0 || header.raw_bytes > journal::kMaxRecordSize ||
      header.raw_bytes < transactions * sizeof(TransactionHeader)) {
    fail(Fault::QuorumLogDamaged, slot, "has a header that contradicts itself");
  }
  return header;
}

bool is_of_same_batch(EntryHeader part, const EntryHeader& first) noexcept {
  part.part = first.part;
  part.checksum = first.checksum;
  return part == first;
}

// ---- What a batch holds

// Follows the transactions while their bytes come. What it lets pass the journal's own recovery
// accepts, too.
class TransactionWalk {
 public:
  TransactionWalk(const EntryHeader& header, std::uint64_t slot)
      : header_{header}, slot_{slot}, position_{header.before} {}

  // `bytes` are all that have come so far.
  void go_on(std::span<const std::byte> bytes) {
    while (bytes.size() - at_ >= sizeof(TransactionHeader)) {
      TransactionHeader header;
      std::memcpy(&header, bytes.data() + at_, sizeof(header));
      const std::size_t size = journal::stored_size(header);
      if (size % journal::kAlignment != 0 || size > header_.raw_bytes - at_) {
        fail(Fault::QuorumLogDamaged,
             slot_,
             name(header) + " whose events_size " + std::to_string(header.events_size) +
                 " does not fit the batch");
      }
      if (size > bytes.size() - at_) {
        return;
      }
      take(header, bytes.subspan(at_, size));
      at_ += size;
    }
  }

  // No more will come.
  void end() const {
    if (at_ != header_.raw_bytes || position_ != header_.after) {
      fail(Fault::QuorumLogDamaged,
           slot_,
           "holds transactions that end elsewhere, or have another chain, than its header says");
    }
  }

 private:
  static std::string name(const TransactionHeader& header) {
    return "has a transaction " + std::to_string(header.tx_id.value());
  }

  void take(const TransactionHeader& header, std::span<const std::byte> bytes) {
    if (header.tx_id != position_.last_tx_id.next() ||
        header.timestamp < position_.last_timestamp || header.event_count == 0) {
      fail(Fault::QuorumLogDamaged,
           slot_,
           name(header) + " that does not follow transaction " +
               std::to_string(position_.last_tx_id.value()));
    }
    // The bytes are what was written: the checksum says so.
    if (header.reserved != 0 || header.command_kind > std::variant_size_v<matching::CommandBody>) {
      fail(Fault::QuorumLogNewer,
           slot_,
           name(header) + " of a kind that this program does not know");
    }
    if (const auto problem = journal::find_malformed(header, bytes.subspan(sizeof(header)))) {
      fail(Fault::QuorumLogNewer,
           slot_,
           name(header) + " that this program does not understand: " + *problem);
    }
    position_.last_tx_id = header.tx_id;
    position_.last_timestamp = header.timestamp;
    position_.last_seq = journal::EventSeq{position_.last_seq.value() + header.event_count};
    position_.chain = journal::extend(position_.chain, bytes);
  }

  const EntryHeader& header_;
  const std::uint64_t slot_;
  EntryPosition position_;
  std::size_t at_ = 0;
};

std::vector<std::byte> unpack(const EntryHeader& header,
                              std::string_view compressed,
                              std::uint64_t slot) {
  ZSTD_DCtx* const context = decompressor();
  ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
  std::vector<std::byte> bytes;
  TransactionWalk walk{header, slot};
  std::size_t more = 1;
  while (more != 0) {
    const std::size_t had = bytes.size();
    const std::size_t read = in.pos;
    bytes.resize(had + std::min<std::size_t>(kStep, header.raw_bytes - had));
    ZSTD_outBuffer out{bytes.data() + had, bytes.size() - had, 0};
    more = ZSTD_decompressStream(context, &out, &in);
    if (ZSTD_isError(more) != 0U) {
      fail(Fault::QuorumLogDamaged,
           slot,
           std::string{"does not decompress: "} + ZSTD_getErrorName(more));
    }
    bytes.resize(had + out.pos);
    if (more != 0 && out.pos == 0 && in.pos == read) {
      fail(Fault::QuorumLogDamaged,
           slot,
           "does not decompress to the " + std::to_string(header.raw_bytes) +
               " bytes that its header says");
    }
    walk.go_on(bytes);
  }
  if (in.pos != in.size) {
    fail(Fault::QuorumLogDamaged, slot, "has bytes behind its end");
  }
  walk.end();
  return bytes;
}

}  // namespace

std::vector<std::string> encode(const Batch& batch,
                                const EntryPlace& place,
                                std::size_t part_bytes) {
  BETEX_ASSERT(batch.transactions > 0 && part_bytes > 0);
  EntryHeader header;
  header.format = place.format;
  header.epoch = place.epoch;
  header.wal_id = place.wal_id;
  header.slot = place.slot;
  header.before = entry_position(batch.before);
  header.after = entry_position(batch.after);
  header.raw_bytes = batch.bytes.size();
  BETEX_ASSERT(transactions_of(header) == batch.transactions);
  BETEX_ASSERT(batch.bytes.size() <= journal::kMaxRecordSize);

  const std::string compressed = compress(batch.bytes);
  const std::size_t count = (compressed.size() - 1) / part_bytes + 1;
  BETEX_ASSERT(count <= std::numeric_limits<std::uint32_t>::max());
  header.parts = static_cast<std::uint32_t>(count);
  std::vector<std::string> parts;
  parts.reserve(count);
  for (std::string_view rest{compressed}; !rest.empty(); ++header.part) {
    const std::string_view content = rest.substr(0, part_bytes);
    rest.remove_prefix(content.size());
    header.checksum = checksum_of(header, content);
    std::string& part = parts.emplace_back();
    part.reserve(sizeof(header) + content.size());
    part.append(reinterpret_cast<const char*>(&header), sizeof(header));
    part.append(content);
  }
  return parts;
}

bool BatchDecoder::add(std::string_view part, const journal::WalId& wal_id, std::uint64_t slot) {
  const std::uint32_t added = std::exchange(added_, 0);  // for whatever is thrown from here on
  const EntryHeader header = checked_header(part, wal_id, slot);
  if (header.part != added) {
    fail(Fault::QuorumLogDamaged,
         slot,
         "is part " + std::to_string(header.part) + " where part " + std::to_string(added) +
             " should come");
  }
  if (added == 0) {
    first_ = header;
    compressed_.clear();
  } else if (!is_of_same_batch(header, first_)) {
    fail(Fault::QuorumLogDamaged, slot, "is a part of another batch than the one before it");
  }
  compressed_.append(part.substr(sizeof(header)));
  if (compressed_.size() > ZSTD_compressBound(first_.raw_bytes)) {
    fail(Fault::QuorumLogDamaged,
         slot,
         "has more bytes than the " + std::to_string(first_.raw_bytes) +
             " that its header says can be compressed to");
  }
  if (header.part + 1 < header.parts) {
    added_ = header.part + 1;
    return false;
  }
  batch_.bytes = unpack(first_, compressed_, slot);
  batch_.before = position_of(first_.before);
  batch_.after = position_of(first_.after);
  batch_.transactions = static_cast<std::uint32_t>(transactions_of(first_));
  return true;
}

OwnedBatch BatchDecoder::take() {
  return std::exchange(batch_, {});
}

}  // namespace betex::cluster
