#include "tests/bench/cpu_usage.h"

#include <filesystem>
#include <fstream>
#include <numeric>
#include <system_error>

namespace betex::bench {

CpuUsage cpu_usage(pid_t process) {
  CpuUsage usage;
  std::error_code gone;  // a thread may end while we look
  for (const auto& task :
       std::filesystem::directory_iterator{"/proc/" + std::to_string(process) + "/task", gone}) {
    std::string name;
    double nanoseconds = 0;
    std::getline(std::ifstream{task.path() / "comm"}, name);
    std::ifstream{task.path() / "schedstat"} >> nanoseconds;
    usage[name] += nanoseconds * 1e-9;
  }
  return usage;
}

CpuUsage difference(const CpuUsage& after, const CpuUsage& before) {
  CpuUsage spent = after;
  for (const auto& [name, seconds] : before) {
    spent[name] -= seconds;
  }
  return spent;
}

double total(const CpuUsage& usage) {
  return std::accumulate(usage.begin(), usage.end(), 0.0, [](double sum, const auto& thread) {
    return sum + thread.second;
  });
}

}  // namespace betex::bench
