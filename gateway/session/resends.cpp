#include "gateway/session/resends.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "gateway/wire/checksum.h"
#include "gateway/wire/decimal.h"
#include "gateway/wire/session_reject.h"
#include "gateway/wire/tags.h"
#include "gateway/wire/utc_time.h"

namespace betex::fix {

using matching::MsgSeqNum;

namespace {

constexpr char kSoh = '\001';

void append_field(std::string& text, std::uint32_t tag, std::string_view value) {
  text += std::to_string(tag);
  text += '=';
  text += value;
  text += kSoh;
}

// `body`: from MsgType(35) on.
std::string whole_message(std::string_view begin_string, const std::string& body) {
  std::string message;
  append_field(message, tag::kBeginString, begin_string);
  append_field(message, tag::kBodyLength, std::to_string(body.size()));
  message += body;
  const std::string sum = std::to_string(checksum(message));
  append_field(message, tag::kCheckSum, std::string(3 - sum.size(), '0') + sum);
  return message;
}

}  // namespace

std::optional<Refusal> check_resend_request(const FieldTable& fields, MsgSeqNum last_sent) {
  if (fields.msg_type() != "2") {
    return std::nullopt;
  }
  for (const std::uint32_t required : {tag::kBeginSeqNo, tag::kEndSeqNo}) {
    if (fields.find(required) == nullptr) {
      return Refusal{.ref_tag_id = required,
                     .session_reject_reason = session_reject::kRequiredTagMissing,
                     .text = session_reject::to_text(session_reject::kRequiredTagMissing)};
    }
  }
  const auto begin = parse_uint(fields.value(tag::kBeginSeqNo));
  const auto end = parse_uint(fields.value(tag::kEndSeqNo));
  if (begin && (*begin == 0 || *begin > last_sent.value())) {
    return Refusal{.ref_tag_id = tag::kBeginSeqNo,
                   .session_reject_reason = session_reject::kValueIncorrect,
                   .text = "BeginSeqNo was never sent"};
  }
  if (begin && end && *end != 0 && *end < *begin) {
    return Refusal{.ref_tag_id = tag::kEndSeqNo,
                   .session_reject_reason = session_reject::kValueIncorrect,
                   .text = "EndSeqNo is below BeginSeqNo"};
  }
  return std::nullopt;
}

std::string cut(const FieldTable& request, const ResendSlice& slice, matching::Timestamp now) {
  std::string body;
  for (const Field& field : request.fields()) {
    switch (field.tag) {
      case tag::kBeginString:
      case tag::kBodyLength:
      case tag::kCheckSum:
        break;
      case tag::kSendingTime:
        append_field(body, field.tag, {});
        body.pop_back();
        append_utc_timestamp(body, now);
        body += kSoh;
        break;
      case tag::kBeginSeqNo:
        append_field(body, field.tag, std::to_string(slice.first.value()));
        break;
      case tag::kEndSeqNo:
        append_field(body, field.tag, std::to_string(slice.last.value()));
        break;
      default:
        append_field(body, field.tag, field.value);
    }
  }
  return whole_message(request.begin_string(), body);
}

void Resends::add(Request request) {
  requests_.push_back(std::move(request));
}

ResendSlice Resends::take_slice(std::optional<MsgSeqNum> kept) {
  Request& current = requests_.front();
  const MsgSeqNum first = current.next;
  const std::uint32_t last = current.last.value();
  const std::uint32_t full = first.value() + (kSlice - 1);
  const std::uint32_t empty = kept ? kept->value() - 1 : last;
  const ResendSlice slice{.first = first, .last = MsgSeqNum{std::min(std::max(full, empty), last)}};
  current.next = slice.last.next();
  refused_ = false;
  return slice;
}

Resends::Request Resends::end_current() {
  Request ended = std::move(requests_.front());
  requests_.pop_front();
  return ended;
}

}  // namespace betex::fix
