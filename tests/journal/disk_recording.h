// A recording of disk_shim, read back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/journal/disk_log.h"

namespace betex::test {

struct Operation {
  DiskOp op;
  std::string path;
  std::string second;
  std::uint64_t offset;
  std::string data;
};

inline std::vector<Operation> load_operations(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::vector<Operation> operations;
  DiskRecord record{};
  while (in.read(reinterpret_cast<char*>(&record), sizeof(record))) {
    Operation operation{.op = record.op,
                        .path = std::string(record.path_size, '\0'),
                        .second = std::string(record.second_size, '\0'),
                        .offset = record.offset,
                        .data = std::string(record.data_size, '\0')};
    in.read(operation.path.data(), record.path_size);
    in.read(operation.second.data(), record.second_size);
    in.read(operation.data.data(), static_cast<std::streamsize>(record.data_size));
    operations.push_back(std::move(operation));
  }
  return operations;
}

}  // namespace betex::test
