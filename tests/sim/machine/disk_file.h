// One file of the simulated disk: what was done to its bytes and is not safe from a power cut yet.
// The bytes themselves are a real file's, as the process sees it; kept here is what they were
// before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/sim/machine/random.h"

namespace betex::sim {

// How much of what was not synced has reached the disk when the power is cut.
enum class Luck : std::uint8_t { None, All, Some };

inline constexpr std::uint64_t kSectorBytes = 512;  // the disk writes it whole, or not at all
inline constexpr std::uint64_t kPageBytes = 4096;   // of memory, and a block of the file system

[[nodiscard]] constexpr std::uint64_t in_whole_pages(std::uint64_t bytes) noexcept {
  return (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

// What a name leads to: a file or a folder.
class DiskNode {
 public:
  // `number`: of its own, in the order of first sight. `in_memory`: of /dev/shm, not of the disk.
  DiskNode(std::uint64_t number, bool in_memory) : number_{number}, in_memory_{in_memory} {}

  virtual ~DiskNode() = default;
  DiskNode(const DiskNode&) = delete;
  DiskNode& operator=(const DiskNode&) = delete;

  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

  [[nodiscard]] bool in_memory() const noexcept { return in_memory_; }

  mode_t mode = 0;  // who may use it

 private:
  std::uint64_t number_;
  bool in_memory_;
};

class DiskFile : public DiskNode {
 public:
  using DiskNode::DiskNode;
  ~DiskFile() override;

  // ---- What a process does. `file` is a descriptor of it, of which bytes can be read.

  // Before the bytes are there. newest_was() says how many of them came to be.
  void will_write(int file, std::uint64_t offset, std::uint64_t size);
  void newest_was(std::uint64_t size);

  void will_resize(int file, std::uint64_t length);
  void forget_newest();

  // Memory that is shared with the file can change any byte of it from now on, unheard.
  void is_mapped(int file);

  void is_synced(int file);

  // Only the newest `count` writes are: each of them on a descriptor with O_DSYNC.
  void newest_are_synced(std::size_t count);

  // What is not synced stays in doubt: the system takes it for written, and will not try again.
  void sync_has_failed();

  // Something is in doubt, and all else is synced.
  [[nodiscard]] bool is_only_in_doubt() const noexcept;

  // ---- What the disk does

  // Of what is not safe, each change may have come to the disk, or some of its sectors, in any
  // order. `file` is a descriptor of it, or of a copy, for reading and writing; it gets what the
  // disk holds. Returns how many changes were lost, at least in part.
  std::uint64_t lose(int file, Luck luck, Random& random);

  // ---- For who knows its names

  void forget_kept();

  unsigned names = 0;
  std::filesystem::path kept;  // another name outside of the disk, while it has none there
  std::uint64_t room = 0;      // bytes that it takes of the disk, in whole pages

 private:
  struct Change {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;        // of a write
    std::uint64_t old_length = 0;  // the file's, before it
    std::uint64_t new_length = 0;  // of a change of the length
    std::string before;            // the bytes that it has overwritten, or cut off
    bool is_write = false;
    bool in_doubt = false;
    bool length_is_safe = false;  // what was overwritten may come back, but not the old length

    [[nodiscard]] std::uint64_t end() const noexcept { return offset + size; }
  };

  static std::string take_back(int file, const Change& change);
  static bool do_again(
      int file, const Change& change, const std::string& after, Luck luck, Random& random);
  static bool write_some_sectors(int file,
                                 const Change& change,
                                 const std::string& after,
                                 Random& random);
  void settle_length(std::uint64_t length);
  void make_safe(std::uint64_t offset, std::uint64_t end);

  std::vector<Change> changes_;  // in the order in which they were made, those in doubt first
  bool mapped_ = false;
};

}  // namespace betex::sim
