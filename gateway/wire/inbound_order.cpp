#include "gateway/wire/inbound_order.h"

#include <string_view>

#include "gateway/wire/session_reject.h"
#include "gateway/wire/tags.h"
#include "gateway/wire/utc_time.h"

namespace betex::fix {

Turn turn_of(const FieldTable& fields,
             matching::MsgSeqNum number,
             matching::MsgSeqNum next_in) noexcept {
  const std::string_view type = fields.msg_type();
  if (number == next_in || is_reset(fields)) {
    return Turn::Now;
  }
  if (number > next_in) {
    // A ResendRequest is answered before we ask in our turn, or both would wait for each other.
    return type == "2" || type == "5" ? Turn::Now : Turn::AboveGap;
  }
  if (fields.poss_dup()) {
    return Turn::Repetition;
  }
  return type == "5" ? Turn::Now : Turn::TooLow;
}

bool is_reset(const FieldTable& fields) noexcept {
  return fields.msg_type() == "4" && fields.value(tag::kGapFillFlag) != "Y";
}

bool is_sent_again(const FieldTable& fields) noexcept {
  return fields.poss_dup() || (fields.msg_type() == "4" && !is_reset(fields));
}

std::optional<Refusal> check_orig_sending_time(const FieldTable& fields) noexcept {
  if (!fields.poss_dup() || fields.msg_type() == "4") {
    return std::nullopt;
  }
  const std::string_view text = fields.value(tag::kOrigSendingTime);
  if (text.empty()) {
    return refusal_for(tag::kOrigSendingTime, session_reject::kRequiredTagMissing);
  }
  const auto original = parse_utc_timestamp(text);
  const auto sent = parse_utc_timestamp(fields.sending_time());
  if (original && sent && *original > *sent) {
    return refusal_for(tag::kOrigSendingTime, session_reject::kSendingTimeAccuracy);
  }
  return std::nullopt;  // one that is no time is for the guard
}

}  // namespace betex::fix
