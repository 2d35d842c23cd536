// What is done to one simulated exchange, and by whom: all of it follows from a seed, and any part
// may be taken out, so that a failing run can be made smaller. A plan is a text, too, so that it
// can be kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/gateway/simulated_gateway.h"
#include "tests/sim/machine/clocks.h"

namespace betex::sim {

enum class FaultKind : std::uint8_t {
  KillAtCall,       // the gateway, at its `value`th call from then on; `detail`: before or after it
  PowerCut,         // likewise, and the disk loses what was not synced
  OrderlyStop,      // and a start
  DiskFull,         // for `value` ms
  DiskWriteError,   // the `value`th write from then on fails with EIO
  DiskSyncError,    // likewise a sync
  DiskSlow,         // syncs take up to `value` ms, for a while
  PartLate,         // part `detail` is not run for `value` ms
  NetworkStall,     // for `value` ms
  NetworkSlow,      // bytes take up to `value` ms and come in pieces, for a while
  ConnectionReset,  // one of them
  ClientHangsUp,    // client `detail`
  ClientResends,    // client `detail` asks for messages again that it has
  ClientDuplicates,  // client `detail` sends its last requests once more (97=Y, and 43=Y with the
                     // old number)
  ClientReorders,    // client `detail` sends two messages in the wrong order of numbers
  ClientGoesBack,    // client `detail` logs on with 34 too low, and is refused
  WallClockStep,     // by `value` ms, forwards or backwards
  WallClockDrift,    // by `value` ms a second for a while
  SnapshotDamaged,   // the newest snapshot, once there is one, while the gateway is down; `detail`:
                     // a SnapshotDamage
  CacheLost,         // the session cache is removed while the gateway is down
};

inline constexpr std::size_t kFaultKinds = 20;

enum class SnapshotDamage : std::uint8_t { ByteChanged, Cut, Gone };

inline constexpr std::size_t kSnapshotDamages = 3;

struct Fault {
  FaultKind kind{};
  Clocks::Time at{0};  // since the run's begin; whole microseconds
  std::int64_t value = 0;
  std::int64_t detail = 0;
};

struct Plan {
  std::uint64_t seed = 0;
  Planted planted = Planted::None;
  unsigned traders = 3;    // FIXT.1.1 and FIX.4.4 alternate
  unsigned watchers = 1;   // of market data
  bool operates = true;    // an operator suspends, settles, moves money, halts, reduces …
  unsigned requests = 60;  // of each client
  // Small segments, a snapshot after a few events, and users who take their time: so starts begin
  // with snapshots, and segments are retired.
  bool many_snapshots = false;
  bool two_nodes = false;       // lease_scenario.h in place of all this
  std::vector<Fault> faults{};  // in the order of their times
};

[[nodiscard]] Plan plan_of(std::uint64_t seed, Planted planted = Planted::None);
[[nodiscard]] std::string to_text(const Plan& plan);
// Throws std::invalid_argument with the line that is wrong.
[[nodiscard]] Plan plan_from_text(std::string_view text);
[[nodiscard]] std::string_view name_of(FaultKind kind) noexcept;

}  // namespace betex::sim
