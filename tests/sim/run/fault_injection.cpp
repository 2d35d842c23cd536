#include "tests/sim/run/fault_injection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "journal/segment_catalog.h"
#include "journal/snapshot.h"
#include "tests/sim/clients/client.h"
#include "tests/sim/gateway/exchange_config.h"

namespace betex::sim {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 40U;
constexpr milliseconds kAWhile{1'000};
constexpr milliseconds kForASnapshot{3'000};
constexpr milliseconds kBetweenLooks{50};
constexpr int kSecondsOfDrift = 5;

struct Asked {
  FaultKind kind;
  Whim whim;
};

// What clients are asked to do out of turn.
constexpr std::array kAsked{Asked{FaultKind::ClientHangsUp, Whim::HangUp},
                            Asked{FaultKind::ClientResends, Whim::Resend},
                            Asked{FaultKind::ClientDuplicates, Whim::Duplicate},
                            Asked{FaultKind::ClientReorders, Whim::Reorder},
                            Asked{FaultKind::ClientGoesBack, Whim::GoBack}};
static_assert(kAsked.size() == kWhims);

Whim whim_of(FaultKind kind) {
  return std::ranges::find(kAsked, kind, &Asked::kind)->whim;
}

// False: there is none.
bool damage_newest_snapshot(const std::filesystem::path& log, SnapshotDamage how, Random& chance) {
  const std::filesystem::path folder = log / "snapshots";
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
    std::filesystem::resize_file(newest, chance.below(size), ignored);
    return !ignored;
  }
  std::fstream file{newest, std::ios::in | std::ios::out | std::ios::binary};
  const auto at = static_cast<std::streamoff>(chance.below(static_cast<std::size_t>(size)));
  file.seekg(at);
  const int byte = file.get();
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 0x40));
  return file.good();
}

}  // namespace

FaultInjection::FaultInjection(const Plan& plan, const Parts& parts)
    : plan_{plan},
      machine_{parts.machine},
      users_{parts.users},
      gateway_{parts.gateway},
      chance_{parts.chance},
      start_{parts.machine.clocks.now()} {}

void FaultInjection::look() {
  begin_those_due();
  end_those_due();
}

Clocks::Time FaultInjection::next() const {
  Clocks::Time next =
      next_ < plan_.faults.size() ? start_ + plan_.faults[next_].at : Clocks::kNever;
  for (const Ending& each : endings_) {
    next = std::min(next, each.at);
  }
  return next;
}

bool FaultInjection::are_over() const noexcept {
  return next_ == plan_.faults.size() && endings_.empty();
}

void FaultInjection::has_happened(FaultKind kind) {
  ++happened_.at(static_cast<std::size_t>(kind));
}

FaultInjection::Counts FaultInjection::happened() const {
  Counts counts = happened_;
  const auto count = [&](FaultKind kind) -> std::uint64_t& {
    return counts.at(static_cast<std::size_t>(kind));
  };
  count(FaultKind::DiskWriteError) = machine_.disk.failed(Disk::Call::Write);
  count(FaultKind::DiskSyncError) = machine_.disk.failed(Disk::Call::Sync);
  for (const Asked& each : kAsked) {
    count(each.kind) = users_.followed(each.whim);
  }
  return counts;
}

// ---- They begin and end

void FaultInjection::begin_those_due() {
  while (next_ < plan_.faults.size() && machine_.clocks.now() >= start_ + plan_.faults[next_].at) {
    begin(plan_.faults[next_++]);
  }
}

void FaultInjection::begin(const Fault& each) {
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
      return;
    case FaultKind::DiskSyncError:
      machine_.disk.fail(Disk::Call::Sync, EIO, static_cast<std::uint64_t>(each.value), 1);
      return;
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
    case FaultKind::ClientResends:
    case FaultKind::ClientDuplicates:
    case FaultKind::ClientReorders:
    case FaultKind::ClientGoesBack:
      users_.ask(each.detail, whim_of(each.kind));
      return;
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
  has_happened(each.kind);
}

// As soon as there is one.
void FaultInjection::damage_snapshot_soon(SnapshotDamage how, Clocks::Time at_the_latest) {
  if (!journal::list_snapshots(log_folder(machine_.disk.root())).empty()) {
    snapshot_damage_ = how;
    die_soon(1, Machine::Moment::Before);
  } else if (machine_.clocks.now() < at_the_latest) {
    until(kBetweenLooks, [this, how, at_the_latest] { damage_snapshot_soon(how, at_the_latest); });
  }
}

// A process that is gone already dies no more: its start might.
void FaultInjection::die_soon(std::uint64_t call, Machine::Moment moment) {
  if (gateway_) {
    machine_.die_at_call(gateway_->process(), call, moment);
  }
}

void FaultInjection::until(Clocks::Time time, std::function<void()> act) {
  endings_.push_back({machine_.clocks.now() + time, std::move(act)});
}

void FaultInjection::end_those_due() {
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

// ---- Between two processes of the gateway

void FaultInjection::gateway_ended(bool was_killed) {
  if (std::exchange(power_fails_, false) && was_killed) {
    has_happened(FaultKind::PowerCut);
    machine_.disk.after_power_cut(chance_);
    machine_.note("power cut");
  } else {
    if (was_killed) {
      has_happened(FaultKind::KillAtCall);
    }
    machine_.disk.after_kill();
  }
  do_while_down();
}

void FaultInjection::do_while_down() {
  if (const auto damage = std::exchange(snapshot_damage_, std::nullopt);
      damage && damage_newest_snapshot(log_folder(machine_.disk.root()), *damage, chance_)) {
    has_happened(FaultKind::SnapshotDamaged);
  }
  if (std::exchange(loses_cache_, false)) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{machine_.disk.memory()}) {
      std::filesystem::remove_all(entry, ignored);
    }
    has_happened(FaultKind::CacheLost);
  }
}

}  // namespace betex::sim
