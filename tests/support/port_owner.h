// Which process a connection comes from, where both ends are on this machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <sys/types.h>

namespace betex::test {

// Which of these processes of this user has the connection that comes from this loopback port, as
// the system says (/proc); none: none of them has it, or it has none any more.
[[nodiscard]] std::optional<std::size_t> owner_of_port(std::uint16_t port,
                                                       std::span<const pid_t> processes);

}  // namespace betex::test
