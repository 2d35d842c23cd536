#include "gateway/log/log_sink.h"

#include <algorithm>
#include <utility>

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>

namespace betex::gateway {

namespace {

// 2026-01-31T09:30:00.123456Z info     [34] text. Threads are told by number: spdlog knows no
// names.
constexpr const char* kPattern = "%Y-%m-%dT%H:%M:%S.%fZ %-8l [%t] %v";

constexpr std::chrono::seconds kFlushPatience{1};

std::unique_ptr<spdlog::formatter> make_formatter(const std::string& pattern) {
  return std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc);
}

bool is_control_character(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// What the log says of itself. On its thread, hence with a formatter of its own.
std::string warning_line(std::string_view text) {
  spdlog::memory_buf_t line;
  make_formatter(kPattern)->format(
      spdlog::details::log_msg{"betex", spdlog::level::warn, {text.data(), text.size()}}, line);
  return {line.data(), line.size()};
}

}  // namespace

std::string without_control_characters(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string shown;
  shown.reserve(text.size());
  for (const char c : text) {
    if (is_control_character(c)) {
      const auto byte = static_cast<unsigned char>(c);
      shown.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 0xf]);
    } else {
      shown += c;
    }
  }
  return shown;
}

LogSink::LogSink(LogTarget target)
    : formatter_{make_formatter(kPattern)}, writer_{std::move(target), warning_line} {}

void LogSink::log(const spdlog::details::log_msg& message) {
  const std::string_view payload{message.payload.data(), message.payload.size()};
  spdlog::details::log_msg clean = message;
  std::string shown;
  if (std::any_of(payload.begin(), payload.end(), is_control_character)) {
    shown = without_control_characters(payload);
    clean.payload = {shown.data(), shown.size()};
  }
  spdlog::memory_buf_t line;
  {
    const std::lock_guard lock{mutex_};
    formatter_->format(clean, line);
  }
  writer_.push(
      {line.data(), line.size()},
      message.level >= spdlog::level::warn ? LogWriter::Weight::Warning : LogWriter::Weight::Usual);
}

void LogSink::flush() {
  static_cast<void>(writer_.flush(kFlushPatience));
}

void LogSink::set_pattern(const std::string& pattern) {
  set_formatter(make_formatter(pattern));
}

void LogSink::set_formatter(std::unique_ptr<spdlog::formatter> formatter) {
  const std::lock_guard lock{mutex_};
  formatter_ = std::move(formatter);
}

}  // namespace betex::gateway
