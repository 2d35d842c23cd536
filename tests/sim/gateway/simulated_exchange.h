// A simulated machine with one gateway, for tests: started, run beside its clients' fibers, killed
// and started again. Everybody's turns follow from the seed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "gateway/session/dictionaries.h"
#include "tests/sim/gateway/exchange_config.h"
#include "tests/sim/gateway/simulated_gateway.h"
#include "tests/sim/machine/machine.h"

namespace betex::sim {

class SimulatedExchange {
 public:
  struct Settings {
    std::filesystem::path folder;  // empty, on tmpfs
    const fix::Dictionaries& dictionaries;
    std::filesystem::path dictionaries_folder;
    std::uint64_t seed = 1;
    ExchangeShape shape{};
    Planted planted = Planted::None;
    SimulatedGateway::Observer* observer = nullptr;
  };

  explicit SimulatedExchange(Settings settings);

  [[nodiscard]] Machine& machine() noexcept { return machine_; }

  // Null: it is not up.
  [[nodiscard]] SimulatedGateway* gateway() noexcept { return gateway_; }

  // Why the last gateway has ended by itself; empty: it has not.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

  // Of the gateway that was started last.
  [[nodiscard]] int process() const noexcept { return process_; }

  // Begins to start; it is up when gateway() says so.
  void start();

  // After which nothing is left of it but what its disk holds, and memory, without a power cut.
  void kill();
  void cut_power();

  // Lets everybody go on until `done`; false: not within so much of the machine's time.
  [[nodiscard]] bool run_until(const std::function<bool()>& done,
                               Clocks::Time limit = std::chrono::minutes{5});

 private:
  void live();
  std::size_t round(SimulatedGateway& gateway);
  void die();

  const Settings settings_;
  Machine machine_;
  Random turns_;
  Random cuts_;
  SimulatedGateway* gateway_ = nullptr;  // on its fiber's stack
  std::string failure_;
  int process_ = 0;
};

}  // namespace betex::sim
