#include "tests/sim/run/plan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

#include "tests/sim/machine/random.h"

namespace betex::sim {
namespace {

using std::chrono::milliseconds;

struct Named {
  FaultKind kind;
  std::string_view name;
};

constexpr std::array kNames{
    Named{FaultKind::KillAtCall, "kill-at-call"},
    Named{FaultKind::PowerCut, "power-cut"},
    Named{FaultKind::OrderlyStop, "orderly-stop"},
    Named{FaultKind::DiskFull, "disk-full"},
    Named{FaultKind::DiskWriteError, "disk-write-error"},
    Named{FaultKind::DiskSyncError, "disk-sync-error"},
    Named{FaultKind::DiskSlow, "disk-slow"},
    Named{FaultKind::PartLate, "part-late"},
    Named{FaultKind::NetworkStall, "network-stall"},
    Named{FaultKind::NetworkSlow, "network-slow"},
    Named{FaultKind::ConnectionReset, "connection-reset"},
    Named{FaultKind::ClientHangsUp, "client-hangs-up"},
    Named{FaultKind::ClientResends, "client-resends"},
    Named{FaultKind::ClientDuplicates, "client-duplicates"},
    Named{FaultKind::ClientReorders, "client-reorders"},
    Named{FaultKind::ClientGoesBack, "client-goes-back"},
    Named{FaultKind::WallClockStep, "wall-clock-step"},
    Named{FaultKind::WallClockDrift, "wall-clock-drift"},
    Named{FaultKind::SnapshotDamaged, "snapshot-damaged"},
    Named{FaultKind::CacheLost, "cache-lost"},
};
static_assert(kNames.size() == kFaultKinds);

// How long clients take for a request, about: what faults are spread over.
constexpr milliseconds kPerRequest{20};
constexpr milliseconds kPerRequestSlowly{80};

// Of a fault that has its value by chance, from and to.
struct Range {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

Range values_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::KillAtCall:
    case FaultKind::PowerCut:
      return {.from = 1, .to = 60};  // calls
    case FaultKind::DiskWriteError:
    case FaultKind::DiskSyncError:
      return {.from = 1, .to = 12};  // calls
    case FaultKind::DiskFull:
      return {.from = 50, .to = 3'000};
    case FaultKind::DiskSlow:
      return {.from = 1, .to = 400};
    case FaultKind::PartLate:
      return {.from = 5, .to = 5'000};
    case FaultKind::NetworkStall:
      return {.from = 5, .to = 70'000};  // longer than two heartbeats
    case FaultKind::NetworkSlow:
      return {.from = 1, .to = 300};
    case FaultKind::WallClockStep:
      return {.from = -5'000, .to = 90'000};
    case FaultKind::WallClockDrift:
      return {.from = -20, .to = 20};
    default:
      return {};
  }
}

// Who or which, of as many as there are.
std::size_t details_of(FaultKind kind, const Plan& plan) {
  switch (kind) {
    case FaultKind::KillAtCall:
    case FaultKind::PowerCut:
      return 2;  // before the call or after it
    case FaultKind::PartLate:
      return SimulatedGateway::kParts;
    case FaultKind::ClientHangsUp:
    case FaultKind::ClientResends:
    case FaultKind::ClientDuplicates:
    case FaultKind::ClientReorders:
    case FaultKind::ClientGoesBack:
      return plan.traders;
    case FaultKind::SnapshotDamaged:
      return kSnapshotDamages;
    default:
      return 1;
  }
}

// Most faults are deaths: what a gateway has promised is at stake there.
FaultKind any_kind(Random& random) {
  constexpr double kDeaths = 35;
  if (random.chance(kDeaths)) {
    return random.chance(60) ? FaultKind::KillAtCall : FaultKind::PowerCut;
  }
  return kNames[random.below(kNames.size())].kind;
}

Fault any_fault(Random& random, const Plan& plan) {
  Fault fault{.kind = any_kind(random)};
  const milliseconds per_request = plan.many_snapshots ? kPerRequestSlowly : kPerRequest;
  const auto length = std::chrono::duration_cast<std::chrono::microseconds>(per_request) *
                      static_cast<std::int64_t>(plan.requests);
  fault.at = std::chrono::microseconds{random.between(0, length.count())};
  const Range values = values_of(fault.kind);
  fault.value = random.between(values.from, values.to);
  fault.detail = static_cast<std::int64_t>(random.below(details_of(fault.kind, plan)));
  return fault;
}

// ---- Its text: a word and numbers in each line.

class Line {
 public:
  explicit Line(std::string_view text) : whole_{text}, rest_{text} {}

  std::string_view word() {
    const std::size_t end = std::min(rest_.find(' '), rest_.size());
    const std::string_view found = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return found;
  }

  template <typename Number>
  Number number() {
    const std::string_view text = word();
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
      fail("a number is expected in place of \"" + std::string{text} + "\"");
    }
    return value;
  }

  void end() {
    if (!rest_.empty()) {
      fail("\"" + std::string{rest_} + "\" is one too many");
    }
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw std::invalid_argument{"plan: \"" + std::string{whole_} + "\": " + why};
  }

 private:
  std::string_view whole_;
  std::string_view rest_;
};

void read_line(Plan& plan, Line line) {
  const std::string_view word = line.word();
  if (word == "seed") {
    plan.seed = line.number<std::uint64_t>();
  } else if (word == "planted") {
    const std::optional<Planted> planted = planted_by_name(line.word());
    if (!planted) {
      line.fail("there is no such fault to be planted");
    }
    plan.planted = *planted;
  } else if (word == "traders") {
    plan.traders = line.number<unsigned>();
  } else if (word == "watchers") {
    plan.watchers = line.number<unsigned>();
  } else if (word == "operates") {
    plan.operates = line.number<unsigned>() != 0;
  } else if (word == "requests") {
    plan.requests = line.number<unsigned>();
  } else if (word == "many-snapshots") {
    plan.many_snapshots = line.number<unsigned>() != 0;
  } else if (word == "two-nodes") {
    plan.two_nodes = line.number<unsigned>() != 0;
  } else if (word == "fault") {
    const std::string_view name = line.word();
    const auto* const named = std::find_if(
        kNames.begin(), kNames.end(), [&](const Named& each) { return each.name == name; });
    if (named == kNames.end()) {
      line.fail("there is no such fault");
    }
    Fault fault{.kind = named->kind};
    fault.at = std::chrono::microseconds{line.number<std::int64_t>()};
    fault.value = line.number<std::int64_t>();
    fault.detail = line.number<std::int64_t>();
    plan.faults.push_back(fault);
  } else {
    line.fail(
        "it begins with none of seed, planted, two-nodes, traders, watchers, operates, requests, "
        "many-snapshots, fault");
  }
  line.end();
}

}  // namespace

std::string_view name_of(FaultKind kind) noexcept {
  return kNames.at(static_cast<std::size_t>(kind)).name;
}

Plan plan_of(std::uint64_t seed, Planted planted) {
  Random random{seed, "plan"};
  constexpr double kTwoNodes = 3;
  Plan plan{.seed = seed, .planted = planted};
  plan.two_nodes = planted == Planted::LateRenewal ||
                   (planted == Planted::None && Random{seed, "nodes"}.chance(kTwoNodes));
  if (plan.two_nodes) {
    return plan;
  }
  plan.traders = static_cast<unsigned>(random.between(2, 4));
  plan.watchers = static_cast<unsigned>(random.below(3));
  plan.operates = random.chance(85);
  plan.requests = static_cast<unsigned>(random.between(20, 80));
  constexpr double kManySnapshots = 50;
  plan.many_snapshots = Random{seed, "snapshots"}.chance(kManySnapshots);
  const std::size_t faults = random.below(7);
  for (std::size_t i = 0; i < faults; ++i) {
    plan.faults.push_back(any_fault(random, plan));
  }
  std::stable_sort(plan.faults.begin(),
                   plan.faults.end(),
                   [](const Fault& one, const Fault& other) { return one.at < other.at; });
  return plan;
}

std::string to_text(const Plan& plan) {
  std::string text = "seed " + std::to_string(plan.seed) + "\n";
  text += "planted " + std::string{name_of(plan.planted)} + "\n";
  if (plan.two_nodes) {
    return text + "two-nodes 1\n";
  }
  text += "traders " + std::to_string(plan.traders) + "\n";
  text += "watchers " + std::to_string(plan.watchers) + "\n";
  text += std::string{"operates "} + (plan.operates ? "1" : "0") + "\n";
  text += "requests " + std::to_string(plan.requests) + "\n";
  text += std::string{"many-snapshots "} + (plan.many_snapshots ? "1" : "0") + "\n";
  for (const Fault& fault : plan.faults) {
    const auto at = std::chrono::duration_cast<std::chrono::microseconds>(fault.at);
    text += "fault " + std::string{name_of(fault.kind)} + " " + std::to_string(at.count()) + " " +
            std::to_string(fault.value) + " " + std::to_string(fault.detail) + "\n";
  }
  return text;
}

Plan plan_from_text(std::string_view text) {
  Plan plan;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (!line.empty() && !line.starts_with('#')) {
      read_line(plan, Line{line});
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return plan;
}

}  // namespace betex::sim
