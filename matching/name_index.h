// From a name to a number that is not 0: symbols, accounts, markets, CompIDs. Entries are never
// removed. Owned by the engine's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "matching/assert.h"
#include "matching/hash.h"
#include "matching/prefetch.h"
#include "matching/types.h"

namespace betex::matching {

class NameIndex {
 public:
  // 0: unknown.
  [[nodiscard]] std::uint64_t find(const HashedName& name) const noexcept {
    for (std::size_t i = home(name); entries_[i].value != 0; i = (i + 1) & mask_) {
      if (entries_[i].name == name.text()) {
        return entries_[i].value;
      }
    }
    return 0;
  }

  // A hint that the name will be looked for soon.
  void prefetch(const HashedName& name) const noexcept { prefetch_line(&entries_[home(name)]); }

  // `name` must not be known, `value` not be 0.
  void insert(const Name& name, std::uint64_t value) {
    BETEX_ASSERT(value != 0 && find(name) == 0);
    if ((size_ + 1) * 2 > entries_.size()) {
      std::vector<Entry> old(entries_.size() * 2);
      old.swap(entries_);
      mask_ = entries_.size() - 1;
      for (const Entry& entry : old) {
        if (entry.value != 0) {
          enter(entry);
        }
      }
    }
    enter({name, value});
    ++size_;
  }

 private:
  struct Entry {
    Name name;
    std::uint64_t value = 0;
  };

  [[nodiscard]] std::size_t home(const HashedName& name) const noexcept {
    return name.hash() & mask_;
  }

  void enter(const Entry& entry) noexcept {
    std::size_t i = home(entry.name);
    while (entries_[i].value != 0) {
      i = (i + 1) & mask_;
    }
    entries_[i] = entry;
  }

  std::vector<Entry> entries_ = std::vector<Entry>(16);
  std::size_t mask_ = entries_.size() - 1;
  std::size_t size_ = 0;
};

}  // namespace betex::matching
