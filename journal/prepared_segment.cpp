#include "journal/prepared_segment.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "journal/file_system.h"
#include "journal/format.h"
#include "journal/lmdb.h"

namespace betex::journal {
namespace {

constexpr std::string_view kReady = ".new-prepared";
constexpr std::string_view kUnderWay = ".new-being-prepared";
constexpr std::size_t kChunk = std::size_t{1} << 20U;

// From the end of what LMDB has written to `size`, a little at a time: a commit of the journal
// beside it waits for what the file system has to write by then. It ends early where the right to
// write is lost: by its name the file may be the next writer's then, with records in it soon.
template <typename MayWrite>
void fill_with_zeros(const std::filesystem::path& path,
                     std::uint64_t size,
                     const MayWrite& may_write) {
  const FileDescriptor file{path, O_WRONLY};
  const std::vector<std::byte> zeros(kChunk);
  for (std::uint64_t at = std::filesystem::file_size(path); at < size && may_write();) {
    const std::size_t piece = std::min<std::uint64_t>(kChunk, size - at);
    write_at(file, std::span{zeros}.first(piece), at, path);
    sync_file(file, path);
    at += piece;
  }
}

}  // namespace

bool is_prepared(const std::filesystem::path& wal_root) {
  return std::filesystem::exists(wal_root / kSegmentsFolder / kReady);
}

void prepare_segment(const PreparedSegment& wanted) {
  const auto may_write = [&] { return !wanted.may_write || wanted.may_write(); };
  if (is_prepared(wanted.wal_root) || !may_write()) {
    return;
  }
  const std::filesystem::path segments = wanted.wal_root / kSegmentsFolder;
  const std::filesystem::path folder = segments / kUnderWay;
  std::filesystem::remove_all(folder);
  create_folder(folder);
  {
    const Environment made{
        folder, {.access = EnvironmentOptions::Access::ReadWrite, .map_size = wanted.map_size}};
  }
  fill_with_zeros(folder / kDataFile, wanted.filled_bytes, may_write);
  sync_folder(folder);
  if (may_write()) {
    rename_folder(folder, segments / kReady);
  }
}

bool take_prepared_segment(const std::filesystem::path& wal_root,
                           const std::filesystem::path& folder) {
  const std::filesystem::path ready = wal_root / kSegmentsFolder / kReady;
  if (std::rename(ready.c_str(), folder.c_str()) == 0) {
    return true;
  }
  if (errno != ENOENT) {
    throw_io_error(errno, "rename to " + folder.string(), ready);
  }
  return false;
}

}  // namespace betex::journal
