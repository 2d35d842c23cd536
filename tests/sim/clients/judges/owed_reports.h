// Which reports each session is owed, by what is durable, and what they say; held against what its
// client is told: no report of what is not durable, each once, unless it is marked as told again,
// and then the same.
//
// A report is a function of its event. Which ones there are is therefore taken from the gateway's
// own function (gateway/reports), applied here to the durable log alone; whether it is the right
// function is other tests' business (tests/gateway/reports, tests/conformance), and what a client
// concludes from its reports that of its record (tests/crash/trading_faults.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/client/message.h"
#include "gateway/reports/audience.h"
#include "matching/transaction.h"

namespace betex::sim {

// One thread at a time.
class OwedReports {
 public:
  // `members`: the sessions that there are.
  explicit OwedReports(const std::vector<gateway::AudienceMember>& members);
  ~OwedReports();
  OwedReports(const OwedReports&) = delete;
  OwedReports& operator=(const OwedReports&) = delete;

  // The next durable transaction.
  void take(const matching::TransactionView& transaction);

  // What is wrong with this message for this session's client; empty: nothing.
  [[nodiscard]] std::string told(const std::string& comp_id, const client::Message& message);

  // Reports that the session's client has not been told yet.
  [[nodiscard]] std::size_t owed_to(const std::string& comp_id) const;

  // "12-1, 15-2 …": which these are, for people; at most a few.
  [[nodiscard]] std::string which_to(const std::string& comp_id) const;

 private:
  struct Key {
    std::uint64_t event = 0;
    std::uint32_t leg = 0;

    friend auto operator<=>(const Key&, const Key&) = default;
  };

  struct Owed {
    std::string body;  // as body_of() has it
    bool told = false;
  };

  struct Account {
    gateway::AudienceMember member;
    std::map<Key, Owed> reports;
    std::map<std::uint32_t, Key> rejects;  // Reject(3), by the number of the message
    std::size_t untold = 0;
  };

  class Receiver;
  struct State;

  [[nodiscard]] static std::string id_text(const Key& key);
  void take_reject(const std::string& comp_id, const client::Message& message);

  std::unordered_map<std::string, Account> accounts_;  // by CompID
  std::unique_ptr<State> state_;
};

}  // namespace betex::sim
