#include "tests/sim/clients/judges/durable_log.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace betex::sim {
namespace {

using matching::EventSeq;
using matching::TransactionView;

std::uint64_t hash_of(const TransactionView& transaction) {
  const auto text = [](const void* data, std::size_t size) {
    return std::string_view{static_cast<const char*>(data), size};
  };
  constexpr std::hash<std::string_view> kHash;
  const std::uint64_t header = kHash(text(&transaction.header, sizeof transaction.header));
  const std::uint64_t events = kHash(text(transaction.events.data(), transaction.events.size()));
  return header * 31 + events;
}

}  // namespace

DurableLog::News DurableLog::wrong(std::string what) {
  fault_ = std::move(what);
  return News::Wrong;
}

// That of the transaction which begins with this event, or the end.
std::optional<std::size_t> DurableLog::place_of(EventSeq first) const {
  if (first == last().next()) {
    return entries_.size();
  }
  const auto found = std::lower_bound(
      entries_.begin(), entries_.end(), first, [](const Entry& entry, EventSeq event) {
        return entry.first < event;
      });
  if (found == entries_.end() || found->first != first) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - entries_.begin());
}

DurableLog::News DurableLog::take(const TransactionView& transaction) {
  const EventSeq first = transaction.first_seq;
  const auto name = [first] { return "the transaction of event " + std::to_string(first.value()); };
  const std::optional<std::size_t> place = place_of(first);
  if (!place || (next_ && *place != *next_)) {
    return wrong(name() + " does not follow what came before, up to event " +
                 std::to_string(last().value()));
  }
  next_ = *place + 1;
  const Entry entry{.first = first, .last = transaction.last_seq(), .hash = hash_of(transaction)};
  if (*place == entries_.size()) {
    entries_.push_back(entry);
    return News::New;
  }
  const Entry& known = entries_[*place];
  if (known.last != entry.last || known.hash != entry.hash) {
    return wrong(name() + " is another one than the one that was durable before");
  }
  return News::Known;
}

}  // namespace betex::sim
