// What a session has been told since its logon of what it is told at each one: of a halt, of the
// proposals that wait. What came among the reports that it lacked is not told a second time.
#pragma once

#include <algorithm>
#include <variant>
#include <vector>

#include "gateway/link/report.h"
#include "matching/types.h"

namespace betex::gateway {

class HeardSinceLogon {
 public:
  // The session is told this, behind all that was noted before.
  void note(const fix::Report& report) {
    if (const auto* const status = std::get_if<fix::TradingSessionStatus>(&report.body)) {
      is_halted_ = status->halted;
    } else if (const auto* const answer =
                   std::get_if<matching::Boxed<fix::OperationsReport>>(&report.body)) {
      if ((*answer)->result == fix::OpsResult::WaitsForApproval) {
        proposals_.push_back(report.id.event);
      }
    }
  }

  // The last that it has heard of the exchange as a whole is that it is halted.
  [[nodiscard]] bool is_halted() const noexcept { return is_halted_; }

  // It has been shown what this event has proposed.
  [[nodiscard]] bool has_seen(matching::EventSeq proposed) const noexcept {
    return std::ranges::binary_search(proposals_, proposed);
  }

 private:
  bool is_halted_ = false;
  std::vector<matching::EventSeq> proposals_;  // ascending, as reports come
};

}  // namespace betex::gateway
