// The log as it was told to be durable, over all processes of a run: what a later one finds in it
// must be what an earlier one has said is there, to the byte, and nothing may lack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::sim {

// One thread at a time.
class DurableLog {
 public:
  // A process begins, which tells again of what it finds.
  void begin_process() noexcept { next_.reset(); }

  enum class News : std::uint8_t {
    New,    // behind all that was known
    Known,  // and the same
    Wrong,  // fault() says what
  };

  // The next one that the process tells of; its first one may be any that is known, or the next.
  News take(const matching::TransactionView& transaction);

  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

  // Of the last transaction; zeros at first.
  [[nodiscard]] matching::EventSeq last() const noexcept {
    return entries_.empty() ? matching::EventSeq{} : entries_.back().last;
  }

 private:
  struct Entry {
    matching::EventSeq first;
    matching::EventSeq last;
    std::uint64_t hash = 0;  // of its header and its events
  };

  News wrong(std::string what);
  [[nodiscard]] std::optional<std::size_t> place_of(matching::EventSeq first) const;

  std::vector<Entry> entries_;
  std::optional<std::size_t> next_;  // which entry the process tells of next
  std::string fault_;
};

}  // namespace betex::sim
