// What goes out: reports and QuickFIX's messages into blocks, through the session cache to the
// connection.
#include <algorithm>
#include <iterator>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/fix_session.h"
#include "gateway/wire/report_encoder.h"

namespace betex::fix {

namespace asio = boost::asio;
using matching::MsgSeqNum;

namespace {

constexpr std::uint32_t kNumberBlock = 10'000;
constexpr std::uint32_t kReserveBelow = kNumberBlock / 2;  // numbers left: ask for the next block
constexpr std::uint32_t kSpareNumbers = 100;  // for administrative messages; reports wait

}  // namespace

// ---- Reports ------------------------------------------------------------------------------------

void FixSession::deliver(gateway::ReportDelivery delivery) {
  asio::post(strand_, [self = shared_from_this(), delivery = std::move(delivery)]() mutable {
    if (delivery.subscription == self->subscription_) {
      self->on_delivery(std::move(delivery));
    }
  });
}

// What is dropped here is made again at the next logon: the cursor has not passed it.
void FixSession::on_delivery(gateway::ReportDelivery delivery) {
  if (state_ != State::On || quickfix_.sent_logout()) {
    return;
  }
  if (delivery.epoch == epoch_) {
    receipt_.durable(delivery.durable_in);
  }
  note_answers_made(delivery);
  waiting_.push_back(std::move(delivery));
  send_waiting_reports();
  end_turn();
}

// Reports wait for numbers, and for the end of all resends: the client gets them in order.
void FixSession::send_waiting_reports() {
  while (!waiting_.empty() && resends_.empty()) {
    const gateway::ReportDelivery& delivery = waiting_.front();
    if (next_report_ == 0 && !delivery.reports.empty() && waits_for_proof()) {
      return;
    }
    while (next_report_ < delivery.reports.size()) {
      if (numbers_left() <= kSpareNumbers) {
        return;
      }
      send_report(delivery.reports[next_report_++]);
    }
    proof_.complete(outbound_.last_number, delivery.complete_to);
    const bool told = prove_behind_ && delivery.complete_to >= *prove_behind_;
    waiting_.pop_front();
    next_report_ = 0;
    if (told) {
      prove_behind_.reset();
      ask_for_proof_at_once();
    }
  }
}

void FixSession::send_report(const Report& report) {
  const bool of_event = report.id.event != matching::EventSeq{};
  const MsgSeqNum number = outbound_.last_number.next();
  const OutboundHeader header{.version = settings_.version,
                              .sender_comp_id = settings_.our_comp_id,
                              .target_comp_id = settings_.comp_id,
                              .msg_seq_num = number,
                              .sending_time = environment_.clock.now(),
                              .last_msg_seq_num_processed = last_processed(),
                              .poss_resend = of_event && report.id <= outbound_.poss_resend_to};
  outbound_.last_number = number;
  if (of_event) {
    outbound_.sent = report.id;
    proof_.report_sent(report.id.event);
  }
  const std::size_t before = queue_.unwritten_bytes();
  queue_.append_report(
      report.id, outbound_, [&](std::string& bytes) { encode(report, header, bytes); });
  if (of_event) {
    const std::size_t size = queue_.unwritten_bytes() - before;
    unproven_.sent(report.id.event, cache::entry_bytes(sizeof(cache::StoredReport) + size));
  }
  quickfix_.set_next_out(number.next());
  environment_.metrics.reports_out.add();
  reserve_numbers_ahead();
}

// ---- Numbers ------------------------------------------------------------------------------------

std::uint32_t FixSession::numbers_left() const noexcept {
  return reserved_to_ > outbound_.last_number ? reserved_to_.value() - outbound_.last_number.value()
                                              : 0;
}

void FixSession::reserve_numbers_ahead() {
  const bool stopping = reading_stopped_ && !up_;  // the ring may be closed already
  if (reserving_ || stopping || numbers_left() >= kReserveBelow) {
    return;
  }
  reserving_ = true;
  matching::Command command;
  command.body = matching::ReserveNumbers{
      .session = id_,
      .epoch = epoch_,
      .up_to = MsgSeqNum{std::max(reserved_to_, outbound_.last_number).value() + kNumberBlock}};
  submit_control(command);
}

// A Logon that is refused brings no receipt: what was sent before it may still be on its way.
MsgSeqNum FixSession::last_processed() {
  return refusal_.empty() ? receipt_.number(quickfix_.next_in()) : MsgSeqNum{};
}

bool FixSession::on_number_used(MsgSeqNum number) {
  if (number > reserved_to_) {
    spdlog::error("session {}: no outbound number left: the journal has not answered in time",
                  settings_.comp_id);
    note_end(SessionEnd::NoNumbers);
    disconnect_asked_ = true;
    return false;
  }
  outbound_.last_number = number;
  queue_.use_number(outbound_);
  reserve_numbers_ahead();
  return true;
}

// ---- From QuickFIX ------------------------------------------------------------------------------

void FixSession::on_send(const std::string& bytes) {
  queue_.append(bytes);
}

void FixSession::on_disconnect() {
  disconnect_asked_ = true;
}

std::vector<MessageCache::Message> FixSession::sent_messages(MsgSeqNum first,
                                                             MsgSeqNum last) const {
  auto messages = environment_.cache.read(id_, epoch_, first, last);
  for (const auto& block : uncached_) {  // may have been committed meanwhile
    for (const auto& entry : block->entries) {
      if (block->state.epoch == epoch_ && entry.number >= first && entry.number <= last &&
          (messages.empty() || entry.number > messages.back().number)) {
        messages.push_back(
            {.number = entry.number, .bytes = block->bytes.substr(entry.offset, entry.size)});
      }
    }
  }
  return messages;
}

// ---- To the socket ------------------------------------------------------------------------------

// Every handler that may have made messages ends with it: nothing is left in an open block.
void FixSession::end_turn() {
  for (auto& block : queue_.seal(id_, proof_.proven())) {
    uncached_.push_back(block);
    environment_.flusher.commit(block, [self = shared_from_this(), block] {
      asio::dispatch(self->strand_, [self, block] { self->on_cached(block); });
    });
  }
  write_released();
}

void FixSession::on_cached(const OutboundQueue::Block& block) {
  uncached_.pop_front();
  queue_.committed(block);
  write_released();
  finish_if_done();
}

void FixSession::write_released() {
  while (auto block = queue_.take_released()) {
    if (connection_) {
      connection_->write(std::move(block));
    }
  }
}

void FixSession::written(Connection& connection, std::size_t bytes, std::size_t reports) {
  asio::dispatch(
      strand_,
      [self = shared_from_this(), connection = connection.shared_from_this(), bytes, reports] {
        if (connection == self->connection_ && !self->dropping_) {
          self->on_written(bytes, reports);
        }
      });
}

void FixSession::on_written(std::size_t bytes, std::size_t reports) {
  queue_.written(bytes);
  last_progress_ = std::chrono::steady_clock::now();
  if (reports != 0 && state_ == State::On) {
    environment_.reports.consumed(id_, subscription_, reports);
  }
  continue_resend();
  process_frames();
  end_turn();
  finish_if_done();
}

// Nothing is lost: what it has not read is sent again at its next logon.
void FixSession::check_slow_reader() {
  if (queue_.unwritten_bytes() <= environment_.limits.outbound_queue_bytes ||
      std::chrono::steady_clock::now() - last_progress_ < environment_.limits.slow_reader_grace) {
    return;
  }
  environment_.metrics.slow_readers.add();
  spdlog::warn("session {}: does not read, {} bytes are waiting: disconnected",
               settings_.comp_id,
               queue_.unwritten_bytes());
  note_end(SessionEnd::SlowReader);
  connection_->close();
}

}  // namespace betex::fix
