// An account's statement on standard output: aligned columns for people, or JSON lines.
#pragma once

#include <string>

#include "journal/format.h"
#include "journal/tool/account_entries.h"
#include "journal/tool/output.h"
#include "matching/types.h"

namespace betex::journal {

// All throw OutputFailed.
class StatementPrinter {
 public:
  explicit StatementPrinter(OutputStyle style) : style_{style} {}

  // What it is a statement of.
  void print_head(const Line& head) const;

  // What was moved before the event `before`, and is not shown.
  void print_brought_forward(EventSeq before, matching::WideMoney balance) const;

  void print_entry(const AccountEntry& entry) const;

 private:
  OutputStyle style_;
};

// Mu as major units, with all four decimals: "-0.0300".
[[nodiscard]] std::string in_units(matching::WideMoney money);

}  // namespace betex::journal
