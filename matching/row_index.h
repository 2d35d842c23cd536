// From an account to the number of its row in one market. A table that is full is followed by one
// twice as large, to which a few entries go over with each insert, so that none has to wait for
// all. Owned by the engine's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "matching/assert.h"
#include "matching/hash.h"
#include "matching/prefetch.h"
#include "matching/types.h"

namespace betex::matching {

class RowIndex {
 public:
  // 0: none.
  [[nodiscard]] std::uint32_t find(AccountId account) const noexcept {
    const std::uint32_t row = find_in(entries_.get(), mask_, account);
    return row != 0 || old_ == nullptr ? row : find_in(old_.get(), old_mask_, account);
  }

  // The account must not have a row yet; `row` is not 0.
  void insert(AccountId account, std::uint32_t row) {
    BETEX_ASSERT(row != 0 && find(account) == 0);
    if (size_ * 2 > mask_) {
      move_some(left_to_move_);
      old_ = std::exchange(entries_, std::make_unique<Entry[]>(2 * (std::size_t{mask_} + 1)));
      old_mask_ = std::exchange(mask_, 2 * mask_ + 1);
      left_to_move_ = old_mask_ + 1;
    }
    move_some(kMovedPerInsert);
    enter({account, row});
    ++size_;
  }

  // A hint that the account will be looked for soon.
  void prefetch(AccountId account) const noexcept {
    prefetch_line(&entries_[home(mask_, account)]);
  }

 private:
  // Places of the old table: all have moved long before the new one is full.
  static constexpr std::uint32_t kMovedPerInsert = 8;

  static constexpr std::uint32_t kFirstSize = 8;

  struct Entry {
    AccountId account;
    std::uint32_t row = 0;
  };

  [[nodiscard]] static std::size_t home(std::uint32_t mask, AccountId account) noexcept {
    return mix(account.value(), 0) & mask;
  }

  // `mask` is the number of entries, a power of two, less one.
  [[nodiscard]] static std::uint32_t find_in(const Entry* entries,
                                             std::uint32_t mask,
                                             AccountId account) noexcept {
    std::size_t i = home(mask, account);
    while (entries[i].row != 0 && entries[i].account != account) {
      i = (i + 1) & mask;
    }
    return entries[i].row;
  }

  void enter(const Entry& entry) noexcept {
    std::size_t i = home(mask_, entry.account);
    while (entries_[i].row != 0) {
      i = (i + 1) & mask_;
    }
    entries_[i] = entry;
  }

  void move_some(std::uint32_t places) noexcept {
    if (old_ == nullptr) {
      return;
    }
    for (; places != 0 && left_to_move_ != 0; --places) {
      const Entry& entry = old_[--left_to_move_];
      if (entry.row != 0) {
        enter(entry);
      }
    }
    if (left_to_move_ == 0) {
      old_ = nullptr;
    }
  }

  // What a look-up reads comes first.
  std::unique_ptr<Entry[]> entries_ = std::make_unique<Entry[]>(kFirstSize);
  std::uint32_t mask_ = kFirstSize - 1;
  std::uint32_t size_ = 0;
  std::unique_ptr<Entry[]> old_;  // null: all have moved
  std::uint32_t old_mask_ = 0;
  std::uint32_t left_to_move_ = 0;
};

}  // namespace betex::matching
