// Serves the sessions that lag from the journal. They share its reading: a scan begins where the
// last of them is, takes along everybody whose place it comes to, and leaves behind whoever has
// a portion to consume first. *Owned by the report thread.*
//
// So that a session that is a little behind does not wait for one that was away for days, there is
// a scan for each power of two of the distance, and they take turns.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "gateway/reports/journal_scan.h"
#include "gateway/reports/report_state.h"
#include "gateway/reports/session_feed.h"
#include "gateway/reports/transaction_log.h"
#include "matching/types.h"

namespace betex::gateway {

class CatchUp {
 public:
  // `state` must outlive it.
  CatchUp(const ReportState& state, OpenTransactionSource open_source);

  // Of the sessions `waiting`, makes the next reports of those that catch up and have little in
  // flight; those that have come to the last event taken are live again. Reports before `kept_from`
  // can't be made. `feeds` is by session id. Returns how many transactions were gone through, about
  // a thousand at most.
  std::size_t serve(std::vector<SessionFeed>& feeds,
                    std::span<const matching::SessionId> waiting,
                    matching::EventSeq kept_from);

  // Nobody lags: gives back what the scans hold of the journal.
  void rest();

 private:
  // Distances up to 2^10 events, 2^11 and so on.
  static constexpr std::size_t kClasses = 55;

  // Of the classes that somebody is ready in the next one to have its turn.
  struct Next {
    const SessionFeed* last = nullptr;  // the furthest behind of it; null: nobody is ready
    std::size_t steps = 0;              // from last_class_ on, 1 to kClasses
  };

  [[nodiscard]] std::size_t class_of(const SessionFeed& feed) const;
  void find_ready(std::vector<SessionFeed>& feeds,
                  std::span<const matching::SessionId> waiting,
                  matching::EventSeq kept_from);
  [[nodiscard]] Next next_to_run() const;
  std::size_t run(JournalScan& scan, matching::EventSeq from, std::vector<SessionFeed>& feeds);
  void move_members_to(matching::EventSeq read_to);

  const ReportState& state_;
  const OpenTransactionSource open_source_;
  std::array<JournalScan, kClasses> scans_;
  std::size_t last_class_ = 0;       // that had its turn
  std::vector<SessionFeed*> ready_;  // in this turn, the furthest behind first
};

}  // namespace betex::gateway
