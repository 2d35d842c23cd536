#include "tests/sim/run/gateway_process.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <numeric>
#include <utility>

#include "tests/sim/gateway/exchange_config.h"
#include "tests/sim/machine/random.h"

namespace betex::sim {

struct GatewayProcess::Life {
  Life(Machine& its_machine, const Settings& its_settings, Judge& its_judge)
      : machine{its_machine},
        settings{its_settings},
        judge{its_judge},
        order{its_settings.plan.seed, "parts of process " + std::to_string(its_settings.process)} {
    std::iota(parts.begin(), parts.end(), std::size_t{0});
  }

  void live() {
    try {
      const gateway::Config config = load_exchange(settings.files, machine.disk.root());
      SimulatedGateway own{{.config = config,
                            .dictionaries = settings.dictionaries,
                            .planted = settings.plan.planted,
                            .seed = settings.plan.seed,
                            .observer = &judge.observer()}};
      gateway = &own;
      has_started = true;
      while (!own.stopped()) {
        const std::uint64_t seen = wakes;
        const bool busy = round(own);
        machine.wait([this, seen, busy] { return busy || wakes != seen || stopping; },
                     next_deadline(own));
      }
      gateway = nullptr;
    } catch (const std::exception& error) {
      gateway = nullptr;
      failed = error.what();
    }
    ended = true;
  }

  // Each part once, in an order of chance.
  bool round(SimulatedGateway& own) {
    for (std::size_t i = parts.size(); i > 1; --i) {
      std::swap(parts[i - 1], parts[order.below(i)]);
    }
    std::size_t done = 0;
    for (const std::size_t part : parts) {
      if (machine.clocks.now() >= settings.lateness[part]) {
        done += own.run(static_cast<SimulatedGateway::Part>(part));
      }
    }
    return done > 0;
  }

  // Always later than now, so that others have their turns.
  [[nodiscard]] Clocks::Time next_deadline(const SimulatedGateway& own) const {
    constexpr std::chrono::microseconds kSoon{100};
    const Clocks::Time now = machine.clocks.now();
    Clocks::Time next = Clocks::kNever;
    for (const Clocks::Time late : settings.lateness) {
      if (late > now) {
        next = std::min(next, late);
      }
    }
    const Clocks::Time wanted = own.next_deadline();
    if (wanted > now) {
      return std::min(next, wanted);
    }
    return next == Clocks::kNever ? now + kSoon : next;  // who wants it is late, or could not
  }

  Machine& machine;
  const Settings settings;
  Judge& judge;
  Random order;
  std::array<std::size_t, SimulatedGateway::kParts> parts{};
  SimulatedGateway* gateway = nullptr;  // null: it does not listen yet, or no more
  bool has_started = false;
  bool stopping = false;
  bool ended = false;
  std::string failed;
  std::uint64_t wakes = 0;
};

// The fiber shares the life: where the process is killed neither comes to its end.
GatewayProcess::GatewayProcess(Machine& machine, const Settings& settings, Judge& judge)
    : life_{std::make_shared<Life>(machine, settings, judge)} {
  machine.spawn(std::string{kFiber}, settings.process, [life = life_] { life->live(); });
}

GatewayProcess::~GatewayProcess() = default;

int GatewayProcess::process() const noexcept {
  return life_->settings.process;
}

void GatewayProcess::wake() noexcept {
  ++life_->wakes;
}

bool GatewayProcess::started() const noexcept {
  return life_->has_started;
}

bool GatewayProcess::over() const noexcept {
  return life_->ended || was_killed();
}

bool GatewayProcess::was_killed() const noexcept {
  return !life_->ended && life_->machine.is_dead(process());
}

const std::string& GatewayProcess::why_failed() const noexcept {
  return life_->failed;
}

bool GatewayProcess::begin_stop() {
  if (!up() || std::exchange(life_->stopping, true)) {
    return false;
  }
  life_->gateway->begin_stop();
  return true;
}

bool GatewayProcess::up() const noexcept {
  return !over() && life_->gateway != nullptr;
}

bool GatewayProcess::idle() const {
  return up() && life_->gateway->idle();
}

std::string GatewayProcess::why_books_differ() const {
  return life_->gateway->why_books_differ();
}

const matching::Engine& GatewayProcess::engine() const {
  return life_->gateway->engine();
}

std::string GatewayProcess::what_is_lost() const {
  if (!up()) {
    return {};
  }
  if (life_->gateway->market_data_lost()) {
    return "market data";
  }
  return life_->gateway->replay_lost() ? "the thread of replays" : "";
}

std::string GatewayProcess::how_it_is() const {
  if (over()) {
    return "the gateway has ended";
  }
  if (!started()) {
    return "the gateway starts";
  }
  return std::string{"the gateway is "} + (life_->stopping ? "stopping" : "up") + " and " +
         (idle() ? "idle" : "at work");
}

}  // namespace betex::sim
