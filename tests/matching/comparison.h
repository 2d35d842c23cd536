// Drives the engine and the reference engine with one stream and compares what they say, event by
// event. After every transaction it checks all invariants, and that a second engine that only
// applies the events has the same state; now and then that one takes over, as after a crash.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "matching/dry_run.h"
#include "matching/engine.h"
#include "tests/matching/log_invariants.h"
#include "tests/matching/random_commands.h"
#include "tests/matching/reference_engine.h"
#include "tests/matching/said_events.h"

namespace betex::matching::testing {

struct StreamSize {
  std::uint64_t far_orders = 0;  // that rest before the mixed commands begin
  // Accounts with bets in the first markets, for processes over many rows.
  std::uint64_t crowd = 0;
  std::uint64_t commands = 0;
  // Every how many transactions the whole state is looked at: it costs what the state is large.
  std::uint64_t check_every = 1;
};

// Owned by one thread.
class Comparison {
 public:
  explicit Comparison(RandomCommands::Source source);

  // The first difference or breach; empty if there is none.
  std::string run(const StreamSize& size);

  // Chunks that did not end their process, over the run.
  [[nodiscard]] std::uint64_t unfinished_chunks() const { return unfinished_chunks_; }

  // How often the stream has led to each kind of event, with each reason, cause or entry.
  using Coverage = std::map<std::pair<EventKind, std::uint32_t>, std::uint64_t>;

  [[nodiscard]] const Coverage& coverage() const { return coverage_; }

 private:
  bool step(const Asked& asked);
  bool advance_time();
  bool compare_dry_run(const DryRun& dry, EventSeq last, const SaidEvents& said);
  bool compare_unapproved(const Asked& asked, const DryRun& dry);
  bool continue_batch();
  bool decide(const Asked& asked, SaidEvents& said);
  void mislead();
  bool check_state();
  bool compare_money();
  bool compare_groups();
  bool compare_orders();
  bool compare_markets();
  bool compare_operations();
  bool have_accident();
  bool same(const SaidEvents& expected, const SaidEvents& said);
  bool fail(std::string what);

  RandomCommands commands_;
  Engine engine_;  // with a key of its own, which must not show
  Engine replica_;
  ReferenceEngine reference_;
  LogInvariants log_;
  std::array<Command, CommandsAhead::kFarthest + 1> decided_;  // the last ones, in turn
  std::size_t decided_count_ = 0;
  Timestamp now_{1'700'000'000'000'000'000};
  std::uint64_t check_every_ = 1;
  std::uint64_t transactions_ = 0;
  std::uint64_t unfinished_chunks_ = 0;
  Coverage coverage_;
  std::string failure_;
};

}  // namespace betex::matching::testing
