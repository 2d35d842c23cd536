// Writes the events of one transaction and applies each at once, so that the deciding code always
// reads the state after its last event. Owned by the engine's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>
#include <vector>

#include "matching/apply.h"
#include "matching/commands.h"
#include "matching/events.h"
#include "matching/seldom.h"
#include "matching/state.h"
#include "matching/transaction.h"

namespace betex::matching {

class Emitter {
 public:
  // `state` must outlive it.
  explicit Emitter(State& state) noexcept : state_{&state} {}

  // Starts the transaction of `command`; what finish() returned before is no longer valid.
  void begin(const Command& command) noexcept;

  // Appends the event and applies it. `market` is the one that it belongs to, if any.
  template <typename Event>
  void emit(const Event& event, MarketId market = MarketId{}) {
    emit_made(market, [&event] { return event; });
  }

  // The same for the event that `make()` returns, which is made where it is to stay.
  template <typename Make>
  void emit_made(MarketId market, Make&& make) {
    using Event = std::invoke_result_t<Make&>;
    static_assert(std::has_unique_object_representations_v<Event> && sizeof(Event) % 8 == 0);
    reserve(sizeof(Event));
    Event& event = *::new (buffer_.data() + used_) Event(make());
    used_ += sizeof(Event);
    event.header = {.kind = Event::kKind,
                    .size = sizeof(Event),
                    .market = market,
                    .market_seq = next_market_seq(market)};
    apply(*state_, next_seq(), event);
    apply_end_of_event(*state_, event.header);
    ++event_count_;
  }

  // An event with a tail.
  template <HasTail Event>
  void emit(Event event, std::span<const typename Event::Tail> tail, MarketId market) {
    BETEX_ASSERT(tail.size() <= Event::kMaxTail);
    event.header = {.kind = Event::kKind,
                    .size = static_cast<std::uint32_t>(sizeof(event) + tail.size_bytes()),
                    .market = market,
                    .market_seq = next_market_seq(market)};
    event.count = static_cast<std::uint32_t>(tail.size());
    reserve(event.header.size);
    std::byte* const start = buffer_.data() + used_;
    std::memcpy(start, &event, sizeof(event));
    if (!tail.empty()) {
      std::memcpy(start + sizeof(event), tail.data(), tail.size_bytes());
    }
    used_ += event.header.size;
    apply(*state_, next_seq(), *reinterpret_cast<const Event*>(start));
    apply_end_of_event(*state_, event.header);
    ++event_count_;
  }

  // No event has come since begin().
  [[nodiscard]] bool is_empty() const noexcept { return event_count_ == 0; }

  // Ends the transaction. Without events there is none, and the state is as before.
  [[nodiscard]] TransactionView finish();

 private:
  [[nodiscard]] EventSeq next_seq() const noexcept {
    return EventSeq{state_->last_seq.value() + event_count_ + 1};
  }

  // A market's first event creates it: it is not in the state yet.
  [[nodiscard]] std::uint64_t next_market_seq(MarketId market) const noexcept {
    if (market == MarketId{}) {
      return 0;
    }
    const MarketData* const known = state_->markets.find(market);
    return known == nullptr ? 1 : known->last_market_seq + 1;
  }

  // Makes room for `size` bytes; those that are used may move.
  void reserve(std::size_t size) {
    if (used_ + size > buffer_.size()) {
      grow(size);
    }
  }

  BETEX_SELDOM void grow(std::size_t size);

  State* state_;
  std::vector<std::byte> buffer_;
  std::size_t used_ = 0;
  std::uint32_t event_count_ = 0;
  TransactionHeader header_;
};

}  // namespace betex::matching
