// One browser's stream of server-sent events. It keeps the newest frame of each kind until the
// browser takes it: one that is slow misses what is old, and delays nobody.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "gateway/page/frames.h"

namespace betex::gateway {

// All of it runs on the socket's executor, a strand. Alive as long as something is under way on it.
class EventStream : public std::enable_shared_from_this<EventStream> {
 public:
  using Steady = std::chrono::steady_clock;

  // A browser that takes nothing for `patience` is gone.
  EventStream(boost::asio::ip::tcp::socket socket, std::chrono::milliseconds patience);

  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  // Sends the answer's header, and reads until the browser goes.
  void start();

  // In place of the frame of this kind that waits, if any.
  void send(FrameKind kind, Frame frame);

  // It has ended, or is to: the browser has gone, or has taken nothing for too long.
  [[nodiscard]] bool is_over(Steady::time_point now) const noexcept;

  void close();

 private:
  void read();
  void write();
  void on_written(boost::system::error_code error);

  boost::asio::ip::tcp::socket socket_;
  std::array<Frame, kFrameKinds> waiting_;
  std::vector<Frame> under_way_;  // empty: nothing is being written
  const std::chrono::milliseconds patience_;
  Steady::time_point write_began_;
  std::array<char, 256> ignored_{};  // what the browser says
  std::size_t ignored_bytes_ = 0;
};

}  // namespace betex::gateway
