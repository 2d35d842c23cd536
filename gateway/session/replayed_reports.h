// What a session is told again (link/replay_link.h), a portion at a time, beside its reports and
// answers: of the replay that it was promised last, and not before the promise has been sent.
#pragma once

#include <cstdint>
#include <deque>
#include <iterator>
#include <utility>

#include "gateway/link/replay_link.h"
#include "gateway/link/report.h"

namespace betex::fix {

// Of one logon. Owned by its session's strand.
class ReplayedReports {
 public:
  // An answer that promises a replay has been sent.
  void promised() noexcept {
    ++promised_;
    if (number_ < promised_) {
      waiting_.clear();  // of the one before: its end never comes
    }
  }

  // One of an older replay is dropped; what waits of an older one is dropped for it.
  void take(gateway::ReplayPortion portion) {
    if (portion.number < number_ || portion.number < promised_) {
      return;
    }
    if (portion.number > number_) {
      waiting_.clear();
    }
    number_ = portion.number;
    last_ = portion.last;
    std::move(portion.reports.begin(), portion.reports.end(), std::back_inserter(waiting_));
  }

  // The next one; null: there is none, or its replay is not promised yet.
  [[nodiscard]] const Report* next() const noexcept {
    return waiting_.empty() || number_ != promised_ ? nullptr : &waiting_.front();
  }

  // next() is on its way. True: a portion is, and another one may come.
  [[nodiscard]] bool pass() {
    waiting_.pop_front();
    return waiting_.empty() && !last_;
  }

  // Of the replay that next() is of.
  [[nodiscard]] std::uint32_t number() const noexcept { return number_; }

 private:
  std::uint32_t promised_ = 0;
  std::uint32_t number_ = 0;  // of what waits
  bool last_ = false;         // nothing comes behind it
  std::deque<Report> waiting_;
};

}  // namespace betex::fix
