#include "gateway/market_data/market_data.h"

#include <algorithm>
#include <utility>

#include "matching/reason.h"

namespace betex::gateway {

using matching::InstrumentId;
using matching::Reason;

MarketData::MarketData(const matching::Engine& engine, const MarketDataLimits& limits)
    : limits_{limits},
      books_{engine},
      subscriptions_{books_, limits_, figures_},
      distribution_{books_, subscriptions_, limits_, figures_},
      listings_{books_, subscriptions_, distribution_, limits_} {}

// ---- Sessions

void MarketData::join(SubscriberId id, std::shared_ptr<MarketDataOutlet> outlet) {
  Subscriber& subscriber = subscriptions_.join(id, std::move(outlet));
  if (books_.exchange_halted()) {
    distribution_.give(
        subscriber,
        {.id = {},
         .body = fix::TradingSessionStatus{.halted = true, .transact_time = books_.now()}});
  }
}

void MarketData::leave(SubscriberId id) {
  distribution_.forget(id);
  subscriptions_.leave(id);
}

void MarketData::refuse(Subscriber& subscriber, fix::Report report) {
  ++figures_.refused;
  distribution_.give(subscriber, std::move(report));
}

void MarketData::ask(SubscriberId id, const MarketDataRequest& request, Instant now) {
  Subscriber* const subscriber = subscriptions_.find(id);
  if (subscriber == nullptr) {
    return;
  }
  std::optional<fix::MarketDataRequestReject> refusal;
  if (subscriber->rate.take(limits_, now)) {
    refusal = subscriptions_.ask(*subscriber, request);
  } else {
    refusal = fix::MarketDataRequestReject{.request_id = request.id,
                                           .refusal = fix::MarketDataRefusal::TooMuch,
                                           .reason = Reason::Throttled};
  }
  if (refusal) {
    refuse(*subscriber, {.id = {}, .body = *refusal});
  }
}

void MarketData::ask(SubscriberId id, const SecurityListQuery& query, Instant now) {
  Subscriber* const subscriber = subscriptions_.find(id);
  if (subscriber == nullptr ||
      (subscriber->rate.take(limits_, now) && listings_.ask(*subscriber, query))) {
    return;
  }
  constexpr std::uint16_t kApplicationNotAvailable = 4;
  refuse(*subscriber,
         {.id = {},
          .body = fix::BusinessMessageReject{
              .ref_seq_num = query.msg_seq_num,
              .ref_msg_type = matching::Text<7>{"x"},
              .business_reject_ref_id = matching::ClOrdId{query.security_req_id.view()},
              .business_reject_reason = kApplicationNotAvailable,
              .reason = Reason::Throttled}});
}

void MarketData::resend_was_filled(SubscriberId id) {
  if (Subscriber* const subscriber = subscriptions_.find(id)) {
    subscriptions_.mark_all(*subscriber, ImageCause::GapFill);
  }
}

void MarketData::watch(std::weak_ptr<PictureOutlet> outlet, std::string market) {
  pictures_.watch(std::move(outlet), std::move(market));
}

// ---- Turns

void MarketData::mark_all() {
  subscriptions_.for_each([this](Subscriber& subscriber) {
    subscriptions_.mark_all(subscriber, ImageCause::Overload);
  });
}

// What has changed while it is behind is noted once, however often.
void MarketData::note_missed(InstrumentId instrument) {
  is_missed_.resize(books_.securities().instrument_count() + 1);
  if (!is_missed_[instrument.value()]) {
    is_missed_[instrument.value()] = true;
    missed_.push_back(instrument);
  }
}

void MarketData::note_missed() {
  for (const InstrumentId instrument : books_.changed()) {
    note_missed(instrument);
  }
  books_.forget_changes();
}

void MarketData::recover_missed() {
  for (const InstrumentId instrument : missed_) {
    is_missed_[instrument.value()] = false;
    subscriptions_.mark_all(instrument, ImageCause::Overload);
  }
  missed_.clear();
}

bool MarketData::turn(Instant now) {
  if (behind_) {
    note_missed();
    distribution_.send();
    return false;
  }
  recover_missed();
  distribution_.publish_changes(now);
  books_.forget_changes();
  const bool more_images = distribution_.serve_images();
  const bool more_lists = listings_.serve();
  distribution_.send();
  pictures_.show(books_, now);
  return more_images || more_lists;
}

std::optional<MarketData::Instant> MarketData::next_deadline() const {
  std::optional<Instant> earliest = distribution_.next_deadline(listings_.waits());
  if (const auto picture = pictures_.next_deadline()) {
    earliest = earliest ? std::min(*earliest, *picture) : picture;
  }
  return earliest;
}

MarketDataFigures MarketData::figures() const {
  MarketDataFigures figures = figures_;
  figures.views = subscriptions_.view_count();
  figures.slow_sessions = subscriptions_.slow_count();
  return figures;
}

}  // namespace betex::gateway
