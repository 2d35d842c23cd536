#include "gateway/session/cache_sessions.h"

#include <bit>

#include "matching/assert.h"

namespace betex::fix {

using matching::SessionId;

void CacheSessions::reset(std::size_t most) {
  all_.clear();
  mask_ = std::bit_ceil(2 * most + 1) - 1;
  places_ = std::make_unique<std::atomic<KeptSession*>[]>(mask_ + 1);
}

KeptSession* CacheSessions::find(SessionId session) const noexcept {
  for (std::size_t i = home(session);; i = (i + 1) & mask_) {
    KeptSession* const found = places_[i].load(std::memory_order_acquire);
    if (found == nullptr || found->session == session) {
      return found;
    }
  }
}

KeptSession& CacheSessions::add(SessionId session, std::uint32_t cell) {
  BETEX_ASSERT(2 * (all_.size() + 1) <= mask_ + 1 && find(session) == nullptr);
  KeptSession& added = all_.emplace_back(session, cell);
  std::size_t i = home(session);
  while (places_[i].load(std::memory_order_relaxed) != nullptr) {
    i = (i + 1) & mask_;
  }
  places_[i].store(&added, std::memory_order_release);
  return added;
}

}  // namespace betex::fix
