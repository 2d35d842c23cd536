// The faults that are planted in a simulated gateway, each between parts that are as they are.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>

#include "gateway/link/session_link.h"
#include "gateway/session/session_cache.h"
#include "matching/commands.h"
#include "matching/engine.h"
#include "tests/gateway/session/boxed_command_port.h"
#include "tests/sim/gateway/simulated_gateway.h"

namespace betex::sim {

// OldIdActs: gives a request whose ClOrdID has come before another one, so that nobody knows it
// again.
class ForgetfulPort final : public test::BoxedCommandPort {
 public:
  // It must outlive this.
  explicit ForgetfulPort(gateway::CommandPort& port) : port_{port} {}

  [[nodiscard]] bool try_reserve(std::size_t count, gateway::RingShare share) override {
    return port_.try_reserve(count, share);
  }

  void release(std::size_t count) override { port_.release(count); }

  [[nodiscard]] bool accepts_orders() const override { return port_.accepts_orders(); }

 private:
  void take(gateway::RingCommand command) override;
  void rename_if_known(matching::Command& command);

  gateway::CommandPort& port_;
  std::set<std::string> known_;  // accounts and their ids
  unsigned renamed_ = 0;
};

// ReportDroppedAtStart: of the reports of events up to `last`, which a start finds in the log, the
// first one never arrives.
class ForgetfulSink final : public gateway::SessionSink {
 public:
  // It must outlive this.
  ForgetfulSink(gateway::SessionSink& sink, matching::EventSeq last) : sink_{sink}, last_{last} {}

  void deliver(matching::SessionId session, gateway::ReportDelivery delivery) override;

  void notify(const matching::Name& comp_id, gateway::SessionNotice notice) override {
    sink_.notify(comp_id, std::move(notice));
  }

 private:
  gateway::SessionSink& sink_;
  const matching::EventSeq last_;
  bool dropped_ = false;
};

// NumberUsedTwice: after a start the cache takes each session's last number for one that was not
// used yet.
void forget_last_numbers(fix::SessionCache& cache, const matching::Engine& engine);

// LockNotReleased, in all engines of this program from now on: what an order that is cancelled or
// reduced has locked stays locked. The program's engine is one of its own, made of the engine's
// sources with this question asked in Ledger::change_open() (tests/sim/gateway/CMakeLists.txt).
void keep_locks(bool keep) noexcept;
[[nodiscard]] bool locks_are_kept() noexcept;

}  // namespace betex::sim
