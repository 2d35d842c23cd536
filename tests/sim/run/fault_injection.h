// The faults of a plan as they come due: what each of them does to the machine, to the gateway's
// process and to its users, and what is taken back of it later.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "tests/sim/machine/clocks.h"
#include "tests/sim/machine/machine.h"
#include "tests/sim/machine/random.h"
#include "tests/sim/run/gateway_process.h"
#include "tests/sim/run/plan.h"
#include "tests/sim/run/users.h"

namespace betex::sim {

class FaultInjection {
 public:
  struct Parts {
    Machine& machine;
    Users& users;
    std::optional<GatewayProcess>& gateway;  // none: it is down
    Random& chance;                          // what a fault leaves open
  };

  // The plan's times count from now on. All must outlive it.
  FaultInjection(const Plan& plan, const Parts& parts);

  // Begins those that are due, and ends those whose time is over.
  void look();

  // When the next one begins or ends; Clocks::kNever: none will.
  [[nodiscard]] Clocks::Time next() const;

  // All have begun, and none lasts.
  [[nodiscard]] bool are_over() const noexcept;

  // The gateway's process has ended, and nothing of it runs any more: what its machine has from now
  // on is what the next one begins with.
  void gateway_ended(bool was_killed);

  // Of the gateway's parts.
  [[nodiscard]] const Lateness& lateness() const noexcept { return lateness_; }

  // How many took effect by now, by FaultKind.
  using Counts = std::array<std::uint64_t, kFaultKinds>;

  [[nodiscard]] Counts happened() const;

 private:
  struct Ending {
    Clocks::Time at;
    std::function<void()> act;
  };

  void begin_those_due();
  void end_those_due();
  void begin(const Fault& each);
  void until(Clocks::Time time, std::function<void()> act);
  void die_soon(std::uint64_t call, Machine::Moment moment);
  void damage_snapshot_soon(SnapshotDamage how, Clocks::Time at_the_latest);
  void do_while_down();
  void has_happened(FaultKind kind);

  const Plan& plan_;
  Machine& machine_;
  Users& users_;
  std::optional<GatewayProcess>& gateway_;
  Random& chance_;
  const Clocks::Time start_;
  Lateness lateness_{};
  Counts happened_{};  // but for those that the disk and the users count
  std::size_t next_ = 0;
  std::vector<Ending> endings_;                    // of faults that last
  bool power_fails_ = false;                       // with its next death
  std::optional<SnapshotDamage> snapshot_damage_;  // with its next death
  bool loses_cache_ = false;
};

}  // namespace betex::sim
