// The process's signals as values, waited for by the main thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace betex::gateway {

enum class Signal : std::uint8_t {
  Terminate,  // SIGTERM, SIGINT
  Reload,     // SIGHUP
  Wake,       // SIGUSR1: this process's own, another thread has something for the main thread
};

// Blocks these signals for this thread and all that it starts, and ignores SIGPIPE and SIGXFSZ. To
// be called first in main; without it wait_for_signal() has nothing to wait for.
void block_signals();

// The next of them, also one that came before the call; none when the time is over.
[[nodiscard]] std::optional<Signal> wait_for_signal(
    std::optional<std::chrono::milliseconds> timeout = std::nullopt);

// Ends a wait_for_signal() with Wake: the one under way, or else the next. From any thread, after
// block_signals().
void wake_main_thread();

}  // namespace betex::gateway
