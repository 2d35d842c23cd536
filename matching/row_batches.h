// The work of the processes that go over a market's rows, and how any process goes over its items
// (RULES.md section 4). Each says which items there are, which it wants, and what it emits for
// those that it has taken.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "matching/emitter.h"
#include "matching/state.h"

namespace betex::matching {

// How far a chunk has come.
struct Progress {
  std::uint64_t cursor = 0;
  bool completed = true;
};

// Lets a process go on until it has taken or visited as many items as one chunk may. It looks
// ahead: where none is left that it would take, it is completed.
template <typename Work>
Progress go_on(Work& work, std::uint64_t cursor) {
  Progress progress{.cursor = cursor};
  std::size_t visited = 0;
  std::size_t taken = 0;
  for (const auto item : work.items_after(cursor)) {
    if (!work.is_there(item)) {
      continue;
    }
    const bool wanted = work.wants(item);
    if (visited == Work::kMaxVisited || (wanted && taken == Work::kMaxTaken)) {
      progress.completed = false;
      break;
    }
    ++visited;
    progress.cursor = Work::number_of(item);
    if (wanted) {
      work.take(item);
      ++taken;
    }
  }
  return progress;
}

// The numbers of rows from one to another, for a loop over them: std::views::iota, which clang 14
// cannot compile with the library of GCC 12.
class RowNumbers {
 public:
  class Iterator {
   public:
    explicit Iterator(std::uint32_t row) noexcept : row_{row} {}

    std::uint32_t operator*() const noexcept { return row_; }

    Iterator& operator++() noexcept {
      ++row_;
      return *this;
    }

    friend bool operator==(const Iterator&, const Iterator&) noexcept = default;

   private:
    std::uint32_t row_;
  };

  // `end` is the first that is not among them, and not below `first`.
  RowNumbers(std::uint32_t first, std::uint32_t end) noexcept : first_{first}, end_{end} {}

  [[nodiscard]] Iterator begin() const noexcept { return Iterator{first_}; }

  [[nodiscard]] Iterator end() const noexcept { return Iterator{end_}; }

 private:
  std::uint32_t first_;
  std::uint32_t end_;
};

// What they have in common. The state and the process must outlive it.
class RowWork {
 public:
  static constexpr std::size_t kMaxVisited = 4'096;

  RowWork(const State& state, const Batch& batch)
      : state_{state}, batch_{batch}, rows_{state.ledger.market(market()).rows} {}

  [[nodiscard]] RowNumbers items_after(std::uint64_t cursor) const {
    return {static_cast<std::uint32_t>(cursor) + 1, rows_.size() + 1};
  }

  static bool is_there(std::uint32_t) noexcept { return true; }

  static std::uint64_t number_of(std::uint32_t row) noexcept { return row; }

 protected:
  [[nodiscard]] MarketId market() const noexcept { return batch_.started.header.market; }

  [[nodiscard]] const MarketData& market_data() const { return state_.markets.at(market()); }

  // A chunk has passed rows.
  [[nodiscard]] bool has_moved(const Progress& progress) const noexcept {
    return progress.cursor != batch_.cursor;
  }

  const State& state_;
  const Batch& batch_;
  const MarketRows& rows_;
};

// Bets on a runner that was removed are void.
class VoidRunner : public RowWork {
 public:
  static constexpr std::size_t kMaxTaken = RunnerBetsVoided::kMaxTail;

  VoidRunner(const State& state, const Batch& batch) : RowWork{state, batch} {}

  [[nodiscard]] bool wants(std::uint32_t row) const;
  void take(std::uint32_t row);

  [[nodiscard]] std::size_t taken() const noexcept { return bets_.size(); }

  void emit_chunk(Emitter& emitter, const Progress& progress) const;

  static void emit_end(Emitter&) {}

 private:
  [[nodiscard]] const RunnerSums& sums_of(std::uint32_t row) const;

  std::vector<VoidedBets> bets_;
};

// A round of a settlement.
class PayRows : public RowWork {
 public:
  static constexpr std::size_t kMaxTaken = PositionsSettled::kMaxTail;

  PayRows(const State& state, const Batch& batch);

  [[nodiscard]] bool wants(std::uint32_t row) const;
  void take(std::uint32_t row);

  [[nodiscard]] std::size_t taken() const noexcept { return paid_.size(); }

  void emit_chunk(Emitter& emitter, const Progress& progress) const;
  void emit_end(Emitter& emitter) const;

 private:
  [[nodiscard]] Payout payout() const noexcept;

  SettlementResult result_{};
  Price price_;
  std::array<std::uint16_t, kMaxRunners> numerators_{};
  std::uint16_t denominator_ = 1;
  std::vector<SettledRow> paid_;
};

// The end of a market's rows.
class ArchiveRows : public RowWork {
 public:
  static constexpr std::size_t kMaxTaken = kMaxVisited;

  ArchiveRows(const State& state, const Batch& batch) : RowWork{state, batch} {}

  static bool wants(std::uint32_t) noexcept { return true; }

  void take(std::uint32_t) noexcept { ++taken_; }

  [[nodiscard]] std::size_t taken() const noexcept { return taken_; }

  void emit_chunk(Emitter& emitter, const Progress& progress) const;
  void emit_end(Emitter& emitter) const;

 private:
  std::size_t taken_ = 0;
};

}  // namespace betex::matching
