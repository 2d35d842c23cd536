#include "gateway/log/log.h"

#include <memory>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "gateway/log/log_sink.h"
#include "matching/assert.h"

namespace betex::gateway {

namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::Trace:
      return spdlog::level::trace;
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warn:
      return spdlog::level::warn;
    case LogLevel::Error:
      return spdlog::level::err;
    case LogLevel::Critical:
      return spdlog::level::critical;
    case LogLevel::Off:
      return spdlog::level::off;
  }
  BETEX_ASSERT(false);
  return spdlog::level::off;
}

LogTarget open_target(const std::filesystem::path& file) {
  if (file.empty()) {
    return LogTarget{STDERR_FILENO};
  }
  try {
    return LogTarget{file};
  } catch (const std::system_error& error) {
    throw ConfigError{{{.file = file,
                        .line = 0,
                        .key = "log.file",
                        .problem = error.what(),
                        .remedy = "name a file that this user may write"}}};
  }
}

// Of the default logger; null where that is not one of ours, as in tests and after the end.
LogSink* default_sink() {
  const spdlog::logger* const logger = spdlog::default_logger_raw();
  if (logger == nullptr || logger->sinks().empty()) {
    return nullptr;
  }
  return dynamic_cast<LogSink*>(logger->sinks().front().get());
}

}  // namespace

void set_up_logging(const LogConfig& config) {
  auto logger = std::make_shared<spdlog::logger>(
      "betex", std::make_shared<LogSink>(open_target(config.file)));
  logger->set_level(spdlog_level(config.level));
  spdlog::set_default_logger(std::move(logger));
}

void shut_down_logging() {
  spdlog::shutdown();
}

void reopen_log() {
  if (LogSink* const sink = default_sink()) {
    sink->writer().reopen();
  }
}

std::uint64_t log_lines_dropped() {
  LogSink* const sink = default_sink();
  return sink == nullptr ? 0 : sink->writer().lines_dropped();
}

void set_log_level(LogLevel level) {
  spdlog::default_logger_raw()->set_level(spdlog_level(level));
}

}  // namespace betex::gateway
