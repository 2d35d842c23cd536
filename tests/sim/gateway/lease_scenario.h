// Two gateways and one log on a shared disk: a lease says which of them writes. Whoever leads is
// made to stand still for longer than its lease, or ends, or loses the store; the other one takes
// over, and the first one goes on when it comes back to itself. The gateways, the journal's
// adoption by copy, the lease and its renewals are real; the store that gives it is one in memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "gateway/session/dictionaries.h"

namespace betex::sim {

struct LeaseOutcome {
  std::vector<std::string> faults_found;  // what must hold and did not; empty: all is well
  std::uint64_t trace_hash = 0;
  std::vector<std::string> trace;  // the newest lines, where asked for
  std::uint64_t steps = 0;
  std::uint64_t events = 0;  // acknowledged
  std::uint64_t leads = 0;   // times that a gateway came to lead
  std::uint64_t stalls = 0;  // of a leader
  std::uint64_t ends = 0;    // of a leader, without a word
  std::uint64_t cuts = 0;    // of the store from a leader
};

// What must hold: what one gateway has acknowledged is in the log that the other one adopts, and
// nothing is acknowledged twice under one event's number.
//
// `folder`: empty, on tmpfs. `late_renewal`: Planted::LateRenewal. In a process of its own, as
// run().
[[nodiscard]] LeaseOutcome run_lease_scenario(std::uint64_t seed,
                                              bool late_renewal,
                                              const std::filesystem::path& folder,
                                              const fix::Dictionaries& dictionaries,
                                              const std::filesystem::path& dictionaries_folder,
                                              bool keep_trace = false);

}  // namespace betex::sim
