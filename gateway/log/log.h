// The process's log, through spdlog: one pattern, UTC with microseconds. It never blocks: lines
// wait for a thread of the log's own, which writes them to standard error or to a file.
#pragma once

#include <cstdint>

#include "gateway/config/config.h"

namespace betex::gateway {

// Makes the default logger that spdlog::info() and the like write to; thread-safe from then on.
// Its flush() waits until what was said before is written, at most a second. Throws ConfigError
// when the log file cannot be opened.
void set_up_logging(const LogConfig& config);

// What has been said is written, as far as that goes within 5 s, and the log ends. For the end of
// the process, when no other thread says anything any more.
void shut_down_logging();

// Changes the level of a running process (SIGHUP).
void set_log_level(LogLevel level);

// Opens a log file anew that was renamed or deleted (SIGHUP). Returns at once.
void reopen_log();

// Since the start: for want of room, or because they could not be written. Thread-safe.
[[nodiscard]] std::uint64_t log_lines_dropped();

}  // namespace betex::gateway
