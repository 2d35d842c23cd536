#include "tests/sim/gateway/simulated_exchange.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

#include "gateway/config/config.h"

namespace betex::sim {
namespace {

using namespace std::chrono_literals;

// A gateway that waits looks so often whether its sockets have something.
constexpr Clocks::Time kLooksEvery = 1ms;
constexpr Clocks::Time kRoundTakes = 5us;

std::filesystem::path made(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace

SimulatedExchange::SimulatedExchange(Settings settings)
    : settings_{std::move(settings)},
      machine_{settings_.seed, made(settings_.folder / "machine")},
      turns_{settings_.seed, "turns"},
      cuts_{settings_.seed, "power cuts"} {
  write_exchange_files(
      made(settings_.folder / "config"), settings_.shape, settings_.dictionaries_folder);
}

void SimulatedExchange::start() {
  failure_.clear();
  machine_.spawn("gateway", ++process_, [this] { live(); });
}

// All of it is on the fiber's stack: of a process that is killed nothing is destroyed, and nothing
// is lost to whoever looks for leaks.
void SimulatedExchange::live() {
  try {
    const gateway::Config config = load_exchange(settings_.folder / "config", machine_.disk.root());
    SimulatedGateway own{{.config = config,
                          .dictionaries = settings_.dictionaries,
                          .planted = settings_.planted,
                          .seed = settings_.seed,
                          .observer = settings_.observer}};
    gateway_ = &own;
    const std::function<bool()> never = [] { return false; };
    while (!own.stopped()) {
      const std::size_t work = round(own);
      const Clocks::Time now = machine_.clocks.now();
      machine_.wait(never,
                    work > 0
                        ? now + kRoundTakes
                        : std::clamp(own.next_deadline(), now + kRoundTakes, now + kLooksEvery));
    }
    gateway_ = nullptr;
  } catch (const std::exception& error) {
    gateway_ = nullptr;
    failure_ = error.what();
  }
}

std::size_t SimulatedExchange::round(SimulatedGateway& gateway) {
  std::size_t work = 0;
  for (std::size_t i = 0; i < SimulatedGateway::kParts; ++i) {
    work +=
        gateway.run(static_cast<SimulatedGateway::Part>(turns_.below(SimulatedGateway::kParts)));
  }
  return work;
}

void SimulatedExchange::die() {
  machine_.kill(process_);
  gateway_ = nullptr;
}

void SimulatedExchange::kill() {
  die();
  machine_.disk.after_kill();
}

void SimulatedExchange::cut_power() {
  die();
  machine_.disk.after_power_cut(cuts_);
}

bool SimulatedExchange::run_until(const std::function<bool()>& done, Clocks::Time limit) {
  const Clocks::Time end = machine_.clocks.now() + limit;
  while (!done()) {
    const std::vector<Fiber*> ready = machine_.ready_fibers();
    if (!ready.empty()) {
      machine_.run_fiber(*ready[turns_.below(ready.size())]);
      continue;
    }
    const Clocks::Time next = machine_.next_event();
    if (next == Clocks::kNever || next > end) {
      return false;
    }
    machine_.clocks.advance_to(next);
  }
  return true;
}

}  // namespace betex::sim
