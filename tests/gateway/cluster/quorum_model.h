// Nodes that follow the quorum log, lead it, pause, crash and start again, with the gateway's own
// StoredLog and Lease; their journals are lists. At every message to the store another node may go
// on, and the message may be lost, late or doubled. What happens is chosen by a Choices, so that a
// run repeats. What must never happen is looked for all the time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gateway/cluster/lease.h"
#include "gateway/cluster/quorum_log.h"
#include "gateway/cluster/stored_log.h"
#include "tests/gateway/cluster/fake_store.h"
#include "tests/gateway/cluster/log_parts.h"
#include "tests/gateway/cluster/turns.h"

namespace betex::test {

class Choices {
 public:
  Choices() = default;
  virtual ~Choices() = default;
  Choices(const Choices&) = delete;
  Choices& operator=(const Choices&) = delete;
  Choices(Choices&&) = delete;
  Choices& operator=(Choices&&) = delete;

  // Less than `count`, which is not 0.
  [[nodiscard]] virtual std::size_t choose(std::size_t count) = 0;
};

class RandomChoices final : public Choices {
 public:
  explicit RandomChoices(std::uint64_t seed) : random_{seed} {}

  std::size_t choose(std::size_t count) override { return random_() % count; }

 private:
  std::mt19937_64 random_;
};

// All of them, one sequence after the other.
class EveryChoice final : public Choices {
 public:
  std::size_t choose(std::size_t count) override;

  // After a run: false where there is no other sequence.
  [[nodiscard]] bool next();

 private:
  struct Choice {
    std::size_t taken;
    std::size_t of;
  };

  std::vector<Choice> choices_;
  std::size_t depth_ = 0;
};

// Faults that the model must find.
enum class PlantedBug : std::uint8_t {
  None,
  NoCompare,     // the store does not look at a transaction's conditions
  LocalFirst,    // a leader writes its journal before the append has returned
  BlindConfirm,  // a leader confirms by what it remembers
  SameEpoch,     // a takeover leaves the epoch as it is
};

struct ModelOptions {
  // Free: each does what it likes, for so many steps. Race: each of two takes over and appends
  // once; ConfirmRace: the first confirms in place of that. In a race one message at most is lost,
  // late or doubled.
  enum class Script : std::uint8_t { Free, Race, ConfirmRace };

  Script script = Script::Free;
  std::size_t nodes = 3;
  std::size_t steps = 400;
  PlantedBug bug = PlantedBug::None;
};

// What has happened in runs: a model in which nothing happens finds nothing.
struct ModelTally {
  std::size_t take_overs = 0;
  std::size_t appends = 0;
  std::size_t refused = 0;  // AuthorityLost
  std::size_t confirms = 0;
  std::size_t followed = 0;  // batches
  std::size_t crashes = 0;
  std::size_t too_old = 0;
};

// One run.
class QuorumModel {
 public:
  // `turns` has as many workers as there are nodes. All must outlive it.
  QuorumModel(Turns& turns, Choices& choices, const ModelOptions& options, ModelTally& tally);

  // What must not happen and did; empty: nothing.
  [[nodiscard]] std::string run();

 private:
  struct Crashed {};

  struct Node {
    std::size_t number = 0;
    std::string name;
    std::vector<LoggedTransaction> journal;
    journal::WriterEpoch epoch;  // its journal's
    bool crashes = false;        // at its next message
    std::size_t frozen_until = 0;
  };

  // ---- The scheduler's: of whoever has the turn
  void disturb();
  [[nodiscard]] std::vector<std::size_t> ready() const;
  [[nodiscard]] std::optional<std::size_t> next_turn();
  [[nodiscard]] std::optional<std::size_t> step_of_race(const std::vector<std::size_t>& ready);
  [[nodiscard]] std::size_t step(const std::vector<std::size_t>& ready);
  [[nodiscard]] Fault pick_fault();
  void at_message(std::size_t node);
  void check_head(const std::optional<std::string>& before, const std::string& after);
  void check_end();
  void violate(const std::string& what);

  // ---- The nodes'
  void live(Node& node);
  void follow_and_lead(Node& node);
  void race(Node& node);
  // Not beyond `up_to`; none: to the log's end.
  void follow(Node& node,
              cluster::QuorumLog& log,
              const std::optional<journal::Position>& up_to = std::nullopt);
  void lead(Node& node, cluster::QuorumLog& log, cluster::Lease& lease);
  void take_over(Node& node, cluster::QuorumLog& log);
  void append(Node& node, cluster::QuorumLog& log);
  void confirm(const Node& node, cluster::QuorumLog& log);
  void journal(Node& node, const cluster::Batch& batch);
  void seed(Node& node) const;

  [[nodiscard]] static journal::Position end_of(const Node& node);
  [[nodiscard]] cluster::StoredLogSettings settings_of(const Node& node);
  [[nodiscard]] cluster::Holder holder_of(const Node& node) const;

  [[nodiscard]] bool is_race() const noexcept {
    return options_.script != ModelOptions::Script::Free;
  }

  Turns& turns_;
  Choices& choices_;
  const ModelOptions options_;
  ModelTally& tally_;
  FakeStore store_;
  cluster::LogMeta meta_;
  std::uint64_t ring_ = 0;
  std::uint64_t window_bytes_ = 0;
  std::vector<Node> nodes_;
  bool running_ = false;         // nodes have turns
  bool quiet_ = false;           // nothing goes wrong any more, and nobody appends
  bool stopping_ = false;        // something is wrong: all end
  std::size_t faults_left_ = 1;  // of a race
  std::size_t begun_ = 0;        // nodes of a race
  std::size_t steps_ = 0;

  // ---- What is known to be so
  std::vector<LoggedTransaction> history_;  // by event, from 1: what any journal has had
  std::vector<std::uint64_t> acknowledged_;
  std::set<std::uint32_t> epochs_;  // that nodes were given
  std::uint64_t last_id_ = 0;
  std::string violation_;
};

}  // namespace betex::test
