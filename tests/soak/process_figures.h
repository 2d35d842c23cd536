// What a gateway holds of the machine, as /proc and the file system say it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include <sys/types.h>

namespace betex::test {

// How many times as much memory may be taken as without sanitizers: they keep what was freed for a
// while, and something beside every byte.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr double kMemoryFactor = 8;
#else
inline constexpr double kMemoryFactor = 1;
#endif

struct ProcessFigures {
  double memory = 0;       // MiB of its own pages, those of mapped files not counted
  double descriptors = 0;  // open
  double threads = 0;
};

// None where the process has ended.
[[nodiscard]] std::optional<ProcessFigures> figures_of(pid_t process);

// MiB of all files in the folder, also while others come and go. 0: there is no such folder.
[[nodiscard]] double mib_in(const std::filesystem::path& folder);

// MiB of session caches in /dev/shm that belong to logs in this folder.
[[nodiscard]] double mib_of_session_caches(const std::filesystem::path& folder);

}  // namespace betex::test
