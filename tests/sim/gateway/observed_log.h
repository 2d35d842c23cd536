// The journal's log, beside which somebody hears of each transaction once it is durable.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "gateway/reports/transaction_log.h"
#include "matching/transaction.h"
#include "tests/sim/gateway/simulated_gateway.h"

namespace betex::sim {

class ObservedLog final : public gateway::TransactionLog {
 public:
  // The observer must outlive it.
  ObservedLog(std::unique_ptr<gateway::TransactionLog> log, SimulatedGateway::Observer& observer)
      : log_{std::move(log)}, observer_{observer} {}

  void append(const matching::TransactionView& transaction) override {
    log_->append(transaction);
    appended_.push_back({.header = transaction.header,
                         .first_seq = transaction.first_seq,
                         .events = {transaction.events.begin(), transaction.events.end()}});
  }

  void commit() override {
    log_->commit();
    for (const Transaction& each : appended_) {
      observer_.durable(
          {.header = each.header, .first_seq = each.first_seq, .events = each.events});
    }
    appended_.clear();
  }

  void confirm() override { log_->confirm(); }

 private:
  struct Transaction {
    matching::TransactionHeader header;
    matching::EventSeq first_seq;
    std::vector<std::byte> events;
  };

  const std::unique_ptr<gateway::TransactionLog> log_;
  SimulatedGateway::Observer& observer_;
  std::vector<Transaction> appended_;  // not durable yet
};

}  // namespace betex::sim
