// Late reports of events before the read model began: a start takes it from a snapshot, which does
// not know the orders that had finished long before. For a session that lacks such reports a thread
// goes through the log from an older snapshot (../replay), makes them, and hands them over here;
// CatchUp goes on behind them. That thread may be late or dead, and nobody else waits for it.
// *Owned by the report thread.*
#pragma once

#include <span>
#include <vector>

#include "gateway/link/replay_link.h"
#include "gateway/reports/report_state.h"
#include "gateway/reports/session_feed.h"
#include "matching/types.h"

namespace betex::gateway {

class EarlierReports {
 public:
  // `state` must outlive it.
  explicit EarlierReports(const ReportState& state) noexcept : state_{state} {}

  // The two ends of whoever makes them, which must outlive this; once. Needed where the state began
  // with a snapshot.
  void connect(ReplayPort& port, ReplayFeed& feed) noexcept {
    port_ = &port;
    feed_ = &feed;
  }

  // Of the sessions `waiting`, asks for what those lack that are so far behind, a portion at a
  // time, when they have little in flight. Reports before `kept_from` can't be made. `feeds` is by
  // session id.
  void serve(std::vector<SessionFeed>& feeds,
             std::span<const matching::SessionId> waiting,
             matching::EventSeq kept_from);

  // A portion has come.
  void take(matching::SessionId session, SessionFeed& feed, ReplayPortion portion);

  // The feed's logon has ended, or it has come so far by another way.
  void leave(matching::SessionId session, SessionFeed& feed);

 private:
  [[nodiscard]] bool lacks_any(const SessionFeed& feed) const noexcept;
  void ask(matching::SessionId session, SessionFeed& feed);
  // They can't be made: tells the session so. `available_from`: later ones can; 0: none can, since
  // the thread has ended.
  void refused(matching::SessionId session, SessionFeed& feed, matching::EventSeq available_from);

  const ReportState& state_;
  ReplayPort* port_ = nullptr;
  ReplayFeed* feed_ = nullptr;
};

}  // namespace betex::gateway
