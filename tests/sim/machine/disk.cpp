#include "tests/sim/machine/disk.h"

#include <cstddef>
#include <utility>

#include "tests/sim/machine/disk_inside.h"
#include "tests/sim/machine/real_files.h"

namespace betex::sim {
namespace {

constexpr mode_t kFolderMode = 0700;

thread_local Disk::Inside* the_disk = nullptr;

}  // namespace

Disk::Inside* Disk::Inside::current() noexcept {
  return the_disk;
}

Disk::Inside::Inside(std::uint64_t seed, std::filesystem::path its_folder)
    : folder{std::filesystem::canonical(its_folder)},
      chance_{seed, "disk"},
      times_{seed, "disk times"} {
  for (const std::filesystem::path& made : {root, memory, without_name}) {
    real::make_folder(made, kFolderMode);
  }
  write_boot_id();
  begin_with(root);
  begin_with(memory);
  the_disk = this;
}

Disk::Inside::~Inside() {
  the_disk = nullptr;
  close_what_is_open();
}

Disk::Disk(std::uint64_t seed, std::filesystem::path folder)
    : inside_{std::make_unique<Inside>(seed, std::move(folder))} {}

Disk::~Disk() = default;

const std::filesystem::path& Disk::root() const noexcept {
  return inside_->root;
}

const std::filesystem::path& Disk::memory() const noexcept {
  return inside_->memory;
}

void Disk::after_kill() {
  inside_->go_on_after_kill();
}

void Disk::after_power_cut(Random& random) {
  inside_->go_on_after_power_cut(random);
}

void Disk::fail(Call call, int error, std::uint64_t after, std::uint64_t times) {
  inside_->failing[static_cast<std::size_t>(call)] = {
      .error = error, .after = after, .times = times};
}

void Disk::set_free(std::uint64_t bytes) {
  inside_->capacity = inside_->used + bytes;
}

void Disk::take_time(Clocks::Time least, Clocks::Time most) {
  inside_->least_time = least;
  inside_->most_time = most;
}

std::uint64_t Disk::syncs() const noexcept {
  return inside_->syncs;
}

std::uint64_t Disk::faults() const noexcept {
  return inside_->faults;
}

std::uint64_t Disk::failed(Call call) const noexcept {
  return inside_->failed[static_cast<std::size_t>(call)];
}

std::uint64_t Disk::lost_writes() const noexcept {
  return inside_->lost_writes;
}

}  // namespace betex::sim
