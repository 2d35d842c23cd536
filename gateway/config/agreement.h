// What all nodes of a cluster must have alike, whichever of them leads: accounts, markets, who may
// log on as what, and what the exchange goes by. Not what is a machine's own: ports, paths, limits.
#pragma once

#include <cstdint>

#include "gateway/config/config.h"

namespace betex::gateway {

// The same number where all of that is the same; in files the order of sessions, accounts and
// markets does not matter. Credentials do not count, for each node may have salts of its own.
[[nodiscard]] std::uint64_t agreement_hash(const Config& config);

}  // namespace betex::gateway
