// The process of a simulated gateway, from its start to its end: one fiber that runs the gateway's
// parts by turns, as a machine with more threads than processors would.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/config/config.h"
#include "gateway/session/dictionaries.h"
#include "tests/sim/clients/judge.h"
#include "tests/sim/gateway/simulated_gateway.h"
#include "tests/sim/machine/machine.h"
#include "tests/sim/run/plan.h"

namespace betex::sim {

// Until when each part is not run.
using Lateness = std::array<Clocks::Time, SimulatedGateway::kParts>;

class GatewayProcess {
 public:
  // The name of the fiber that runs its parts.
  static constexpr std::string_view kFiber = "gateway";

  struct Settings {
    const Plan& plan;
    const std::filesystem::path& files;  // of its configuration
    const fix::Dictionaries& dictionaries;
    int process = 0;
    const Lateness& lateness;
  };

  // It begins to run with the machine's next steps. All must outlive it.
  GatewayProcess(Machine& machine, const Settings& settings, Judge& judge);
  ~GatewayProcess();
  GatewayProcess(const GatewayProcess&) = delete;
  GatewayProcess& operator=(const GatewayProcess&) = delete;

  [[nodiscard]] int process() const noexcept;

  // Something has happened that it may have to do with.
  void wake() noexcept;

  // Its constructor has come to its end: it listens.
  [[nodiscard]] bool started() const noexcept;

  // It runs no more: killed, failed, or stopped.
  [[nodiscard]] bool over() const noexcept;

  [[nodiscard]] bool was_killed() const noexcept;

  // Its fail-stop, or why it did not start; empty: it did not fail.
  [[nodiscard]] const std::string& why_failed() const noexcept;

  // False: it is not up.
  bool begin_stop();

  // It listens, and is not over.
  [[nodiscard]] bool up() const noexcept;

  // ---- While it is up
  [[nodiscard]] bool idle() const;
  [[nodiscard]] std::string why_books_differ() const;
  [[nodiscard]] const matching::Engine& engine() const;

  // A part whose failure is not the process's has failed, for people; empty: none.
  [[nodiscard]] std::string what_is_lost() const;

  // For whoever asks why nothing happens.
  [[nodiscard]] std::string how_it_is() const;

 private:
  // Shared with the fiber, which a kill leaves as it is.
  struct Life;
  std::shared_ptr<Life> life_;
};

}  // namespace betex::sim
