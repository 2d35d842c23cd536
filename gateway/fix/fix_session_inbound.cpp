// What comes in: frames through guard and QuickFIX to the decoder, and as commands to the ring.
#include <utility>
#include <variant>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "fix_spec/reasons.h"
#include "gateway/fix/fix_session.h"
#include "gateway/fix/tags.h"
#include "matching/assert.h"

namespace betex::fix {

namespace asio = boost::asio;
using matching::MsgSeqNum;

namespace {

// QuickFIX queues without bound what is above a gap, and recurses when the gap closes.
constexpr std::size_t kMaxAboveGap = 256;

constexpr std::uint16_t kValueIsIncorrect = 5;  // 373
constexpr std::uint16_t kOther = 99;

// Whether QuickFIX queues such a message when its number is too high. The others it takes at once.
bool is_queued_above_gap(const FieldTable& fields) {
  const std::string_view type = fields.msg_type();
  if (type == "4") {
    return fields.value(tag::kGapFillFlag) == "Y";
  }
  return type != "A" && type != "2" && type != "3" && type != "5";
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return text.empty() ? std::nullopt : std::optional{value};
}

}  // namespace

void FixSession::receive(Connection& connection, InboundFrames frames) {
  asio::post(strand_,
             [self = shared_from_this(),
              connection = connection.shared_from_this(),
              frames = std::move(frames)]() mutable {
               if (connection == self->connection_ && self->state_ == State::On) {
                 self->frames_ = std::move(frames);
                 self->next_frame_ = 0;
                 self->process_frames();
               }
             });
}

// Each frame needs credits for all the commands that it may set free. Without them nothing more is
// taken, and nothing more is read; the same goes for a peer that does not read what it is sent.
void FixSession::process_frames() {
  if (state_ != State::On || frames_.empty()) {
    return;
  }
  while (next_frame_ < frames_.size() && !disconnect_asked_) {
    if (queue_.unwritten_bytes() > environment_.limits.outbound_queue_bytes) {
      break;  // on_written() goes on
    }
    const std::size_t credits = reading_stopped_ ? 0 : 1 + above_gap_.size();
    if (credits != 0 && !environment_.commands.try_reserve(credits)) {
      retry_later();
      break;
    }
    credits_ = credits;
    handle_frame(frames_[next_frame_++]);
    if (credits_ != 0) {
      environment_.commands.release(std::exchange(credits_, 0));
    }
  }
  end_turn();
  if (disconnect_asked_) {
    return end(logout_received_ ? matching::SessionDownReason::Logout
                                : matching::SessionDownReason::Disconnect);
  }
  if (next_frame_ == frames_.size()) {
    frames_.clear();
    connection_->read_more();
  }
}

void FixSession::handle_frame(std::string_view frame) {
  environment_.metrics.messages_in.add();
  fields_.read(frame, environment_.limits.fields);
  if (reading_stopped_ && fields_.msg_type() != "5") {
    return;  // not taken, so the client sends it again at its next logon
  }
  const GuardResult result = guard(fields_, settings_.version, settings_.guard);
  if (const auto* garbled = std::get_if<Garbled>(&result)) {
    environment_.metrics.messages_garbled.add();
    spdlog::warn("session {}: garbled message ignored: {}", settings_.comp_id, garbled->why);
    disconnect_asked_ = ++garbled_ > environment_.limits.garbled_messages;
    return;
  }
  const MsgSeqNum number = fields_.msg_seq_num().value();
  handled_in_ = MsgSeqNum{quickfix_.next_in().value() - 1};
  if (const auto* refusal = std::get_if<Refusal>(&result)) {
    handle_refusal(*refusal, number);
  } else if (const auto bad_range = check_resend_request()) {
    handle_refusal(*bad_range, number);
  } else {
    handle_numbered(frame, number);
  }
  expected_in_ = quickfix_.next_in();
  above_gap_.erase(above_gap_.begin(), above_gap_.lower_bound(expected_in_));
}

// Only in sequence: a number that comes too early comes again with the resend.
void FixSession::handle_refusal(const Refusal& refusal, MsgSeqNum number) {
  if (number != quickfix_.next_in()) {
    return;
  }
  quickfix_.reject({.ref_seq_num = number,
                    .ref_msg_type = std::string{fields_.msg_type()},
                    .ref_tag_id = refusal.ref_tag_id,
                    .reason = refusal.session_reject_reason,
                    .text = std::string{refusal.text}});
  quickfix_.set_next_in(number.next());
}

// QuickFIX answers a range that makes no sense with a SequenceReset that makes none.
std::optional<Refusal> FixSession::check_resend_request() const {
  if (fields_.msg_type() != "2") {
    return std::nullopt;
  }
  const auto begin = number(fields_.value(tag::kBeginSeqNo));
  const auto end = number(fields_.value(tag::kEndSeqNo));
  if (begin && (*begin == 0 || *begin > outbound_.last_number.value())) {
    return Refusal{.ref_tag_id = tag::kBeginSeqNo,
                   .session_reject_reason = kValueIsIncorrect,
                   .text = "BeginSeqNo was never sent"};
  }
  if (begin && end && *end != 0 && *end < *begin) {
    return Refusal{.ref_tag_id = tag::kEndSeqNo,
                   .session_reject_reason = kValueIsIncorrect,
                   .text = "EndSeqNo is below BeginSeqNo"};
  }
  return std::nullopt;  // a missing or malformed one is for QuickFIX to reject
}

void FixSession::handle_numbered(std::string_view frame, MsgSeqNum number) {
  if (fields_.msg_type() == "A") {
    // Also because QuickFIX would reset its numbers before it looks whether it may.
    spdlog::warn("session {}: Logon while logged on, disconnected", settings_.comp_id);
    disconnect_asked_ = true;
    return;
  }
  if (number > quickfix_.next_in() && is_queued_above_gap(fields_) &&
      !admit_above_gap(frame, number)) {
    environment_.metrics.messages_above_gap_lost.add();
    return;
  }
  logout_received_ = logout_received_ || fields_.msg_type() == "5";
  frame_.assign(frame);
  frame_number_ = number;
  if (number == quickfix_.next_in() && !is_session_message(fields_.msg_type()) &&
      !is_request(fields_.msg_type())) {
    // The decoder tells a type that we do not take from one that there is not; to QuickFIX, whose
    // dictionaries are ours, both are invalid.
    on_application_message(number);
    quickfix_.set_next_in(number.next());
    return;
  }
  if (!quickfix_.receive(frame_)) {
    handle_refusal({.session_reject_reason = kOther, .text = "Not a FIX message"}, number);
  }
}

bool FixSession::admit_above_gap(std::string_view frame, MsgSeqNum number) {
  if (above_gap_.size() >= kMaxAboveGap || above_gap_.contains(number)) {
    return false;
  }
  above_gap_[number] = is_session_message(fields_.msg_type()) ? std::string{} : std::string{frame};
  return true;
}

// ---- From QuickFIX, within receive() ------------------------------------------------------------

// In sequence: the frame that QuickFIX was given, or one that had waited for a gap to close.
void FixSession::on_application_message(MsgSeqNum number) {
  if (number != frame_number_) {
    const auto waiting = above_gap_.find(number);
    BETEX_ASSERT(waiting != above_gap_.end());
    fields_.read(waiting->second, environment_.limits.fields);
  }
  Decoded decoded = decode(fields_,
                           {.version = settings_.version,
                            .role = settings_.role,
                            .session = id_,
                            .accounts = settings_.accounts});
  if (const auto* place = std::get_if<matching::PlaceOrder>(&decoded);
      place != nullptr && !environment_.commands.accepts_orders()) {
    constexpr auto kReason = matching::Reason::LowDiskSpace;
    decoded = BusinessReject{.business_reject_reason = codes_of(kReason).business_reject_reason,
                             .reason = kReason,
                             .cl_ord_id = place->cl_ord_id};
  }
  if (const auto* place = std::get_if<matching::PlaceOrder>(&decoded)) {
    submit_application(number, *place);
  } else if (const auto* cancel = std::get_if<matching::CancelOrder>(&decoded)) {
    submit_application(number, *cancel);
  } else if (const auto* query = std::get_if<gateway::OrderStatusQuery>(&decoded)) {
    use_credit(*query);
  } else if (const auto* refused = std::get_if<BusinessReject>(&decoded)) {
    environment_.metrics.messages_refused.add();
    submit_application(number, to_command(*refused, fields_.msg_type()));
  } else if (std::holds_alternative<Unanswered>(decoded)) {
    spdlog::warn("session {}: message {} of ours was refused by a BusinessMessageReject",
                 settings_.comp_id,
                 fields_.value(tag::kRefSeqNum));
  } else {
    decoder_reject_ = std::get<SessionReject>(decoded);
    quickfix_.reject({.ref_seq_num = number,
                      .ref_msg_type = std::string{fields_.msg_type()},
                      .ref_tag_id = decoder_reject_.ref_tag_id,
                      .reason = decoder_reject_.session_reject_reason,
                      .text = std::string{decoder_reject_.text}});
    decoder_reject_ = {};
  }
  handled_in_ = number;
}

// A refusal that uses up an application message's number is journaled before anybody hears of it:
// the Reject and what follows it wait in the outbound queue.
void FixSession::on_reject(const RejectFields& reject) {
  environment_.metrics.messages_refused.add();
  const bool consumed =
      reject.ref_seq_num > handled_in_ && reject.ref_seq_num <= quickfix_.next_in();
  if (!consumed || is_session_message(reject.ref_msg_type)) {
    return;
  }
  const SessionReject refused{.ref_tag_id = reject.ref_tag_id,
                              .session_reject_reason = reject.reason,
                              .text = {},
                              .cl_ord_id = decoder_reject_.cl_ord_id};
  queue_.hold_from_here(reject.ref_seq_num);
  submit_application(reject.ref_seq_num, to_command(refused, reject.ref_msg_type));
  handled_in_ = reject.ref_seq_num;
}

void FixSession::on_business_reject(const RejectFields& reject) {
  environment_.metrics.messages_refused.add();
  if (reject.ref_seq_num <= handled_in_) {
    return;
  }
  const BusinessReject refused{.business_reject_reason = reject.reason,
                               .reason = matching::Reason::MalformedMessage,
                               .tag = reject.ref_tag_id,
                               .cl_ord_id = {}};
  submit_application(reject.ref_seq_num, to_command(refused, reject.ref_msg_type));
  handled_in_ = reject.ref_seq_num;
}

void FixSession::submit_application(MsgSeqNum number, matching::CommandBody body) {
  matching::Command command;
  command.origin = {.session = id_, .epoch = epoch_, .msg_seq_num = number};
  command.body = body;
  use_credit(command);
}

void FixSession::use_credit(gateway::RingCommand command) {
  BETEX_ASSERT(credits_ > 0);
  --credits_;
  environment_.commands.submit(std::move(command));
}

}  // namespace betex::fix
