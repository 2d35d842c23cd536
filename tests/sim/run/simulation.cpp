#include "tests/sim/run/simulation.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "journal/format.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"
#include "tests/sim/clients/clients.h"
#include "tests/sim/clients/judge.h"
#include "tests/sim/gateway/exchange_config.h"
#include "tests/sim/gateway/lease_scenario.h"
#include "tests/sim/gateway/simulated_gateway.h"
#include "tests/sim/machine/machine.h"
#include "tests/sim/run/gateway_process.h"

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
        judge_{plan.traders} {
    machine_.keep_trace(options.keep_trace);
    std::filesystem::create_directory(files_);
    write_exchange_files(files_,
                         {.traders = plan.traders,
                          .watchers = plan.watchers,
                          .many_snapshots = plan.many_snapshots,
                          .four_eyes = plan.operates && has_four_eyes()},
                         dictionaries.folder);
    for (const Fault& fault : plan.faults) {
      ++outcome_.planned.at(static_cast<std::size_t>(fault.kind));
    }
  }

  Outcome go() {
    make_clients();
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
    begin_faults();
    end_faults();
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
    if (gateway_->up()) {
      judge_.look(gateway_->engine());
    }
  }

  void pass_time() {
    Clocks::Time next = machine_.next_event();
    const auto consider = [&](Clocks::Time time) { next = std::min(next, time); };
    if (next_fault_ < plan_.faults.size()) {
      consider(start_ + plan_.faults[next_fault_].at);
    }
    for (const Ending& each : endings_) {
      consider(each.at);
    }
    if (!gateway_) {
      consider(start_at_);
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
                                              .lateness = lateness_},
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
      if (!gateway_->started() && nothing_is_wrong() && ++failed_starts_ > kMostFailedStarts) {
        fault("the gateway does not start: " + why);
      }
    }
    machine_.kill(gateway_->process());
    if (power_fails_ && gateway_->was_killed()) {
      happened(FaultKind::PowerCut);
      machine_.disk.after_power_cut(chance_);
      machine_.note("power cut");
    } else {
      if (gateway_->was_killed()) {
        happened(FaultKind::KillAtCall);
      }
      machine_.disk.after_kill();
    }
    power_fails_ = false;
    gateway_.reset();
    judge_.gateway_ended();
    do_while_down();
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

  void do_while_down() {
    if (const auto damage = std::exchange(snapshot_damage_, std::nullopt);
        damage && damage_newest_snapshot(*damage)) {
      happened(FaultKind::SnapshotDamaged);
    }
    if (std::exchange(loses_cache_, false)) {
      std::error_code ignored;
      for (const auto& entry : std::filesystem::directory_iterator{machine_.disk.memory()}) {
        std::filesystem::remove_all(entry, ignored);
      }
      happened(FaultKind::CacheLost);
    }
  }

  // False: there is none.
  bool damage_newest_snapshot(SnapshotDamage how) {
    const std::filesystem::path folder = log_folder(machine_.disk.root()) / "snapshots";
    std::vector<std::filesystem::path> files;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{folder, ignored}) {
      files.push_back(entry.path());
    }
    if (files.empty()) {
      return false;
    }
    const std::filesystem::path folder_of_newest = *std::max_element(files.begin(), files.end());
    if (how == SnapshotDamage::Gone) {
      return std::filesystem::remove_all(folder_of_newest, ignored) > 0;
    }
    const std::filesystem::path newest = folder_of_newest / "state";
    const std::uintmax_t size = std::filesystem::file_size(newest, ignored);
    if (ignored || size == 0) {
      return false;
    }
    if (how == SnapshotDamage::Cut) {
      std::filesystem::resize_file(newest, chance_.below(size), ignored);
      return !ignored;
    }
    std::fstream file{newest, std::ios::in | std::ios::out | std::ios::binary};
    const auto at = static_cast<std::streamoff>(chance_.below(static_cast<std::size_t>(size)));
    file.seekg(at);
    const int byte = file.get();
    file.seekp(at);
    file.put(static_cast<char>(byte ^ 0x40));
    return file.good();
  }

  // ---- Faults

  void begin_faults() {
    while (next_fault_ < plan_.faults.size() &&
           machine_.clocks.now() >= start_ + plan_.faults[next_fault_].at) {
      begin(plan_.faults[next_fault_++]);
    }
  }

  void begin(const Fault& each) {
    const milliseconds time{std::max<std::int64_t>(each.value, 0)};
    machine_.note("fault " + std::string{name_of(each.kind)} + " " + std::to_string(each.value) +
                  " " + std::to_string(each.detail));
    switch (each.kind) {
      case FaultKind::KillAtCall:
      case FaultKind::PowerCut:
        die_soon(static_cast<std::uint64_t>(each.value),
                 each.detail == 0 ? Machine::Moment::Before : Machine::Moment::After);
        power_fails_ = power_fails_ || (gateway_ && each.kind == FaultKind::PowerCut);
        return;
      case FaultKind::SnapshotDamaged:
        damage_snapshot_soon(static_cast<SnapshotDamage>(each.detail),
                             machine_.clocks.now() + kForASnapshot);
        return;
      case FaultKind::CacheLost:
        loses_cache_ = true;
        die_soon(1, Machine::Moment::Before);
        return;
      case FaultKind::OrderlyStop:
        if (!gateway_ || !gateway_->begin_stop()) {
          return;
        }
        break;
      case FaultKind::DiskFull:
        machine_.disk.set_free(0);
        until(time, [this] { machine_.disk.set_free(kPlenty); });
        break;
      case FaultKind::DiskWriteError:
        machine_.disk.fail(Disk::Call::Write, EIO, static_cast<std::uint64_t>(each.value), 1);
        break;
      case FaultKind::DiskSyncError:
        machine_.disk.fail(Disk::Call::Sync, EIO, static_cast<std::uint64_t>(each.value), 1);
        break;
      case FaultKind::DiskSlow:
        machine_.disk.take_time({}, time);
        until(kAWhile, [this] { machine_.disk.take_time({}, {}); });
        break;
      case FaultKind::PartLate:
        lateness_.at(static_cast<std::size_t>(each.detail)) = machine_.clocks.now() + time;
        until(time, [] {});
        break;
      case FaultKind::NetworkStall:
        machine_.network.stall(machine_.clocks.now() + time);
        break;
      case FaultKind::NetworkSlow:
        machine_.network.behave({.least = {}, .most = time, .partial = 40});
        until(kAWhile, [this] { machine_.network.behave({}); });
        break;
      case FaultKind::ConnectionReset:
        if (!machine_.network.reset_one(chance_)) {
          return;
        }
        break;
      case FaultKind::ClientHangsUp:
        ask(each, Whim::HangUp);
        break;
      case FaultKind::ClientResends:
        ask(each, Whim::Resend);
        break;
      case FaultKind::ClientDuplicates:
        ask(each, Whim::Duplicate);
        break;
      case FaultKind::ClientReorders:
        ask(each, Whim::Reorder);
        break;
      case FaultKind::ClientGoesBack:
        ask(each, Whim::GoBack);
        break;
      case FaultKind::WallClockStep:
        machine_.clocks.step_wall(milliseconds{each.value});
        break;
      case FaultKind::WallClockDrift:
        for (int second = 1; second <= kSecondsOfDrift; ++second) {
          until(std::chrono::seconds{second},
                [this, by = milliseconds{each.value}] { machine_.clocks.step_wall(by); });
        }
        break;
    }
    happened(each.kind);
  }

  // As soon as there is one.
  void damage_snapshot_soon(SnapshotDamage how, Clocks::Time at_the_latest) {
    if (!journal::list_snapshots(log_folder(machine_.disk.root())).empty()) {
      snapshot_damage_ = how;
      die_soon(1, Machine::Moment::Before);
    } else if (machine_.clocks.now() < at_the_latest) {
      until(kBetweenLooks,
            [this, how, at_the_latest] { damage_snapshot_soon(how, at_the_latest); });
    }
  }

  // A process that is gone already dies no more: its start might.
  void die_soon(std::uint64_t call, Machine::Moment moment) {
    if (gateway_) {
      machine_.die_at_call(gateway_->process(), call, moment);
    }
  }

  void ask(const Fault& each, Whim whim) {
    traders_.at(static_cast<std::size_t>(each.detail) % traders_.size())->ask(whim);
  }

  struct Ending {
    Clocks::Time at;
    std::function<void()> act;
  };

  void until(Clocks::Time time, std::function<void()> act) {
    endings_.push_back({machine_.clocks.now() + time, std::move(act)});
  }

  void end_faults() {
    for (std::size_t i = 0; i < endings_.size();) {
      if (machine_.clocks.now() < endings_[i].at) {
        ++i;
        continue;
      }
      const std::function<void()> act = std::move(endings_[i].act);
      endings_.erase(endings_.begin() + static_cast<std::ptrdiff_t>(i));
      act();
    }
  }

  [[nodiscard]] bool nothing_is_wrong() const {
    return next_fault_ == plan_.faults.size() && endings_.empty();
  }

  void happened(FaultKind kind) { ++outcome_.happened.at(static_cast<std::size_t>(kind)); }

  // ---- Its users

  void make_clients() {
    exchange_.fix_port = kFixPort;
    exchange_.market_data_port = kMarketDataPort;
    for (unsigned i = 0; i < plan_.traders; ++i) {
      traders_.push_back(make_trader(i, plan_, judge_));
      clients_.push_back(traders_.back().get());
    }
    if (plan_.operates) {
      others_.push_back(make_operator(plan_, judge_));
      if (has_four_eyes()) {
        others_.push_back(make_second_operator(plan_, judge_));
      }
    }
    if (Random{plan_.seed, "drop copy"}.chance(kWithDropCopy)) {
      others_.push_back(make_drop_copy(plan_, judge_));
    }
    for (unsigned i = 0; i < plan_.watchers; ++i) {
      others_.push_back(make_watcher(i, plan_, judge_));
    }
    for (const auto& each : others_) {
      clients_.push_back(each.get());
    }
    int process = kFirstClientProcess;
    for (Client* client : clients_) {
      users_.push_back(&machine_.spawn(client->comp_id(), process++, [this, client] {
        client->live(exchange_);
        ++gone_;
      }));
    }
  }

  [[nodiscard]] bool has_four_eyes() const {
    return Random{plan_.seed, "four eyes"}.chance(kWithFourEyes);
  }

  [[nodiscard]] bool all_are_done() const {
    return std::all_of(clients_.begin(), clients_.end(), [&](const Client* client) {
      return client->requests_sent() >= plan_.requests;
    });
  }

  void begin_closing() {
    if (!exchange_.closing && nothing_is_wrong() && all_are_done()) {
      machine_.note("closing");
      exchange_.closing = true;
    }
  }

  [[nodiscard]] bool over() const {
    return !outcome_.faults_found.empty() ||
           (exchange_.closing && gone_ == clients_.size() && gateway_ && gateway_->idle());
  }

  [[nodiscard]] std::string what_is_outstanding() const {
    std::string text;
    for (const Client* client : clients_) {
      if (!client->settled()) {
        text += client->comp_id() + " is not settled; ";
      }
    }
    text += std::to_string(clients_.size() - gone_) + " users are still there; ";
    text += gateway_ ? gateway_->how_it_is() : "the gateway is down";
    return text;
  }

  // ---- Judgement

  void note_judgement() {
    for (std::string& each : judge_.take_faults()) {
      fault(std::move(each));
    }
  }

  void finish() {
    if (const std::string why = gateway_->why_books_differ(); !why.empty()) {
      fault("market data's books are not the engine's: " + why);
    }
    judge_.finish(gateway_->engine(), clients_);
    note_judgement();
  }

  void fault(std::string what) {
    machine_.note("FAULT " + what);
    outcome_.faults_found.push_back(std::move(what));
  }

  void collect() {
    for (const Client* client : clients_) {
      outcome_.requests += client->requests_sent();
      outcome_.told += client->messages_told();
    }
    const auto segments =
        journal::list_segments(log_folder(machine_.disk.root()) / journal::kSegmentsFolder);
    const bool has_first = segments.empty() || segments.front().first_seq == matching::EventSeq{1};
    outcome_.retired = has_first ? 0U : 1U;
    outcome_.events = judge_.events();
    outcome_.trace_hash = machine_.trace_hash();
    outcome_.trace = machine_.trace();
    if (!outcome_.faults_found.empty() && !outcome_.trace.empty()) {
      for (const Client* client : clients_) {
        std::ranges::move(client->recent_traffic(), std::back_inserter(outcome_.trace));
      }
    }
  }

  static constexpr double kWithFourEyes = 30;  // of 100 plans that operate
  static constexpr double kWithDropCopy = 40;  // of 100 plans
  static constexpr std::uint64_t kPlenty = std::uint64_t{1} << 40U;
  static constexpr milliseconds kAWhile{1'000};
  static constexpr milliseconds kForASnapshot{3'000};
  static constexpr milliseconds kBetweenLooks{50};
  static constexpr int kSecondsOfDrift = 5;
  static constexpr int kFirstClientProcess = 100'000;

  const Plan& plan_;
  const Dictionaries& dictionaries_;
  Outcome outcome_;
  Machine machine_;
  const std::filesystem::path files_;  // of the configuration
  Random order_;                       // who goes on
  Random chance_;                      // what a fault leaves open
  const Clocks::Time start_;
  Exchange exchange_;
  Judge judge_;
  std::vector<std::unique_ptr<Client>> traders_;
  std::vector<std::unique_ptr<Client>> others_;
  std::vector<Client*> clients_;  // all of them
  std::vector<Fiber*> users_;
  std::size_t gone_ = 0;
  Lateness lateness_{};
  std::optional<GatewayProcess> gateway_;  // none: it is down
  Clocks::Time start_at_{0};               // while it is down
  int last_process_ = 0;
  unsigned failed_starts_ = 0;  // in turn
  std::size_t next_fault_ = 0;
  std::vector<Ending> endings_;                    // of faults that last
  bool power_fails_ = false;                       // with its next death
  std::optional<SnapshotDamage> snapshot_damage_;  // with its next death
  bool loses_cache_ = false;
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
