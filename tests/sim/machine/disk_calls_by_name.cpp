#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "tests/sim/machine/disk_inside.h"
#include "tests/sim/machine/interposed.h"
#include "tests/sim/machine/machine.h"
#include "tests/sim/machine/real_files.h"

namespace betex::sim {

std::shared_ptr<DiskNode> Disk::Inside::Place::node() const {
  if (!folder) {
    return nullptr;
  }
  const auto found = folder->now.find(name);
  return found == folder->now.end() ? nullptr : found->second;
}

std::shared_ptr<DiskNode> Disk::Inside::node_at(int at, const char* path) const {
  struct stat info {};

  const int error = errno;
  const int result = ::fstatat(at, path, &info, 0);
  errno = error;
  return result == 0 ? node_of(info) : nullptr;
}

Disk::Inside::Place Disk::Inside::place_of(int at, const char* path) const {
  std::string_view text{path};
  while (text.size() > 1 && text.back() == '/') {
    text.remove_suffix(1);
  }
  const std::size_t slash = text.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? text : text.substr(slash + 1);
  if (name.empty() || name == "." || name == ".." || name == kLmdbLock) {
    return {};
  }
  const std::string parent{slash == std::string_view::npos ? "." : text.substr(0, slash + 1)};
  return {.folder = std::dynamic_pointer_cast<DiskFolder>(node_at(at, parent.c_str())),
          .name = std::string{name}};
}

bool Disk::Inside::has(int at, const char* path) const {
  return place_of(at, path).folder || node_at(at, path);
}

int Disk::Inside::open(int at, const char* path, int flags, mode_t mode) {
  const Place place = place_of(at, path);
  const std::shared_ptr<DiskNode> node = node_at(at, path);
  if (!place.folder && !node) {
    return real::openat(at, path, flags, mode);
  }
  const DiskNode& about = node ? *node : *place.folder;
  const char* const what = node ? "open" : (flags & O_CREAT) != 0 ? "create" : "open nothing";
  if (!begin(Call::Open, about, what)) {
    return end(-1);
  }
  const int descriptor = real::openat(at, path, flags & ~O_TRUNC, mode);
  if (descriptor < 0) {
    return end(-1);
  }
  is_open(descriptor);
  const auto file = std::dynamic_pointer_cast<DiskFile>(node);
  if (!node) {
    has_made(descriptor, place);
  } else if (file && (flags & O_TRUNC) != 0) {
    cut(*file, descriptor, 0);
  }
  return end(descriptor);
}

void Disk::Inside::is_open(int descriptor) {
  struct stat info {};

  if (current_process() != kNoProcess && ::fstat(descriptor, &info) == 0) {
    opened_[descriptor] = key_of(info);
  }
}

void Disk::Inside::has_made(int descriptor, const Place& place) {
  struct stat info {};

  if (::fstat(descriptor, &info) == 0) {
    const auto made = know<DiskFile>(info, place.folder->in_memory());
    made->names = 1;
    change_names({{place.folder, place.name, made}});
  }
}

int Disk::Inside::truncate(const char* path, std::uint64_t length) {
  const auto file = std::dynamic_pointer_cast<DiskFile>(node_at(AT_FDCWD, path));
  if (!file) {
    return real::truncate(path, length);
  }
  const int descriptor = real::openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) {
    return -1;
  }
  const int result = resize(descriptor, length);
  const int error = errno;
  real::close(descriptor);
  errno = error;
  return result;
}

// ---- Names

void Disk::Inside::change_names(const std::vector<DiskNames::Step>& steps) {
  names_.change(steps);
  if (current_process() == kNoProcess) {
    for (const DiskNames::Step& step : steps) {
      names_.sync(*step.folder);
    }
  }
}

std::shared_ptr<DiskFile> Disk::Inside::keep(const Place& place, int at, const char* path) {
  auto file = std::dynamic_pointer_cast<DiskFile>(place.node());
  if (file && file->names == 1 && !file->in_memory()) {
    const std::filesystem::path other = without_name / std::to_string(file->number());
    if (real::linkat(at, path, AT_FDCWD, other.c_str(), 0) == 0) {
      file->kept = other;
    }
  }
  return file;
}

