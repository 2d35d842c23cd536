// A FIXT.1.1 session that does next to nothing itself: orders are one preformatted message with a
// few digits patched in, answers are counted by their first bytes. So that a benchmark measures the
// server and not its client. What it is told of markets is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace betex::bench {

// *One thread.* Anything but what is waited for (a reject, the end of the connection) is a
// std::runtime_error.
class TradingSession {
 public:
  // Connects to loopback and logs on with 141=Y.
  TradingSession(std::uint16_t port, std::string sender);
  ~TradingSession();
  TradingSession(const TradingSession&) = delete;
  TradingSession& operator=(const TradingSession&) = delete;

  // What an order is of; all lay a stake of 10.
  struct Terms {
    std::string_view symbol = "EPL-ARS-CHE.HOME";
    std::string_view price = "2.04";
  };

  // A resting order, to be sent by flush().
  void append_order() { append_order(Terms{}); }

  void append_order(const Terms& terms);

  // Sends what the socket takes. False where something is left.
  bool flush();

  // Reads once, waiting for something if asked to, and returns how many New reports came.
  // TestRequests are answered.
  enum class Wait : std::uint8_t { Yes, No };
  std::size_t receive_news(Wait wait);

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  // Reports of before the reset of its numbers (97=Y) that have come.
  [[nodiscard]] std::size_t sent_again() const noexcept { return sent_again_; }

  // What has come of SecurityStatus(f): how many, and the MarketVersion(20005) of the last one.
  struct Statuses {
    std::size_t count = 0;
    std::uint64_t version = 0;
  };

  [[nodiscard]] const Statuses& statuses() const noexcept { return statuses_; }

 private:
  bool take(std::string_view frame);
  void take_status(std::string_view frame);
  void append(std::string_view type, std::string_view body);

  int descriptor_ = -1;
  std::string sender_;
  std::string pending_;
  std::string received_;
  std::string id_prefix_;
  std::uint64_t next_number_ = 1;
  std::size_t sent_again_ = 0;
  Statuses statuses_;
  bool logged_on_ = false;
};

}  // namespace betex::bench
