// What a measurement was made on: the machine, its load, the disk and the build. Linux only.
#pragma once

#include <filesystem>
#include <string>

namespace betex::bench {

struct Conditions {
  std::string time;               // UTC
  double load = 0;                // average of the last minute
  std::string cpu;                // its model
  unsigned processors = 0;        // hardware threads
  std::string system;             // the kernel's name and release
  unsigned long file_system = 0;  // of the folder: statfs' type
  bool optimised = false;         // the build
};

// Now; the files of the measurement are in `folder`.
[[nodiscard]] Conditions conditions_of(const std::filesystem::path& folder);

// Two lines on standard output.
void print(const Conditions& conditions);

}  // namespace betex::bench
