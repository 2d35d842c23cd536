#include "tests/sim/machine/disk_file.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fcntl.h>

#include "tests/sim/machine/real_files.h"

namespace betex::sim {

DiskFile::~DiskFile() {
  forget_kept();
}

void DiskFile::forget_kept() {
  if (!kept.empty()) {
    real::unlinkat(AT_FDCWD, kept.c_str(), 0);
    kept.clear();
  }
}

void DiskFile::will_write(int file, std::uint64_t offset, std::uint64_t size) {
  changes_.push_back({.offset = offset,
                      .size = size,
                      .old_length = real::length_of(file),
                      .before = real::read_at(file, offset, size),
                      .is_write = true});
}

void DiskFile::newest_was(std::uint64_t size) {
  Change& newest = changes_.back();
  if (size == 0) {
    changes_.pop_back();
    return;
  }
  newest.size = size;
  newest.before.resize(std::min<std::uint64_t>(newest.before.size(), size));
}

void DiskFile::will_resize(int file, std::uint64_t length) {
  const std::uint64_t old_length = real::length_of(file);
  changes_.push_back(
      {.offset = length,
       .old_length = old_length,
       .new_length = length,
       .before = real::read_at(file, length, old_length - std::min(length, old_length))});
}

void DiskFile::forget_newest() {
  changes_.pop_back();
}

// As if all of it were written, over and over.
void DiskFile::is_mapped(int file) {
  mapped_ = true;
  will_write(file, 0, real::length_of(file));
}

void DiskFile::is_synced(int file) {
  const auto first_synced =
      std::ranges::find_if(changes_, [](const Change& change) { return !change.in_doubt; });
  const std::vector<Change> synced{std::make_move_iterator(first_synced),
                                   std::make_move_iterator(changes_.end())};
  changes_.erase(first_synced, changes_.end());
  if (!changes_.empty() && !synced.empty()) {
    settle_length(real::length_of(file));
  }
  for (const Change& change : synced) {
    if (change.is_write) {
      make_safe(change.offset, change.end());
    }
  }
  if (mapped_) {
    is_mapped(file);
  }
}

void DiskFile::newest_are_synced(std::size_t count) {
  const auto first_synced = changes_.end() - static_cast<std::ptrdiff_t>(count);
  const std::vector<Change> synced{std::make_move_iterator(first_synced),
                                   std::make_move_iterator(changes_.end())};
  changes_.erase(first_synced, changes_.end());
  for (const Change& change : synced) {
    const bool lengthens = std::ranges::any_of(changes_, [&](const Change& other) {
      return !other.length_is_safe && change.end() > std::min(other.old_length, change.old_length);
    });
    if (lengthens) {
      settle_length(std::max(change.old_length, change.end()));
    }
    make_safe(change.offset, change.end());
  }
}

void DiskFile::sync_has_failed() {
  for (Change& change : changes_) {
    change.in_doubt = true;
  }
}

bool DiskFile::is_only_in_doubt() const noexcept {
  return !changes_.empty() && changes_.back().in_doubt;
}

// The disk has the file with `length` bytes; what was not written of them is zeros.
void DiskFile::settle_length(std::uint64_t length) {
  std::erase_if(changes_,
                [&](const Change& change) { return !change.is_write || change.offset >= length; });
  for (Change& change : changes_) {
    change.size = std::min(change.end(), length) - change.offset;
    change.before.resize(change.size, '\0');
    change.length_is_safe = true;
  }
}

// These bytes are on the disk: what came before them there is of no matter any more.
void DiskFile::make_safe(std::uint64_t offset, std::uint64_t end) {
  const std::uint64_t begin = offset / kSectorBytes * kSectorBytes;
  end = (end + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
  std::vector<Change> rest;
  const auto keep = [&rest](const Change& change, std::uint64_t from, std::uint64_t to) {
    if (from >= to) {
      return;
    }
    Change part = change;
    part.offset = from;
    part.size = to - from;
    const std::uint64_t skipped = std::min(from - change.offset, change.before.size());
    part.before = change.before.substr(skipped, part.size);
    rest.push_back(std::move(part));
  };
  for (const Change& change : changes_) {
    if (!change.is_write || change.end() <= begin || end <= change.offset) {
      rest.push_back(change);
      continue;
    }
    keep(change, change.offset, std::min(begin, change.end()));
    keep(change, std::max(end, change.offset), change.end());
  }
  changes_ = std::move(rest);
}

std::uint64_t DiskFile::lose(int file, Luck luck, Random& random) {
  std::vector<std::string> after(changes_.size());
  for (std::size_t i = changes_.size(); i-- > 0;) {
    after[i] = take_back(file, changes_[i]);
  }
  std::uint64_t lost = 0;
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    lost += do_again(file, changes_[i], after[i], luck, random) ? 0U : 1U;
  }
  changes_.clear();
  return lost;
}

// Returns what it had written: all that was done later is taken back already.
std::string DiskFile::take_back(int file, const Change& change) {
  std::string after;
  if (change.is_write) {
    after = real::read_at(file, change.offset, change.size);
  } else {
    real::set_length(file, change.old_length);
  }
  real::write_at(file, change.offset, change.before.data(), change.before.size());
  if (change.is_write && !change.length_is_safe) {
    real::set_length(file, change.old_length);
  }
  return after;
}

// False where it is lost, at least in part.
bool DiskFile::do_again(
    int file, const Change& change, const std::string& after, Luck luck, Random& random) {
  if (luck == Luck::None || (luck == Luck::Some && random.below(3) == 0)) {
    return false;
  }
  if (!change.is_write) {
    real::set_length(file, change.new_length);
    return true;
  }
  if (luck == Luck::Some && random.below(2) == 0) {
    return write_some_sectors(file, change, after, random);
  }
  real::write_at(file, change.offset, after.data(), after.size());
  return true;
}

bool DiskFile::write_some_sectors(int file,
                                  const Change& change,
                                  const std::string& after,
                                  Random& random) {
  bool all = true;
  for (std::size_t at = 0; at < after.size();) {
    const std::uint64_t offset = change.offset + at;
    const std::size_t size =
        std::min<std::uint64_t>(after.size() - at, kSectorBytes - offset % kSectorBytes);
    if (random.below(2) == 0) {
      real::write_at(file, offset, after.data() + at, size);
    } else {
      all = false;
    }
    at += size;
  }
  return all;
}

}  // namespace betex::sim
