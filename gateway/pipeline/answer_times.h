// How long requests about orders take, from the command ring to their reports. *Owned by the report
// thread*, but for the histogram, which any thread may read.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "gateway/pipeline/event_slot.h"
#include "gateway/pipeline/histogram.h"
#include "matching/commands.h"

namespace betex::gateway {

class AnswerTimes {
 public:
  // A transaction whose reports are being made.
  void note(const matching::TransactionHeader& header, SubmitTime submitted_at) {
    if (submitted_at != SubmitTime{} && is_about_an_order(header.command_kind)) {
      under_way_.push_back(submitted_at);
    }
  }

  // The sessions have got the reports of all that was noted.
  void delivered() {
    if (under_way_.empty()) {
      return;
    }
    const auto now = std::chrono::steady_clock::now();
    for (const SubmitTime submitted_at : under_way_) {
      times_.count(now - submitted_at);
    }
    under_way_.clear();
  }

  [[nodiscard]] const Histogram& times() const noexcept { return times_; }

 private:
  [[nodiscard]] static bool is_about_an_order(std::uint16_t command_kind) noexcept {
    using matching::kCommandKind;
    return command_kind == kCommandKind<matching::PlaceOrder> ||
           command_kind == kCommandKind<matching::AmendOrder> ||
           command_kind == kCommandKind<matching::CancelOrder>;
  }

  std::vector<SubmitTime> under_way_;
  Histogram times_;
};

}  // namespace betex::gateway
