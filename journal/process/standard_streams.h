// Standard input, output and error, and what may be wrong with them: closed by whoever started the
// program, full, or read by somebody who has stopped reading. For each program's main().
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace betex::process {

inline constexpr int kExitIo = 74;  // EX_IOERR: standard output could not be written

// To be called first. Opens those of the descriptors 0, 1 and 2 that are closed, or the next file
// that is opened, a log or a state file, would get the number, and reports would be written into
// it. Reading from and writing to them still fails.
void open_standard_descriptors() noexcept;

// No memory, with the secrets in it, goes to disk when the process crashes. Whoever wants a core
// can still ask for it: prlimit --core=unlimited --pid PID.
void disable_core_dumps() noexcept;

// Writes out what stdout holds. The reason where this, or a write before it, has failed: then not
// all has been printed. To be asked once, at the end.
[[nodiscard]] std::optional<std::string> flush_standard_output();

// A line to standard error, "PROGRAM: TEXT"; left out where nobody reads it for a second, since the
// process that wants to end would wait for ever.
void print_error(std::string_view program, std::string_view text) noexcept;

// `exit_code`, or kExitIo in place of 0 where standard output could not be written; that is said.
[[nodiscard]] int exit_code_after_output(std::string_view program, int exit_code);

}  // namespace betex::process
