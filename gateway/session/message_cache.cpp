#include "gateway/session/message_cache.h"

#include <algorithm>
#include <cstring>

namespace betex::fix {

using cache::MessageKey;
using cache::StoredReport;
using cache::StoredState;
using journal::big_endian_key;
using journal::Bytes;
using matching::EventSeq;
using matching::MsgSeqNum;
using matching::SessionEpoch;
using matching::SessionId;

std::size_t MessageCache::kept_bytes() const {
  const std::lock_guard lock{mutex_};
  return kept_bytes_;
}

// ---- Reading ------------------------------------------------------------------------------------

std::optional<OutboundState> MessageCache::state(SessionId session) const {
  const std::lock_guard lock{mutex_};
  const journal::ReadTransaction transaction{*environment_};
  const auto key = big_endian_key(session.value());
  const auto value = transaction.get(*states_, key);
  if (!value) {
    return std::nullopt;
  }
  return restored(cache::load_whole<StoredState>(key, *value, environment_->folder()));
}

std::vector<MessageCache::Message> MessageCache::read(SessionId session,
                                                      SessionEpoch epoch,
                                                      MsgSeqNum first,
                                                      MsgSeqNum last) const {
  const std::lock_guard lock{mutex_};
  const Range range{.session = session, .epoch = epoch, .first = first, .last = last};
  std::vector<Message> messages;
  read_from(*reports_, messages, range);
  const auto reports = static_cast<std::ptrdiff_t>(messages.size());
  read_from(*answers_, messages, range);
  std::inplace_merge(
      messages.begin(),
      messages.begin() + reports,
      messages.end(),
      [](const Message& left, const Message& right) { return left.number < right.number; });
  return messages;
}

void MessageCache::read_from(journal::Database database,
                             std::vector<Message>& messages,
                             Range range) const {
  const std::uint32_t epoch = range.epoch.value();
  const journal::ReadTransaction transaction{*environment_};
  journal::Cursor cursor{transaction, database};
  const auto end =
      cache::message_key(range.session, {.epoch = epoch, .number = range.last.value()});
  auto entry = cursor.seek(
      cache::message_key(range.session, {.epoch = epoch, .number = range.first.value()}));
  while (entry && std::memcmp(entry->key.data(), end.data(), end.size()) <= 0) {
    static_cast<void>(
        cache::load_whole<StoredReport>(entry->key, entry->value, environment_->folder()));
    const Bytes bytes = entry->value.subspan(sizeof(StoredReport));
    messages.push_back({.number = MsgSeqNum{cache::message_of(entry->key).number},
                        .bytes = {reinterpret_cast<const char*>(bytes.data()), bytes.size()}});
    entry = cursor.next();
  }
}

std::optional<MsgSeqNum> MessageCache::next_number(SessionId session,
                                                   SessionEpoch epoch,
                                                   MsgSeqNum first) const {
  const std::lock_guard lock{mutex_};
  const journal::ReadTransaction transaction{*environment_};
  std::optional<MsgSeqNum> next;
  for (const journal::Database database : {*reports_, *answers_}) {
    journal::Cursor cursor{transaction, database};
    const auto entry =
        cursor.seek(cache::message_key(session, {.epoch = epoch.value(), .number = first.value()}));
    if (!entry || cache::session_of(entry->key) != session) {
      continue;
    }
    const MessageKey key = cache::message_of(entry->key);
    if (key.epoch == epoch.value() && (!next || key.number < next->value())) {
      next = MsgSeqNum{key.number};
    }
  }
  return next;
}

// ---- Writing ------------------------------------------------------------------------------------

void MessageCache::look_at_disk() {
  space_.look_at_disk(environment_->folder());
}

void MessageCache::write(std::span<const std::shared_ptr<const OutboundBlock>> blocks) {
  const std::lock_guard lock{mutex_};
  space_.look_at_disk_if_due(environment_->folder());
  for (;;) {
    try {
      write_in_one(blocks);
      return;
    } catch (const journal::MapFullError&) {
      environment_->grow_map(environment_->map_size() * 2);
      count_kept();  // what was written and trimmed has gone with the aborted transaction
    }
  }
}

void MessageCache::write_in_one(std::span<const std::shared_ptr<const OutboundBlock>> blocks) {
  journal::WriteTransaction transaction{*environment_};
  for (const auto& block : blocks) {
    write_messages(transaction, *block);
    cache::put_state(transaction, *states_, block->session, block->state);
    trim(transaction, *block);
  }
  trim_another(transaction);
  transaction.commit();
}

// Answers are not kept while space is short: a resend fills their numbers, and who lacks one may
// ask again.
void MessageCache::write_messages(journal::WriteTransaction& transaction,
                                  const OutboundBlock& block) {
  Kept& kept = kept_[block.session];
  for (const OutboundBlock::Entry& entry : block.entries) {
    const bool answer = entry.report.event == EventSeq{};
    if (answer && space_.disk_is_low()) {
      continue;
    }
    const auto key = cache::message_key(
        block.session, {.epoch = block.state.epoch.value(), .number = entry.number.value()});
    const StoredReport report{.event = entry.report.event.value(), .leg = entry.report.leg};
    const std::span<std::byte> value =
        transaction.put_reserved(answer ? *answers_ : *reports_, key, sizeof report + entry.size);
    std::memcpy(value.data(), &report, sizeof report);
    std::memcpy(value.data() + sizeof report, block.bytes.data() + entry.offset, entry.size);
    cache::seal(key, value);
    const std::size_t bytes = cache::entry_bytes(value.size());
    (answer ? kept.answers : kept.reports).bytes += bytes;
    kept_bytes_ += bytes;
  }
}

}  // namespace betex::fix
