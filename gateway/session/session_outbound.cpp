// What a session sends: reports and QuickFIX's messages into the session cache and into blocks, and
// these to the connection.
#include "gateway/session/session_outbound.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "gateway/session/cache_layout.h"
#include "gateway/session/session_cache.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/wire/report_encoder.h"
#include "matching/engine.h"

namespace betex::fix {

using matching::EventSeq;
using matching::MsgSeqNum;
using matching::Timestamp;

namespace {

// Beyond it a session's requests are refused until some are answered. Nobody who reads what he is
// sent comes near it.
constexpr std::size_t kMaxUnanswered = 4096;

// The same for requests whose answers may be long and are made before they are taken.
constexpr std::size_t kMaxUnansweredBeforeLong = 16;

// What waits for an operator's socket beyond the bound at which others are read no more. Reports
// and answers that are on their way are a few MiB; more is what he has caused by messages of the
// session layer.
constexpr std::size_t kOperatorsRoom = std::size_t{16} << 20;

// Of an answer that the session itself has made.
bool is_own(gateway::SubscriptionId subscription) noexcept {
  return subscription == gateway::SubscriptionId{};
}

}  // namespace

SessionOutbound::SessionOutbound(OrderSessionCore& core,
                                 Owner& owner,
                                 const std::optional<matching::SessionInfo>& known)
    : core_{core},
      owner_{owner},
      unproven_{core.orders.cache.space(),
                known ? core.orders.cache.unproven_at_start(known->session)
                      : std::deque<UnprovenStep>{}} {
  if (known) {
    numbers_.recover(core.orders.cache.state(known->session).value_or(OutboundState{}));
    numbers_.set_reserved_to(known->reserved_to);
    delivered_ = known->delivered;
  }
}

void SessionOutbound::begin_epoch() {
  if (numbers_.begin_epoch(core_.epoch, delivered_)) {
    unproven_.begin_anew();
  }
}

void SessionOutbound::begin() {
  last_progress_ = std::chrono::steady_clock::now();
  last_asked_ = last_progress_;
  subscription_ = subscription_.next();
  replayed_ = {};
  begin_proof();
  core_.orders.reports.subscribe(
      core_.id,
      subscription_,
      std::max(numbers_.state().sent, {.event = delivered_, .leg = kAllLegs}));
}

void SessionOutbound::unsubscribe() {
  core_.orders.reports.unsubscribe(core_.id, subscription_);
  if (core_.orders.replays != nullptr) {
    core_.orders.replays->leave(core_.id, subscription_);
  }
}

void SessionOutbound::forget_what_is_under_way() {
  waiting_.clear();
  next_report_ = 0;
  replayed_ = {};
  resends_.clear();
}

void SessionOutbound::discard() {
  queue_.discard();
}

// ---- Reports ------------------------------------------------------------------------------------

void SessionOutbound::deliver(gateway::ReportDelivery delivery) {
  note_answers_made(delivery);
  waiting_.push_back(std::move(delivery));
  send_waiting_reports();
  end_turn();
}

void SessionOutbound::answer(Report answer) {
  gateway::ReportDelivery own;
  own.reports.push_back(std::move(answer));
  ++unanswered_;
  waiting_.push_back(std::move(own));
  send_waiting_reports();
}

void SessionOutbound::note_answers_made(const gateway::ReportDelivery& delivery) noexcept {
  const auto answers = std::ranges::count_if(
      delivery.reports, [](const Report& report) { return report.id.event == EventSeq{}; });
  unanswered_ -= std::min(unanswered_, static_cast<std::size_t>(answers));
}

bool SessionOutbound::has_too_many_answers() const noexcept {
  return hold_.is_on() || unanswered_ >= kMaxUnanswered;
}

bool SessionOutbound::has_too_many_for_long_answers() const noexcept {
  return hold_.is_on() || unanswered_ >= kMaxUnansweredBeforeLong;
}

void SessionOutbound::send_waiting_reports() {
  const Timestamp now = core_.environment.clock.now();
  send_reports_of_feed(now);
  send_told_again(now);
}

// Reports wait for numbers, and for the end of all resends: the client gets them in order. Behind
// a Logout of ours, which a Reject among them may bring, nothing follows.
void SessionOutbound::send_reports_of_feed(Timestamp now) {
  while (!waiting_.empty() && resends_.none()) {
    const gateway::ReportDelivery& delivery = waiting_.front();
    while (next_report_ < delivery.reports.size()) {
      if (core_.quickfix.sent_logout() || waits_for_proof(delivery.reports[next_report_]) ||
          numbers_.left() <= OutboundNumbers::kSpare) {
        return;
      }
      send_report(delivery.reports[next_report_++],
                  now,
                  is_own(delivery.subscription) ? Source::Own : Source::Feed);
    }
    const bool own = is_own(delivery.subscription);
    if (own) {
      note_answers_made(delivery);
    } else {
      proof_.complete(numbers_.last(), delivery.complete_to);
    }
    const bool all_sent = !own && prove_behind_ && delivery.complete_to >= *prove_behind_;
    waiting_.pop_front();
    next_report_ = 0;
    if (all_sent) {
      prove_behind_.reset();
      ask_for_proof_at_once();
    }
  }
}

// ---- What is told again

void SessionOutbound::tell_again(gateway::ReplayPortion portion) {
  replayed_.take(std::move(portion));
  send_told_again(core_.environment.clock.now());
  end_turn();
}

// What is new goes before it, and it takes no more of the queue than a resend.
bool SessionOutbound::may_tell_again() const noexcept {
  return core_.is_on() && waiting_.empty() && resends_.none() && !hold_.is_on() &&
         numbers_.left() > OutboundNumbers::kSpare &&
         queue_.unwritten_bytes() <= core_.environment.limits.outbound_queue_bytes / 4;
}

void SessionOutbound::send_told_again(Timestamp now) {
  while (const Report* const next = replayed_.next()) {
    if (!may_tell_again() || core_.quickfix.sent_logout() ||
        !core_.orders.cache.make_room(core_.id, true, proof_.proven())) {
      return;
    }
    send_report(*next, now, Source::Replay);
    if (replayed_.pass()) {
      core_.orders.replays->taken(core_.id, subscription_, replayed_.number());
    }
  }
}

// ---- One of them

// One that is told again is kept like an answer, and nobody waits to hear that it has been written.
void SessionOutbound::send_report(const Report& report, Timestamp now, Source source) {
  const bool of_event = source == Source::Feed && report.id.event != EventSeq{};
  const MsgSeqNum number = numbers_.next();
  const OutboundHeader header{.version = core_.settings.version,
                              .sender_comp_id = core_.settings.our_comp_id,
                              .target_comp_id = core_.settings.comp_id,
                              .msg_seq_num = number,
                              .sending_time = now,
                              .last_msg_seq_num_processed = owner_.last_processed(),
                              .poss_resend = of_event && numbers_.is_poss_resend(report.id)};
  numbers_.use(number);
  if (of_event) {
    numbers_.report_sent(report.id);
    proof_.report_sent(report.id.event);
  }
  const auto write = [&](std::string& bytes) { encode(report, header, bytes); };
  const std::string_view message =
      source == Source::Feed ? queue_.append_report(write) : queue_.append_answer(write);
  core_.orders.cache.append(core_.id, numbers_.state(), of_event ? report.id : ReportId{}, message);
  if (of_event) {
    unproven_.sent(report.id.event, cache::record_bytes(message.size()));
  }
  if (const auto* const answer = std::get_if<ReplayAck>(&report.body);
      answer != nullptr && source == Source::Feed && answer->response == ReplayResponse::Begins) {
    replayed_.promised();
  }
  core_.quickfix.set_next_out(number.next());
  core_.environment.metrics.reports_out.add();
  core_.environment.metrics.cache_commits.add();
  reserve_numbers_ahead();
  if (const auto* const reject = std::get_if<Reject>(&report.body)) {
    core_.on_reject_sent(reject->ref_seq_num);
  }
}

// ---- Numbers ------------------------------------------------------------------------------------

void SessionOutbound::reserve_numbers_ahead() {
  if (core_.reading_stopped && !core_.up) {
    return;  // the ring may be closed already
  }
  if (const auto up_to = numbers_.block_to_ask_for()) {
    owner_.submit_control(
        matching::ReserveNumbers{.session = core_.id, .epoch = core_.epoch, .up_to = *up_to});
  }
}

bool SessionOutbound::on_number_used(MsgSeqNum number) {
  OutboundState used = numbers_.state();
  used.last_number = number;
  const bool reserved = numbers_.may_use(number);
  if (!reserved || !core_.orders.cache.use_number(core_.id, used)) {
    spdlog::error("session {}: no outbound number left: {}",
                  core_.settings.comp_id,
                  reserved ? "the session cache has no room for another session"
                           : "the journal has not answered in time");
    core_.ending.note(SessionEnd::NoNumbers);
    core_.ending.disconnect();
    return false;
  }
  numbers_.use(number);
  core_.environment.metrics.cache_commits.add();
  reserve_numbers_ahead();
  return true;
}

void SessionOutbound::append(std::string_view bytes) {
  queue_.append(bytes);
}

// ---- To the socket ------------------------------------------------------------------------------

void SessionOutbound::end_turn() {
  core_.quickfix.end_turn();
  queue_.seal();
  write_released();
}

void SessionOutbound::write_released() {
  while (auto block = queue_.take_released()) {
    if (core_.connection) {
      core_.connection->write(std::move(block));
    }
  }
}

void SessionOutbound::on_written(std::size_t bytes, std::size_t reports) {
  queue_.written(bytes);
  last_progress_ = std::chrono::steady_clock::now();
  if (reports != 0 && core_.is_on()) {
    core_.orders.reports.consumed(core_.id, subscription_, reports);
  }
  continue_resend();
  if (replayed_.next() != nullptr) {
    send_told_again(core_.environment.clock.now());
  }
}

bool SessionOutbound::is_full() const noexcept {
  return queue_.unwritten_bytes() > core_.environment.limits.outbound_queue_bytes;
}

bool SessionOutbound::is_taken_in_since(std::chrono::steady_clock::time_point time) const noexcept {
  return queue_.unwritten_bytes() != 0 && last_progress_ > time;
}

void SessionOutbound::check_slow_reader() {
  const auto now = std::chrono::steady_clock::now();
  if (is_full() && now - last_progress_ >= core_.environment.limits.slow_reader_grace) {
    close_on_slow_reader();
  }
}

bool SessionOutbound::close_operator_who_reads_nothing() {
  if (!core_.is_operator() ||
      queue_.unwritten_bytes() <= core_.environment.limits.outbound_queue_bytes + kOperatorsRoom) {
    return false;
  }
  if (!core_.ending.cause()) {
    close_on_slow_reader();
  }
  return true;
}

void SessionOutbound::close_on_slow_reader() {
  core_.environment.metrics.slow_readers.add();
  spdlog::warn("session {}: does not read, {} bytes are waiting: disconnected",
               core_.settings.comp_id,
               queue_.unwritten_bytes());
  core_.ending.note(SessionEnd::SlowReader);
  core_.connection->close();
}

}  // namespace betex::fix
