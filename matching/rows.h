// The rows of one market: what each account has at stake there, and what that may cost at worst
// (RULES.md section 5). A row's sums are kept up to date by adding to them; its exposure is a pure
// function of them, so it is neither saved nor hashed. Owned by the engine's thread.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "matching/assert.h"
#include "matching/commands.h"
#include "matching/prefetch.h"
#include "matching/row_index.h"
#include "matching/types.h"

namespace betex::matching {

// One account's bets in one market. Its sums stand behind it in the same page.
struct RowHeader {
  AccountId account;
  std::uint32_t discount_bp = 0;  // off the commission, from its first settlement on
  Money exposure;
  Quantity matched;           // of all its fills
  Money paid;                 // by all rounds
  Money commission;           // taken by all rounds
  std::int64_t sum_lost = 0;  // odds: Σ L'
  std::int64_t least = 0;     // odds: the smallest W' - L', of runner `least_at`
  std::uint32_t least_at = 0;
  Flag settled;  // a round has passed it: it costs nothing more
  Zeros<3> reserved;
};

static_assert(sizeof(RowHeader) == kCacheLine);

// Odds, of one runner: what matched bets pay if it wins and if it loses, and what open orders may
// take off each.
struct RunnerSums {
  std::int64_t won = 0;
  std::int64_t lost = 0;
  std::int64_t open_won = 0;   // parts of open lays
  std::int64_t open_lost = 0;  // parts of open backs
};

// A binary market's.
struct BinarySums {
  Quantity position;  // YES contracts, negative for NO
  Money net_cash;     // moved by its fills
  Money open_buys_part;
  Money open_sells_part;
  Quantity open_buys;
  Quantity open_sells;
};

class MarketRows {
 public:
  MarketRows(MarketKind kind, std::uint32_t winners) : kind_{kind}, winners_{to_small(winners)} {}

  // Only while there are no rows.
  void add_runner() noexcept;

  [[nodiscard]] MarketKind kind() const noexcept { return kind_; }

  // The number of the last row; they begin at 1.
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

  // The first row that is not archived.
  [[nodiscard]] std::uint32_t first() const noexcept { return archived_to_ + 1; }

  // Of an account; 0: it has none. While rows are being archived also of those that are gone.
  [[nodiscard]] std::uint32_t find(AccountId account) const noexcept {
    return index_.find(account);
  }

  // A row for an account that has none; returns its number.
  std::uint32_t make(AccountId account);

  // `row` must be there, in all that follow.
  [[nodiscard]] RowHeader& at(std::uint32_t row) noexcept {
    return *reinterpret_cast<RowHeader*>(lines(row));
  }

  [[nodiscard]] const RowHeader& at(std::uint32_t row) const noexcept {
    return *reinterpret_cast<const RowHeader*>(lines(row));
  }

  [[nodiscard]] std::span<const RunnerSums> runners(std::uint32_t row) const noexcept {
    return {sums_of(at(row)), runners_};
  }

  [[nodiscard]] BinarySums& binary(std::uint32_t row) noexcept {
    return *reinterpret_cast<BinarySums*>(lines(row) + 1);
  }

  [[nodiscard]] const BinarySums& binary(std::uint32_t row) const noexcept {
    return *reinterpret_cast<const BinarySums*>(lines(row) + 1);
  }

  // False: no order of the row's account is open on that side of the runner.
  [[nodiscard]] bool has_open(std::uint32_t row, std::uint32_t runner, Side side) const noexcept;

  // Odds: adds to the sums of a runner.
  void add(std::uint32_t row, std::uint32_t runner, const RunnerSums& change) noexcept;

  // Odds: the parts of open orders on one side of a runner become greater by `more`.
  void add_open(std::uint32_t row, std::uint32_t runner, Side side, Money more) noexcept;

  // What the row may cost at worst.
  [[nodiscard]] Money exposure(std::uint32_t row) const noexcept;

  // The same, were the open parts on one side of a runner greater by `more`; row 0: of an account
  // that has none yet.
  [[nodiscard]] Money exposure_with(std::uint32_t row,
                                    std::uint32_t runner,
                                    Side side,
                                    Money more) const noexcept;

  // ---- Runners that are removed

  // From now on the runner counts for no row, but for those that are there and that
  // set_voided_to() has not passed yet.
  void remove(std::uint32_t runner) noexcept;

  // Odds: takes the runner that is being removed out of the rows up to this one. What the account
  // had there must have been read before.
  void void_row(std::uint32_t row) noexcept;

