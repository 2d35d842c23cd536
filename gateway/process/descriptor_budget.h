// File descriptors. A connection takes one, and the journal opens some at each new segment: it must
// never find that strangers have all of them, so no more connections are let in than leave enough.
#pragma once

#include <cstddef>

namespace betex::gateway {

// What is kept for everything but connections on the FIX ports: the journal's environments (3 each:
// at most 55 scans for sessions that catch up, one for market data, the segment in use, the next
// one, a snapshot's two), 64 connections on the HTTP port and the streams of its page, files, the
// session cache's among them, timers, listeners.
inline constexpr std::size_t kReservedDescriptors = 320;

// Of `connections`, as many as fit into a limit of `descriptors` beside the reserve; 0: none.
[[nodiscard]] constexpr std::size_t connections_that_fit(std::size_t connections,
                                                         std::size_t descriptors) noexcept {
  const std::size_t room =
      descriptors > kReservedDescriptors ? descriptors - kReservedDescriptors : 0;
  return connections < room ? connections : room;
}

// Raises this process's soft limit (`ulimit -n`) to the hard one, which needs no right. Returns the
// limit in force.
std::size_t raise_descriptor_limit() noexcept;

// The same for the gateway: raises the limit, and says in the log where not all `connections` fit.
// Throws ConfigError where not a single one does.
[[nodiscard]] std::size_t fitting_connections(std::size_t connections);

}  // namespace betex::gateway
