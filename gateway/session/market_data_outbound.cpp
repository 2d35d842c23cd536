#include "gateway/session/market_data_outbound.h"

#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "gateway/link/clock.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/wire/market_data_message.h"

namespace betex::fix {

using matching::MsgSeqNum;
using matching::Timestamp;

namespace {

// MsgSeqNum(34) has nine digits at most. Behind it there is room for what says so.
constexpr MsgSeqNum kLastNumber{999'999'000};

}  // namespace

void MarketDataOutbound::begin() {
  unsent_ = std::make_shared<UnsentBytes>();
  last_ = {};
  last_progress_ = std::chrono::steady_clock::now();
}

void MarketDataOutbound::discard() {
  queue_.discard();
  tell();
}

void MarketDataOutbound::tell() noexcept {
  unsent_->queue_holds(queue_.unwritten_bytes());
}

OutboundHeader MarketDataOutbound::header(Timestamp now) const noexcept {
  return {.version = core_.settings.version,
          .sender_comp_id = core_.settings.our_comp_id,
          .target_comp_id = core_.settings.comp_id,
          .msg_seq_num = last_.next(),
          .sending_time = now,
          .last_msg_seq_num_processed = {},
          .poss_resend = false};
}

template <typename Message>
void MarketDataOutbound::append(const Message& message, Timestamp now) {
  if (core_.quickfix.sent_logout()) {
    return;
  }
  if (last_ >= kLastNumber) {
    return core_.end_by_logout("MsgSeqNum has no greater number: log on again");
  }
  queue_.append_report([&](std::string& bytes) { encode(message, header(now), bytes); });
  last_ = last_.next();
  core_.quickfix.set_next_out(last_.next());
  core_.environment.metrics.reports_out.add();
}

void MarketDataOutbound::send(std::span<const gateway::MarketDataMessage> messages) {
  const Timestamp now = core_.environment.clock.now();
  for (const gateway::MarketDataMessage& message : messages) {
    std::visit([&](const auto& its) { append(its, now); }, message);
  }
}

void MarketDataOutbound::send(const Report& answer) {
  append(answer, core_.environment.clock.now());
}

MsgSeqNum MarketDataOutbound::send_test_request() {
  const MsgSeqNum number = last_.next();
  core_.quickfix.test_request(number);
  return number;
}

void MarketDataOutbound::end_turn() {
  core_.quickfix.end_turn();
  queue_.seal();
  while (auto block = queue_.take_released()) {
    if (core_.connection) {
      core_.connection->write(std::move(block));
    }
  }
  tell();
}

void MarketDataOutbound::on_written(std::size_t bytes) {
  queue_.written(bytes);
  last_progress_ = std::chrono::steady_clock::now();
  tell();
}

bool MarketDataOutbound::is_full() const noexcept {
  return queue_.unwritten_bytes() > core_.environment.limits.outbound_queue_bytes;
}

bool MarketDataOutbound::close_who_reads_nothing() {
  const auto silent = std::chrono::steady_clock::now() - last_progress_;
  if (!is_full() || silent < core_.environment.limits.slow_reader_grace) {
    return false;
  }
  core_.environment.metrics.slow_readers.add();
  spdlog::warn("session {}: does not read, {} bytes are waiting: disconnected",
               core_.settings.comp_id,
               queue_.unwritten_bytes());
  core_.ending.note(SessionEnd::SlowReader);
  core_.connection->close();
  return true;
}

bool MarketDataOutbound::is_taken_in_since(
    std::chrono::steady_clock::time_point time) const noexcept {
  return queue_.unwritten_bytes() != 0 && last_progress_ > time;
}

}  // namespace betex::fix
