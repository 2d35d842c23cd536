// Answers to RequestForPositions(AN), which only the engine knows: a row at a time, so that orders
// never wait for a long one. *Owned by the match thread.*
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "gateway/pipeline/event_slot.h"
#include "matching/engine.h"
#include "matching/types.h"

namespace betex::gateway {

class PositionAnswers {
 public:
  // The next part of an answer, and what stands behind it.
  struct Part {
    PositionsPart part;
    std::vector<matching::RunnerBets> runners;
  };

  // `engine` must outlive it.
  explicit PositionAnswers(const matching::Engine& engine) noexcept : engine_{engine} {}

  // One request of a session is answered at a time: false for another one meanwhile.
  [[nodiscard]] bool add(const PositionsQuery& query, matching::Timestamp asked_at);

  [[nodiscard]] bool pending() const noexcept { return !waiting_.empty(); }

  // Goes on with the one that has waited longest: looks at one row, or at the totals behind them.
  // False where the row has nothing to tell of; the part is as it was then. Only while one is
  // pending.
  [[nodiscard]] bool go_on(Part& part);

 private:
  struct Answer {
    PositionsQuery query;
    matching::Timestamp asked_at;
    matching::MarketId market;  // up to which its rows have been looked at
    std::uint32_t messages = 0;
  };

  enum class Look : std::uint8_t { NoRow, Nothing, Something };

  // Looks at the account's next row, of which `part` then tells.
  Look look_at_row(Answer& answer, matching::AccountId account, Part& part) const;

  const matching::Engine& engine_;
  std::deque<Answer> waiting_;
};

}  // namespace betex::gateway
