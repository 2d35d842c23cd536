// What a program logs, for a test to look at.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

namespace betex::test {

// What is logged while it lives, on whatever thread.
class LogCapture {
 public:
  LogCapture() : before_{spdlog::default_logger()} {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink_));
  }

  ~LogCapture() { spdlog::set_default_logger(before_); }

  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  LogCapture(LogCapture&&) = delete;
  LogCapture& operator=(LogCapture&&) = delete;

  [[nodiscard]] std::string text() const { return sink_->text(); }

  [[nodiscard]] std::size_t count(const std::string& words) const {
    const std::string all = text();
    std::size_t found = 0;
    for (std::size_t at = all.find(words); at != std::string::npos; at = all.find(words, at + 1)) {
      ++found;
    }
    return found;
  }

 private:
  class Sink final : public spdlog::sinks::base_sink<std::mutex> {
   public:
    [[nodiscard]] std::string text() {
      const std::lock_guard lock{mutex_};
      return text_;
    }

   private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      spdlog::memory_buf_t line;
      formatter_->format(message, line);
      text_.append(line.data(), line.size());
    }

    void flush_() override {}

    std::string text_;  // guarded by mutex_
  };

  const std::shared_ptr<Sink> sink_ = std::make_shared<Sink>();
  const std::shared_ptr<spdlog::logger> before_;
};

}  // namespace betex::test
