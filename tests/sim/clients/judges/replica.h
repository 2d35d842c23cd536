// A second engine, that applies what is durable and nothing else, and what must hold of the log and
// of an engine's state (matching/RULES.md, section 8).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "matching/engine.h"
#include "matching/transaction.h"
#include "tests/matching/log_invariants.h"

namespace betex::sim {

// How often a whole state is looked at, which costs what the state is large. What can be said of a
// transaction from the log alone is looked at with each.
enum class Audits : std::uint8_t {
  NowAndThen,
  EachTransaction,  // this engine's after each; another one's whenever that is as far
};

// One thread at a time.
class Replica {
 public:
  explicit Replica(Audits audits = Audits::NowAndThen) : audits_{audits} {}

  using Faults = std::vector<std::string>;

  // The next transaction. One that breaks something is not applied, and ends it.
  [[nodiscard]] Faults take(const matching::TransactionView& transaction);

  // Whether another engine's whole state should be looked at by now.
  [[nodiscard]] bool is_due() const noexcept {
    return since_look_ >= (audits_ == Audits::EachTransaction ? 1 : kBetweenLooks);
  }

  // The whole state of another engine that is as far, which must be equal to this one's.
  [[nodiscard]] Faults look(const matching::Engine& live);

  [[nodiscard]] const matching::Engine& engine() const noexcept { return engine_; }

 private:
  static constexpr std::uint64_t kBetweenLooks = 40;  // transactions

  // What is broken in its state, which is as far as this one's.
  Faults look_at(const matching::Engine& engine);

  const Audits audits_;
  matching::Engine engine_;
  matching::testing::LogInvariants log_;
  std::uint64_t since_look_ = 0;
};

}  // namespace betex::sim
