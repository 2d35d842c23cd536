// The thread that runs Asio: sockets, the sessions' strands, the session cache, HTTP. It starts at
// once, so that the health of a long replay can be asked for.
#pragma once

#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace betex::gateway {

class IoThread {
 public:
  IoThread();
  // As stop().
  ~IoThread();

  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }

  // Ends the thread after the handler it is in, and joins it. What was posted stays undone.
  void stop();

 private:
  void run() noexcept;

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace betex::gateway
