// spdlog's side of the log: makes lines of messages, and leaves them with the log's writer.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include <spdlog/formatter.h>
#include <spdlog/sinks/sink.h>

#include "gateway/log/log_writer.h"

namespace betex::gateway {

// `text` without control characters, each shown as "\x0a": a line stays one line and changes
// nothing on the terminal of whoever reads it, whatever a peer has put into it.
[[nodiscard]] std::string without_control_characters(std::string_view text);

// Thread-safe.
class LogSink final : public spdlog::sinks::sink {
 public:
  explicit LogSink(LogTarget target);

  void log(const spdlog::details::log_msg& message) override;
  void flush() override;
  void set_pattern(const std::string& pattern) override;
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override;

  [[nodiscard]] LogWriter& writer() noexcept { return writer_; }

 private:
  std::mutex mutex_;  // of the formatter, which is not thread-safe
  std::unique_ptr<spdlog::formatter> formatter_;
  LogWriter writer_;
};

}  // namespace betex::gateway
