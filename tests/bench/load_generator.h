// A FIXT.1.1 session that does next to nothing itself: orders are one preformatted message with a
// few digits patched in, answers are counted by their first bytes. So that a benchmark measures the
// gateway and not its client.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace betex::bench {

// *One thread.* Anything but the answer that is waited for (a reject, the end of the connection) is
// a std::runtime_error.
class LoadGenerator {
 public:
  // Connects to loopback and logs on with 141=Y.
  LoadGenerator(std::uint16_t port, std::string sender);
  ~LoadGenerator();
  LoadGenerator(const LoadGenerator&) = delete;
  LoadGenerator& operator=(const LoadGenerator&) = delete;

  // Sends one resting order and waits for its New.
  void round_trip();

  // Sends `orders` resting orders, at most `window` of them unanswered, and waits for all answers.
  void pipeline(std::uint64_t orders, std::uint64_t window);

 private:
  void append_order();
  void send_pending();
  // Reads once, waiting for something if `blocking`, and counts the New reports.
  std::uint64_t receive_news(int flags);
  void append(std::string_view type, std::string_view body);

  int descriptor_ = -1;
  std::string sender_;
  std::string pending_;
  std::string received_;
  std::string sending_time_;
  std::string id_prefix_;
  std::uint64_t next_number_ = 1;
};

}  // namespace betex::bench
