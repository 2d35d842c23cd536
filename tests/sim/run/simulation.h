// One run of a plan, judged after every step.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "gateway/session/dictionaries.h"
#include "tests/sim/run/plan.h"

namespace betex::sim {

struct Outcome {
  std::vector<std::string> faults_found;  // what must hold and did not; empty: all is well
  std::uint64_t trace_hash = 0;           // equal for equal plans
  std::vector<std::string> trace;         // the newest lines, where asked for
  std::uint64_t steps = 0;
  std::uint64_t events = 0;     // journaled
  std::uint64_t starts = 0;     // of the gateway
  std::uint64_t snapshots = 0;  // starts that have found one
  std::uint64_t retired = 0;    // runs whose oldest segments were not needed any more at their end
  std::uint64_t requests = 0;   // of clients and operators
  std::uint64_t told = 0;       // reports that clients have taken
  // Of two nodes: a leader that stands still, that ends, that the store is cut from.
  std::uint64_t stalls = 0;
  std::uint64_t ends = 0;
  std::uint64_t cuts = 0;
  // By FaultKind: so many were planned, and so many took effect.
  std::array<std::uint64_t, kFaultKinds> planned{};
  std::array<std::uint64_t, kFaultKinds> happened{};
};

// What all runs share.
struct Dictionaries {
  explicit Dictionaries(std::filesystem::path path) : folder{std::move(path)}, read{folder} {}

  std::filesystem::path folder;
  fix::Dictionaries read;
};

struct RunOptions {
  bool keep_trace = false;
};

// `folder`: empty, on tmpfs. In a process of its own: what is killed in it is leaked. Of a
// plan with two nodes the seed alone counts.
[[nodiscard]] Outcome run(const Plan& plan,
                          const std::filesystem::path& folder,
                          const Dictionaries& dictionaries,
                          const RunOptions& options = {});

}  // namespace betex::sim
