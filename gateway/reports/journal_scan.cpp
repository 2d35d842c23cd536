#include "gateway/reports/journal_scan.h"

#include "matching/assert.h"

namespace betex::gateway {

void JournalScan::go_to(matching::EventSeq from, const OpenTransactionSource& open) {
  const bool is_here = here_ && here_->first_seq <= from && from <= here_->last_seq();
  const bool is_next = source_ != nullptr && !here_ && next_ == from;
  if (is_here || is_next) {
    return;
  }
  here_.reset();
  source_ = open(from);
  next_ = from;
}

const std::optional<matching::TransactionView>& JournalScan::here() {
  BETEX_ASSERT(source_ != nullptr);
  if (!here_) {
    here_ = source_->next();
  }
  return here_;
}

void JournalScan::pass() {
  BETEX_ASSERT(here_.has_value());
  next_ = here_->last_seq().next();
  here_.reset();
}

void JournalScan::close() {
  here_.reset();
  source_.reset();
}

}  // namespace betex::gateway