void Disk::Inside::has_lost_name(const std::shared_ptr<DiskFile>& file, bool is_lost) {
  if (!file) {
    return;
  }
  if (!is_lost) {
    file->forget_kept();
  } else if (--file->names == 0) {
    give_room_back(*file, 0);
  }
}

int Disk::Inside::rename(int at, const char* from, int to_at, const char* to, unsigned flags) {
  const Place source = place_of(at, from);
  const Place target = place_of(to_at, to);
  if (!source.folder && !target.folder) {
    return real::renameat2(at, from, to_at, to, flags);
  }
  if (!source.folder || !target.folder ||
      source.folder->in_memory() != target.folder->in_memory()) {
    errno = EXDEV;
    return -1;
  }
  const std::shared_ptr<DiskNode> moved = source.node();
  const DiskNode& about = moved ? *moved : *source.folder;
  if (!begin(Call::Write, about, "rename")) {
    return end(-1);
  }
  const std::shared_ptr<DiskNode> replaced = target.node();
  const bool exchanges = (flags & RENAME_EXCHANGE) != 0;
  const bool is_overwritten = !exchanges && moved != replaced;
  const auto kept = is_overwritten ? keep(target, to_at, to) : nullptr;
  const int result = real::renameat2(at, from, to_at, to, flags);
  has_lost_name(kept, result == 0);
  if (result == 0 && moved != replaced) {
    change_names({{source.folder, source.name, exchanges ? replaced : nullptr},
                  {target.folder, target.name, moved}});
  }
  return end(result);
}

int Disk::Inside::link(int at, const char* from, int to_at, const char* to, int flags) {
  const Place source = place_of(at, from);
  const Place target = place_of(to_at, to);
  if (!source.folder && !target.folder) {
    return real::linkat(at, from, to_at, to, flags);
  }
  const auto file = std::dynamic_pointer_cast<DiskFile>(source.node());
  if (!file || !target.folder || file->in_memory() != target.folder->in_memory()) {
    errno = EXDEV;
    return -1;
  }
  if (!begin(Call::Write, *file, "link")) {
    return end(-1);
  }
  const int result = real::linkat(at, from, to_at, to, flags);
  if (result == 0) {
    ++file->names;
    change_names({{target.folder, target.name, file}});
  }
  return end(result);
}

int Disk::Inside::unlink(int at, const char* path, int flags) {
  const Place place = place_of(at, path);
  if (!place.folder) {
    return real::unlinkat(at, path, flags);
  }
  const std::shared_ptr<DiskNode> node = place.node();
  if (!begin(Call::Write, node ? *node : *place.folder, "unlink")) {
    return end(-1);
  }
  const auto kept = keep(place, at, path);
  const int result = real::unlinkat(at, path, flags);
  has_lost_name(kept, result == 0);
  if (result == 0) {
    change_names({{place.folder, place.name, nullptr}});
  }
  return end(result);
}

int Disk::Inside::remove(const char* path) {
  const Place place = place_of(AT_FDCWD, path);
  if (place.folder) {
    const bool is_folder = std::dynamic_pointer_cast<DiskFolder>(place.node()) != nullptr;
    return unlink(AT_FDCWD, path, is_folder ? AT_REMOVEDIR : 0);
  }
  const int result = real::unlinkat(AT_FDCWD, path, 0);
  return result != 0 && errno == EISDIR ? real::unlinkat(AT_FDCWD, path, AT_REMOVEDIR) : result;
}

int Disk::Inside::mkdir(int at, const char* path, mode_t mode) {
  const Place place = place_of(at, path);
  if (!place.folder) {
    return real::mkdirat(at, path, mode);
  }
  if (!begin(Call::Write, *place.folder, "mkdir")) {
    return end(-1);
  }
  const int result = real::mkdirat(at, path, mode);

  struct stat info {};

  if (result == 0 && ::fstatat(at, path, &info, 0) == 0) {
    change_names({{place.folder, place.name, know<DiskFolder>(info, place.folder->in_memory())}});
  }
  return end(result);
}

}  // namespace betex::sim
