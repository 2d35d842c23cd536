// The users of a run: brokers, operators, a drop copy, and readers of market data, each of which is
// a process with one fiber.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/clients/client.h"
#include "tests/sim/clients/judge.h"
#include "tests/sim/machine/machine.h"
#include "tests/sim/run/plan.h"

namespace betex::sim {

// Whether what an operator does with money waits for a second one.
[[nodiscard]] bool has_four_eyes(const Plan& plan);

class Users {
 public:
  // All must outlive it.
  Users(const Plan& plan, Machine& machine, Judge& judge);

  // They begin to run with the machine's next steps.
  void begin();

  // `trader` may be larger than their number.
  void ask(std::int64_t trader, Whim whim);

  // How often they have done that, all of them.
  [[nodiscard]] std::uint64_t followed(Whim whim) const;

  // They are to ask for nothing more, and to leave once they have what they are owed.
  void close() noexcept { exchange_.closing = true; }

  [[nodiscard]] bool closing() const noexcept { return exchange_.closing; }

  // All have asked for as much as they should.
  [[nodiscard]] bool all_are_done() const;

  [[nodiscard]] bool all_have_left() const noexcept { return gone_ == all_.size(); }

  [[nodiscard]] const std::vector<Client*>& all() const noexcept { return all_; }

  // Who waits for what, for people.
  [[nodiscard]] std::string what_is_outstanding() const;

 private:
  void make_others(Judge& judge);

  const Plan& plan_;
  Machine& machine_;
  Exchange exchange_;
  std::vector<std::unique_ptr<Client>> traders_;
  std::vector<std::unique_ptr<Client>> others_;
  std::vector<Client*> all_;
  std::size_t gone_ = 0;
};

}  // namespace betex::sim
