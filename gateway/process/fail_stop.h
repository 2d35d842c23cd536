// Fail-stop: after a failure that makes the journal's end or a session's numbers uncertain, nothing
// more is told to anyone; the restart finds out what is true.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace betex::gateway {

inline constexpr int kExitIo = 74;  // EX_IOERR, also for what is none of the others

// Of a process that this error ends: a JournalError's or ConfigError's own, else kExitIo.
[[nodiscard]] int exit_code_of(const std::exception_ptr& error) noexcept;

// What went wrong, and what to do.
[[nodiscard]] std::string text_of(const std::exception_ptr& error);

// Logs the cause and ends the process at once: sockets close without a message, destructors do not
// run. The log has a second to be written. Thread-safe.
[[noreturn]] void fail_stop(std::string_view where, const std::exception_ptr& error) noexcept;

}  // namespace betex::gateway
