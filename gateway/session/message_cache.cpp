#include "gateway/session/message_cache.h"

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

std::size_t MessageCache::kept_bytes() const {
  const std::lock_guard lock{mutex_};
  return kept_bytes_;
}

std::size_t MessageCache::capacity() const noexcept {
  return std::size_t{file_->header().blocks} * file_->header().block_bytes;
}

std::deque<UnprovenStep> MessageCache::unproven_at_start(SessionId session) const {
  const auto found = unproven_.find(session);
  return found == unproven_.end() ? std::deque<UnprovenStep>{} : found->second;
}

const MessageCache::Kept* MessageCache::find(SessionId session) const {
  const auto found = kept_.find(session.value());
  return found == kept_.end() ? nullptr : &found->second;
}

// ---- Reading ------------------------------------------------------------------------------------

std::optional<OutboundState> MessageCache::state(SessionId session) const {
  const std::lock_guard lock{mutex_};
  const Kept* const kept = find(session);
  return kept == nullptr ? std::nullopt : std::optional{kept->state};
}

std::vector<MessageCache::Message> MessageCache::read(SessionId session,
                                                      SessionEpoch epoch,
                                                      MsgSeqNum first,
                                                      MsgSeqNum last) const {
  const std::lock_guard lock{mutex_};
  std::vector<Message> messages;
  const Kept* const kept = find(session);
  if (kept == nullptr || kept->state.epoch != epoch) {
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

void MessageCache::read_from(const Shelf& shelf,
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

std::optional<MsgSeqNum> MessageCache::next_number(SessionId session,
                                                   SessionEpoch epoch,
                                                   MsgSeqNum first) const {
  const std::lock_guard lock{mutex_};
  const Kept* const kept = find(session);
  if (kept == nullptr || kept->state.epoch != epoch) {
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
void MessageCache::visit_records(SessionId session,
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
void MessageCache::throw_damaged() const {
  throw std::runtime_error{"the session cache " + place_.file.string() +
                           " is damaged: start again, it is moved aside then"};
}

// ---- Storing ------------------------------------------------------------------------------------

bool MessageCache::make_room(SessionId session, bool answer, EventSeq delivered) {
  const std::lock_guard lock{mutex_};
  Kept* const kept = find_or_add(session);
  if (kept == nullptr) {
    return false;
  }
  kept->delivered = delivered;
  if (answer || kept->spare || fits(kept->reports, cache::record_bytes(kGreatestMessage))) {
    return true;
  }
  kept->spare = take_block(*kept);
  return kept->spare.has_value();
}

void MessageCache::append(SessionId session,
                          const OutboundState& state,
                          ReportId report,
                          std::string_view bytes) {
  const std::lock_guard lock{mutex_};
  Kept* const kept = find_or_add(session);
  BETEX_ASSERT(kept != nullptr && cache::record_bytes(bytes.size()) <= limits_.block_bytes);
  if (state.epoch != kept->state.epoch) {
    begin_epoch(*kept);
  }
  const bool answer = report.event == EventSeq{};
  Shelf& shelf = answer ? kept->answers : kept->reports;
  if (fits(shelf, cache::record_bytes(bytes.size())) || begin_block(session, *kept, answer)) {
    store_record(session,
                 shelf,
                 {.event = report.event.value(),
                  .leg = report.leg,
                  .epoch = state.epoch.value(),
                  .number = state.last_number.value()},
                 bytes);
  } else {
    BETEX_ASSERT(answer);
  }
  store_state(session, *kept, state);
}

bool MessageCache::use_number(SessionId session, const OutboundState& state) {
  const std::lock_guard lock{mutex_};
  Kept* const kept = find_or_add(session);
  if (kept == nullptr) {
    return false;
  }
  if (state.epoch != kept->state.epoch) {
    begin_epoch(*kept);
  }
  store_state(session, *kept, state);
  return true;
}

MessageCache::Kept* MessageCache::find_or_add(SessionId session) {
  const auto found = kept_.find(session.value());
  if (found != kept_.end()) {
    return &found->second;
  }
  if (free_cells_.empty()) {
    return nullptr;
  }
  Kept kept;
  kept.cell = free_cells_.back();
  free_cells_.pop_back();
  add(session, std::move(kept));
  Kept& added = kept_.at(session.value());
  store_state(session, added, {});
  return &added;
}

void MessageCache::add(SessionId session, Kept kept) {
  for (const Shelf* const shelf : {&kept.reports, &kept.answers}) {
    for (const KeptBlock& block : shelf->blocks) {
      kept_bytes_ += block.used;
    }
  }
  kept_.emplace(session.value(), std::move(kept));
  sessions_.push_back(session);
}

// Last of all: the message counts from here on.
void MessageCache::store_state(SessionId session, Kept& kept, const OutboundState& state) {
  kept.state = state;
  cache::SessionValue value = cache::stored(session, state);
  value.reports = kept.reports.records;
  value.answers = kept.answers.records;
  file_->store_session(kept.cell, ++kept.version, value);
}

// Nothing of the old one is asked for any more.
void MessageCache::begin_epoch(Kept& kept) {
  for (Shelf* const shelf : {&kept.answers, &kept.reports}) {
    while (!shelf->blocks.empty()) {
      drop_block(*shelf);
    }
  }
}

bool MessageCache::fits(const Shelf& shelf, std::size_t record) const noexcept {
  return !shelf.blocks.empty() && shelf.blocks.back().used + record <= limits_.block_bytes;
}

void MessageCache::store_record(SessionId session,
                                Shelf& shelf,
                                const Record& record,
                                std::string_view bytes) {
  KeptBlock& block = shelf.blocks.back();
  const bool answers = record.event == 0;
  cache::store(file_->block(block.index).subspan(block.used),
               cache::record_seed(place_.key, session, answers),
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
  kept_bytes_ += size;
}

}  // namespace betex::fix
