// What the events of the log come to since the start: what was refused and why, what became of
// operators' requests, how the markets are. *Owned by the report thread*; any thread may read the
// numbers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gateway/pipeline/tally.h"
#include "gateway/reports/read_model.h"
#include "matching/lifecycle.h"
#include "matching/reason.h"
#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::gateway {

// What became of an operator's request.
enum class OperationOutcome : std::uint8_t {
  Done,
  Refused,
  Repeated,  // its id had come before, with the same content
  Proposed,  // it waits for a second operator
};

inline constexpr std::size_t kOperationOutcomes = 4;

class EventCounts {
 public:
  // Greater than every reason's number.
  static constexpr std::size_t kReasons = 256;

  // Begins with the markets as they are.
  explicit EventCounts(const ReadModel& model);

  // The next transaction, which the model has taken already.
  void take(const matching::TransactionView& transaction, const ReadModel& model);

  // On any thread.

  // Refused orders, replaces, cancels, mass cancels, requests about order groups, operators'
  // requests, and messages that did not come as far as the engine.
  [[nodiscard]] std::uint64_t refused(matching::Reason reason) const noexcept {
    return refused_[static_cast<std::size_t>(reason)].value();
  }

  [[nodiscard]] std::uint64_t operations(OperationOutcome outcome) const noexcept {
    return operations_[static_cast<std::size_t>(outcome)].value();
  }

  // That have reached their limit, or that their owners have tripped.
  [[nodiscard]] std::uint64_t order_groups_tripped() const noexcept {
    return order_groups_tripped_.value();
  }

  // That are in the state now.
  [[nodiscard]] std::uint64_t markets(matching::MarketState state) const noexcept {
    return markets_[static_cast<std::size_t>(state)].value();
  }

 private:
  void refuse(matching::Reason reason) noexcept;
  void note_market(matching::MarketId market, matching::MarketState state);

  std::array<Tally, kReasons> refused_;               // by Reason
  std::array<Tally, kOperationOutcomes> operations_;  // by OperationOutcome
  Tally order_groups_tripped_;
  std::array<Tally, matching::kMarketStates + 1> markets_;  // by MarketState, which begins at 1
  std::vector<matching::MarketState> states_;               // by market id; {}: there is none
};

}  // namespace betex::gateway
