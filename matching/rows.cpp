#include "matching/rows.h"

#include <algorithm>
#include <array>

#include "matching/assert.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

Money exposure_at(std::int64_t worst) noexcept {
  return Money{std::max<std::int64_t>(0, -worst)};
}

Money binary_exposure(const BinarySums& sums) noexcept {
  const std::int64_t position = sums.position.value();
  const std::int64_t yes = std::max<std::int64_t>(0, position);
  const std::int64_t no = std::max<std::int64_t>(0, -position);
  return exposure_at(std::min(kPayout * yes - sums.open_sells_part.value(),
                              kPayout * no - sums.open_buys_part.value()));
}

}  // namespace

void MarketRows::add_runner() noexcept {
  BETEX_ASSERT(size_ == 0 && runners_ < kMaxRunners);
  ++runners_;
  ++active_;
  const std::size_t sums = kind_ == MarketKind::Binary
                               ? sizeof(BinarySums)
                               : runners_ * (sizeof(std::int64_t) + sizeof(RunnerSums));
  stride_ = to_small(1 + (sums + kCacheLine - 1) / kCacheLine);
}

std::uint32_t MarketRows::make(AccountId account) {
  if (size_ % kPageSize == 0) {
    pages_.push_back(std::make_unique<Line[]>(std::size_t{kPageSize} * stride_));
  }
  const std::uint32_t row = ++size_;
  RowHeader& header = at(row);
  header.account = account;
  if (kind_ == MarketKind::ExchangeOdds) {
    for (std::uint32_t runner = 0; runner < runners_; ++runner) {
      const bool counts =
          !removed_[runner] || (removing_ && runner == removed_last_ && row > voided_to_);
      differences(header)[runner] = counts ? 0 : kNoCandidate;
    }
    const std::int64_t* const first = differences(header);
    header.least_at = static_cast<std::uint32_t>(std::min_element(first, first + runners_) - first);
  }
  index_.insert(account, row);
  return row;
}

void MarketRows::add(std::uint32_t row, std::uint32_t runner, const RunnerSums& change) noexcept {
  RowHeader& header = at(row);
  RunnerSums& sums = sums_of(header)[runner];
  sums.won += change.won;
  sums.lost += change.lost;
  sums.open_won += change.open_won;
  sums.open_lost += change.open_lost;
  const std::int64_t lost = change.lost - change.open_lost;
  header.sum_lost += lost;
  set_difference(header, runner, differences(header)[runner] + change.won - change.open_won - lost);
}

void MarketRows::add_open(std::uint32_t row, std::uint32_t runner, Side side, Money more) noexcept {
  RowHeader& header = at(row);
  RunnerSums& sums = sums_of(header)[runner];
  const std::int64_t before = differences(header)[runner];
  if (side == Side::Bid) {
    sums.open_lost += more.value();
    header.sum_lost -= more.value();
    set_difference(header, runner, before + more.value());
  } else {
    sums.open_won += more.value();
    set_difference(header, runner, before - more.value());
  }
}

// Every open order that rests costs something, and no part is negative.
bool MarketRows::has_open(std::uint32_t row, std::uint32_t runner, Side side) const noexcept {
  if (kind_ == MarketKind::Binary) {
    const BinarySums& sums = binary(row);
    return (side == Side::Bid ? sums.open_buys : sums.open_sells) != Quantity{};
  }
  const RunnerSums& sums = sums_of(at(row))[runner];
  return (side == Side::Bid ? sums.open_lost : sums.open_won) != 0;
}

void MarketRows::set_difference(RowHeader& header,
                                std::uint32_t runner,
                                std::int64_t value) const noexcept {
  std::int64_t* const all = differences(header);
  all[runner] = value;
  if (value <= header.least) {
    header.least = value;
    header.least_at = runner;
  } else if (header.least_at == runner) {
    const std::int64_t* const least = std::min_element(all, all + runners_);
    header.least = *least;
    header.least_at = static_cast<std::uint32_t>(least - all);
  }
}

std::int64_t MarketRows::least_with(const RowHeader& header,
                                    std::uint32_t runner,
                                    std::int64_t value) const noexcept {
  if (winners_ == 1) {
    if (value <= header.least) {
      return value;
    }
    if (header.least_at != runner) {
      return header.least;
    }
  }
  return select_least(header, runner, value);
}

