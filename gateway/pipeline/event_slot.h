// What stands in a slot of the event ring: a transaction, a barrier that carries a request which
// changes nothing past the journal, or a part of an answer that only the engine knows. The ring
// itself knows only bytes and a tag.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/link/session_link.h"
#include "gateway/reports/dry_run_part.h"
#include "gateway/reports/positions_part.h"
#include "gateway/ring/event_batch.h"
#include "matching/info.h"
#include "matching/transaction.h"

namespace betex::gateway {

enum class SlotTag : std::uint32_t {
  Transaction = 1,
  StatusBarrier = 2,
  Positions = 3,
  NetworkBarrier = 4,
  DryRun = 5,
};

// Requests that the report stage answers from what it knows, and that are small.
using BarrierQuery = std::
    variant<OrderStatusQuery, MassStatusQuery, SecurityListQuery, SecurityStatusQuery, ReplayQuery>;

// One of them on its way to the report stage.
struct StatusBarrier {
  BarrierQuery query;
  matching::OrderId order;  // that an OrderStatusQuery means, found by the match stage; 0: unknown
  matching::Timestamp asked_at;
};

static_assert(std::is_trivially_copyable_v<StatusBarrier>);

// In front of the CompIDs that a NetworkStatusQuery names.
struct NetworkBarrier {
  matching::SessionId session;
  std::uint32_t named = 0;
  matching::Name network_request_id;
};

static_assert(std::is_trivially_copyable_v<NetworkBarrier>);

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

[[nodiscard]] inline std::size_t slot_size(const NetworkStatusQuery& query) noexcept {
  return sizeof(NetworkBarrier) + query.comp_ids.size() * sizeof(matching::Name);
}

// `slot` has slot_size(query) bytes.
inline void write_slot(std::span<std::byte> slot, const NetworkStatusQuery& query) noexcept {
  const NetworkBarrier barrier{.session = query.session,
                               .named = static_cast<std::uint32_t>(query.comp_ids.size()),
                               .network_request_id = query.network_request_id};
  std::memcpy(slot.data(), &barrier, sizeof barrier);
  if (!query.comp_ids.empty()) {
    std::memcpy(slot.data() + sizeof barrier,
                query.comp_ids.data(),
                query.comp_ids.size() * sizeof(matching::Name));
  }
}

// Without its sequence number, which has done its work.
[[nodiscard]] inline NetworkStatusQuery read_network_query(const EventSlot& slot) {
  NetworkBarrier barrier{};
  std::memcpy(static_cast<void*>(&barrier), slot.payload.data(), sizeof barrier);
  std::vector<matching::Name> comp_ids(barrier.named);
  if (!comp_ids.empty()) {
    std::memcpy(static_cast<void*>(comp_ids.data()),
                slot.payload.data() + sizeof barrier,
                comp_ids.size() * sizeof(matching::Name));
  }
  return {.session = barrier.session,
          .msg_seq_num = {},
          .network_request_id = barrier.network_request_id,
          .comp_ids = std::move(comp_ids)};
}

[[nodiscard]] inline DryRunPart read_dry_run_part(const EventSlot& slot) noexcept {
  DryRunPart part{};
  std::memcpy(static_cast<void*>(&part), slot.payload.data(), sizeof part);
  return part;
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
