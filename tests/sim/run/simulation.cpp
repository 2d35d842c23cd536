#include "tests/sim/run/simulation.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/format.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"
#include "tests/sim/clients/judge.h"
#include "tests/sim/gateway/exchange_config.h"
#include "tests/sim/gateway/lease_scenario.h"
#include "tests/sim/machine/machine.h"
#include "tests/sim/run/fault_injection.h"
#include "tests/sim/run/gateway_process.h"
#include "tests/sim/run/users.h"

namespace betex::sim {
namespace {

using std::chrono::milliseconds;

// What each turn takes: whoever is always busy must not make time stand still.
constexpr std::chrono::microseconds kOfATurn{2};

// What bounds a run that does not come to its end.
constexpr std::uint64_t kMostSteps = 3'000'000;
constexpr Clocks::Time kLongest = std::chrono::hours{6};

// A gateway that has ended begins again after so long: systemd's RestartSec, or an operator's hand.
constexpr milliseconds kLeastDown{20};
constexpr milliseconds kMostDown{3'000};

// Of 100 plans: after each transaction everything is looked at that there is to look at, which
// takes longer.
constexpr double kAudited = 10;

Audits audits_of(const Plan& plan) {
  return Random{plan.seed, "audits"}.chance(kAudited) ? Audits::EachTransaction
                                                      : Audits::NowAndThen;
}

// So often in turn a start may fail once nothing is wrong with the machine any more.
constexpr unsigned kMostFailedStarts = 3;

class Run {
 public:
  Run(const Plan& plan,
      const std::filesystem::path& folder,
      const Dictionaries& dictionaries,
      const RunOptions& options)
      : plan_{plan},
        dictionaries_{dictionaries},
        machine_{plan.seed, folder},
        files_{folder / "config"},
        order_{plan.seed, "order"},
        chance_{plan.seed, "faults"},
        start_{machine_.clocks.now()},
        audits_{audits_of(plan)},
        judge_{plan.traders, audits_} {
    machine_.keep_trace(options.keep_trace);
    std::filesystem::create_directory(files_);
    write_exchange_files(files_,
                         {.traders = plan.traders,
                          .watchers = plan.watchers,
                          .many_snapshots = plan.many_snapshots,
                          .four_eyes = has_four_eyes(plan)},
                         dictionaries.folder);
    for (const Fault& fault : plan.faults) {
      ++outcome_.planned.at(static_cast<std::size_t>(fault.kind));
    }
  }

  Outcome go() {
    users_.begin();
    start_gateway();
    while (!over()) {
      if (++outcome_.steps > kMostSteps || machine_.clocks.now() - start_ > kLongest) {
        fault("the run does not come to its end: " + what_is_outstanding());
        break;
      }
      step();
    }
    if (outcome_.faults_found.empty()) {
      finish();
    }
    collect();
    return std::move(outcome_);
  }

 private:
  // ---- One step: what is due, then one of those who can go on, or time passes.

  void step() {
    faults_.look();
    look_after_gateway();
    begin_closing();
    std::vector<Fiber*> ready = machine_.ready_fibers();
    if (ready.empty()) {
      pass_time();
      return;
    }
    Fiber& chosen = *ready[order_.below(ready.size())];
    const bool is_gateways_own =
        chosen.name() == GatewayProcess::kFiber;  // it may be gone behind this
    machine_.run_fiber(chosen);
    machine_.clocks.advance(kOfATurn);
    if (gateway_) {
      if (!is_gateways_own) {
        gateway_->wake();
      }
      judge_gateway();
    }
    note_judgement();
  }

  void judge_gateway() {
    if (const std::string lost = gateway_->what_is_lost(); !lost.empty()) {
      fault(lost + " is lost");
    }
    if (!gateway_->up()) {
      return;
    }
    judge_.look(gateway_->engine());
    if (audits_ == Audits::EachTransaction && books_compared_at_ != judge_.events() &&
        gateway_->idle()) {
      books_compared_at_ = judge_.events();
      compare_books();
    }
  }

  void compare_books() {
    if (const std::string why = gateway_->why_books_differ(); !why.empty()) {
      fault("market data's books are not the engine's: " + why);
    }
  }

  void pass_time() {
    Clocks::Time next = std::min(machine_.next_event(), faults_.next());
    if (!gateway_) {
      next = std::min(next, start_at_);
    }
    if (next == Clocks::kNever) {
      fault("nothing will ever happen again: " + what_is_outstanding());
      return;
    }
    machine_.clocks.advance_to(std::max(next, machine_.clocks.now() + std::chrono::nanoseconds{1}));
    if (gateway_) {
      gateway_->wake();
    }
  }

  // ---- The gateway's process

  void start_gateway() {
    ++outcome_.starts;
    outcome_.snapshots +=
        journal::list_snapshots(log_folder(machine_.disk.root())).empty() ? 0U : 1U;
    gateway_.emplace(machine_,
                     GatewayProcess::Settings{.plan = plan_,
                                              .files = files_,
                                              .dictionaries = dictionaries_.read,
                                              .process = ++last_process_,
                                              .lateness = faults_.lateness()},
                     judge_);
    machine_.note("start " + std::to_string(outcome_.starts));
  }

  void look_after_gateway() {
    if (!gateway_) {
      if (machine_.clocks.now() >= start_at_) {
        start_gateway();
      }
      return;
    }
    if (gateway_->started()) {
      failed_starts_ = 0;
    }
    if (!gateway_->over()) {
      return;
    }
    end_gateway();
  }

  // It is gone, however that came: what its machine has then is what the next one begins with.
  void end_gateway() {
    if (const std::string why = gateway_->why_failed(); !why.empty()) {
      machine_.note("ended: " + without_folder(why));
      if (!gateway_->started() && faults_.are_over() && ++failed_starts_ > kMostFailedStarts) {
        fault("the gateway does not start: " + why);
      }
    }
    machine_.kill(gateway_->process());
    const bool was_killed = gateway_->was_killed();
    gateway_.reset();
    judge_.gateway_ended();
    faults_.gateway_ended(was_killed);
    start_at_ = machine_.clocks.now() +
                milliseconds{chance_.between(kLeastDown.count(), kMostDown.count())};
  }

  // The folder has another name in each run, and the trace must not.
  [[nodiscard]] std::string without_folder(std::string text) const {
    const std::string folder = files_.parent_path().string();
    for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder, at)) {
      text.erase(at, folder.size());
    }
    return text;
  }

