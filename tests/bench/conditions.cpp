#include "tests/bench/conditions.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <sys/utsname.h>
#include <sys/vfs.h>

#include "gateway/client/utc_time.h"

namespace betex::bench {
namespace {

std::string cpu_model() {
  std::ifstream info{"/proc/cpuinfo"};
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      return line.substr(line.find(':') + 2);
    }
  }
  return "unknown CPU";
}

}  // namespace

Conditions conditions_of(const std::filesystem::path& folder) {
  utsname system{};
  uname(&system);

  struct statfs disk {};

  statfs(folder.c_str(), &disk);
  std::array<double, 1> load{};
  getloadavg(load.data(), 1);
#ifdef NDEBUG
  constexpr bool kOptimised = true;
#else
  constexpr bool kOptimised = false;
#endif
  return {.time = client::utc_now(),
          .load = load[0],
          .cpu = cpu_model(),
          .processors = std::thread::hardware_concurrency(),
          .system = std::string{system.sysname} + " " + system.release,
          .file_system = static_cast<unsigned long>(disk.f_type),
          .optimised = kOptimised};
}

void print(const Conditions& conditions) {
  std::printf("%s, load average %.1f\n", conditions.time.c_str(), conditions.load);
  std::printf("%s, %u threads; %s; file system type 0x%lx; build: %s\n",
              conditions.cpu.c_str(),
              conditions.processors,
              conditions.system.c_str(),
              conditions.file_system,
              conditions.optimised ? "optimised" : "DEBUG, not for comparing");
}

}  // namespace betex::bench
