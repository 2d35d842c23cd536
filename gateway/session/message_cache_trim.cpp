// What the session cache does not keep any longer, a little at each write: what is older than the
// newest numbers, and what there is no room for. Never a report that is not proven to have arrived.
#include <algorithm>
#include <iterator>

#include "gateway/session/message_cache.h"

namespace betex::fix {

using cache::MessageKey;
using matching::SessionId;

bool MessageCache::obsolete(MessageKey key, const OutboundState& state) const noexcept {
  return key.epoch < state.epoch.value() ||
         std::uint64_t{key.number} + limits_.kept_numbers <= state.last_number.value();
}

bool MessageCache::too_much(const Kept& kept) const noexcept {
  return kept.bytes() > space_.bounds().of_a_session || kept_bytes_ > space_.bounds().in_all;
}

// Takes away at most about twice as many messages as came, so that no turn pays for a whole epoch.
void MessageCache::trim(journal::WriteTransaction& transaction, const OutboundBlock& block) {
  constexpr std::size_t kAtLeast = 16;
  Kept& kept = kept_[block.session];
  kept.state = block.state;
  kept.delivered = block.delivered;
  trim(transaction, block.session, kept, 2 * block.entries.size() + kAtLeast);
}

// Where there is too much in all, those that write nothing give their part as well.
void MessageCache::trim_another(journal::WriteTransaction& transaction) {
  constexpr std::size_t kMost = 64;
  if (kept_bytes_ <= space_.bounds().in_all || kept_.empty()) {
    return;
  }
  auto next = kept_.upper_bound(trimmed_last_);
  if (next == kept_.end()) {
    next = kept_.begin();
  }
  trimmed_last_ = next->first;
  trim(transaction, next->first, next->second, kMost);
}

// Answers before reports: nobody trades by them.
void MessageCache::trim(journal::WriteTransaction& transaction,
                        SessionId session,
                        Kept& kept,
                        std::size_t most) {
  most -= trim_shelf(transaction, session, kept, kept.answers, most);
  most -= trim_shelf(transaction, session, kept, kept.reports, most);
}

std::size_t MessageCache::trim_shelf(journal::WriteTransaction& transaction,
                                     SessionId session,
                                     Kept& kept,
                                     Shelf& shelf,
                                     std::size_t most) {
  const bool answers = &shelf == &kept.answers;
  const auto goes = [&](MessageKey key) {
    return obsolete(key, kept.state) || too_much(kept) || (answers && space_.disk_is_low());
  };
  if (shelf.bytes == 0 || !goes(shelf.oldest)) {
    return 0;
  }
  std::size_t trimmed = 0;
  journal::Cursor cursor{transaction, answers ? *answers_ : *reports_};
  auto entry = cursor.seek(cache::message_key(session, shelf.oldest));
  while (entry && cache::session_of(entry->key) == session) {
    shelf.oldest = cache::message_of(entry->key);
    const bool needed = !answers && shelf.oldest.epoch >= kept.state.epoch.value() &&
                        cache::event_of(entry->value) > kept.delivered;
    if (trimmed == most || needed || !goes(shelf.oldest)) {
      return trimmed;
    }
    const std::size_t bytes = cache::entry_bytes(entry->value.size());
    cursor.erase();
    shelf.bytes -= bytes;
    kept_bytes_ -= bytes;
    ++trimmed;
    entry = cursor.next();
  }
  shelf.oldest = {.epoch = kept.state.epoch.value(), .number = kept.state.last_number.value()};
  return trimmed;
}

}  // namespace betex::fix
