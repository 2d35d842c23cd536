// The exchange as a whole: its creation, its halt and its stop, the trading day, announcements, and
// what is only kept for the record.
#include <algorithm>

#include "matching/decider.h"

namespace betex::matching {
namespace {

bool is_currency(const Currency& currency) {
  return currency.view().size() == 3 && std::all_of(currency.view().begin(),
                                                    currency.view().end(),
                                                    [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

void Decider::decide(const CreateExchange& create) {
  Reason reason = check_request();
  if (reason == Reason::None && state_.last_tx_id != TxId{}) {
    reason = Reason::InvalidState;
  } else if (reason == Reason::None && !is_currency(create.currency)) {
    reason = Reason::InvalidParameter;
  }
  if (passes(reason)) {
    emitter_.emit(ExchangeCreated{.currency = create.currency,
                                  .max_requests_a_day = create.max_requests_a_day});
  }
}

void Decider::decide(const HaltExchange& halt) {
  Reason reason = check_request();
  if (reason == Reason::None && state_.exchange.halted) {
    reason = Reason::InvalidState;
  }
  if (passes(reason)) {
    emitter_.emit(ExchangeHalted{.request_id = halt.request_id});
  }
}

void Decider::decide(const UnhaltExchange& unhalt) {
  Reason reason = check_request();
  if (reason == Reason::None && !state_.exchange.halted) {
    reason = Reason::InvalidState;
  }
  if (passes(reason)) {
    emitter_.emit(ExchangeUnhalted{.request_id = unhalt.request_id});
  }
}

void Decider::decide(const SetTradingDay& set) {
  Reason reason = check_request();
  if (reason == Reason::None && set.ends_at_s >= kSecondsPerDay) {
    reason = Reason::InvalidParameter;
  }
  if (passes(reason)) {
    emitter_.emit(TradingDaySet{.ends_at_s = set.ends_at_s,
                                .next_end = next_day_end(now(), set.ends_at_s),
                                .request_id = set.request_id});
  }
}

void Decider::decide(const Announce& announce) {
  if (passes(check_request())) {
    emitter_.emit(Announced{.request_id = announce.request_id,
                            .subject = announce.subject,
                            .headline = *announce.headline,
                            .urgent = announce.urgent});
  }
}

// Taken in every state of the exchange, also while it is halted.
void Decider::decide(const StopExchange& stop) {
  Reason reason = check_request();
  if (reason == Reason::None && stop.notice_s > kMaxStopNoticeS) {
    reason = Reason::InvalidParameter;
  }
  if (passes(reason)) {
    emitter_.emit(StopAnnounced{.notice_s = stop.notice_s, .request_id = stop.request_id});
  }
}

void Decider::decide(const MoveWatermark& move) {
  Reason reason = check_request();
  if (reason == Reason::None &&
      (move.watermark <= state_.watermark || move.watermark > state_.last_seq)) {
    reason = Reason::InvalidParameter;
  }
  if (passes(reason)) {
    emitter_.emit(WatermarkMoved{.watermark = move.watermark, .request_id = move.request_id});
  }
}

}  // namespace betex::matching