std::int64_t MarketRows::select_least(const RowHeader& header,
                                      std::uint32_t runner,
                                      std::int64_t value) const noexcept {
  const std::int64_t* const all = differences(header);
  std::array<std::int64_t, kMaxRunners> sorted;
  std::copy(all, all + runners_, sorted.begin());
  sorted[runner] = value;
  std::nth_element(sorted.begin(), sorted.begin() + (winners_ - 1), sorted.begin() + runners_);
  std::int64_t sum = 0;
  for (std::uint32_t i = 0; i < winners_; ++i) {
    sum += sorted[i];
  }
  return sum;
}

Money MarketRows::exposure(std::uint32_t row) const noexcept {
  const RowHeader& header = at(row);
  if (header.settled) {
    return Money{};
  }
  if (kind_ == MarketKind::Binary) {
    return binary_exposure(binary(row));
  }
  if (!is_contest(row)) {
    return Money{};
  }
  const std::int64_t least =
      winners_ == 1 ? header.least : select_least(header, 0, differences(header)[0]);
  return exposure_at(header.sum_lost + least);
}

Money MarketRows::exposure_with(std::uint32_t row,
                                std::uint32_t runner,
                                Side side,
                                Money more) const noexcept {
  const RowHeader* const header = row == 0 ? nullptr : &at(row);
  if (header != nullptr && header->settled) {
    return Money{};
  }
  if (kind_ == MarketKind::Binary) {
    BinarySums sums = row == 0 ? BinarySums{} : binary(row);
    (side == Side::Bid ? sums.open_buys_part : sums.open_sells_part) += more;
    return binary_exposure(sums);
  }
  if (!is_contest(row)) {
    return Money{};
  }
  const std::int64_t lost = side == Side::Bid ? -more.value() : 0;
  const std::int64_t change = side == Side::Bid ? more.value() : -more.value();
  if (header == nullptr) {  // every other difference is 0, and there are more of them than winners
    return exposure_at(lost + std::min<std::int64_t>(change, 0));
  }
  return exposure_at(header->sum_lost + lost +
                     least_with(*header, runner, differences(*header)[runner] + change));
}

void MarketRows::remove(std::uint32_t runner) noexcept {
  BETEX_ASSERT(!removing_ && !removed_[runner]);
  removed_[runner] = true;
  --active_;
  removed_last_ = to_small(runner);
  voided_to_ = 0;
  removing_ = size_ != 0;
}

void MarketRows::void_row(std::uint32_t row) noexcept {
  RowHeader& header = at(row);
  RunnerSums& sums = sums_of(header)[removed_last_];
  header.sum_lost -= sums.lost - sums.open_lost;
  sums = {};
  set_difference(header, removed_last_, kNoCandidate);
}

void MarketRows::restore_removed(std::uint32_t runner) noexcept {
  removed_[runner] = true;
  --active_;
  removed_last_ = to_small(runner);
}

void MarketRows::restore_removal(std::uint32_t runner, std::uint32_t voided_to) noexcept {
  removed_last_ = to_small(runner);
  voided_to_ = voided_to;
  removing_ = true;
}

void MarketRows::archive_to(std::uint32_t row) {
  for (std::uint32_t page = archived_to_ / kPageSize; page < row / kPageSize; ++page) {
    pages_[page].reset();
  }
  archived_to_ = row;
  if (row == size_) {
    pages_.clear();
    index_ = {};
  }
}

void MarketRows::restore_archived(std::uint32_t row, std::uint32_t size) {
  archived_to_ = row;
  size_ = row;
  if (row == size) {
    return;
  }
  pages_.resize((row + kPageSize - 1) / kPageSize);
  if (row % kPageSize != 0) {
    pages_.back() = std::make_unique<Line[]>(std::size_t{kPageSize} * stride_);
  }
}

void MarketRows::prefetch(std::uint32_t row, std::uint32_t runner) const noexcept {
  if (pages_[(row - 1) / kPageSize] == nullptr) {
    return;
  }
  const Line* const line = lines(row);
  prefetch_line(line);
  prefetch_line(line + 1);
  if (kind_ == MarketKind::ExchangeOdds) {
    const RunnerSums* const sums = sums_of(at(row));
    for (const Line* next = line + 2; next < reinterpret_cast<const Line*>(sums); ++next) {
      prefetch_line(next);
    }
    prefetch_line(&sums[runner]);
  }
}

}  // namespace betex::matching
