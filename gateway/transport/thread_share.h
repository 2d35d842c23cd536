// A share of a thread's time for work that anybody may ask for without pause. Its steps take turns,
// one at a time, and all together a quarter of a thread's time: a flood of them delays an order by
// one step at most. What it delays else is work of the same kind, and so turns go from address to
// address, and every other one to those that are known: a client waits for a few steps, however
// many connections strangers have. TLS handshakes have one share, the most work that a stranger can
// ask for, a millisecond each with RSA keys; resends have another, from session to session.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "gateway/config/ip_address.h"
#include "gateway/transport/turns_by_address.h"

namespace betex::fix {

// *Thread-safe.* The I/O threads must have ended before it is destroyed.
class ThreadShare {
 public:
  using Step = std::function<void()>;

  struct Peer {
    gateway::IpAddress address;
    bool known = false;
  };

  explicit ThreadShare(boost::asio::io_context& io);

  // `step` runs on `executor` when its turn has come.
  void enter(const Peer& peer, boost::asio::any_io_executor executor, Step step);

  // The same for a session's work, by its CompID: sessions take turns, wherever they come from.
  void enter(const std::string& comp_id, boost::asio::any_io_executor executor, Step step);

 private:
  struct Waiting {
    boost::asio::any_io_executor executor;
    Step step;
  };

  void wait_in_line(std::size_t line, std::string who, Waiting waiting);
  void next();
  void rest_after(std::chrono::steady_clock::duration used);

  boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  boost::asio::steady_timer timer_;
  // Of unknown and of known addresses, or of sessions; one a connection, or a session, at most.
  std::array<TurnsByAddress<Waiting>, 2> lines_;
  std::size_t next_line_ = 0;
  std::uint64_t last_id_ = 0;
  bool busy_ = false;  // with a step, or resting after one
};

}  // namespace betex::fix
