#include "tests/sim/gateway/simulated_exchange.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

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

void SimulatedExchange::live() {
  try {
    config_ = load_exchange(settings_.folder / "config", machine_.disk.root());
    gateway_ = std::make_unique<SimulatedGateway>(
        SimulatedGateway::Settings{.config = config_,
                                   .dictionaries = settings_.dictionaries,
                                   .planted = settings_.planted,
                                   .seed = settings_.seed,
                                   .observer = settings_.observer});
    const std::function<bool()> never = [] { return false; };
    while (!gateway_->stopped()) {
      const std::size_t work = round();
      const Clocks::Time now = machine_.clocks.now();
      machine_.wait(
          never,
          work > 0 ? now + kRoundTakes
                   : std::clamp(gateway_->next_deadline(), now + kRoundTakes, now + kLooksEvery));
    }
  } catch (const std::exception& error) {
    failure_ = error.what();
  }
  gateway_.reset();
}

std::size_t SimulatedExchange::round() {
  std::size_t work = 0;
  for (std::size_t i = 0; i < SimulatedGateway::kParts; ++i) {
    work +=
        gateway_->run(static_cast<SimulatedGateway::Part>(turns_.below(SimulatedGateway::kParts)));
  }
  return work;
}

// Of the process nothing is destroyed: what it has in this real one is leaked.
void SimulatedExchange::die() {
  machine_.kill(process_);
  static_cast<void>(gateway_.release());
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
