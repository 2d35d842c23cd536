// Refusals of requests, the trading day, and what is only kept for the record.
#include "matching/decider.h"

namespace betex::matching {

// Refuses an operator's request. One that has come before with the same content is told what the
// first one did.
void Decider::refuse(const Name& subject, Reason reason) {
  const Request asked = request();
  const auto command = static_cast<std::uint16_t>(command_->body.index() + 1);
  if (reason == Reason::DuplicateRequestId) {
    const RequestRecord& first = *state_.request_ids.find(asked.id);
    if (first.digest == command_->digest) {
      emitter_.emit(RequestKnown{.session = requester(),
                                 .reason = first.reason,
                                 .command = command,
                                 .answered_by = first.answered_by,
                                 .subject = subject,
                                 .request_id = asked.id});
      return;
    }
  }
  emitter_.emit(CommandRejected{.session = requester(),
                                .reason = reason,
                                .command = command,
                                .id_consumed = !asked.id.empty() && check_request() == Reason::None,
                                .subject = subject,
                                .request_id = asked.id});
}

void Decider::decide(const SetTradingDay& set) {
  Reason reason = check_request();
  if (reason == Reason::None && set.ends_at_s >= kSecondsPerDay) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(Name{}, reason);
    return;
  }
  emitter_.emit(TradingDaySet{.ends_at_s = set.ends_at_s,
                              .next_end = next_day_end(now(), set.ends_at_s),
                              .request_id = set.request_id});
}

void Decider::decide(const Announce& announce) {
  if (const Reason reason = check_request(); reason != Reason::None) {
    refuse(announce.subject, reason);
    return;
  }
  emitter_.emit(Announced{.request_id = announce.request_id,
                          .subject = announce.subject,
                          .headline = *announce.headline});
}

void Decider::decide(const MoveWatermark& move) {
  Reason reason = check_request();
  if (reason == Reason::None &&
      (move.watermark <= state_.watermark || move.watermark > state_.last_seq)) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(Name{}, reason);
    return;
  }
  emitter_.emit(WatermarkMoved{.watermark = move.watermark, .request_id = move.request_id});
}

}  // namespace betex::matching
