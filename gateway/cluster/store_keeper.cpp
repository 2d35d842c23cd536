#include "gateway/cluster/store_keeper.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

namespace betex::cluster {
namespace {

using std::chrono::seconds;

// A revision that is forgotten is at least so old: whoever reads at one has long done so, and it is
// never the newest, which etcd before 3.4.32 does not survive.
constexpr seconds kKeptFor{5};
constexpr std::uint64_t kKeptRevisions = 1000;

constexpr seconds kCompactEvery{5};
constexpr seconds kStatusEvery{10};

// What is dropped from the window is compacted later: a new size shows after so long.
constexpr seconds kFitEvery{60};
constexpr std::uint32_t kMostHalvings = 6;

}  // namespace

StoreKeeper::StoreKeeper(StoreKeeperSettings settings, ClusterFigures& figures)
    : settings_{std::move(settings)}, figures_{figures} {}

void StoreKeeper::look_after(KeyValueStore& store) {
  const Time now = settings_.now ? settings_.now() : std::chrono::steady_clock::now();
  const std::uint64_t old = old_revision(now);
  if (now >= next_status_) {
    next_status_ = now + kStatusEvery;
    attempt("its state is not known", [&] { look_at(store.status(), now); });
    return;
  }
  if (old > compacted_ && now >= next_compaction_) {
    next_compaction_ = now + kCompactEvery;
    attempt("it cannot be compacted, and grows", [&] { compact(store, old); });
  }
}

// The newest one that is old enough to be forgotten; 0: none is.
std::uint64_t StoreKeeper::old_revision(Time now) {
  const std::uint64_t newest = settings_.revision ? settings_.revision() : 0;
  if (newest == 0) {
    return 0;
  }
  if (seen_.empty() || newest > seen_.back().revision) {
    seen_.push_back({.at = now, .revision = newest});
  }
  const std::uint64_t most = newest > kKeptRevisions ? newest - kKeptRevisions : 0;
  const auto is_old = [&](const Seen& seen) {
    return now - seen.at >= kKeptFor && seen.revision <= most;
  };
  while (seen_.size() > 1 && is_old(seen_[1])) {
    seen_.pop_front();
  }
  return is_old(seen_.front()) ? seen_.front().revision : 0;
}

void StoreKeeper::compact(KeyValueStore& store, std::uint64_t revision) {
  try {
    store.compact(revision);
  } catch (const StoreRefused& error) {
    if (error.why() != StoreRefused::Why::Compacted) {
      throw;
    }
    // Somebody has done so, or more.
  }
  compacted_ = revision;
}

void StoreKeeper::look_at(const StoreStatus& status, Time now) {
  figures_.store_bytes.store(status.database_bytes, std::memory_order_relaxed);
  std::set<std::string> alarms{status.alarms.begin(), status.alarms.end()};
  for (const std::string& alarm : alarms) {
    if (alarms_.contains(alarm)) {
      continue;
    }
    if (alarm == "NOSPACE") {
      spdlog::error(
          "the cluster's store raises NOSPACE: it takes no writes; compact and defragment it, give "
          "it a larger quota if need be, then disarm the alarm");
    } else if (alarm == "CORRUPT") {
      spdlog::error(
          "the cluster's store raises CORRUPT: a member's data are damaged; take that member out, "
          "and add it again with an empty data folder");
    } else {
      spdlog::error("the cluster's store raises an alarm: {}", alarm);
    }
  }
  alarms_ = std::move(alarms);
  fit_window(status.database_bytes_in_use, now);
}

void StoreKeeper::fit_window(std::uint64_t bytes_in_use, Time now) {
  if (settings_.quota_bytes == 0 || now < next_fitting_) {
    return;
  }
  const std::uint32_t halvings = halvings_.load(std::memory_order_relaxed);
  if (bytes_in_use > settings_.quota_bytes / 2 && halvings < kMostHalvings) {
    halvings_.store(halvings + 1, std::memory_order_relaxed);
    spdlog::warn(
        "the cluster's store uses {} of its {} bytes: the log's window is halved, and a node that "
        "was away has less time to come back; give the store a larger quota, or lower window_bytes",
        bytes_in_use,
        settings_.quota_bytes);
  } else if (bytes_in_use < settings_.quota_bytes / 8 && halvings > 0) {
    halvings_.store(halvings - 1, std::memory_order_relaxed);
    spdlog::info("the cluster's store has room: the log's window is doubled");
  } else {
    return;
  }
  next_fitting_ = now + kFitEvery;
}

template <typename Call>
void StoreKeeper::attempt(const char* what, const Call& call) {
  try {
    call();
    failing_.erase(what);
  } catch (const StoreUnknown& error) {
    if (failing_.insert(what).second) {
      spdlog::warn("the cluster's store: {} ({})", what, error.what());
    }
  } catch (const StoreRefused& error) {
    if (failing_.insert(what).second) {
      spdlog::warn("the cluster's store: {} ({})", what, error.what());
    }
  }
}

}  // namespace betex::cluster
