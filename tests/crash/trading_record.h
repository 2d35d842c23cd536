// What one client knows from its own messages alone: everything that it sent, and everything that
// it was told. It judges whether that is a complete and consistent account.
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
  std::size_t times_sent = 1;  // with 97=Y again, each under a number of its own
  std::size_t answers = 0;     // there is one for each of these

  // Whatever has been sent again: what is refused has no other report.
  [[nodiscard]] bool accepted() const {
    return !reports.empty() && reports.back().exec_type != '8';
  }

  [[nodiscard]] bool live() const { return accepted() && !reports.back().terminal(); }
};

// What a settlement report said, in its own texts; News in words on FIX.4.4.
struct PaymentRecord {
  std::string text;
};

// A request to cancel or to replace an order.
struct ChangeRecord {
  std::string order;  // the ClOrdID that it was placed with
  bool replaces = false;
  std::size_t times_sent = 1;
  std::size_t answers = 0;  // there is one for each of these
};

// One thread at a time.
class TradingRecord {
 public:
  // Before the message is sent.
  void sending(const client::NewOrder& order);
  // These name their order by OrigClOrdID(41), by any id of its chain.
  void sending(const client::CancelRequest& request);
  void sending(const client::ReplaceRequest& request);

  // The order or request with this id goes out once more, under another number and with 97=Y.
  void sending_again(const std::string& id);

  // Another request, which one message answers: `answered` tells that it has come.
  void asking(const std::string& id) { outstanding_.insert(id); }

  void answered(const std::string& id);

  // One of the messages with this id was refused as a message (j or 3): it has done nothing.
  void refused_as_message(const std::string& id);

  // Every message that the session gave, in its order, but for answers to other requests.
  void told(const client::Message& message);

  // The ClOrdID that the order was placed with which has this id in its chain; empty: there is
  // none.
  [[nodiscard]] std::string root_of(const std::string& id) const;

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

  // Messages without a final answer.
  [[nodiscard]] std::size_t outstanding() const { return outstanding_.size(); }

  // One of them; there must be one.
  [[nodiscard]] const std::string& first_outstanding() const { return *outstanding_.begin(); }

  // Everything that contradicts the rules, by now; empty when all is well and nothing outstanding.
  [[nodiscard]] std::vector<std::string> faults() const;

  // What messages have said that cannot be, whatever comes later; in the order in which they came.
  [[nodiscard]] const std::vector<std::string>& contradictions() const noexcept { return faults_; }

  // Reports that came again, marked 97=Y, with the contents that they had.
  [[nodiscard]] std::size_t repeated() const { return repeated_; }

  void add_fault(std::string fault) { faults_.push_back(std::move(fault)); }

 private:
  [[nodiscard]] bool told_before(const client::Message& message,
                                 const client::Report& report) const;
  void told(const client::ExecutionReport& report);
  void told(const client::CancelReject& reject, const std::string& report_id);
  void told_how_it_stands(const client::ExecutionReport& status);
  void sending_change(const std::string& id, const std::string& of, bool replaces);
  bool told_of_money(const client::Message& message);
  bool told_of_a_market(const client::Message& message);

  std::map<std::string, OrderRecord> orders_;
  std::map<std::string, PaymentRecord> payments_;
  std::map<std::string, PaymentRecord> movements_;
  std::set<std::string> market_changes_;  // report ids
  std::map<std::string, ChangeRecord> changes_;
  std::map<std::string, client::ExecutionReport> executions_;
  std::map<std::string, client::ExecutionReport> statuses_;
  std::set<std::string> standings_;  // ExecIDs of answers to orders that were sent again
  std::set<std::string> refused_cancels_;
  std::set<std::string> refusals_;          // their report ids
  std::multiset<std::string> outstanding_;  // ids, each as often as it waits
  std::vector<std::string> faults_;
  std::size_t repeated_ = 0;
};

[[nodiscard]] bool is_binary(const std::string& symbol);

// Quantities as the engine counts them: hundredths of a stake, or contracts.
[[nodiscard]] std::int64_t quantity_units(const std::string& symbol, const std::string& quantity);

}  // namespace betex::test
