// What any thread may read of a cluster's node: metrics, health and probes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "gateway/pipeline/histogram.h"
#include "gateway/pipeline/tally.h"

namespace betex::cluster {

enum class Role : std::uint8_t { Starting, Standby, Leader };

struct ClusterFigures {
  std::atomic<Role> role{Role::Starting};
  std::atomic<std::uint32_t> epoch{0};

  // ---- By the journal thread
  gateway::Histogram append_times;
  gateway::Tally append_bytes;  // as they stand in the journal: before they are compressed
  // When the append, or the confirmation, that runs now began, on the steady clock; 0: none runs.
  std::atomic<std::int64_t> append_began_ns{0};

  // ---- By whoever follows
  std::atomic<std::uint64_t> lag_events{0};
  std::atomic<std::uint64_t> window_left_slots{0};
  std::atomic<std::int64_t> clock_offset_ns{0};  // the leader's wall clock less this one's

  // ---- By the lease's thread
  std::atomic<std::uint64_t> store_bytes{0};

  // ---- By the board's thread

  // Another node has come to another state by the same events.
  std::atomic<bool> state_differs{false};

  // How long the append that runs now has been waiting; 0: none runs.
  [[nodiscard]] std::chrono::nanoseconds stalled_for() const noexcept {
    const std::int64_t began = append_began_ns.load(std::memory_order_relaxed);
    return began == 0 ? std::chrono::nanoseconds{0}
                      : std::chrono::steady_clock::now().time_since_epoch() -
                            std::chrono::nanoseconds{began};
  }
};

}  // namespace betex::cluster
