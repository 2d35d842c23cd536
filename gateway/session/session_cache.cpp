#include "gateway/session/session_cache.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "matching/assert.h"

namespace betex::fix {

using cache::Record;
using matching::EventSeq;
using matching::MsgSeqNum;
using matching::SessionEpoch;
using matching::SessionId;

std::size_t SessionCache::kept_bytes() const {
  const std::lock_guard lock{blocks_mutex_};
  std::size_t bytes = 0;
  for (const KeptSession& kept : sessions_.all()) {
    const std::lock_guard of_session{kept.mutex};
    bytes += kept.bytes;
  }
  return bytes;
}

std::size_t SessionCache::capacity() const noexcept {
  return std::size_t{file_->header().blocks} * file_->header().block_bytes;
}

std::deque<UnprovenStep> SessionCache::unproven_at_start(SessionId session) const {
  const auto found = unproven_.find(session);
  return found == unproven_.end() ? std::deque<UnprovenStep>{} : found->second;
}

// ---- Reading ------------------------------------------------------------------------------------

std::optional<OutboundState> SessionCache::state(SessionId session) const {
  const KeptSession* const kept = sessions_.find(session);
  if (kept == nullptr) {
    return std::nullopt;
  }
  const std::lock_guard lock{kept->mutex};
  return kept->state;
}

std::vector<SessionCache::Message> SessionCache::read(SessionId session,
                                                      SessionEpoch epoch,
                                                      MsgSeqNum first,
                                                      MsgSeqNum last) const {
  std::vector<Message> messages;
  const KeptSession* const kept = sessions_.find(session);
  if (kept == nullptr) {
    return messages;
  }
  const std::lock_guard lock{kept->mutex};
  if (kept->state.epoch != epoch) {
    return messages;
  }
  Range range{.session = session, .first = first, .last = last, .answers = false};
  read_from(kept->reports, range, messages);
  const auto reports = static_cast<std::ptrdiff_t>(messages.size());
  range.answers = true;
  read_from(kept->answers, range, messages);
  std::inplace_merge(
      messages.begin(),
      messages.begin() + reports,
      messages.end(),
      [](const Message& left, const Message& right) { return left.number < right.number; });
  return messages;
}

void SessionCache::read_from(const Shelf& shelf,
                             Range range,
                             std::vector<Message>& messages) const {
  auto block = std::ranges::partition_point(
      shelf.blocks, [&](const KeptBlock& before) { return before.last < range.first; });
  for (; block != shelf.blocks.end() && block->first <= range.last; ++block) {
    visit_records(
        range.session,
        *block,
        range.answers,
        [&](const Record& record, std::span<const std::byte> place, std::uint64_t ordinal) {
          const MsgSeqNum number{record.number};
          if (number >= range.first && number <= range.last) {
            const std::uint64_t seed = cache::record_seed(place_.key, range.session, range.answers);
            if (!cache::is_whole(place, record, seed, ordinal)) {
              throw_damaged();
            }
            messages.push_back(
                {.number = number, .bytes = std::string{cache::message_of(place, record)}});
          }
          return number < range.last;
        });
  }
}

std::optional<MsgSeqNum> SessionCache::next_number(SessionId session,
                                                   SessionEpoch epoch,
                                                   MsgSeqNum first) const {
  const KeptSession* const kept = sessions_.find(session);
  if (kept == nullptr) {
    return std::nullopt;
  }
  const std::lock_guard lock{kept->mutex};
  if (kept->state.epoch != epoch) {
    return std::nullopt;
  }
  std::optional<MsgSeqNum> next;
  for (const bool answers : {false, true}) {
    const auto& blocks = (answers ? kept->answers : kept->reports).blocks;
    const auto block = std::ranges::partition_point(
        blocks, [&](const KeptBlock& before) { return before.last < first; });
    if (block == blocks.end()) {
      continue;
    }
    visit_records(session,
                  *block,
                  answers,
                  [&](const Record& record, std::span<const std::byte>, std::uint64_t) {
                    const MsgSeqNum number{record.number};
                    if (number >= first) {
                      next = std::min(next.value_or(number), number);
                    }
                    return number < first;
                  });
  }
  return next;
}

template <typename Visit>
void SessionCache::visit_records(SessionId session,
                                 const KeptBlock& block,
                                 bool answers,
                                 Visit visit) const {
  const std::uint64_t seed = cache::record_seed(place_.key, session, answers);
  auto rest = file_->block(block.index).first(block.used);
  for (std::uint64_t i = 0; i < block.records; ++i) {
    const std::uint64_t ordinal = block.first_record + i;
    const auto record = cache::record_at(rest, seed, ordinal);
    if (!record) {
      throw_damaged();
    }
    if (!visit(*record, rest, ordinal)) {
      return;
    }
    rest = rest.subspan(cache::record_bytes(record->size));
  }
}

// It was whole at the start: since then the memory or the disk has failed, or somebody has written
// to the file. What was sent is not known then.
void SessionCache::throw_damaged() const {
  throw std::runtime_error{"the session cache " + place_.file.string() +
                           " is damaged: start again, it is moved aside then"};
}

// ---- Storing ------------------------------------------------------------------------------------

bool SessionCache::make_room(SessionId session, bool answer, EventSeq delivered) {
  KeptSession* const kept = find_or_add(session);
  if (kept == nullptr) {
    return false;
  }
  {
    const std::lock_guard lock{kept->mutex};
    kept->delivered = delivered;
    if (answer || kept->spare) {
      return true;
    }
    kept->promised = fits(kept->reports, cache::record_bytes(kGreatestMessage));
    if (kept->promised) {
      return true;
    }
  }
  kept->spare = take_block(*kept);
  return kept->spare.has_value();
}

void SessionCache::append(SessionId session,
                          const OutboundState& state,
                          ReportId report,
                          std::string_view bytes) {
  KeptSession* const kept = find_or_add(session);
  const std::size_t size = cache::record_bytes(bytes.size());
  BETEX_ASSERT(kept != nullptr && size <= limits_.block_bytes);
  const bool answer = report.event == EventSeq{};
  Shelf& shelf = answer ? kept->answers : kept->reports;
  auto lock = lock_in(*kept, state.epoch);
  if (!fits(shelf, size)) {
    lock.unlock();
    const auto block = next_block(*kept, answer);
    lock.lock();
    if (block) {
      begin_block(*kept, answer, *block);
    }
  }
  if (fits(shelf, size)) {
    store_record(*kept,
                 shelf,
                 {.event = report.event.value(),
                  .leg = report.leg,
                  .epoch = state.epoch.value(),
                  .number = state.last_number.value()},
                 bytes);
  } else {
    BETEX_ASSERT(answer);
  }
  if (!answer) {
    kept->promised = false;
  }
  store_state(*kept, state);
}

bool SessionCache::use_number(SessionId session, const OutboundState& state) {
  KeptSession* const kept = find_or_add(session);
  if (kept == nullptr) {
    return false;
  }
  const auto lock = lock_in(*kept, state.epoch);
  store_state(*kept, state);
  return true;
}

KeptSession* SessionCache::find_or_add(SessionId session) {
  if (KeptSession* const found = sessions_.find(session)) {
    return found;
  }
  const std::lock_guard lock{blocks_mutex_};
  if (free_cells_.empty()) {
    return nullptr;
  }
  KeptSession& added = sessions_.add(session, free_cells_.back());
  free_cells_.pop_back();
  const std::lock_guard of_session{added.mutex};
  store_state(added, {});
  return &added;
}

// When nothing of another epoch is left: nothing of the old one is asked for any more.
std::unique_lock<std::mutex> SessionCache::lock_in(KeptSession& kept, SessionEpoch epoch) {
  std::unique_lock lock{kept.mutex};
  if (kept.state.epoch != epoch) {
    lock.unlock();
    begin_epoch(kept);
    lock.lock();
  }
  return lock;
}

// Last of all: the message counts from here on.
void SessionCache::store_state(KeptSession& kept, const OutboundState& state) {
  kept.state = state;
  cache::SessionValue value = cache::stored(kept.session, state);
  value.reports = kept.reports.records;
  value.answers = kept.answers.records;
  file_->store_session(kept.cell, ++kept.version, value);
}

bool SessionCache::fits(const Shelf& shelf, std::size_t record) const noexcept {
  return !shelf.blocks.empty() && shelf.blocks.back().used + record <= limits_.block_bytes;
}

void SessionCache::store_record(KeptSession& kept,
                                Shelf& shelf,
                                const Record& record,
                                std::string_view bytes) {
  KeptBlock& block = shelf.blocks.back();
  const bool answers = record.event == 0;
  cache::store(file_->block(block.index).subspan(block.used),
               cache::record_seed(place_.key, kept.session, answers),
               shelf.records,
               record,
               bytes);
  const MsgSeqNum number{record.number};
  block.first = block.records == 0 ? number : block.first;
  block.last = number;
  block.last_event = std::max(block.last_event, EventSeq{record.event});
  ++block.records;
  ++shelf.records;
  const std::size_t size = cache::record_bytes(bytes.size());
  block.used += static_cast<std::uint32_t>(size);
  kept.bytes += size;
}

}  // namespace betex::fix
