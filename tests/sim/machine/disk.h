// The simulated disk: real files on tmpfs, of which it knows what was synced. It fills up, errs,
// stalls, and loses at a power cut what was not synced.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "tests/sim/machine/clocks.h"
#include "tests/sim/machine/random.h"

namespace betex::sim {

class Disk {
 public:
  // Folders `folder`/disk and `folder`/memory are made.
  Disk(std::uint64_t seed, std::filesystem::path folder);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // Where the process that starts next finds its files: other folders after each death, since what
  // a killed process has open in this real one stays open and locked.
  [[nodiscard]] const std::filesystem::path& root() const noexcept;    // the disk
  [[nodiscard]] const std::filesystem::path& memory() const noexcept;  // /dev/shm

  // ---- Deaths. The process must be dead (Machine::kill()) or have ended.

  // What was written is there, synced or not.
  void after_kill();

  // Each write since the last sync of its file may be there, in part (by sectors of 512 bytes), or
  // lost; so may what was done to a folder's names since its last sync; memory() is empty.
  void after_power_cut(Random& random);

  // ---- Faults of calls that a process makes below root(), until they are taken back

  enum class Call : std::uint8_t { Write, Sync, Open };

  // The `after`th such call from now on (1: the next) and the `times` - 1 behind it fail with
  // `error` (EIO, ENOSPC, …). A failed sync loses by chance what it was to make durable.
  void fail(Call call, int error, std::uint64_t after, std::uint64_t times);

  // Bytes that statvfs says are free; writes beyond fail with ENOSPC. No limit at first.
  void set_free(std::uint64_t bytes);

  // Each sync takes between `least` and `most` of the machine's time.
  void take_time(Clocks::Time least, Clocks::Time most);

  // ---- Figures
  [[nodiscard]] std::uint64_t syncs() const noexcept;
  [[nodiscard]] std::uint64_t faults() const noexcept;       // calls that were made to fail
  [[nodiscard]] std::uint64_t lost_writes() const noexcept;  // by power cuts

  struct Inside;  // disk.cpp and libc_files.cpp

  [[nodiscard]] Inside& inside() noexcept { return *inside_; }

 private:
  std::unique_ptr<Inside> inside_;
};

}  // namespace betex::sim
