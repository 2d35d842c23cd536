#include "gateway/process/descriptor_budget.h"

#include <string>

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include "gateway/config/config_error.h"

namespace betex::gateway {

std::size_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return 0;
  }
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

std::size_t fitting_connections(std::size_t connections) {
  const std::size_t descriptors = raise_descriptor_limit();
  const std::size_t fitting = connections_that_fit(connections, descriptors);
  const std::string allowed = "the system lets this process open " + std::to_string(descriptors) +
                              " files, " + std::to_string(kReservedDescriptors) +
                              " of which are for the journal and everything else";
  if (fitting == 0) {
    throw ConfigError{{{.file = {},
                        .line = 0,
                        .key = "fix.limits.connections",
                        .problem = allowed,
                        .remedy = "raise its hard limit (LimitNOFILE of the unit, ulimit -Hn)"}}};
  }
  if (fitting < connections) {
    spdlog::warn(
        "all ports together may have {} connections (fix.limits.connections, and as many as "
        "market_data needs), but {}: {} connections are let in; raise the hard limit (LimitNOFILE "
        "of the unit, ulimit -Hn), or give fewer",
        connections,
        allowed,
        fitting);
  }
  return fitting;
}

}  // namespace betex::gateway
