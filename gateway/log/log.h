// The process's log, through spdlog: one sink, one pattern, UTC with microseconds.
#pragma once

#include "gateway/config/config.h"

namespace betex::gateway {

// Makes the default logger that spdlog::info() and the like write to; thread-safe from then on.
// Throws ConfigError when the log file cannot be opened.
void set_up_logging(const LogConfig& config);

// Changes the level of a running process (SIGHUP).
void set_log_level(LogLevel level);

}  // namespace betex::gateway
