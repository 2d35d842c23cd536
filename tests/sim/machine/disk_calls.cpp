#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "tests/sim/machine/disk_inside.h"
#include "tests/sim/machine/interposed.h"
#include "tests/sim/machine/machine.h"
#include "tests/sim/machine/real_files.h"

namespace betex::sim {
namespace {

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 40U;

void pass(Machine::Moment moment) {
  Machine* const machine = Machine::current();
  if (machine != nullptr && current_process() != kNoProcess) {
    machine->pass(current_process(), moment);
  }
}

// The descriptor, or one of the same file from which can be read.
class Readable {
 public:
  explicit Readable(int descriptor) : descriptor_{descriptor} {
    if ((::fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_WRONLY) {
      again_.emplace(descriptor, O_RDONLY);
    }
  }

  [[nodiscard]] int get() const noexcept { return again_ ? again_->get() : descriptor_; }

 private:
  int descriptor_;
  std::optional<real::File> again_;
};

// What a call is about, for the trace, in sectors: some files hold numbers of the real machine,
// which have more digits at one time than at another.
std::string range(std::uint64_t offset, std::uint64_t size) {
  return std::to_string(offset / kSectorBytes) + '+' +
         std::to_string((size + kSectorBytes - 1) / kSectorBytes);
}

}  // namespace

// ---- Around each call

bool Disk::Inside::begin(Call call, const DiskNode& about, const std::string& what) {
  if (current_process() == kNoProcess) {
    return true;
  }
  if (Machine* const machine = Machine::current()) {
    machine->note((about.in_memory() ? "memory " : "disk ") + std::to_string(about.number()) + ' ' +
                  what);
  }
  pass(Machine::Moment::Before);
  return about.in_memory() || !is_to_fail(call);
}

void Disk::Inside::has_passed() {
  const int error = errno;
  pass(Machine::Moment::After);
  errno = error;
}

bool Disk::Inside::is_to_fail(Call call) {
  Failing& next = failing[static_cast<std::size_t>(call)];
  if (next.times == 0) {
    return false;
  }
  if (next.after > 1) {
    --next.after;
    return false;
  }
  --next.times;
  ++faults;
  ++failed[static_cast<std::size_t>(call)];
  if (Machine* const machine = Machine::current()) {
    machine->note("disk fails with error " + std::to_string(next.error));
  }
  errno = next.error;
  return true;
}

void Disk::Inside::take_time() {
  if (Machine* const machine = Machine::current()) {
    machine->clocks.advance(Clocks::Time{times_.between(least_time.count(), most_time.count())});
  }
}

// ---- Room. What lies below the last byte that was written counts, holes too.

std::uint64_t Disk::Inside::free_bytes() const noexcept {
  return capacity ? *capacity - std::min(used, *capacity) : kPlenty;
}

std::uint64_t Disk::Inside::take_room(DiskFile& file, std::uint64_t end) {
  const std::uint64_t wanted = in_whole_pages(end);
  if (wanted <= file.room || file.in_memory()) {
    return end;
  }
  const std::uint64_t left = free_bytes() / kPageBytes * kPageBytes;
  const bool has_limit = current_process() != kNoProcess;
  const std::uint64_t taken = has_limit ? std::min(wanted - file.room, left) : wanted - file.room;
  used += taken;
  file.room += taken;
  return std::min(end, file.room);
}

void Disk::Inside::give_room_back(DiskFile& file, std::uint64_t length) {
  const std::uint64_t needed = std::min(in_whole_pages(length), file.room);
  used -= file.room - needed;
  file.room = needed;
}

// ---- Calls by a descriptor

std::shared_ptr<DiskNode> Disk::Inside::node_of(const struct stat& info) const {
  const auto found = nodes_.find(key_of(info));
  return found == nodes_.end() ? nullptr : found->second.lock();
}

std::shared_ptr<DiskNode> Disk::Inside::node_of(int descriptor) const {
  struct stat info {};

  const int error = std::exchange(errno, 0);
  const int result = ::fstat(descriptor, &info);
  errno = error;
  return result == 0 ? node_of(info) : nullptr;
}

std::shared_ptr<DiskFile> Disk::Inside::file_of(int descriptor) const {
  return std::dynamic_pointer_cast<DiskFile>(node_of(descriptor));
}

bool Disk::Inside::has(int descriptor) const {
  return node_of(descriptor) != nullptr;
}

std::optional<std::uint64_t> Disk::Inside::free_bytes_for(const struct stat& info) const {
  const auto node = node_of(info);
  if (!node) {
    return std::nullopt;
  }
  return node->in_memory() ? kPlenty : free_bytes();
}

ssize_t Disk::Inside::write(int descriptor, std::string_view bytes) {
  if (!file_of(descriptor)) {
    return real::write(descriptor, bytes.data(), bytes.size());
  }
  const bool appends = (::fcntl(descriptor, F_GETFL) & O_APPEND) != 0;
  const off_t offset = ::lseek(descriptor, 0, appends ? SEEK_END : SEEK_CUR);
  const ssize_t written = write_at(descriptor, bytes, static_cast<std::uint64_t>(offset));
  if (written > 0) {
    ::lseek(descriptor, offset + written, SEEK_SET);
  }
  return written;
}

ssize_t Disk::Inside::write_at(int descriptor, std::string_view bytes, std::uint64_t offset) {
  const std::shared_ptr<DiskFile> file = file_of(descriptor);
  if (!file || bytes.empty()) {
    return real::pwrite(descriptor, bytes.data(), bytes.size(), offset);
  }
  if (!begin(Call::Write, *file, "write " + range(offset, bytes.size()))) {
    return end(-1);
  }
  const Readable readable{descriptor};
  // A process is not killed within a page that is being written, but may be between two.
  const std::uint64_t middle = (offset + bytes.size() / 2) / kPageBytes * kPageBytes;
  const std::size_t half =
      bytes.size() > kPageBytes && middle > offset ? middle - offset : bytes.size();
  ssize_t written = write_piece(*file, readable.get(), descriptor, bytes.substr(0, half), offset);
  std::size_t pieces = written > 0 ? 1 : 0;
  if (half < bytes.size() && written == static_cast<ssize_t>(half)) {
    pass(Machine::Moment::After);
    pass(Machine::Moment::Before);
    const ssize_t rest = write_piece(*file, readable.get(), descriptor, bytes.substr(half), middle);
    if (rest > 0) {
      ++pieces;
      written += rest;
    }
  }
  const bool syncs_too = (::fcntl(descriptor, F_GETFL) & O_DSYNC) != 0;  // O_SYNC has its bit, too
  if (file->in_memory() || pieces == 0) {
    return end(written);
  }
  if (current_process() == kNoProcess) {
    file->is_synced(readable.get());
  } else if (syncs_too && !sync_newest(*file, pieces)) {
    return end(-1);
  }
  return end(written);
}

ssize_t Disk::Inside::write_piece(
    DiskFile& file, int readable, int descriptor, std::string_view bytes, std::uint64_t offset) {
  const std::uint64_t may_end = take_room(file, offset + bytes.size());
  if (may_end <= offset) {
    ++faults;
    errno = ENOSPC;
    return -1;
  }
  const std::size_t size = may_end - offset;
  if (!file.in_memory()) {
    file.will_write(readable, offset, size);
  }
  const ssize_t written = real::pwrite(descriptor, bytes.data(), size, offset);
  if (!file.in_memory()) {
    file.newest_was(static_cast<std::uint64_t>(std::max<ssize_t>(written, 0)));
  }
  return written;
}

bool Disk::Inside::sync_newest(DiskFile& file, std::size_t count) {
  take_time();
  if (is_to_fail(Call::Sync)) {
    file.sync_has_failed();
    return false;
  }
  ++syncs;
  file.newest_are_synced(count);
  return true;
}

int Disk::Inside::resize(int descriptor, std::uint64_t length) {
  const std::shared_ptr<DiskFile> file = file_of(descriptor);
  if (!file) {
    return real::ftruncate(descriptor, length);
  }
  if (!begin(Call::Write, *file, "resize " + range(length, 0))) {
    return end(-1);
  }
  return end(cut(*file, descriptor, length));
}

// To `length`, or longer.
int Disk::Inside::cut(DiskFile& file, int descriptor, std::uint64_t length) {
  if (file.in_memory()) {
    return real::ftruncate(descriptor, length);
  }
  const Readable readable{descriptor};
  file.will_resize(readable.get(), length);
  const int result = real::ftruncate(descriptor, length);
  if (result == 0) {
    give_room_back(file, length);
  } else {
    file.forget_newest();
  }
  if (current_process() == kNoProcess) {
    file.is_synced(readable.get());
  }
  return result;
}

int Disk::Inside::allocate(int descriptor, int mode, std::uint64_t offset, std::uint64_t size) {
  const std::shared_ptr<DiskFile> file = file_of(descriptor);
  if (!file) {
    return real::fallocate(descriptor, mode, offset, size);
  }
  if (!begin(Call::Write, *file, "allocate " + range(offset, size))) {
    return end(-1);
  }
  if ((mode & ~FALLOC_FL_KEEP_SIZE) != 0) {
    errno = EOPNOTSUPP;
    return end(-1);
  }
  const std::uint64_t room = file->room;
  if (take_room(*file, offset + size) < offset + size) {
    give_room_back(*file, room);
    ++faults;
    errno = ENOSPC;
    return end(-1);
  }
  const Readable readable{descriptor};
  const bool lengthens =
      mode == 0 && !file->in_memory() && real::length_of(descriptor) < offset + size;
  if (lengthens) {
    file->will_resize(readable.get(), offset + size);
  }
  const int result = real::fallocate(descriptor, mode, offset, size);
  if (result != 0 && lengthens) {
    file->forget_newest();
  }
  if (current_process() == kNoProcess && !file->in_memory()) {
    file->is_synced(readable.get());
  }
  return end(result);
}

int Disk::Inside::sync(int descriptor, int (*real_call)(int) noexcept) {
  const std::shared_ptr<DiskNode> node = node_of(descriptor);
  if (!node) {
    return real_call(descriptor);
  }
  const auto file = std::dynamic_pointer_cast<DiskFile>(node);
  if (!begin(Call::Sync, *node, "sync")) {
    if (file) {
      file->sync_has_failed();
    }
    return end(-1);
  }
  if (node->in_memory()) {
    return end(0);
  }
  if (current_process() != kNoProcess) {
    take_time();
  }
  ++syncs;
  if (file) {
    file->is_synced(Readable{descriptor}.get());
  } else {
    names_.sync(dynamic_cast<const DiskFolder&>(*node));
  }
  return end(0);
}

// What the disk has not taken is not in the cache either, from now on.
int Disk::Inside::drop_cache(int descriptor, std::uint64_t offset, std::uint64_t size, int advice) {
  const std::shared_ptr<DiskFile> file = file_of(descriptor);
  if (advice == POSIX_FADV_DONTNEED && file && file->is_only_in_doubt()) {
    file->lose(real::File{descriptor, O_RDWR}.get(), Luck::Some, chance_);
  }
  return real::fadvise(descriptor, offset, size, advice) == 0 ? 0 : errno;
}

void Disk::Inside::map_shared(int descriptor) {
  const std::shared_ptr<DiskFile> file = file_of(descriptor);
  if (file && !file->in_memory()) {
    file->is_mapped(Readable{descriptor}.get());
  }
}

int Disk::Inside::close(int descriptor) {
  opened_.erase(descriptor);
  return real::close(descriptor);
}

}  // namespace betex::sim
