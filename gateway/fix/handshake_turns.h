// TLS handshakes are the most work that a stranger can ask for, a millisecond each with RSA keys.
// Their steps take turns, one at a time, and all together a quarter of a thread's time: a flood of
// them delays an order by one step at most, and other handshakes, which wait in line.
#pragma once

#include <chrono>
#include <deque>
#include <functional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

namespace betex::fix {

// *Thread-safe.* The I/O threads must have ended before it is destroyed.
class HandshakeTurns {
 public:
  using Step = std::function<void()>;

  explicit HandshakeTurns(boost::asio::io_context& io);

  // `step` runs on `executor` when its turn has come.
  void enter(boost::asio::any_io_executor executor, Step step);

 private:
  struct Waiting {
    boost::asio::any_io_executor executor;
    Step step;
  };

  void next();
  void rest_after(std::chrono::steady_clock::duration used);

  boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  boost::asio::steady_timer timer_;
  std::deque<Waiting> waiting_;  // one a connection at most
  bool busy_ = false;            // with a step, or resting after one
};

}  // namespace betex::fix
