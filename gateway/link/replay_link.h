// The seam between the report stage, which promises that reports are told again, the thread that
// does it (../replay), and the sessions. Nothing here blocks, and nobody waits for that thread.
#pragma once

#include <cstdint>
#include <vector>

#include "gateway/link/report.h"
#include "gateway/link/session_link.h"
#include "matching/types.h"

namespace betex::gateway {

// An ApplicationMessageRequest(BW) of a session that listens.
struct ReplayRequest {
  ReplayQuery query;
  SubscriptionId subscription;  // the logon that has asked
  std::uint32_t number = 0;     // among the replays that this logon is promised, from 1
};

// The thread that tells reports again, as the report stage sees it. Thread-safe.
class ReplayPort {
 public:
  virtual ~ReplayPort() = default;

  // How the request is answered, where all events up to `durable` are. With Begins it will be done,
  // in place of one that the session had asked for before.
  [[nodiscard]] virtual fix::ReplayAck ask(const ReplayRequest& request,
                                           matching::EventSeq durable) = 0;
};

// What is told again, in order. The session sends it when it has sent the answer with the same
// number that has promised it.
struct ReplayPortion {
  SubscriptionId subscription;
  std::uint32_t number = 0;
  std::vector<fix::Report> reports;  // and the end of it all, which is no report of an event
  bool last = false;
};

// The FIX side, as that thread sees it: hands over to the session's strand and returns at once.
class ReplaySink {
 public:
  virtual ~ReplaySink() = default;

  virtual void tell_again(matching::SessionId session, ReplayPortion portion) = 0;
};

// That thread as sessions see it. Thread-safe.
class ReplayFeed {
 public:
  virtual ~ReplayFeed() = default;

  // A portion of this replay is on its way to the socket: the next one may come.
  virtual void taken(matching::SessionId session,
                     SubscriptionId subscription,
                     std::uint32_t number) = 0;

  // That logon has ended, and what was promised to it.
  virtual void leave(matching::SessionId session, SubscriptionId subscription) = 0;
};

}  // namespace betex::gateway