  void set_voided_to(std::uint32_t row) noexcept { voided_to_ = row; }

  [[nodiscard]] std::uint32_t voided_to() const noexcept { return voided_to_; }

  // All rows have been passed.
  void end_removal() noexcept { removing_ = false; }

  // Some rows still count a runner that was removed.
  [[nodiscard]] bool is_removing() const noexcept { return removing_; }

  [[nodiscard]] std::uint32_t removed_runner() const noexcept { return removed_last_; }

  // The account has a row that still counts a removed runner.
  [[nodiscard]] bool is_behind(AccountId account) const noexcept {
    return removing_ && find(account) > voided_to_;
  }

  // As they were saved, before rows are made: a runner that was removed, and one that rows still
  // count.
  void restore_removed(std::uint32_t runner) noexcept;
  void restore_removal(std::uint32_t runner, std::uint32_t voided_to) noexcept;

  // ---- The end

  // The rows up to this one are gone; their memory is given back page by page.
  void archive_to(std::uint32_t row);

  // As it was saved, before rows are made: of `size` rows that there were those up to `row` are
  // gone.
  void restore_archived(std::uint32_t row, std::uint32_t size);

  // Hints that the account's row will soon be looked for, or used. One that find() has given may be
  // archived.
  void prefetch_index(AccountId account) const noexcept {
    index_.prefetch(account);
    prefetch_line(pages_.data());
  }

  void prefetch(std::uint32_t row, std::uint32_t runner) const noexcept;

 private:
  struct alignas(kCacheLine) Line {
    std::byte bytes[kCacheLine];
  };

  static constexpr std::uint32_t kPageSize = 128;          // rows
  static constexpr std::int64_t kNoCandidate = INT64_MAX;  // W' - L' of a runner that is removed

  [[nodiscard]] const Line* lines(std::uint32_t row) const noexcept {
    return &pages_[(row - 1) / kPageSize][(row - 1) % kPageSize * stride_];
  }

  [[nodiscard]] Line* lines(std::uint32_t row) noexcept {
    return &pages_[(row - 1) / kPageSize][(row - 1) % kPageSize * stride_];
  }

  // Odds: W' - L' of each runner, together, then the sums that they follow from.
  [[nodiscard]] static std::int64_t* differences(RowHeader& header) noexcept {
    return reinterpret_cast<std::int64_t*>(&header + 1);
  }

  [[nodiscard]] static const std::int64_t* differences(const RowHeader& header) noexcept {
    return reinterpret_cast<const std::int64_t*>(&header + 1);
  }

  [[nodiscard]] RunnerSums* sums_of(RowHeader& header) const noexcept {
    return reinterpret_cast<RunnerSums*>(differences(header) + runners_);
  }

  [[nodiscard]] const RunnerSums* sums_of(const RowHeader& header) const noexcept {
    return reinterpret_cast<const RunnerSums*>(differences(header) + runners_);
  }

  void set_difference(RowHeader& header, std::uint32_t runner, std::int64_t value) const noexcept;

  // The sum of the `winners_` smallest differences, were that of `runner` `value`.
  [[nodiscard]] std::int64_t least_with(const RowHeader& header,
                                        std::uint32_t runner,
                                        std::int64_t value) const noexcept;
  [[nodiscard, gnu::noinline]] std::int64_t select_least(const RowHeader& header,
                                                         std::uint32_t runner,
                                                         std::int64_t value) const noexcept;

  // More runners than winners, as far as the row is concerned; else nothing can be lost.
  [[nodiscard]] bool is_contest(std::uint32_t row) const noexcept {
    return active_ + (removing_ && row > voided_to_ ? 1 : 0) > winners_;
  }

  static std::uint8_t to_small(std::size_t count) noexcept {
    BETEX_ASSERT(count <= UINT8_MAX);
    return static_cast<std::uint8_t>(count);
  }

  // What every order reads, in one cache line.
  MarketKind kind_;
  bool removing_ = false;
  std::uint8_t winners_;
  std::uint8_t runners_ = 0;  // all
  std::uint8_t active_ = 0;   // that are not removed
  std::uint8_t stride_ = 2;   // lines a row
  std::uint8_t removed_last_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t voided_to_ = 0;  // while a runner is being removed
  std::vector<std::unique_ptr<Line[]>> pages_;
  RowIndex index_;

  std::uint32_t archived_to_ = 0;
  std::bitset<kMaxRunners> removed_;
};

}  // namespace betex::matching
