// How much processor time the threads of a process have taken, by their names.
#pragma once

#include <map>
#include <string>

#include <sys/types.h>

namespace betex::bench {

// Seconds by thread name; threads of one name are added up. Linux only (/proc).
using CpuUsage = std::map<std::string, double>;

[[nodiscard]] CpuUsage cpu_usage(pid_t process);

[[nodiscard]] CpuUsage difference(const CpuUsage& after, const CpuUsage& before);

[[nodiscard]] double total(const CpuUsage& usage);

}  // namespace betex::bench
