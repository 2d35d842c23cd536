// What of a transaction is told between the updates before it and those after it: how instruments
// stand now, how the list of them changes, and what everybody is told.
#include <algorithm>
#include <type_traits>

#include "gateway/market_data/market_data.h"
#include "gateway/reports/news.h"
#include "gateway/reports/security_status.h"

namespace betex::gateway {
namespace {

using matching::EventSeq;
using matching::InstrumentId;
using matching::MarketId;

constexpr std::uint32_t kOnlyLeg = 1;

// That an event says of all of its market's instruments how they stand now.
template <typename Event>
concept SaysStatus = requires(const Event& event) {
  status_after(event);
};

template <typename Event>
constexpr bool kSaysStatus = SaysStatus<Event> || std::is_same_v<Event, matching::RunnerRemoved>;

// More than levels and trades: somebody is told of the event itself.
template <typename Event>
constexpr bool kIsTold =
    kSaysStatus<Event> || std::is_same_v<Event, matching::RunnerAdded> ||
    std::is_same_v<Event, matching::MarketDescribed> ||
    std::is_same_v<Event, matching::ExchangeHalted> ||
    std::is_same_v<Event, matching::ExchangeUnhalted> ||
    std::is_same_v<Event, matching::Announced> || std::is_same_v<Event, matching::StopAnnounced>;

struct Told {
  bool anything = false;
  std::vector<MarketId> statuses;  // of these markets
};

Told look_at(const matching::TransactionView& transaction) {
  Told told;
  const std::byte* at = transaction.events.data();
  const std::byte* const end = at + transaction.events.size();
  while (at != end) {
    const auto& header = *reinterpret_cast<const matching::EventHeader*>(at);
    matching::with_event_type(header.kind, [&]<typename Event>(std::type_identity<Event>) {
      told.anything = told.anything || kIsTold<Event>;
      if (kSaysStatus<Event> &&
          std::ranges::find(told.statuses, header.market) == told.statuses.end()) {
        told.statuses.push_back(header.market);
      }
    });
    at += header.size;
  }
  return told;
}

}  // namespace

void MarketData::take(const matching::TransactionView& transaction) {
  const Told told = look_at(transaction);
  if (!behind_) {
    for (const MarketId market : told.statuses) {
      if (market.value() <= books_.securities().market_count()) {
        distribution_.publish(books_.securities().market(market).instruments);
      }
    }
  }
  const EventSeq before = books_.last_seq();
  books_.apply(transaction);
  if (!told.anything) {
    return;
  }
  matching::for_each_event(transaction, [this]<typename Event>(EventSeq seq, const Event& event) {
    if constexpr (kIsTold<Event>) {
      follow(seq, event);
    }
  });
  if (!listed_.empty()) {
    listings_.tell_changes(listed_, before);
    listed_.clear();
  }
}

// ---- What everybody is told

void MarketData::tell_everybody(const fix::Report& report) {
  subscriptions_.for_each([&](Subscriber& subscriber) { distribution_.give(subscriber, report); });
}

void MarketData::follow(EventSeq seq, const matching::ExchangeHalted& /*event*/) {
  tell_everybody(
      {.id = {seq, kOnlyLeg},
       .body = fix::TradingSessionStatus{.halted = true, .transact_time = books_.now()}});
}

void MarketData::follow(EventSeq seq, const matching::ExchangeUnhalted& /*event*/) {
  tell_everybody(
      {.id = {seq, kOnlyLeg},
       .body = fix::TradingSessionStatus{.halted = false, .transact_time = books_.now()}});
}

void MarketData::follow(EventSeq seq, const matching::Announced& event) {
  tell_everybody({.id = {seq, kOnlyLeg}, .body = news_of(event, books_.now())});
}

void MarketData::follow(EventSeq seq, const matching::StopAnnounced& event) {
  tell_everybody({.id = {seq, kOnlyLeg}, .body = news_of(event, books_.now())});
}

// ---- Markets

void MarketData::note_listed(MarketId market) {
  if (std::ranges::find(listed_, market) == listed_.end()) {
    listed_.push_back(market);
  }
}

// Of those that are not told by images; of instruments that were removed nothing is to be told.
template <typename Event>
void MarketData::tell_status(EventSeq seq, const Event& event) {
  const Securities& securities = books_.securities();
  const Market& market = securities.market(event.header.market);
  if (behind_) {
    std::ranges::for_each(market.instruments, [this](InstrumentId id) { note_missed(id); });
    return;
  }
  fix::SecurityStatus status = status_after(event);
  status.market = market.name;
  status.market_version = event.version;
  status.transact_time = books_.now();
  std::uint32_t leg = 0;
  for (const InstrumentId id : market.instruments) {
    const Instrument& instrument = securities.instrument(id);
    ++leg;
    if (!instrument.removed(event.version)) {
      status.symbol = instrument.symbol;
      distribution_.tell(id, {.id = {seq, leg}, .body = status});
    }
  }
}

// Its description, or its terms or state.
template <typename Event>
void MarketData::follow(EventSeq seq, const Event& event) {
  note_listed(event.header.market);
  if constexpr (SaysStatus<Event>) {
    tell_status(seq, event);
  }
}

void MarketData::follow(EventSeq /*seq*/, const matching::RunnerAdded& event) {
  note_listed(event.header.market);
  subscriptions_.follow(event.instrument);
}

void MarketData::follow(EventSeq seq, const matching::RunnerRemoved& event) {
  note_listed(event.header.market);
  if (behind_) {
    note_missed(event.instrument);
    return;
  }
  distribution_.publish_images(event.instrument);
  distribution_.tell(event.instrument,
                     {.id = {seq, kOnlyLeg},
                      .body = fix::SecurityStatus{
                          .symbol = books_.securities().instrument(event.instrument).symbol,
                          .market = books_.securities().market(event.header.market).name,
                          .status = fix::TradingStatus::NotAvailable,
                          .market_version = event.version,
                          .transact_time = books_.now()}});
  subscriptions_.end_instrument(event.instrument);
}

// Those who are not told because it is behind get an image that says it, and with it they end.
void MarketData::end(MarketId market) {
  if (behind_) {
    for (const InstrumentId instrument : books_.securities().market(market).instruments) {
      subscriptions_.mark_all(instrument, ImageCause::Overload);
    }
  }
  subscriptions_.end_market(market);
}

// Of a void one MarketVoided has told.
void MarketData::follow(EventSeq seq, const matching::MarketSettled& event) {
  if (event.result == matching::SettlementResult::Determined) {
    note_listed(event.header.market);
    tell_status(seq, event);
    end(event.header.market);
  }
}

void MarketData::follow(EventSeq seq, const matching::MarketVoided& event) {
  note_listed(event.header.market);
  tell_status(seq, event);
  end(event.header.market);
}

}  // namespace betex::gateway
