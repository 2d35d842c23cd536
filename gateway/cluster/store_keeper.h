// Housekeeping of the cluster's store: what values were long ago is forgotten, what the store says
// of itself is looked at, and the log's window made smaller before the store is full.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>

#include "gateway/cluster/cluster_figures.h"
#include "gateway/cluster/key_value_store.h"

namespace betex::cluster {

struct StoreKeeperSettings {
  std::uint64_t quota_bytes = std::uint64_t{4} << 30U;  // as the store is run with
  // The store's revision after the newest append; 0: not known (StoredLog::revision). Any thread.
  std::function<std::uint64_t()> revision;
  std::function<std::chrono::steady_clock::time_point()> now;  // empty: the steady clock
};

// *Owned by one thread*, which is the lease's: it makes one call of the store at most each time, so
// that the next renewal is not late. halvings() may be read by any.
class StoreKeeper {
 public:
  // `figures` must outlive it.
  StoreKeeper(StoreKeeperSettings settings, ClusterFigures& figures);

  // Does what is due. Never throws what the store throws: it is logged, once, and tried again.
  void look_after(KeyValueStore& store);

  // How often the window's bytes are to be halved by now (StoredLogSettings::halvings).
  [[nodiscard]] const std::atomic<std::uint32_t>& halvings() const noexcept { return halvings_; }

 private:
  using Time = std::chrono::steady_clock::time_point;

  struct Seen {
    Time at;
    std::uint64_t revision;
  };

  [[nodiscard]] std::uint64_t old_revision(Time now);
  void look_at(const StoreStatus& status, Time now);
  void fit_window(std::uint64_t bytes_in_use, Time now);
  void compact(KeyValueStore& store, std::uint64_t revision);

  // Calls, and logs what the store throws.
  template <typename Call>
  void attempt(const char* what, const Call& call);

  const StoreKeeperSettings settings_;
  ClusterFigures& figures_;
  std::atomic<std::uint32_t> halvings_{0};
  std::deque<Seen> seen_;  // revisions, oldest first
  std::uint64_t compacted_ = 0;
  Time next_compaction_{};
  Time next_status_{};
  Time next_fitting_{};
  std::set<std::string> alarms_;   // that were logged
  std::set<std::string> failing_;  // what was logged as failing, and has not succeeded since
};

}  // namespace betex::cluster
