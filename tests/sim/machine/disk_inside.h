// What the C library's file calls do while a Disk exists, and what becomes of it when a process
// dies. The calls answer as those whose names they bear, errno included, also for what is no file
// of the disk: that they pass on to the real one.
//
// What no process of the machine does, as a test that prepares a disk or damages it, never fails,
// takes no time, and is safe at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <sys/types.h>

#include "tests/sim/machine/disk.h"
#include "tests/sim/machine/disk_file.h"
#include "tests/sim/machine/disk_names.h"

namespace betex::sim {

// LMDB's reader table and mutexes, which are of use to nobody but those that have them open: they
// are the real machine's business.
inline constexpr std::string_view kLmdbLock = "lock.mdb";

struct Disk::Inside {
 public:
  Inside(std::uint64_t seed, std::filesystem::path its_folder);
  ~Inside();
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  [[nodiscard]] static Inside* current() noexcept;  // null: all calls are the real ones

  // ---- Calls by a name (disk_calls_by_name.cpp). `at` is AT_FDCWD, or where `path` begins.
  int open(int at, const char* path, int flags, mode_t mode);
  int truncate(const char* path, std::uint64_t length);
  int rename(int at, const char* from, int to_at, const char* to, unsigned flags);
  int link(int at, const char* from, int to_at, const char* to, int flags);
  int unlink(int at, const char* path, int flags);
  int remove(const char* path);
  int mkdir(int at, const char* path, mode_t mode);
  [[nodiscard]] bool has(int at, const char* path) const;  // or would have, if it were made

  // ---- Calls by a descriptor (disk_calls.cpp)
  ssize_t write(int descriptor, std::string_view bytes);  // where the descriptor stands
  ssize_t write_at(int descriptor, std::string_view bytes, std::uint64_t offset);
  int resize(int descriptor, std::uint64_t length);
  int allocate(int descriptor, int mode, std::uint64_t offset, std::uint64_t size);
  int sync(int descriptor, int (*real_call)(int) noexcept);
  int drop_cache(int descriptor, std::uint64_t offset, std::uint64_t size, int advice);
  void map_shared(int descriptor);
  int close(int descriptor);
  [[nodiscard]] bool has(int descriptor) const;

  [[nodiscard]] std::uint64_t free_bytes() const noexcept;
  // What the file system of a file says is free; none for what is not of the disk.
  [[nodiscard]] std::optional<std::uint64_t> free_bytes_for(const struct stat& info) const;

  [[nodiscard]] std::filesystem::path boot_id_file() const { return folder / "boot_id"; }

  // ---- Deaths (disk_deaths.cpp)
  void go_on_after_kill();
  void go_on_after_power_cut(Random& random);

  struct Failing {
    int error = 0;
    std::uint64_t after = 0;
    std::uint64_t times = 0;
  };

  const std::filesystem::path folder;
  const std::filesystem::path root = folder / "disk";
  const std::filesystem::path memory = folder / "memory";
  const std::filesystem::path without_name = folder / "without-name";  // what may yet come back
  std::array<Failing, 3> failing{};                                    // by Call
  std::optional<std::uint64_t> capacity;                               // bytes; none: no limit
  std::uint64_t used = 0;
  Clocks::Time least_time{0};
  Clocks::Time most_time{0};
  std::uint64_t syncs = 0;
  std::uint64_t faults = 0;
  std::array<std::uint64_t, 3> failed{};  // by Call
  std::uint64_t lost_writes = 0;

 private:
  using Key = std::pair<dev_t, ino_t>;

  static constexpr mode_t kModeBits = 07777;

  // A name in a folder of the disk; without a folder: it is somewhere else.
  struct Place {
    std::shared_ptr<DiskFolder> folder;
    std::string name;

    [[nodiscard]] std::shared_ptr<DiskNode> node() const;
  };

  [[nodiscard]] static Key key_of(const struct stat& info) { return {info.st_dev, info.st_ino}; }

  [[nodiscard]] std::shared_ptr<DiskNode> node_of(const struct stat& info) const;
  [[nodiscard]] std::shared_ptr<DiskNode> node_of(int descriptor) const;
  [[nodiscard]] std::shared_ptr<DiskNode> node_at(int at, const char* path) const;
  [[nodiscard]] std::shared_ptr<DiskFile> file_of(int descriptor) const;
  [[nodiscard]] Place place_of(int at, const char* path) const;

  template <typename Node>
  std::shared_ptr<Node> know(const struct stat& info, bool in_memory) {
    auto node = std::make_shared<Node>(++numbers_, in_memory);
    node->mode = info.st_mode & kModeBits;
    nodes_[key_of(info)] = node;
    return node;
  }

  // Around each call: its process may die in either. begin() is false where the call is to fail,
  // with errno; end() returns `result`, errno as it was.
  bool begin(Call call, const DiskNode& about, const std::string& what);

  template <typename Result>
  Result end(Result result) {
    has_passed();
    return result;
  }

  void has_passed();
  bool is_to_fail(Call call);
  void take_time();

  ssize_t write_piece(
      DiskFile& file, int readable, int descriptor, std::string_view bytes, std::uint64_t offset);
  bool sync_newest(DiskFile& file, std::size_t count);

  // How far the file may be written to, up to `end`.
  std::uint64_t take_room(DiskFile& file, std::uint64_t end);
  void give_room_back(DiskFile& file, std::uint64_t length);

  int cut(DiskFile& file, int descriptor, std::uint64_t length);
  void is_open(int descriptor);
  void has_made(int descriptor, const Place& place);

  // The file's name there is about to go: it gets another one, if it has no more. Null: no file.
  std::shared_ptr<DiskFile> keep(const Place& place, int at, const char* path);
  void has_lost_name(const std::shared_ptr<DiskFile>& file, bool is_lost);
  void change_names(const std::vector<DiskNames::Step>& steps);

  // What a path has led to, by the node's number.
  using Paths = std::map<std::uint64_t, std::filesystem::path>;

  void begin_with(const std::filesystem::path& place);
  void look_through(const std::shared_ptr<DiskFolder>& node, const std::filesystem::path& path);
  void close_what_is_open();
  void copy(const DiskFolder& node,
            const std::filesystem::path& from,
            const std::filesystem::path& to,
            Paths& made);
  void find_all(const DiskFolder& node, const std::filesystem::path& path, Paths& found) const;
  void lay_out(const DiskFolder& node,
               const std::filesystem::path& to,
               const Paths& sources,
               Paths& made,
               Luck luck,
               Random& random);
  void replace(const std::filesystem::path& place, const std::filesystem::path& by);
  void write_boot_id();

  std::map<Key, std::weak_ptr<DiskNode>> nodes_;
  std::shared_ptr<DiskFolder> root_node_;
  std::shared_ptr<DiskFolder> memory_node_;
  DiskNames names_;
  std::map<int, Key> opened_;  // by processes, not heard of as closed yet
  std::uint64_t numbers_ = 0;
  std::uint64_t boots_ = 0;
  Random chance_;
  Random times_;
};

}  // namespace betex::sim
