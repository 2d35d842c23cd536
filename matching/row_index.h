// From an account to the number of its row in one market. A table that is full is followed by one
// twice as large, to which a few entries go over with each insert, so that none has to wait for
// all. Owned by the engine's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "matching/assert.h"
#include "matching/hash.h"
#include "matching/prefetch.h"
#include "matching/types.h"

namespace betex::matching {

class RowIndex {
 public:
  // 0: none.
  [[nodiscard]] std::uint32_t find(AccountId account) const noexcept {
    const std::uint32_t row = find_in(entries_, account);
    return row != 0 || old_.empty() ? row : find_in(old_, account);
  }

  // The account must not have a row yet; `row` is not 0.
  void insert(AccountId account, std::uint32_t row) {
    BETEX_ASSERT(row != 0 && find(account) == 0);
    if (size_ * 2 >= entries_.size()) {
      move_some(old_.size());
      old_ = std::exchange(entries_, std::vector<Entry>(entries_.size() * 2));
      left_to_move_ = old_.size();
    }
    move_some(kMovedPerInsert);
    enter({account, row});
    ++size_;
  }

  // A hint that the account will be looked for soon.
  void prefetch(AccountId account) const noexcept {
    prefetch_line(&entries_[home(entries_, account)]);
  }

 private:
  // Places of the old table: all have moved long before the new one is full.
  static constexpr std::size_t kMovedPerInsert = 8;

  struct Entry {
    AccountId account;
    std::uint32_t row = 0;
  };

  [[nodiscard]] static std::size_t home(const std::vector<Entry>& entries,
                                        AccountId account) noexcept {
    return mix(account.value(), 0) & (entries.size() - 1);
  }

  [[nodiscard]] static std::uint32_t find_in(const std::vector<Entry>& entries,
                                             AccountId account) noexcept {
    std::size_t i = home(entries, account);
    while (entries[i].row != 0 && entries[i].account != account) {
      i = (i + 1) & (entries.size() - 1);
    }
    return entries[i].row;
  }

  void enter(const Entry& entry) noexcept {
    std::size_t i = home(entries_, entry.account);
    while (entries_[i].row != 0) {
      i = (i + 1) & (entries_.size() - 1);
    }
    entries_[i] = entry;
  }

  void move_some(std::size_t places) noexcept {
    if (old_.empty()) {
      return;
    }
    for (; places != 0 && left_to_move_ != 0; --places) {
      const Entry& entry = old_[--left_to_move_];
      if (entry.row != 0) {
        enter(entry);
      }
    }
    if (left_to_move_ == 0) {
      old_ = {};
    }
  }

  std::vector<Entry> entries_ = std::vector<Entry>(8);
  std::vector<Entry> old_;  // empty: all have moved
  std::size_t left_to_move_ = 0;
  std::size_t size_ = 0;
};

}  // namespace betex::matching
