// What a market data session sends: QuickFIX's messages, answers, and what md has made. Its numbers
// live as long as the connection, and nothing is kept for a resend.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "gateway/link/market_data_link.h"
#include "gateway/link/report.h"
#include "gateway/session/outbound_queue.h"
#include "gateway/session/session_core.h"
#include "gateway/session/unsent_bytes.h"
#include "gateway/wire/report_encoder.h"
#include "matching/types.h"

namespace betex::fix {

// Owned by its session's strand.
class MarketDataOutbound {
 public:
  explicit MarketDataOutbound(SessionCore& core) : core_{core} {}

  // A connection: its first message has number 1.
  void begin();

  // What of this connection's is unsent; whoever gives it messages says so there.
  [[nodiscard]] const std::shared_ptr<UnsentBytes>& unsent() const noexcept { return unsent_; }

  // The connection is gone: what was not written never will be.
  void discard();

  // Of the last message; 0: none was sent.
  [[nodiscard]] matching::MsgSeqNum last() const noexcept { return last_; }

  // ---- From QuickFIX, as in QuickfixEvents

  void on_number_used(matching::MsgSeqNum number) noexcept { last_ = number; }

  void append(std::string_view bytes) { queue_.append(bytes); }

  // ---- Messages. After the last number that there is a Logout follows.

  void send(std::span<const gateway::MarketDataMessage> messages);
  void send(const Report& answer);

  // Its number.
  matching::MsgSeqNum send_test_request();

  // ---- To the socket

  // Every handler that may have made messages ends with it.
  void end_turn();

  // As in ConnectionUser.
  void on_written(std::size_t bytes);

  [[nodiscard]] std::size_t unwritten_bytes() const noexcept { return queue_.unwritten_bytes(); }

  // So much is unwritten that nothing more is taken in.
  [[nodiscard]] bool is_full() const noexcept;

  // md sends no more to who reads slowly, so it is the session layer's answers that it has asked
  // for without reading them, or an answer that is very long: true where its connection is closed.
  [[nodiscard]] bool close_who_reads_nothing();

  // The client does not have all of it yet, and has taken some of it in since then.
  [[nodiscard]] bool is_taken_in_since(std::chrono::steady_clock::time_point time) const noexcept;

 private:
  [[nodiscard]] OutboundHeader header(matching::Timestamp now) const noexcept;
  template <typename Message>
  void append(const Message& message, matching::Timestamp now);
  void tell() noexcept;

  SessionCore& core_;
  OutboundQueue queue_;
  std::shared_ptr<UnsentBytes> unsent_ = std::make_shared<UnsentBytes>();
  matching::MsgSeqNum last_;
  std::chrono::steady_clock::time_point last_progress_;
};

}  // namespace betex::fix
