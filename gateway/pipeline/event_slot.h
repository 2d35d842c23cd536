// What stands in a slot of the event ring: a transaction, or a barrier that carries a status
// request past the journal. The ring itself knows only bytes and a tag.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "gateway/link/session_link.h"
#include "gateway/ring/event_batch.h"
#include "matching/transaction.h"

namespace betex::gateway {

enum class SlotTag : std::uint32_t { Transaction = 1, StatusBarrier = 2 };

// A request that changes nothing, on its way to the report stage.
struct StatusBarrier {
  Query query;
  matching::OrderId order;  // that an OrderStatusQuery means, found by the match stage; 0: unknown
  matching::Timestamp asked_at;
};

static_assert(std::is_trivially_copyable_v<StatusBarrier>);

// In front of a transaction's events.
struct TransactionPrefix {
  matching::TransactionHeader header;
  matching::EventSeq first_seq;
};

static_assert(sizeof(TransactionPrefix) % 8 == 0, "the events behind it stay aligned");

[[nodiscard]] inline std::size_t slot_size(const matching::TransactionView& transaction) noexcept {
  return sizeof(TransactionPrefix) + transaction.events.size();
}

// `slot` has slot_size(transaction) bytes.
inline void write_slot(std::span<std::byte> slot,
                       const matching::TransactionView& transaction) noexcept {
  const TransactionPrefix prefix{transaction.header, transaction.first_seq};
  std::memcpy(slot.data(), &prefix, sizeof prefix);
  std::memcpy(slot.data() + sizeof prefix, transaction.events.data(), transaction.events.size());
}

// The view lives as long as the slot: until its consumer releases it.
[[nodiscard]] inline matching::TransactionView read_transaction(const EventSlot& slot) noexcept {
  TransactionPrefix prefix;
  std::memcpy(&prefix, slot.payload.data(), sizeof prefix);
  return {prefix.header, prefix.first_seq, slot.payload.subspan(sizeof prefix)};
}

[[nodiscard]] inline StatusBarrier read_status_barrier(const EventSlot& slot) noexcept {
  StatusBarrier barrier{};
  std::memcpy(static_cast<void*>(&barrier), slot.payload.data(), sizeof barrier);
  return barrier;
}

}  // namespace betex::gateway
