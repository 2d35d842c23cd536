#include "gateway/cluster/stored_log.h"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "gateway/cluster/log_texts.h"
#include "gateway/cluster/stored_log_parts.h"

namespace betex::cluster {
namespace {

using journal::Fault;
using journal::JournalError;
using journal::Position;
using journal::WriterEpoch;

[[noreturn]] void fail_missing(const std::string& key) {
  fail(Fault::QuorumLogMissing, key, "there is no such key");
}

Patience patience_of(const StoredLogSettings& settings) {
  return {.stall_exit = settings.stall_exit, .pause = settings.pause, .now = settings.now};
}

// Not to be repeated: by another process, or by this one in its next life.
std::uint64_t random_writer() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
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
  const std::string head = to_text(StoredHead{.head = {.epoch = epoch,
                                                       .slot = 0,
                                                       .oldest = 1,
                                                       .position = without_segment(end),
                                                       .node = settings.node},
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
                           .position = without_segment(end),
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

}  // namespace betex::cluster
