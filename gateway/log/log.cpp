#include "gateway/log/log.h"

#include <memory>
#include <utility>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "matching/assert.h"

namespace betex::gateway {

namespace {

// 2026-01-31T09:30:00.123456Z info  [match] text. Threads are told by number: spdlog knows no
// names.
constexpr const char* kPattern = "%Y-%m-%dT%H:%M:%S.%fZ %-8l [%t] %v";

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

spdlog::sink_ptr make_sink(const std::filesystem::path& file) {
  if (file.empty()) {
    return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
  } catch (const spdlog::spdlog_ex& error) {
    throw ConfigError{{{.file = file,
                        .line = 0,
                        .key = "log.file",
                        .problem = error.what(),
                        .remedy = "name a file that this user may write"}}};
  }
}

}  // namespace

void set_up_logging(const LogConfig& config) {
  auto logger = std::make_shared<spdlog::logger>("betex", make_sink(config.file));
  logger->set_formatter(
      std::make_unique<spdlog::pattern_formatter>(kPattern, spdlog::pattern_time_type::utc));
  logger->set_level(spdlog_level(config.level));
  // A file must say what happened last when the process is killed right after.
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void set_log_level(LogLevel level) {
  spdlog::default_logger_raw()->set_level(spdlog_level(level));
}

}  // namespace betex::gateway
