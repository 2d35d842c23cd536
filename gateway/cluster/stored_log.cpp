#include "gateway/cluster/stored_log.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <random>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "gateway/cluster/log_texts.h"
#include "journal/checksum.h"
#include "journal/record.h"
#include "matching/assert.h"
#include "matching/transaction.h"

namespace betex::cluster {
namespace {

using journal::Fault;
using journal::JournalError;
using journal::Position;
using journal::WriterEpoch;

// A batch is cut into entries of so many times a part's bytes before it is compressed: order flow
// shrinks to an eighth or less.
constexpr std::size_t kRawFactor = 8;

// Entries that are emptied by one transaction. etcd takes 128 operations in one, by default.
constexpr std::size_t kMostEmptied = 32;

// Notes that are read at once, from the oldest on.
constexpr std::uint64_t kNotesAtOnce = 64;

[[noreturn]] void fail(Fault fault, const std::string& key, std::string what) {
  throw JournalError{{.fault = fault, .what = std::move(what), .segment = key}};
}

[[noreturn]] void fail_missing(const std::string& key) {
  fail(Fault::QuorumLogMissing, key, "there is no such key");
}

[[noreturn]] void fail_without_lease(const std::string& key) {
  fail(Fault::AuthorityLost,
       key,
       "this node does not have the lease any more, and does not take the log over without it");
}

Patience patience_of(const StoredLogSettings& settings) {
  return {.stall_exit = settings.stall_exit, .pause = settings.pause, .now = settings.now};
}

// Not to be repeated: by another process, or by this one in its next life.
std::uint64_t random_writer() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

std::uint64_t ring_of(const StoredLogSettings& settings) {
  return std::max<std::uint64_t>(settings.window_slots, 1);
}

// Positions in the quorum log are in no segment.
Position bare(Position position) noexcept {
  position.segment.reset();
  return position;
}

std::string text_of(const Position& position) {
  return fmt::format("event {} (chain {:016x})", position.last_seq.value(), position.chain.value());
}

WriterEpoch epoch_after(const Head& before, WriterEpoch at_least, const std::string& key) {
  const WriterEpoch epoch = before.epoch;
  if (epoch.next() < epoch) {
    fail(Fault::QuorumLogDamaged, key, "its epoch is the last that there is");
  }
  return std::max(epoch.next(), at_least);
}

// What was found of a key that a transaction was asked for.
const std::optional<std::string>& found_of(const TransactionResult& result, std::size_t index) {
  static const std::optional<std::string> none;
  return index < result.found.size() ? result.found[index] : none;
}

std::uint64_t bytes_of(const std::vector<std::string>& parts) noexcept {
  std::uint64_t bytes = 0;
  for (const std::string& part : parts) {
    bytes += part.size();
  }
  return bytes;
}

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

// The transactions at the beginning of the batch that have no more bytes than that; one at least.
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

// What is left of the batch behind its beginning.
Batch rest_of(const Batch& batch, const Batch& beginning) {
  return {.before = beginning.after,
          .after = batch.after,
          .transactions = batch.transactions - beginning.transactions,
          .bytes = batch.bytes.subspan(beginning.bytes.size())};
}

// The part of a batch behind `after`; none: that is no place between its transactions.
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

// None: there is none, or it is damaged.
std::optional<Head> readable_head(const std::optional<std::string>& text, const std::string& key) {
  if (!text) {
    return std::nullopt;
  }
  try {
    return parse_head(*text, key).head;
  } catch (const JournalError& error) {
    if (error.fault() != Fault::QuorumLogDamaged) {
      throw;
    }
    spdlog::warn("what the quorum log's head was is not known: {}", error.what());
    return std::nullopt;
  }
}

}  // namespace

// What was found in a slot, and the head at that moment.
struct ReadSlot {
  std::uint64_t slot = 0;
  std::optional<std::string> note;
  std::optional<std::string> entry;
  StoredHead newest;
};

std::optional<LogMeta> read_meta(KeyValueStore& store, const StoredLogSettings& settings) {
  PatientStore patient{store, patience_of(settings)};
  const std::string key = meta_key(settings.prefix);
  const std::optional<std::string> text = patient.get(key);
  if (!text) {
    return std::nullopt;
  }
  return parse_meta(*text, key);
}

bool create_log(KeyValueStore& store,
                const StoredLogSettings& settings,
                const LogMeta& meta,
                WriterEpoch epoch,
                const Position& end) {
  PatientStore patient{store, patience_of(settings)};
  const std::array keys{meta_key(settings.prefix), head_key(settings.prefix)};
  const std::string head = to_text(StoredHead{
      .head =
          {.epoch = epoch, .slot = 0, .oldest = 1, .position = bare(end), .node = settings.node},
      .ring = ring_of(settings),
      .window_bytes = 0,
      .writer = random_writer()});
  const std::array conditions{KeyIs{.key = keys[0], .value = {}},
                              KeyIs{.key = keys[1], .value = {}}};
  const std::array puts{Put{.key = keys[0], .value = to_text(meta)},
                        Put{.key = keys[1], .value = head}};
  const TransactionResult result = patient.transact(conditions, puts, keys);
  // A try that was not answered may have made it: nobody else writes this head.
  return result.succeeded || found_of(result, 1) == head;
}

Head adopt_log(KeyValueStore& store,
               const StoredLogSettings& settings,
               const LogMeta& meta,
               WriterEpoch at_least,
               const Position& end) {
  PatientStore patient{store, patience_of(settings)};
  const std::optional<LogMeta> stored = read_meta(store, settings);
  const std::string key = head_key(settings.prefix);
  if (!stored) {
    fail_missing(meta_key(settings.prefix));
  }
  if (stored->wal_id != meta.wal_id) {
    fail(Fault::QuorumLogForeign, meta_key(settings.prefix), "it is of another log than this node");
  }
  const std::optional<std::string> found = patient.get(key);
  StoredHead next{.head = {.epoch = std::max(at_least, WriterEpoch{1}),
                           .slot = 0,
                           .oldest = 1,
                           .position = bare(end),
                           .node = settings.node},
                  .ring = ring_of(settings),
                  .window_bytes = 0,
                  .writer = random_writer()};
  if (const std::optional<Head> before = readable_head(found, key)) {
    if (before->position.last_seq > end.last_seq) {
      fail(Fault::BadConfiguration,
           key,
           fmt::format("the quorum log ends at {}, this journal at {}: what is between them would "
                       "be lost; adopt it with the node that is farthest, or, if none has that, "
                       "delete this key first",
                       text_of(before->position),
                       text_of(end)));
    }
    next.head.epoch = epoch_after(*before, at_least, key);
    next.head.slot = before->slot;
    next.head.oldest = before->slot + 1;
  }
  const std::string text = to_text(next);
  const std::array conditions{KeyIs{.key = key, .value = found}};
  const std::array puts{Put{.key = key, .value = text}};
  const TransactionResult result = patient.transact(conditions, puts, std::array{key});
  // It is not tried again on what another has made of it: that may be an append behind this one.
  if (!result.succeeded && found_of(result, 0) != text) {
    fail(Fault::BadConfiguration,
         key,
         "another node has moved the log's head while this one was adopting it: start without "
         "--adopt-quorum-log");
  }
  return next.head;
}

StoredLog::StoredLog(KeyValueStore& store, StoredLogSettings settings, const LogMeta& meta)
    : store_{store, patience_of(settings)},
      settings_{std::move(settings)},
      meta_{meta},
      writer_{random_writer()},
      head_{std::make_unique<StoredHead>()} {}

StoredLog::~StoredLog() = default;

std::string StoredLog::head_key() const {
  return cluster::head_key(settings_.prefix);
}

SlotKeys StoredLog::slot_keys() const {
  return {settings_.prefix, head_->ring};
}

std::uint64_t StoredLog::revision() const noexcept {
  return revision_.load(std::memory_order_relaxed);
}

std::uint64_t StoredLog::appended_bytes() const noexcept {
  return appended_bytes_.load(std::memory_order_relaxed);
}

const Head& StoredLog::newest_known() const noexcept {
  return head_->head;
}

Head StoredLog::head() {
  return read_head().head;
}

StoredHead StoredLog::read_head() {
  return take_note(store_.get(head_key()));
}

// Whoever leads keeps the head that it has written itself: what it appends next is compared with
// that one, and with no other.
StoredHead StoredLog::take_note(const std::optional<std::string>& head_text) {
  if (!head_text) {
    fail_missing(head_key());
  }
  StoredHead head = parse_head(*head_text, head_key());
  if (!leads_) {
    *head_ = head;
    head_text_ = *head_text;
  }
  return head;
}

// Who has taken the log over, and comes to its end, may have done so in vain: where the head is
// another node's by now, this one follows that.
void StoredLog::look_behind_end() {
  const std::optional<std::string> head_text = store_.get(head_key());
  leads_ = leads_ && head_text == head_text_;
  static_cast<void>(take_note(head_text));
}

JournalError StoredLog::lost(const std::optional<std::string>& head_text) const {
  if (!head_text) {
    return JournalError{{.fault = Fault::QuorumLogMissing,
                         .what = "there is no such key any more",
                         .segment = head_key()}};
  }
  const Head other = parse_head(*head_text, head_key()).head;
  return JournalError{
      {.fault = Fault::AuthorityLost,
       .what = fmt::format("node {} has taken the quorum log over: its epoch is {}, "
                           "this node's was {}",
                           other.node,
                           other.epoch.value(),
                           head_->head.epoch.value()),
       .segment = head_key()}};
}

// ---- Following

std::optional<OwnedBatch> StoredLog::next(const Position& after_there) {
  const Position after = bare(after_there);
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
  batch.before = bare(batch.before);
  batch.after = bare(batch.after);
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

// ---- Leading

StoredLog::TakenOver StoredLog::take_over(WriterEpoch at_least) {
  leads_ = false;
  StoredHead before = read_head();
  for (;;) {
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
  return {.before = before.head, .epoch = head_->head.epoch};
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
  if (bare(batch.before) != head_->head.position) {
    fail(Fault::QuorumLogDamaged,
         head_key(),
         fmt::format("it ends at {}, and what is to be appended begins behind {}",
                     text_of(head_->head.position),
                     text_of(batch.before)));
  }
  leads_ = false;  // unless all of it succeeds
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
  next.head.position = bare(batch.after);
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
  appended_bytes_.fetch_add(bytes, std::memory_order_relaxed);
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