  // ---- Its end

  void begin_closing() {
    if (!users_.closing() && faults_.are_over() && users_.all_are_done()) {
      machine_.note("closing");
      users_.close();
    }
  }

  [[nodiscard]] bool over() const {
    return !outcome_.faults_found.empty() ||
           (users_.closing() && users_.all_have_left() && gateway_ && gateway_->idle());
  }

  [[nodiscard]] std::string what_is_outstanding() const {
    return users_.what_is_outstanding() + "; " +
           (gateway_ ? gateway_->how_it_is() : "the gateway is down");
  }

  // ---- Judgement

  void note_judgement() {
    for (std::string& each : judge_.take_faults()) {
      fault(std::move(each));
    }
  }

  void finish() {
    compare_books();
    judge_.finish(gateway_->engine(), users_.all());
    note_judgement();
  }

  void fault(std::string what) {
    machine_.note("FAULT " + what);
    outcome_.faults_found.push_back(std::move(what));
  }

  void collect() {
    for (const Client* client : users_.all()) {
      outcome_.requests += client->requests_sent();
      outcome_.told += client->messages_told();
    }
    const auto segments =
        journal::list_segments(log_folder(machine_.disk.root()) / journal::kSegmentsFolder);
    const bool has_first = segments.empty() || segments.front().first_seq == matching::EventSeq{1};
    outcome_.retired = has_first ? 0U : 1U;
    outcome_.happened = faults_.happened();
    outcome_.events = judge_.events();
    outcome_.trace_hash = machine_.trace_hash();
    outcome_.trace = machine_.trace();
    if (!outcome_.faults_found.empty() && !outcome_.trace.empty()) {
      for (const Client* client : users_.all()) {
        std::ranges::move(client->recent_traffic(), std::back_inserter(outcome_.trace));
      }
    }
  }

  const Plan& plan_;
  const Dictionaries& dictionaries_;
  Outcome outcome_;
  Machine machine_;
  const std::filesystem::path files_;  // of the configuration
  Random order_;                       // who goes on
  Random chance_;                      // what a fault leaves open, and how long the gateway is down
  const Clocks::Time start_;
  const Audits audits_;
  Judge judge_;
  Users users_{plan_, machine_, judge_};
  std::optional<GatewayProcess> gateway_;  // none: it is down
  FaultInjection faults_{
      plan_, {.machine = machine_, .users = users_, .gateway = gateway_, .chance = chance_}};
  Clocks::Time start_at_{0};  // while it is down
  int last_process_ = 0;
  unsigned failed_starts_ = 0;           // in turn
  std::uint64_t books_compared_at_ = 0;  // an event
};

Outcome outcome_of(LeaseOutcome lease) {
  Outcome outcome;
  outcome.faults_found = std::move(lease.faults_found);
  outcome.trace_hash = lease.trace_hash;
  outcome.trace = std::move(lease.trace);
  outcome.steps = lease.steps;
  outcome.events = lease.events;
  outcome.starts = lease.leads;
  outcome.stalls = lease.stalls;
  outcome.ends = lease.ends;
  outcome.cuts = lease.cuts;
  return outcome;
}

}  // namespace

Outcome run(const Plan& plan,
            const std::filesystem::path& folder,
            const Dictionaries& dictionaries,
            const RunOptions& options) {
  if (plan.two_nodes) {
    return outcome_of(run_lease_scenario(plan.seed,
                                         plan.planted == Planted::LateRenewal,
                                         folder,
                                         dictionaries.read,
                                         dictionaries.folder,
                                         options.keep_trace));
  }
  return Run{plan, folder, dictionaries, options}.go();
}

}  // namespace betex::sim
