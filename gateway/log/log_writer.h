// The log's own thread, and the lines that wait for it. Whoever has something to say leaves it here
// and goes on: a disk that stalls, or a reader of standard error that pauses, costs lines, which
// are counted and said, and never time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/log/log_target.h"

namespace betex::gateway {

struct LogWriterLimits {
  // Of lines that wait; as many may be under way.
  std::size_t queue_bytes = std::size_t{1} << 20;
  // How long the end waits for what has been said. What is stuck then is left behind.
  std::chrono::milliseconds patience{5000};
};

// Thread-safe.
class LogWriter {
 public:
  // A line end included: what the log has to say of itself, made on its thread.
  using MakeLine = std::function<std::string(std::string_view text)>;

  // The last quarter of the queue is for lines that matter more: warnings and errors.
  enum class Weight : std::uint8_t { Usual, Warning };

  LogWriter(LogTarget target, MakeLine make_line, LogWriterLimits limits = {});
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // `line` with its line end. Never waits for more than another push.
  void push(std::string_view line, Weight weight);

  // Opens the file anew before the next line. Where that fails the old one says so.
  void reopen();

  // Waits until what was pushed before is written, or lost, at most so long. Whether it is.
  bool flush(std::chrono::milliseconds patience);

  // For want of room, or because they could not be written.
  [[nodiscard]] std::uint64_t lines_dropped() const noexcept;

 private:
  struct Shared;

  static void run(const std::shared_ptr<Shared>& shared);

  // The thread's as well, which may outlive this: it can't be stopped while it writes.
  std::shared_ptr<Shared> shared_;
  std::chrono::milliseconds patience_;
};

}  // namespace betex::gateway
