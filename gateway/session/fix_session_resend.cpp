// What is sent again because the client asks for it, and what is proven to have arrived.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "gateway/session/fix_session.h"
#include "gateway/wire/checksum.h"
#include "gateway/wire/decimal.h"
#include "gateway/wire/session_reject.h"
#include "gateway/wire/tags.h"
#include "gateway/wire/utc_time.h"

namespace betex::fix {

using matching::MsgSeqNum;

namespace {

constexpr std::uint32_t kSlice = 64;  // numbers: about a millisecond's work

// Requests that wait behind the one that is under way. One more stays unread, with all behind it.
constexpr std::size_t kMaxWaitingResends = 16;

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

struct Range {
  MsgSeqNum first;
  MsgSeqNum last;
};

// The client's ResendRequest, sent now, for this range.
std::string cut(const FieldTable& request, const Range& range, matching::Timestamp now) {
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
        append_field(body, field.tag, std::to_string(range.first.value()));
        break;
      case tag::kEndSeqNo:
        append_field(body, field.tag, std::to_string(range.last.value()));
        break;
      default:
        append_field(body, field.tag, field.value);
    }
  }
  return whole_message(request.begin_string(), body);
}

}  // namespace

// QuickFIX answers a range that makes no sense with a SequenceReset that makes none.
std::optional<Refusal> FixSession::check_resend_request() const {
  if (fields_.msg_type() != "2") {
    return std::nullopt;
  }
  for (const std::uint32_t required : {tag::kBeginSeqNo, tag::kEndSeqNo}) {
    if (fields_.find(required) == nullptr) {
      return Refusal{.ref_tag_id = required,
                     .session_reject_reason = session_reject::kRequiredTagMissing,
                     .text = session_reject::to_text(session_reject::kRequiredTagMissing)};
    }
  }
  const auto begin = parse_uint(fields_.value(tag::kBeginSeqNo));
  const auto end = parse_uint(fields_.value(tag::kEndSeqNo));
  if (begin && (*begin == 0 || *begin > outbound_.last_number.value())) {
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

bool FixSession::resends_wait_enough() const noexcept {
  return resends_.size() > kMaxWaitingResends;
}

// QuickFIX would send the whole range in one call. It gets the client's own request cut to slices,
// the next one when the queue has room. Later requests wait their turn: a client that asks for all
// it lacks in pieces gets every piece. The request's own number is used up here, so that what comes
// behind it need not wait.
void FixSession::begin_resend(std::string_view frame, MsgSeqNum number) {
  const std::uint32_t begin = parse_uint(fields_.value(tag::kBeginSeqNo)).value();
  const std::uint32_t end = parse_uint(fields_.value(tag::kEndSeqNo)).value();
  const std::uint32_t newest = outbound_.last_number.value();
  const std::uint32_t processed =
      parse_uint(fields_.value(tag::kLastMsgSeqNumProcessed)).value_or(0);
  const bool proves = number == quickfix_.next_in() && !fields_.poss_dup() && processed <= newest;
  proof_.resend_asked();
  resends_.push_back({.request = std::string{frame},
                      .processed = MsgSeqNum{proves ? processed : 0},
                      .number = number,
                      .next = MsgSeqNum{begin},
                      .last = MsgSeqNum{end == 0 ? newest : std::min(end, newest)}});
  environment_.metrics.resends.add();
  if (number == quickfix_.next_in()) {
    quickfix_.set_next_in(number.next());
  }
  continue_resend();
}

// The next slice, when its turn has come: all resends together have a part of the thread, so that a
// client which asks for them without pause delays the others by a slice at most.
void FixSession::continue_resend() {
  if (may_serve_slice() && !std::exchange(resend_turn_asked_, true)) {
    environment_.resends.enter(settings_.comp_id, strand_, [self = shared_from_this()] {
      self->resend_turn_asked_ = false;
      self->serve_slice();
      self->process_frames();
      self->end_turn();
    });
  }
}

// As if the client had asked: its Logon says what it expects (789).
void FixSession::resend_from(MsgSeqNum first) {
  const MsgSeqNum number{expected_in_.value() - 1};  // of nothing that is still to come
  proof_.resend_asked();
  resends_.push_back({.request = quickfix_.resend_request_for(first, number),
                      .number = number,
                      .next = first,
                      .last = outbound_.last_number});
  environment_.metrics.resends.add();
  continue_resend();
}

bool FixSession::may_serve_slice() const noexcept {
  return state_ == State::On && !resends_.empty() &&
         queue_.unwritten_bytes() <= environment_.limits.outbound_queue_bytes / 4;
}

void FixSession::serve_slice() {
  if (!may_serve_slice()) {
    return;
  }
  Resend& resend = resends_.front();
  const MsgSeqNum first = resend.next;
  const MsgSeqNum last = end_of_slice(first);
  fields_.read(resend.request, environment_.limits.fields);
  frame_ = cut(fields_, {.first = first, .last = last}, environment_.clock.now());
  resend.next = last.next();
  resend_refused_ = false;
  const MsgSeqNum next_in = quickfix_.next_in();
  const bool taken = quickfix_.receive(frame_);
  quickfix_.set_next_in(next_in);  // a slice is no message of the client's
  if (!taken || resend_refused_ || disconnect_asked_ || resend.next > resend.last) {
    end_resend();
  }
  continue_resend();
}

// Numbers of which nothing is kept are filled in one step, however many there are.
MsgSeqNum FixSession::end_of_slice(MsgSeqNum first) const {
  auto kept = environment_.cache.next_number(id_, epoch_, first);
  for (const auto& block : uncached_) {
    for (const auto& entry : block->entries) {
      if (!kept && block->state.epoch == epoch_ && entry.number >= first) {
        kept = entry.number;
      }
    }
  }
  const std::uint32_t full = first.value() + (kSlice - 1);
  const std::uint32_t last = resends_.front().last.value();
  const std::uint32_t empty = kept ? kept->value() - 1 : last;
  return MsgSeqNum{std::min(std::max(full, empty), last)};
}

// A request that has come above a gap is answered first; then we ask in our turn, as FIX says.
void FixSession::end_resend() {
  const MsgSeqNum number = resends_.front().number;
  const MsgSeqNum processed = resends_.front().processed;
  resends_.pop_front();
  if (disconnect_asked_) {
    resends_.clear();
    return;
  }
  if (resends_.empty()) {
    proof_.processed(processed);
  }
  ask_for_what_lacks_below(number, false);
  send_waiting_reports();
  ask_for_proof_at_once();
}

// ---- Proof --------------------------------------------------------------------------------------

// Of what earlier logons sent, in the same epoch: at once. In a new one it is told again first.
void FixSession::note_what_is_to_be_proven() {
  prove_behind_.reset();
  if (outbound_.poss_resend_to.event > std::max(outbound_.sent.event, delivered_)) {
    prove_behind_ = outbound_.poss_resend_to.event;
  } else if (outbound_.sent.event > delivered_) {
    prove_behind_ = matching::EventSeq{};
  }
}

void FixSession::ask_for_proof() {
  const auto interval = environment_.limits.delivery_proof_interval;
  if (interval && std::chrono::steady_clock::now() - last_asked_ >= *interval) {
    ask_for_proof_at_once();
  }
}

// Also for a client that stays for less than the interval, or asks for a resend at each logon: it
// would never be asked.
void FixSession::ask_for_proof_at_once() {
  if (!environment_.limits.delivery_proof_interval || !proof_.wants_to_ask() || !resends_.empty() ||
      quickfix_.sent_logout()) {
    return;
  }
  last_asked_ = std::chrono::steady_clock::now();
  const MsgSeqNum number = outbound_.last_number.next();
  quickfix_.test_request(number);
  proof_.asked(number);
}

void FixSession::confirm_delivery() {
  if (const auto delivered = proof_.take_news()) {
    delivered_ = *delivered;
    matching::Command command;
    command.body = matching::ConfirmDelivery{.session = id_, .delivered = *delivered};
    submit_control(command);
  }
}

}  // namespace betex::fix
