// Writes the files that are made from the table of messages into a folder, fix_spec/ by rights:
//
//   cmake --build --preset release --target write_fix_spec && build/release/bin/write_fix_spec
//   fix_spec
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "fix_spec/generate/generate.h"

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file{path};
  if (!file) {
    throw std::runtime_error{path.string() + " cannot be read"};
  }
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file{path};
  if (!(file << content << std::flush)) {
    throw std::runtime_error{path.string() + " cannot be written"};
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: write_fix_spec FOLDER\n";
    return EXIT_FAILURE;
  }
  try {
    const std::filesystem::path folder{argv[1]};
    for (const auto& [name, content] :
         betex::fix::generate(read(folder / betex::fix::kRulesFile))) {
      write(folder / name, content);
    }
  } catch (const std::exception& error) {
    std::cerr << "write_fix_spec: " << error.what() << "\n";
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
