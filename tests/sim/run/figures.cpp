#include "tests/sim/run/figures.h"

#include <cstddef>
#include <sstream>

namespace betex::sim {

void Figures::add(const Outcome& outcome) {
  ++runs;
  failed += outcome.faults_found.empty() ? 0U : 1U;
  sums.steps += outcome.steps;
  sums.events += outcome.events;
  sums.starts += outcome.starts;
  sums.snapshots += outcome.snapshots;
  sums.retired += outcome.retired;
  sums.requests += outcome.requests;
  sums.told += outcome.told;
  sums.stalls += outcome.stalls;
  sums.ends += outcome.ends;
  sums.cuts += outcome.cuts;
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    sums.planned.at(i) += outcome.planned.at(i);
    sums.happened.at(i) += outcome.happened.at(i);
  }
}

std::string Figures::text() const {
  std::ostringstream out;
  out << runs << " runs, " << failed << " failed: " << sums.steps << " steps, " << sums.starts
      << " starts (" << sums.snapshots << " with a snapshot), " << sums.retired
      << " logs with segments retired, " << sums.requests << " requests, " << sums.events
      << " events, " << sums.told << " messages told\n";
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    out << "  " << name_of(static_cast<FaultKind>(i)) << ": " << sums.happened.at(i) << " of "
        << sums.planned.at(i) << '\n';
  }
  out << "  of two nodes, the leader: " << sums.stalls << " stalls, " << sums.ends << " ends, "
      << sums.cuts << " cuts from the store\n";
  return out.str();
}

}  // namespace betex::sim
