// What gateways that share a log have acknowledged, held against each other and against the log.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::sim {

class Acknowledged {
 public:
  // A transaction that `who`, a gateway or the log, says is durable: a fault where somebody has
  // said something else of one of its events.
  void take(std::string_view who, const matching::TransactionView& transaction);

  // A fault where anything was acknowledged that is behind `end`, the end of the log.
  void compare_end(matching::EventSeq end);

  void add_fault(std::string what);

  // The first few; empty: all is well.
  [[nodiscard]] const std::vector<std::string>& faults() const noexcept { return faults_; }

  // The last one.
  [[nodiscard]] matching::EventSeq last() const;

 private:
  struct Transaction {
    matching::EventSeq last;
    std::string who;  // has said it first
    std::string bytes;
  };

  std::map<matching::EventSeq, Transaction> by_first_;
  std::vector<std::string> faults_;
};

}  // namespace betex::sim
