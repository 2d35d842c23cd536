// A transaction: all the events of one command, the unit of the journal and of every ring slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "matching/events.h"
#include "matching/types.h"

namespace betex::matching {

// Fixed layout, journaled as it is. The event sequences follow from the journal's key.
struct TransactionHeader {
  TxId tx_id;
  Timestamp timestamp;
  std::uint32_t event_count = 0;
  std::uint32_t events_size = 0;  // bytes of the events that follow
  SessionId origin_session;
  SessionEpoch origin_epoch;
  MsgSeqNum origin_msg_seq_num;
  std::uint16_t command_kind = 0;  // index of the alternative in CommandBody, from 1
  std::uint16_t reserved = 0;
  std::uint64_t command_digest = 0;  // of an operator's request: what Command::digest says
};

static_assert(sizeof(TransactionHeader) == 48 &&
              std::has_unique_object_representations_v<TransactionHeader>);

// A whole transaction in somebody else's memory: the engine's buffer, a ring's arena, a map of the
// journal. Whoever hands it out says how long it lives. `events` is aligned to 8.
struct TransactionView {
  TransactionHeader header;
  EventSeq first_seq;  // of its first event
  std::span<const std::byte> events;

  [[nodiscard]] EventSeq last_seq() const noexcept {
    return EventSeq{first_seq.value() + header.event_count - 1};
  }
};

// Calls `visit(seq, event)` with each event, typed, in order; the event is valid during the call.
// The bytes must be well formed: the engine wrote them, or the journal's codec has checked them.
template <typename Visitor>
void for_each_event(const TransactionView& transaction, Visitor&& visit) {
  const std::byte* at = transaction.events.data();
  const std::byte* const end = at + transaction.events.size();
  EventSeq seq = transaction.first_seq;
  while (at != end) {
    const auto& header = *reinterpret_cast<const EventHeader*>(at);
    const bool known = with_event_type(header.kind, [&]<typename Event>(std::type_identity<Event>) {
      visit_event<Event>(at, [&](const Event& event) { visit(seq, event); });
    });
    BETEX_ASSERT(known);
    at += header.size;
    seq = seq.next();
  }
}

}  // namespace betex::matching
