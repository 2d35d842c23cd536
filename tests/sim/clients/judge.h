// Who judges a run: it hears of each transaction when it is durable and of each message when a
// client takes it, and says what must hold and does not (judges/ has each judgement by itself).
//
// It uses no clock, file or socket, so it may be called by any fiber of the simulated machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/client/order_entry.h"
#include "matching/engine.h"
#include "tests/crash/journal_account.h"
#include "tests/sim/clients/client.h"
#include "tests/sim/clients/judges/book_history.h"
#include "tests/sim/clients/judges/durable_log.h"
#include "tests/sim/clients/judges/owed_reports.h"
#include "tests/sim/clients/judges/replica.h"
#include "tests/sim/clients/witness.h"
#include "tests/sim/gateway/simulated_gateway.h"

namespace betex::sim {

// One thread at a time.
class Judge final : public Witness {
 public:
  // Of an exchange with the names of exchange_config.h, and at most so many traders.
  explicit Judge(unsigned traders = 16, Audits audits = Audits::NowAndThen);
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  // ---- From the gateway

  // For SimulatedGateway::Settings; each process of a run has the same one.
  [[nodiscard]] SimulatedGateway::Observer& observer() noexcept { return observer_; }

  void durable(const matching::TransactionView& transaction);

  // The process has ended, however that came. The next one finds what is in its log.
  void gateway_ended();

  // Between two steps of a gateway that is up: its engine. Looks at the whole state as often as
  // Audits says, and once behind each start.
  void look(const matching::Engine& live);

  // ---- From the clients: Witness
  void joins(const std::string& comp_id) override;
  void told(const std::string& comp_id, const client::Message& message) override;
  void shown(const std::string& symbol, const client::ClientBook& book, int depth) override;
  void fault(const std::string& comp_id, const std::string& what) override;

  [[nodiscard]] const std::vector<std::string>& symbols() const override {
    return books_.symbols();
  }

  void is_settled(const std::string& comp_id) override;
  [[nodiscard]] bool may_leave(const std::string& comp_id) const override;
  [[nodiscard]] std::string why_it_stays(const std::string& comp_id) const override;
  void leaves(const std::string& comp_id, const test::TradingRecord* record) override;

  // ---- The end

  // Everybody has left, and the gateway is idle: its engine.
  void finish(const matching::Engine& live, const std::vector<Client*>& clients);

  // What was found since the last call; empty: nothing.
  [[nodiscard]] std::vector<std::string> take_faults();

  // Journaled so far.
  [[nodiscard]] std::uint64_t events() const noexcept { return log_.last().value(); }

 private:
  class Observer final : public SimulatedGateway::Observer {
   public:
    explicit Observer(Judge& judge) noexcept : judge_{judge} {}

    void durable(const matching::TransactionView& transaction) override {
      judge_.durable(transaction);
    }

   private:
    Judge& judge_;
  };

  // How far a client is.
  enum class Standing : std::uint8_t { Asks, Settled, Left };

  void take(const matching::TransactionView& transaction);
  void find(std::string fault);
  void find_all(std::string_view who, std::vector<std::string> faults);

  Observer observer_{*this};
  DurableLog log_;
  Replica replica_;
  OwedReports owed_;
  BookHistory books_;
  test::JournalAccountant accountant_;
  std::map<std::string, Standing> standings_;                  // of clients, by CompID
  std::map<std::string, client::ExecutionReport> executions_;  // of all that have left
  std::vector<std::string> faults_;
  std::optional<matching::EventSeq> first_left_;  // what was durable when the first one left
  bool starts_ = true;                            // no engine was looked at since the process began
  bool lost_ = false;  // what it knows of the log is not to be trusted any more
};

}  // namespace betex::sim
