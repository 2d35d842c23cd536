// The simulated disk: real files on tmpfs, of which it knows what was synced. It fills up, errs,
// stalls, and loses at a power cut what was not synced.
//
// It assumes nothing of a file system but POSIX, and that a rename is one step: a file's bytes are
// safe after fsync or fdatasync, or at once on a descriptor with O_DSYNC; a name is safe after
// fsync of its folder. What no process of the machine does below it (a test, say) is safe at once,
// takes no time and never fails.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "tests/sim/machine/clocks.h"
#include "tests/sim/machine/random.h"

namespace betex::sim {

class Disk {
 public:
  // Folders `folder`/disk and `folder`/memory are made, and others beside them for its own use.
  Disk(std::uint64_t seed, std::filesystem::path folder);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // Where the process that starts next finds its files: other folders after each death, since what
  // a killed process has open in this real one stays open and locked.
  [[nodiscard]] const std::filesystem::path& root() const noexcept;    // the disk
  [[nodiscard]] const std::filesystem::path& memory() const noexcept;  // /dev/shm

  // ---- Deaths. The process must be dead (Machine::kill()) or have ended; what it has left open is
  // closed. LMDB's lock files are gone.

  // What was written is there, synced or not.
  void after_kill();

  // Each write since the last sync of its file may be there, in part (by sectors of 512 bytes), or
  // lost; of what was done to a folder's names since its last sync the first few things are left;
  // memory() is empty, and /proc tells another boot id.
  void after_power_cut(Random& random);

  // ---- Faults of calls that a process makes below root(), until they are taken back

  // Write: what is to change bytes, a length or a name. Sync: also a write on a descriptor with
  // O_DSYNC, behind the writing. Open: of a folder, too.
  enum class Call : std::uint8_t { Write, Sync, Open };

  // The `after`th such call from now on (1: the next) and the `times` - 1 behind it fail with
  // `error` (EIO, ENOSPC, …), in place of what was said of such calls before; 0 times: none. A
  // failed sync loses by chance what it was to make durable: the process sees it as long as it does
  // not drop the cache (posix_fadvise), and no later sync writes it.
  void fail(Call call, int error, std::uint64_t after, std::uint64_t times);

  // Bytes that statvfs says are free; writes beyond fail with ENOSPC, once they have written what
  // has room. No limit at first.
  void set_free(std::uint64_t bytes);

  // Each sync takes between `least` and `most` of the machine's time.
  void take_time(Clocks::Time least, Clocks::Time most);

  // ---- Figures
  [[nodiscard]] std::uint64_t syncs() const noexcept;
  [[nodiscard]] std::uint64_t faults() const noexcept;           // calls that were made to fail
  [[nodiscard]] std::uint64_t failed(Call call) const noexcept;  // of these, as fail() has said
  [[nodiscard]] std::uint64_t lost_writes() const noexcept;      // by power cuts

  struct Inside;  // disk.cpp and libc_files.cpp

  [[nodiscard]] Inside& inside() noexcept { return *inside_; }

 private:
  std::unique_ptr<Inside> inside_;
};

}  // namespace betex::sim
