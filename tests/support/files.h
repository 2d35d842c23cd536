// Files as tests look into them and change them.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace betex::test {

// All of it; empty where there is none.
[[nodiscard]] inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

// The first `from` in it becomes `to`. Throws std::runtime_error where there is none.
inline void replace_in(const std::filesystem::path& file,
                       const std::string& from,
                       const std::string& to) {
  std::string text = content_of(file);
  const auto found = text.find(from);
  if (found == std::string::npos) {
    throw std::runtime_error{file.string() + " has no " + from};
  }
  std::ofstream{file, std::ios::binary} << text.replace(found, from.size(), to);
}

}  // namespace betex::test
