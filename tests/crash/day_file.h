// The file that tells the traders which day it is (CrashTrader): its number, and nothing else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>

namespace betex::test {

// Replaced as a whole: a reader finds one number or the other, also after a kill.
inline void write_day(const std::filesystem::path& file, std::uint64_t day) {
  const std::filesystem::path next = file.string() + ".next";
  std::ofstream{next} << day;
  std::filesystem::rename(next, file);
}

}  // namespace betex::test
