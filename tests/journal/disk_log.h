// What disk_shim records: one DiskRecord after the other, each followed by its paths and its data.
#pragma once

#include <cstdint>

namespace betex::test {

enum class DiskOp : std::uint32_t {
  Create,       // path
  MakeFolder,   // path
  Rename,       // path, second
  Remove,       // path: a file or a folder
  Write,        // path, offset, data
  WriteSynced,  // the same on an O_DSYNC descriptor: on the disk when the call returns
  Truncate,     // path, offset is the new size
  SyncFile,     // path
  SyncFolder,   // path
  Acknowledge,  // data: what the program told the world
  DropCache,    // path: its cached pages are to be read from the disk again
  Map,          // path
};

struct DiskRecord {
  DiskOp op;
  std::uint32_t path_size;
  std::uint32_t second_size;
  std::uint32_t reserved = 0;
  std::uint64_t offset;
  std::uint64_t data_size;
};

static_assert(sizeof(DiskRecord) == 32);

}  // namespace betex::test
