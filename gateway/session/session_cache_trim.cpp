// Blocks of the session cache: who gets one, and what is not kept any longer. A block goes as a
// whole, the oldest first: answers, then reports that are proven to have arrived. Never a report
// that is not.
#include <algorithm>
#include <utility>

#include "gateway/session/session_cache.h"
#include "matching/assert.h"

namespace betex::fix {

using matching::MsgSeqNum;

namespace {

std::size_t blocks_of(const Shelf& reports, const Shelf& answers) noexcept {
  return reports.blocks.size() + answers.blocks.size();
}

}  // namespace

// The next block of a shelf, which is nobody's yet. None: there is none.
std::optional<std::uint32_t> SessionCache::next_block(KeptSession& kept, bool answers) {
  if (!answers && kept.spare) {
    return std::exchange(kept.spare, std::nullopt);
  }
  return take_block(kept);
}

std::optional<std::uint32_t> SessionCache::take_block(KeptSession& kept) {
  const std::lock_guard lock{blocks_mutex_};
  {
    const std::lock_guard of_session{kept.mutex};
    trim(kept);
  }
  if (free_blocks_.empty()) {
    trim_another();
  }
  if (free_blocks_.empty()) {
    return std::nullopt;
  }
  const std::uint32_t index = free_blocks_.back();
  free_blocks_.pop_back();
  return index;
}

void SessionCache::begin_epoch(KeptSession& kept) {
  const std::lock_guard lock{blocks_mutex_};
  const std::lock_guard of_session{kept.mutex};
  for (Shelf* const shelf : {&kept.answers, &kept.reports}) {
    while (!shelf->blocks.empty()) {
      drop_block(kept, *shelf);
    }
  }
}

// The shelf goes on in this block, which is empty.
void SessionCache::begin_block(KeptSession& kept, bool answers, std::uint32_t index) {
  Shelf& shelf = answers ? kept.answers : kept.reports;
  file_->store_block(index,
                     ++block_versions_[index],
                     {.session = kept.session.value(),
                      .answers = answers ? 1U : 0U,
                      .serial = shelf.next_serial++,
                      .first_record = shelf.records});
  const MsgSeqNum before = shelf.blocks.empty() ? MsgSeqNum{} : shelf.blocks.back().last;
  shelf.blocks.push_back(
      {.index = index, .first_record = shelf.records, .first = before, .last = before});
}

// With one more it has no more than its newest, where it need not have more.
void SessionCache::trim(KeptSession& kept) {
  const std::size_t most =
      std::max<std::size_t>(space_.bounds().kept_of_a_session / limits_.block_bytes, 1);
  while (blocks_of(kept.reports, kept.answers) >= most &&
         (drop_oldest_answers(kept, 2) || drop_oldest_reports(kept, 2))) {
  }
}

// Where there is too much in all, one of those that have something to give, in turn: answers as
// long as anybody has them.
void SessionCache::trim_another() {
  std::deque<KeptSession>& all = sessions_.all();
  for (const bool answers : {true, false}) {
    for (std::size_t tried = 0; tried < all.size(); ++tried) {
      trimmed_next_ = (trimmed_next_ + 1) % all.size();
      KeptSession& kept = all[trimmed_next_];
      const std::lock_guard lock{kept.mutex};
      if (answers ? drop_oldest_answers(kept, 1) : drop_oldest_reports(kept, 1)) {
        return;
      }
    }
  }
}

// Of `at_least` so many blocks. True: one is free now.
bool SessionCache::drop_oldest_answers(KeptSession& kept, std::size_t at_least) {
  if (kept.answers.blocks.size() < at_least) {
    return false;
  }
  drop_block(kept, kept.answers);
  return true;
}

bool SessionCache::drop_oldest_reports(KeptSession& kept, std::size_t at_least) {
  const auto& blocks = kept.reports.blocks;
  const std::size_t needed = kept.promised ? std::max<std::size_t>(at_least, 2) : at_least;
  if (blocks.size() < needed || blocks.front().last_event > kept.delivered) {
    return false;
  }
  drop_block(kept, kept.reports);
  return true;
}

void SessionCache::drop_block(KeptSession& kept, Shelf& shelf) {
  BETEX_ASSERT(!shelf.blocks.empty());
  const KeptBlock& block = shelf.blocks.front();
  file_->store_block(block.index, ++block_versions_[block.index], {});
  free_blocks_.push_back(block.index);
  kept.bytes -= block.used;
  shelf.blocks.pop_front();
}

}  // namespace betex::fix
