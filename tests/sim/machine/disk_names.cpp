#include "tests/sim/machine/disk_names.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

namespace betex::sim {

void DiskNames::set(DiskFolder::Names& names, const Step& step) {
  if (step.node) {
    names[step.name] = step.node;
  } else {
    names.erase(step.name);
  }
}

void DiskNames::change(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    set(step.folder->now, step);
  }
  if (!steps.front().folder->in_memory()) {
    changes_.push_back(steps);
  }
}

std::set<std::uint64_t> DiskNames::folders_of(const Change& change) {
  std::set<std::uint64_t> folders;
  for (const Step& step : change) {
    folders.insert(step.folder->number());
  }
  return folders;
}

void DiskNames::make_safe(const Change& change) {
  for (const Step& step : change) {
    set(step.folder->safe, step);
  }
}

void DiskNames::sync(const DiskFolder& folder) {
  std::set<std::uint64_t> synced{folder.number()};
  std::vector<bool> is_synced(changes_.size());
  for (std::size_t i = changes_.size(); i-- > 0;) {
    const std::set<std::uint64_t> folders = folders_of(changes_[i]);
    is_synced[i] =
        std::ranges::any_of(folders, [&](std::uint64_t number) { return synced.contains(number); });
    if (is_synced[i]) {
      synced.insert(folders.begin(), folders.end());
    }
  }
  std::vector<Change> rest;
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (is_synced[i]) {
      make_safe(changes_[i]);
    } else {
      rest.push_back(std::move(changes_[i]));
    }
  }
  changes_ = std::move(rest);
}

std::uint64_t DiskNames::lose(Luck luck, Random& random) {
  std::map<std::uint64_t, std::size_t> left;  // of each folder's changes, so many are on the disk
  for (const Change& change : changes_) {
    for (const std::uint64_t folder : folders_of(change)) {
      ++left[folder];
    }
  }
  for (auto& [folder, count] : left) {
    count = luck == Luck::None ? 0 : luck == Luck::All ? count : random.below(count + 1);
  }
  std::uint64_t lost = 0;
  for (const Change& change : changes_) {
    const std::set<std::uint64_t> folders = folders_of(change);
    const bool is_there =
        std::ranges::all_of(folders, [&](std::uint64_t folder) { return left.at(folder) > 0; });
    for (const std::uint64_t folder : folders) {
      left.at(folder) = is_there ? left.at(folder) - 1 : 0;
    }
    if (is_there) {
      make_safe(change);
    } else {
      ++lost;
    }
  }
  changes_.clear();
  return lost;
}

}  // namespace betex::sim
