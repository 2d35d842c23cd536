// Threads that run Asio: sockets, the sessions' strands, the session cache, HTTP. They start at
// once, so that the health of a long replay can be asked for.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace betex::gateway {

// How many there are: `configured`, or, where that is 0, as many as `processors` suggest. The
// stages of the pipeline come first: with few processors further I/O threads would only take theirs
// from them.
[[nodiscard]] std::size_t io_thread_count(std::size_t configured, std::size_t processors) noexcept;

class IoThreads {
 public:
  // An exception has come out of a handler; called on that handler's thread. When it returns, the
  // thread goes on with the next handler.
  using OnFailure = std::function<void(const std::exception_ptr& error)>;

  // Of a context whose failure is that of the gateway.
  static void stop_all(const std::exception_ptr& error);

  // `count` is at least 1. Any of them runs whatever is ready: what must not run at the same time
  // is on one strand. The first thread is called `name`, the others have a number behind it.
  // `niceness`: as take_turns() has it.
  explicit IoThreads(std::size_t count,
                     std::string name = "io",
                     OnFailure on_failure = stop_all,
                     int niceness = 0);
  // As stop().
  ~IoThreads();

  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;
  IoThreads(IoThreads&&) = delete;
  IoThreads& operator=(IoThreads&&) = delete;

  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }

  // Ends each thread after the handler it is in, and joins them. What was posted stays undone.
  void stop();

 private:
  void run() noexcept;
  void run_handlers();

  const std::string name_;
  const OnFailure on_failure_;
  const int niceness_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::vector<std::thread> threads_;
};

}  // namespace betex::gateway
