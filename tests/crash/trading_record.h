// What one client of the crash test knows from its own messages alone: everything that it sent, and
// everything that it was told. It judges whether that is a complete and consistent account.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/client/order_entry.h"

namespace betex::test {

struct OrderRecord {
  client::NewOrder sent;
  std::vector<client::ExecutionReport> reports;

  [[nodiscard]] bool accepted() const { return !reports.empty() && reports[0].exec_type == '0'; }

  [[nodiscard]] bool live() const { return accepted() && !reports.back().terminal(); }
};

// What a settlement report said, in its own texts; News in words on FIX.4.4.
struct PaymentRecord {
  std::string text;
};

struct CancelRecord {
  client::CancelRequest sent;
  std::size_t answers = 0;
};

// One thread at a time.
class TradingRecord {
 public:
  // Before the message is sent.
  void sending(const client::NewOrder& order);
  void sending(const client::CancelRequest& request);

  // Every message that the session gave, in its order.
  void told(const client::Message& message);

  [[nodiscard]] const std::map<std::string, OrderRecord>& orders() const { return orders_; }

  // Every ExecutionReport but status answers, by ExecID.
  [[nodiscard]] const std::map<std::string, client::ExecutionReport>& executions() const {
    return executions_;
  }

  // Every settlement report, by its report id.
  [[nodiscard]] const std::map<std::string, PaymentRecord>& payments() const { return payments_; }

  // Reports of money that was moved by the operator, by report id.
  [[nodiscard]] const std::map<std::string, PaymentRecord>& movements() const { return movements_; }

  // ClOrdIDs of cancel requests that were answered with an OrderCancelReject.
  [[nodiscard]] const std::set<std::string>& refused_cancels() const { return refused_cancels_; }

  // The last answer to the status request with this id.
  [[nodiscard]] std::optional<client::ExecutionReport> status(const std::string& id) const;

  // Requests without a final answer.
  [[nodiscard]] std::size_t outstanding() const { return outstanding_.size(); }

  // Everything that contradicts the rules, by now; empty when all is well and nothing outstanding.
  [[nodiscard]] std::vector<std::string> faults() const;

  // Reports that came again, marked 97=Y, with the contents that they had.
  [[nodiscard]] std::size_t repeated() const { return repeated_; }

  void add_fault(std::string fault) { faults_.push_back(std::move(fault)); }

 private:
  [[nodiscard]] bool told_before(const client::Report& report) const;
  void told(const client::ExecutionReport& report);
  void told(const client::CancelReject& reject);
  bool told_of_money(const client::Message& message);
  bool told_of_a_market(const client::Message& message);

  std::map<std::string, OrderRecord> orders_;
  std::map<std::string, PaymentRecord> payments_;
  std::map<std::string, PaymentRecord> movements_;
  std::set<std::string> market_changes_;  // report ids
  std::map<std::string, CancelRecord> cancels_;
  std::map<std::string, client::ExecutionReport> executions_;
  std::map<std::string, client::ExecutionReport> statuses_;
  std::set<std::string> refused_cancels_;
  std::set<std::string> outstanding_;
  std::vector<std::string> faults_;
  std::size_t repeated_ = 0;
};

[[nodiscard]] bool is_binary(const std::string& symbol);

// Quantities as the engine counts them: hundredths of a stake, or contracts.
[[nodiscard]] std::int64_t quantity_units(const std::string& symbol, const std::string& quantity);

}  // namespace betex::test
