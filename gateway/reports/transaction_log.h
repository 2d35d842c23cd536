// The journal as the stages see it: a writer that makes transactions durable, and a way to read
// them again from any place. The gateway's are journal::Journal's; tests hold a commit back here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

#include "matching/transaction.h"

namespace betex::gateway {

// *Owned by the journal thread.*
class TransactionLog {
 public:
  virtual ~TransactionLog() = default;

  // The next transaction; not durable yet. The bytes are not needed after the return.
  virtual void append(const matching::TransactionView& transaction) = 0;

  // All that was appended is durable when this returns. Throws if it can't be: then nothing since
  // the last commit may ever be acknowledged, and the process stops.
  virtual void commit() = 0;

  // Returns if no other node has begun to append at a moment after the call: what is told next may
  // be of events that were committed before. Throws like commit().
  virtual void confirm() {}
};

// What was asked for is in no segment any more.
class TransactionsNotKept : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Committed transactions in order. *Owned by the thread that has opened it.*
class TransactionSource {
 public:
  virtual ~TransactionSource() = default;

  // None at the end of what is committed by now. Valid until the next call.
  [[nodiscard]] virtual std::optional<matching::TransactionView> next() = 0;
};

// Opens a source whose first transaction is the one that holds event `first`.
using OpenTransactionSource =
    std::function<std::unique_ptr<TransactionSource>(matching::EventSeq first)>;

}  // namespace betex::gateway
