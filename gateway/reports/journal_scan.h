// One place in the journal from which sessions that lag are served, however many of them: it reads
// on from there, and opens the journal anew only to go elsewhere. *Owned by the report thread.*
#pragma once

#include <memory>
#include <optional>

#include "gateway/reports/transaction_log.h"
#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::gateway {

class JournalScan {
 public:
  // What comes next is the transaction that holds event `from`.
  void go_to(matching::EventSeq from, const OpenTransactionSource& open);

  // The transaction here; none at the end of what is committed by now. Valid until the next call
  // of anything but this.
  [[nodiscard]] const std::optional<matching::TransactionView>& here();

  // Goes on to the next one; there must be one here.
  void pass();

  // Gives back what it holds of the journal.
  void close();

 private:
  std::unique_ptr<TransactionSource> source_;
  std::optional<matching::TransactionView> here_;
  matching::EventSeq next_;  // the first event of what comes next
};

}  // namespace betex::gateway
