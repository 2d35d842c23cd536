// Following the log in a store.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gateway/cluster/batch_pieces.h"
#include "gateway/cluster/stored_log_parts.h"

namespace betex::cluster {
namespace {

using journal::Fault;
using journal::Position;

}  // namespace

std::optional<OwnedBatch> StoredLog::next(const Position& after_there) {
  const Position after = without_segment(after_there);
  if (cursor_ && cursor_->after != after) {
    cursor_.reset();
  }
  const bool at_end = head_->head.position.last_seq <= after.last_seq;
  if (at_end || (!leads_ && !cursor_)) {
    look_behind_end();
  }
  const Position end = head_->head.position;
  if (end.last_seq < after.last_seq) {
    fail(Fault::QuorumLogWentBack,
         head_key(),
         fmt::format("it ends at {}, this journal at {}", text_of(end), text_of(after)));
  }
  if (end.last_seq == after.last_seq) {
    if (end != after) {
      fail(Fault::QuorumLogDamaged,
           head_key(),
           fmt::format("it ends at {}, and this journal, of another history, at {}",
                       text_of(end),
                       text_of(after)));
    }
    return std::nullopt;
  }
  if (cursor_ && cursor_->slot >= head_->head.oldest && cursor_->slot <= head_->head.slot) {
    std::optional<OwnedBatch> batch = read_behind(after, cursor_->slot);
    if (batch) {
      return batch;
    }
  }
  cursor_.reset();
  ahead_.clear();
  const std::uint64_t slot = find(after);
  std::optional<OwnedBatch> batch = read_behind(after, slot);
  if (!batch) {
    fail(Fault::QuorumLogDamaged,
         slot_keys().entry(slot),
         fmt::format("{}, where this journal ends, is no place of its history", text_of(after)));
  }
  return batch;
}

// None: the entry does not hold that place.
std::optional<OwnedBatch> StoredLog::read_behind(const Position& after, std::uint64_t first_slot) {
  std::uint64_t next_slot = 0;
  OwnedBatch batch = read_entry(first_slot, next_slot);
  const Position end = batch.after;
  if (batch.before != after) {
    if (after.last_seq <= batch.before.last_seq || after.last_seq >= end.last_seq) {
      return std::nullopt;
    }
    std::optional<OwnedBatch> rest = cut(std::move(batch), after);
    if (!rest) {
      return std::nullopt;
    }
    batch = *std::move(rest);
  }
  cursor_ = Cursor{.after = end, .slot = next_slot};
  return batch;
}

OwnedBatch StoredLog::read_entry(std::uint64_t first_slot, std::uint64_t& next_slot) {
  BatchDecoder decoder;
  StoredHead newest;
  std::uint64_t slot = first_slot;
  while (!decoder.add(read_slot(slot, newest), meta_.wal_id, slot)) {
    if (slot >= newest.head.slot) {
      fail(Fault::QuorumLogDamaged,
           slot_keys().entry(slot),
           fmt::format("the entry that begins in slot {} has no end", first_slot));
    }
    ++slot;
  }
  OwnedBatch batch = decoder.take();
  batch.before = without_segment(batch.before);
  batch.after = without_segment(batch.after);
  const Position& end = newest.head.position;
  const bool fits =
      batch.before.last_seq < batch.after.last_seq &&
      (slot == newest.head.slot ? batch.after == end : batch.after.last_seq < end.last_seq);
  if (!fits) {
    fail(Fault::QuorumLogDamaged,
         slot_keys().entry(first_slot),
         fmt::format("slot {} leads from {} to {}, and the log's end, in slot {}, is {}",
                     first_slot,
                     text_of(batch.before),
                     text_of(batch.after),
                     newest.head.slot,
                     text_of(end)));
  }
  next_slot = slot + 1;
  return batch;
}

// What stands in a slot and in those behind it, and the head at the same moment. A slot can be
// overwritten at any time. Several at once: who follows would else never reach a leader whose
// entries are small, since an entry costs it as much as the leader.
void StoredLog::read_ahead(std::uint64_t slot) {
  const std::array never{KeyIs{.key = head_key(), .value = {}}};  // read only, but at one moment
  std::vector<std::string> keys{head_key()};
  const std::uint64_t known = std::max(head_->head.slot, slot);
  for (std::uint64_t i = 0; i <= std::min(known - slot, settings_.read_ahead - 1); ++i) {
    keys.push_back(slot_keys().note(slot + i));
    keys.push_back(slot_keys().entry(slot + i));
  }
  const TransactionResult result = store_.transact(never, {}, keys);
  const StoredHead newest = take_note(found_of(result, 0));
  ahead_.clear();
  for (std::size_t at = 1; at + 1 < keys.size(); at += 2) {
    ahead_.push_back({.slot = slot + (at - 1) / 2,
                      .note = found_of(result, at),
                      .entry = found_of(result, at + 1),
                      .newest = newest});
    if (ahead_.back().slot >= newest.head.slot) {
      break;
    }
  }
}

std::string StoredLog::read_slot(std::uint64_t slot, StoredHead& newest) {
  const std::string entry = slot_keys().entry(slot);
  const std::string note_at_key = slot_keys().note(slot);
  if (ahead_.empty() || ahead_.front().slot != slot) {
    read_ahead(slot);
  }
  ReadSlot read = std::move(ahead_.front());
  ahead_.pop_front();
  newest = read.newest;
  const Head& head = newest.head;
  if (slot < head.oldest) {
    fail(Fault::QuorumLogTooOld,
         entry,
         fmt::format("slot {} is not kept any more: the oldest one is {}", slot, head.oldest));
  }
  if (slot > head.slot) {
    fail(Fault::QuorumLogWentBack,
         head_key(),
         fmt::format("its newest slot is {}, and slot {} was read before", head.slot, slot));
  }
  const std::optional<std::string>& note_text = read.note;
  if (!note_text) {
    fail(Fault::QuorumLogDamaged,
         note_at_key,
         fmt::format("nothing says what stands in slot {}", slot));
  }
  const SlotNote note = parse_note(*note_text, note_at_key);
  if (note.slot > slot) {  // by a large batch whose last part is still to come
    fail(Fault::QuorumLogTooOld,
         note_at_key,
         fmt::format("slot {} stands there already, in place of slot {}", note.slot, slot));
  }
  std::optional<std::string>& value = read.entry;
  if (note.slot < slot || !value || value->size() != note.bytes) {
    fail(Fault::QuorumLogDamaged,
         entry,
         fmt::format("slot {} should stand there with {} bytes; there are {}, of slot {}",
                     slot,
                     note.bytes,
                     value ? value->size() : 0,
                     note.slot));
  }
  return *std::move(value);
}

// None: it has been overwritten.
std::optional<SlotNote> StoredLog::note_at(std::uint64_t slot) {
  const std::string key = slot_keys().note(slot);
  const std::optional<std::string> text = store_.get(key);
  if (!text) {
    fail(Fault::QuorumLogDamaged, key, fmt::format("nothing says what stands in slot {}", slot));
  }
  const SlotNote note = parse_note(*text, key);
  if (note.slot < slot) {
    fail(Fault::QuorumLogDamaged,
         key,
         fmt::format("slot {} should stand there; slot {} does", slot, note.slot));
  }
  if (note.slot > slot) {
    return std::nullopt;
  }
  return note;
}

// The first slot of the entry that holds the event behind `after`. There are events behind it.
std::uint64_t StoredLog::find(const Position& after) {
  const journal::EventSeq wanted = after.last_seq.next();
  const std::uint64_t oldest = head_->head.oldest;
  // Behind the last slot whose entry begins at or before that event. What is overwritten meanwhile
  // is older than what is kept.
  std::uint64_t low = oldest;
  std::uint64_t high = head_->head.slot + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const std::optional<SlotNote> note = note_at(middle);
    if (note && note->first_seq > wanted) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  if (low > oldest) {
    const std::optional<SlotNote> note = note_at(low - 1);
    if (note && note->slot - note->part >= oldest) {
      return note->slot - note->part;
    }
  }
  fail(Fault::QuorumLogTooOld,
       head_key(),
       fmt::format("event {} is in none of its slots {} to {} any more",
                   wanted.value(),
                   oldest,
                   head_->head.slot));
}

}  // namespace betex::cluster
