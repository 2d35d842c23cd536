// Transactions made by hand, without an engine. What transaction n holds follows from n alone, so
// that a reader in another process can tell whether it got the right one.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "matching/transaction.h"

namespace betex::test {

// Bytes of events, one after the other, aligned as a TransactionView wants them.
class EventBytes {
 public:
  template <typename Event>
  void add(Event event) {
    event.header.kind = Event::kKind;
    event.header.size = sizeof(Event);
    add_bytes(std::as_bytes(std::span{&event, 1}));
    ++count_;
  }

  template <matching::HasTail Event>
  void add(Event event, const std::vector<typename Event::Tail>& tail) {
    const auto parts = std::as_bytes(std::span{tail});
    event.header.kind = Event::kKind;
    event.header.size = static_cast<std::uint32_t>(sizeof(Event) + parts.size());
    event.count = static_cast<std::uint32_t>(tail.size());
    add_bytes(std::as_bytes(std::span{&event, 1}));
    add_bytes(parts);
    ++count_;
  }

  void clear() {
    words_.clear();
    count_ = 0;
  }

  [[nodiscard]] std::span<const std::byte> bytes() const {
    return std::as_bytes(std::span{words_});
  }

  [[nodiscard]] std::span<std::byte> writable_bytes() {
    return std::as_writable_bytes(std::span{words_});
  }

  [[nodiscard]] std::uint32_t count() const { return count_; }

  // The first event.
  [[nodiscard]] const matching::EventHeader& front() const {
    return *reinterpret_cast<const matching::EventHeader*>(words_.data());
  }

 private:
  void add_bytes(std::span<const std::byte> bytes) {
    const std::size_t at = words_.size();
    words_.resize(at + bytes.size() / sizeof(std::uint64_t));
    std::ranges::copy(bytes, writable_bytes().subspan(at * sizeof(std::uint64_t)).begin());
  }

  std::vector<std::uint64_t> words_;
  std::uint32_t count_ = 0;
};

// Fills `events` with those of transaction `tx_id`: one to four, of different kinds and sizes.
inline void make_events(matching::TxId tx_id, EventBytes& events) {
  const std::uint64_t n = tx_id.value();
  events.clear();
  matching::InboundRefused refused;
  refused.session = matching::SessionId{static_cast<std::uint32_t>(n % 7 + 1)};
  refused.msg_seq_num = matching::MsgSeqNum{static_cast<std::uint32_t>(n)};
  refused.reason = matching::Reason::Throttled;
  refused.answer = matching::RefuseInbound::Answer::BusinessReject;
  refused.msg_type = matching::Text<7>{"D"};
  refused.cl_ord_id = matching::ClOrdId{"order-" + std::to_string(n)};
  events.add(refused);
  for (std::uint64_t i = 0; i < n % 4; ++i) {
    matching::OrderRested rested;
    rested.header.market = matching::MarketId{1};
    rested.header.market_seq = n * 4 + i;
    rested.order = matching::OrderId{n};
    rested.leaves_qty = matching::Quantity{static_cast<std::int64_t>(n * 100 + i)};
    events.add(rested);
  }
}

inline matching::TransactionHeader make_transaction_header(matching::TxId tx_id,
                                                           const EventBytes& events) {
  matching::TransactionHeader header;
  header.tx_id = tx_id;
  header.timestamp = matching::Timestamp{1'700'000'000'000'000'000 +
                                         static_cast<std::int64_t>(tx_id.value()) * 1000};
  header.event_count = events.count();
  header.events_size = static_cast<std::uint32_t>(events.bytes().size());
  header.origin_session = matching::SessionId{3};
  header.origin_msg_seq_num = matching::MsgSeqNum{static_cast<std::uint32_t>(tx_id.value())};
  header.command_kind = 1;
  return header;
}

// What journal_child commits with write-large: so many transactions, then one of so many events.
inline constexpr std::uint64_t kBeforeLarge = 3;
inline constexpr std::uint32_t kLargeEvents = 60'000;

// Gives transactions 1, 2, 3, ...; each view is valid until the next call.
class TransactionMaker {
 public:
  TransactionMaker() = default;

  // Goes on behind transaction `last`, whose last event is `last_seq`.
  TransactionMaker(matching::TxId last, matching::EventSeq last_seq)
      : tx_id_{last}, last_seq_{last_seq} {}

  matching::TransactionView next() {
    tx_id_ = tx_id_.next();
    make_events(tx_id_, events_);
    matching::TransactionView view;
    view.header = make_transaction_header(tx_id_, events_);
    view.first_seq = last_seq_.next();
    view.events = events_.bytes();
    last_seq_ = view.last_seq();
    return view;
  }

  [[nodiscard]] matching::TxId last_tx_id() const { return tx_id_; }

  [[nodiscard]] matching::EventSeq last_seq() const { return last_seq_; }

 private:
  matching::TxId tx_id_;
  matching::EventSeq last_seq_;
  EventBytes events_;
};

// Is it exactly what a TransactionMaker gives at its place?
inline bool is_genuine(const matching::TransactionView& transaction) {
  EventBytes events;
  make_events(transaction.header.tx_id, events);
  const matching::TransactionHeader header =
      make_transaction_header(transaction.header.tx_id, events);
  return std::memcmp(&header, &transaction.header, sizeof(header)) == 0 &&
         transaction.events.size() == events.bytes().size() &&
         std::memcmp(transaction.events.data(), events.bytes().data(), events.bytes().size()) == 0;
}

}  // namespace betex::test
