// A log that a test writes by hand: transactions of whatever events it wants, for what is made of
// events alone, whether or not an engine would write them just so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "matching/commands.h"
#include "matching/events.h"
#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::gateway::testing {

struct WrittenTransaction {
  matching::TransactionHeader header;
  matching::EventSeq first_seq;
  std::vector<std::byte> events;

  [[nodiscard]] matching::TransactionView view() const { return {header, first_seq, events}; }
};

// An event and the parts that follow it, whose number need not be said.
template <typename Event>
struct Followed {
  Event event;
  std::vector<typename Event::Tail> tail;
};

class WrittenLog {
 public:
  // Of events only what they say need be given: their kind and size are filled in.
  template <typename... Events>
  const WrittenTransaction& write(const Events&... events) {
    return write_all({}, 0, events...);
  }

  // The same, as caused by a request of the session's.
  template <typename Command, typename... Events>
  const WrittenTransaction& write_by(matching::SessionId session, const Events&... events) {
    return write_all(session, matching::kCommandKind<Command>, events...);
  }

  [[nodiscard]] const std::deque<WrittenTransaction>& transactions() const { return log_; }

  [[nodiscard]] matching::EventSeq last_seq() const { return last_; }

  matching::Timestamp time{1'800'000'000'000'000'000};

 private:
  template <typename... Events>
  const WrittenTransaction& write_all(matching::SessionId session,
                                      std::uint16_t command_kind,
                                      const Events&... events) {
    WrittenTransaction written{.header = {}, .first_seq = last_.next(), .events = {}};
    (append(written, events), ...);
    last_ = matching::EventSeq{last_.value() + sizeof...(events)};
    time += matching::Timestamp{1'000};
    written.header.tx_id = matching::TxId{log_.size() + 1};
    written.header.timestamp = time;
    written.header.event_count = sizeof...(events);
    written.header.events_size = static_cast<std::uint32_t>(written.events.size());
    written.header.origin_session = session;
    written.header.command_kind = command_kind;
    log_.push_back(std::move(written));
    return log_.back();
  }

  template <typename Event>
  static void append(WrittenTransaction& to, Event event) {
    event.header.kind = Event::kKind;
    event.header.size = sizeof(Event);
    put(to, &event, sizeof(Event));
  }

  template <typename Event>
  static void append(WrittenTransaction& to, const Followed<Event>& followed) {
    Event event = followed.event;
    const std::size_t bytes = followed.tail.size() * sizeof(typename Event::Tail);
    event.header.kind = Event::kKind;
    event.header.size = static_cast<std::uint32_t>(sizeof(Event) + bytes);
    event.count = static_cast<std::uint32_t>(followed.tail.size());
    put(to, &event, sizeof(Event));
    put(to, followed.tail.data(), bytes);
  }

  static void put(WrittenTransaction& to, const void* bytes, std::size_t size) {
    const auto* const first = static_cast<const std::byte*>(bytes);
    to.events.insert(to.events.end(), first, first + size);
  }

  std::deque<WrittenTransaction> log_;  // whose elements stay where they are
  matching::EventSeq last_;
};

}  // namespace betex::gateway::testing
