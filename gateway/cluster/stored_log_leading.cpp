// Leading the log in a store: who may append, what, and what makes room for it.
#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "gateway/cluster/batch_pieces.h"
#include "gateway/cluster/stored_log_parts.h"
#include "matching/assert.h"

namespace betex::cluster {
namespace {

using journal::Fault;
using journal::JournalError;
using journal::WriterEpoch;

// A batch is cut into entries of so many times a part's bytes before it is compressed: order flow
// shrinks to an eighth or less.
constexpr std::size_t kRawFactor = 8;

// Entries that are emptied by one transaction. etcd takes 128 operations in one, by default.
constexpr std::size_t kMostEmptied = 32;

// Notes that are read at once, from the oldest on.
constexpr std::uint64_t kNotesAtOnce = 64;

[[noreturn]] void fail_without_lease(const std::string& key) {
  fail(Fault::AuthorityLost,
       key,
       "this node does not have the lease any more, and does not take the log over without it");
}

std::uint64_t bytes_of(const std::vector<std::string>& parts) noexcept {
  std::uint64_t bytes = 0;
  for (const std::string& part : parts) {
    bytes += part.size();
  }
  return bytes;
}

}  // namespace

StoredLog::TakenOver StoredLog::take_over(WriterEpoch at_least) {
  leads_ = false;
  StoredHead before = read_head();
  for (;;) {
    // Noted before it is tried, for a try that is not answered may have moved the head, too. Where
    // the head is this node's, it is by its newest try: what an older one compares is gone.
    if (before.writer != writer_ || !writer_before_) {
      writer_before_ = before.head.epoch;
    }
    StoredHead mine = before;
    mine.head.epoch = epoch_after(before.head, at_least, head_key());
    mine.head.node = settings_.node;
    mine.writer = writer_;
    const Moved moved = try_move_head(mine, {}, claim_of_lease());
    if (moved.done) {
      break;
    }
    if (moved.found == head_text_) {  // as it was: so it is not the head that has changed
      fail_without_lease(head_key());
    }
    before = take_note(moved.found);  // somebody was quicker
  }
  if (head_->ring != ring_of(settings_)) {
    spdlog::info(
        "the quorum log was made with {} slots, and keeps them: window_slots = {} counts "
        "where it is made or adopted",
        head_->ring,
        ring_of(settings_));
  }
  taken_slot_ = before.head.slot;
  old_bytes_.clear();
  own_bytes_.clear();
  leads_ = true;
  return {.before = before.head,
          .epoch = head_->head.epoch,
          .last_writer = writer_before_.value_or(before.head.epoch)};
}

// That this node has the lease; none: nobody asks for it.
std::optional<KeyIs> StoredLog::claim_of_lease() const {
  if (!settings_.claim) {
    return std::nullopt;
  }
  std::optional<KeyIs> claim = settings_.claim();
  if (!claim) {
    fail_without_lease(head_key());
  }
  return claim;
}

StoredLog::Moved StoredLog::try_move_head(const StoredHead& next,
                                          std::vector<Put> puts,
                                          std::optional<KeyIs> claim) {
  const std::string text = to_text(next);
  puts.push_back({.key = head_key(), .value = text});
  std::vector<KeyIs> conditions{KeyIs{.key = head_key(), .value = head_text_}};
  if (claim) {
    conditions.push_back(*std::move(claim));
  }
  TransactionResult result = store_.transact(conditions, puts, std::array{head_key()});
  // An earlier try that was not answered may have moved it: nobody else writes this text.
  if (!result.succeeded && found_of(result, 0) != text) {
    return {.done = false, .found = found_of(result, 0)};
  }
  *head_ = next;
  head_text_ = text;
  revision_.store(result.revision, std::memory_order_relaxed);
  return {.done = true, .found = {}};
}

void StoredLog::move_head(const StoredHead& next, std::vector<Put> puts) {
  const Moved moved = try_move_head(next, std::move(puts));
  if (!moved.done) {
    throw lost(moved.found);
  }
}

void StoredLog::append(const Batch& batch) {
  if (!leads_) {
    fail(Fault::AuthorityLost, head_key(), "this node does not lead, and can append nothing");
  }
  if (without_segment(batch.before) != head_->head.position) {
    fail(Fault::QuorumLogDamaged,
         head_key(),
         fmt::format("it ends at {}, and what is to be appended begins behind {}",
                     text_of(head_->head.position),
                     text_of(batch.before)));
  }
  leads_ = false;  // unless all of it succeeds
  writer_before_.reset();
  journaled_slot_ = head_->head.slot;
  Batch rest = batch;
  while (!rest.bytes.empty()) {
    const EntryPlace place{.wal_id = meta_.wal_id,
                           .epoch = head_->head.epoch,
                           .slot = head_->head.slot + 1,
                           .format = meta_.format};
    Batch piece = beginning_of(rest, kRawFactor * settings_.append_bytes);
    std::vector<std::string> parts = encode(piece, place, settings_.append_bytes);
    while (parts.size() > 1 && piece.transactions > 1) {
      piece = beginning_of(piece, piece.bytes.size() / 2);
      parts = encode(piece, place, settings_.append_bytes);
    }
    append_entry(piece, parts);
    rest = rest_of(rest, piece);
  }
  leads_ = true;
}

void StoredLog::append_entry(const Batch& batch, const std::vector<std::string>& parts) {
  BETEX_ASSERT(!parts.empty());
  const std::uint64_t bytes = bytes_of(parts);
  Room room = room_for(parts);
  if (parts.size() > 1 && room.oldest != head_->head.oldest) {
    // Its first parts overwrite slots before the head moves: nobody may look for those any more.
    StoredHead next = *head_;
    next.head.oldest = room.oldest;
    next.window_bytes = room.bytes - bytes;
    move_head(next, std::move(room.empties));
    room = {.oldest = room.oldest, .bytes = room.bytes, .empties = {}};
  }
  StoredHead next = *head_;
  next.head.oldest = room.oldest;
  next.head.position = without_segment(batch.after);
  next.window_bytes = room.bytes;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ++next.head.slot;
    const SlotNote note{.slot = next.head.slot,
                        .first_seq = batch.before.last_seq.next(),
                        .part = i,
                        .bytes = parts[i].size()};
    std::vector<Put> puts{{.key = slot_keys().entry(note.slot), .value = parts[i]},
                          {.key = slot_keys().note(note.slot), .value = to_text(note)}};
    if (i + 1 < parts.size()) {
      put_part(puts);
    } else {
      std::move(room.empties.begin(), room.empties.end(), std::back_inserter(puts));
      move_head(next, std::move(puts));
    }
  }
  for (const std::string& part : parts) {
    own_bytes_.push_back(part.size());
  }
}

