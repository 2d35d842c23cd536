#include "gateway/reports/market_watches.h"

#include <algorithm>
#include <limits>

namespace betex::gateway {

using matching::EventSeq;
using matching::SessionId;

namespace {

constexpr EventSeq kEver{std::numeric_limits<std::uint64_t>::max()};

}  // namespace

void MarketWatches::note(const Change& change) {
  if (told(change.session, kEver) != change.on) {
    changes_.push_back(change);
  }
}

// Of those up to there the last one says it all, and an end says no more than nothing does.
void MarketWatches::forget(SessionId session, EventSeq seq) {
  const Change* last = nullptr;
  for (const Change& change : changes_) {
    if (change.session == session && change.seq <= seq) {
      last = &change;
    }
  }
  if (last == nullptr) {
    return;
  }
  const Change kept = *last;
  std::erase_if(changes_, [&](const Change& change) {
    return change.session == session && change.seq <= seq && !(kept.on && change == kept);
  });
}

bool MarketWatches::told(SessionId session, EventSeq seq) const noexcept {
  bool on = false;
  for (const Change& change : changes_) {
    if (change.session == session && change.seq < seq) {
      on = change.on;
    }
  }
  return on;
}

}  // namespace betex::gateway
