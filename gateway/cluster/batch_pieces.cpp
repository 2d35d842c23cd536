#include "gateway/cluster/batch_pieces.h"

#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "journal/checksum.h"
#include "journal/format.h"
#include "journal/record.h"
#include "matching/assert.h"
#include "matching/transaction.h"

namespace betex::cluster {
namespace {

using journal::Position;

// The first transaction of `bytes`, which begins behind `before`.
struct Step {
  std::size_t size = 0;
  Position after;
};

// None: the bytes are no transaction.
std::optional<Step> first_step(const Position& before, std::span<const std::byte> bytes) {
  matching::TransactionHeader header;
  if (bytes.size() < sizeof(header)) {
    return std::nullopt;
  }
  std::memcpy(&header, bytes.data(), sizeof(header));
  const std::size_t size = journal::stored_size(header);
  if (size > bytes.size()) {
    return std::nullopt;
  }
  return Step{.size = size,
              .after = {.last_seq = journal::EventSeq{before.last_seq.value() + header.event_count},
                        .last_tx_id = header.tx_id,
                        .last_timestamp = header.timestamp,
                        .chain = journal::extend(before.chain, bytes.first(size)),
                        .segment = {}}};
}

}  // namespace

Batch beginning_of(const Batch& batch, std::size_t most_bytes) {
  if (batch.transactions <= 1 || batch.bytes.size() <= most_bytes) {
    return batch;
  }
  Batch piece{.before = batch.before, .after = batch.before, .transactions = 0, .bytes = {}};
  std::size_t size = 0;
  for (;;) {
    const std::optional<Step> step = first_step(piece.after, batch.bytes.subspan(size));
    BETEX_ASSERT(step);  // the journal's own bytes
    if (piece.transactions > 0 && size + step->size > most_bytes) {
      break;
    }
    size += step->size;
    piece.after = step->after;
    ++piece.transactions;
    if (piece.transactions == batch.transactions) {
      return batch;
    }
  }
  piece.bytes = batch.bytes.first(size);
  return piece;
}

Batch rest_of(const Batch& batch, const Batch& beginning) {
  return {.before = beginning.after,
          .after = batch.after,
          .transactions = batch.transactions - beginning.transactions,
          .bytes = batch.bytes.subspan(beginning.bytes.size())};
}

std::optional<OwnedBatch> cut(OwnedBatch batch, const Position& after) {
  std::size_t size = 0;
  std::uint32_t transactions = 0;
  Position at = batch.before;
  while (at.last_seq < after.last_seq) {
    const std::optional<Step> step = first_step(at, std::span{batch.bytes}.subspan(size));
    if (!step || transactions == batch.transactions) {
      return std::nullopt;
    }
    size += step->size;
    at = step->after;
    ++transactions;
  }
  if (at != after) {
    return std::nullopt;
  }
  batch.before = at;
  batch.transactions -= transactions;
  batch.bytes.erase(batch.bytes.begin(), batch.bytes.begin() + static_cast<std::ptrdiff_t>(size));
  return batch;
}

}  // namespace betex::cluster