// A part that is not the last: it counts for nothing until the head moves.
void StoredLog::put_part(const std::vector<Put>& puts) {
  const std::array conditions{KeyIs{.key = head_key(), .value = head_text_}};
  const TransactionResult result = store_.transact(conditions, puts, std::array{head_key()});
  if (!result.succeeded) {
    throw lost(found_of(result, 0));
  }
}

void StoredLog::fail_too_small() const {
  fail(Fault::BadConfiguration,
       head_key(),
       fmt::format("a batch needs more than the {} slots that the log has: append_bytes is too "
                   "small, or window_slots was when the log was made",
                   head_->ring));
}

// No entry goes that this node's journal may not have yet: if this node were killed now, nobody
// would have it.
StoredLog::Room StoredLog::room_for(const std::vector<std::string>& parts) {
  constexpr std::uint32_t kMostHalvings = 63;
  const std::uint32_t halvings =
      settings_.halvings == nullptr
          ? 0
          : std::min(settings_.halvings->load(std::memory_order_relaxed), kMostHalvings);
  const std::uint64_t most_bytes = settings_.window_bytes >> halvings;
  const std::uint64_t last = head_->head.slot + parts.size();
  if (parts.size() > head_->ring) {
    fail_too_small();
  }
  const std::uint64_t bytes = bytes_of(parts);
  Room room{.oldest = head_->head.oldest, .bytes = head_->window_bytes, .empties = {}};
  while (room.oldest <= head_->head.slot) {
    const bool is_overwritten = last - room.oldest >= head_->ring;
    const bool is_too_much = room.bytes + bytes > most_bytes && room.empties.size() < kMostEmptied;
    if (!is_overwritten && (!is_too_much || room.oldest > journaled_slot_)) {
      break;
    }
    if (room.oldest > journaled_slot_) {
      fail_too_small();
    }
    room.bytes -= std::min(room.bytes, take_oldest_bytes(room.oldest));
    if (!is_overwritten) {
      room.empties.push_back({.key = slot_keys().entry(room.oldest), .value = {}});
    }
    ++room.oldest;
  }
  if (room.oldest > head_->head.slot) {
    room.bytes = 0;  // nothing of before is left, whatever its notes said
  }
  room.bytes += bytes;
  return room;
}

std::uint64_t StoredLog::take_oldest_bytes(std::uint64_t slot) {
  const bool is_own = slot > taken_slot_;
  if (!is_own && old_bytes_.empty()) {
    load_old_bytes(slot);
  }
  std::deque<std::uint64_t>& bytes = is_own ? own_bytes_ : old_bytes_;
  BETEX_ASSERT(!bytes.empty());
  const std::uint64_t oldest = bytes.front();
  bytes.pop_front();
  return oldest;
}

void StoredLog::load_old_bytes(std::uint64_t from) {
  const std::uint64_t count = std::min(kNotesAtOnce, taken_slot_ - from + 1);
  std::vector<std::string> keys;
  for (std::uint64_t i = 0; i < count; ++i) {
    keys.push_back(slot_keys().note(from + i));
  }
  const std::array never{KeyIs{.key = head_key(), .value = {}}};  // read only, but at one moment
  const TransactionResult result = store_.transact(never, {}, keys);
  if (result.succeeded) {
    throw lost(std::nullopt);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::uint64_t bytes = 0;  // of a slot that a part which came to nothing has overwritten, or so
    try {
      if (const std::optional<std::string>& text = found_of(result, i)) {
        const SlotNote note = parse_note(*text, keys[i]);
        bytes = note.slot == from + i ? note.bytes : 0;
      }
    } catch (const JournalError& error) {
      spdlog::warn("how large an old entry is is not known: {}", error.what());
    }
    old_bytes_.push_back(bytes);
  }
}

void StoredLog::confirm() {
  if (!leads_) {
    fail(Fault::AuthorityLost, head_key(), "this node does not lead, and can confirm nothing");
  }
  leads_ = false;  // unless nobody else does
  const std::optional<std::string> found = store_.get(head_key());
  if (found != head_text_) {
    throw lost(found);
  }
  leads_ = true;
}

}  // namespace betex::cluster
