// What stands in a slot of the event ring: a transaction, a barrier that carries a status request
// past the journal, or a part of an answer that only the engine knows. The ring itself knows only
// bytes and a tag.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "gateway/link/session_link.h"
#include "gateway/reports/positions_part.h"
#include "gateway/ring/event_batch.h"
#include "matching/info.h"
#include "matching/transaction.h"

namespace betex::gateway {

enum class SlotTag : std::uint32_t { Transaction = 1, StatusBarrier = 2, Positions = 3 };

// A request that changes nothing, on its way to the report stage.
struct StatusBarrier {
  Query query;
  matching::OrderId order;  // that an OrderStatusQuery means, found by the match stage; 0: unknown
  matching::Timestamp asked_at;
};

static_assert(std::is_trivially_copyable_v<StatusBarrier>);

// When a command was put on the command ring; 0: it came from elsewhere, or nobody noted it.
using SubmitTime = std::chrono::steady_clock::time_point;

// In front of a transaction's events.
struct TransactionPrefix {
  matching::TransactionHeader header;
  matching::EventSeq first_seq;
  SubmitTime submitted_at;
};

static_assert(sizeof(TransactionPrefix) % 8 == 0, "the events behind it stay aligned");

[[nodiscard]] inline std::size_t slot_size(const matching::TransactionView& transaction) noexcept {
  return sizeof(TransactionPrefix) + transaction.events.size();
}

// `slot` has slot_size(transaction) bytes.
inline void write_slot(std::span<std::byte> slot,
                       const matching::TransactionView& transaction,
                       SubmitTime submitted_at = {}) noexcept {
  const TransactionPrefix prefix{transaction.header, transaction.first_seq, submitted_at};
  std::memcpy(slot.data(), &prefix, sizeof prefix);
  std::memcpy(slot.data() + sizeof prefix, transaction.events.data(), transaction.events.size());
}

[[nodiscard]] inline TransactionPrefix read_prefix(const EventSlot& slot) noexcept {
  TransactionPrefix prefix;
  std::memcpy(static_cast<void*>(&prefix), slot.payload.data(), sizeof prefix);
  return prefix;
}

// The view lives as long as the slot: until its consumer releases it.
[[nodiscard]] inline matching::TransactionView read_transaction(const EventSlot& slot) noexcept {
  const TransactionPrefix prefix = read_prefix(slot);
  return {prefix.header, prefix.first_seq, slot.payload.subspan(sizeof prefix)};
}

[[nodiscard]] inline StatusBarrier read_status_barrier(const EventSlot& slot) noexcept {
  StatusBarrier barrier{};
  std::memcpy(static_cast<void*>(&barrier), slot.payload.data(), sizeof barrier);
  return barrier;
}

[[nodiscard]] inline std::size_t slot_size(const PositionsPart& part) noexcept {
  return sizeof(PositionsPart) + part.runners * sizeof(matching::RunnerBets);
}

// `runners` are as many as the part says, `slot` has slot_size(part) bytes.
inline void write_slot(std::span<std::byte> slot,
                       const PositionsPart& part,
                       std::span<const matching::RunnerBets> runners) noexcept {
  std::memcpy(slot.data(), &part, sizeof part);
  if (!runners.empty()) {
    std::memcpy(slot.data() + sizeof part, runners.data(), runners.size_bytes());
  }
}

[[nodiscard]] inline PositionsPart read_positions_part(const EventSlot& slot) noexcept {
  PositionsPart part{};
  std::memcpy(static_cast<void*>(&part), slot.payload.data(), sizeof part);
  return part;
}

// Valid as long as the slot.
[[nodiscard]] inline std::span<const matching::RunnerBets> runners_of(
    const EventSlot& slot, const PositionsPart& part) noexcept {
  return {reinterpret_cast<const matching::RunnerBets*>(slot.payload.data() + sizeof part),
          part.runners};
}

}  // namespace betex::gateway
