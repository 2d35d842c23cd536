#include "tests/sim/gateway/acknowledged.h"

#include <cstddef>
#include <iterator>
#include <utility>

namespace betex::sim {
namespace {

std::string bytes_of(const matching::TransactionView& transaction) {
  std::string bytes{reinterpret_cast<const char*>(&transaction.header), sizeof transaction.header};
  bytes.append(reinterpret_cast<const char*>(transaction.events.data()), transaction.events.size());
  return bytes;
}

}  // namespace

void Acknowledged::take(std::string_view who, const matching::TransactionView& transaction) {
  const matching::EventSeq first = transaction.first_seq;
  const matching::EventSeq last = transaction.last_seq();
  const auto behind = by_first_.upper_bound(last);
  const auto known = behind == by_first_.begin() ? by_first_.end() : std::prev(behind);
  if (known == by_first_.end() || known->second.last < first) {
    by_first_.emplace(
        first, Transaction{.last = last, .who = std::string{who}, .bytes = bytes_of(transaction)});
  } else if (known->first != first || known->second.bytes != bytes_of(transaction)) {
    add_fault("event " + std::to_string(first.value()) + " is one thing for " + known->second.who +
              " and another one for " + std::string{who});
  }
}

void Acknowledged::compare_end(matching::EventSeq end) {
  if (last() > end) {
    add_fault(by_first_.rbegin()->second.who + " has acknowledged event " +
              std::to_string(last().value()) + ", and the log ends at event " +
              std::to_string(end.value()));
  }
}

void Acknowledged::add_fault(std::string what) {
  constexpr std::size_t kMost = 5;
  if (faults_.size() < kMost) {
    faults_.push_back(std::move(what));
  }
}

matching::EventSeq Acknowledged::last() const {
  return by_first_.empty() ? matching::EventSeq{} : by_first_.rbegin()->second.last;
}

}  // namespace betex::sim
