// Who is on, and how the node is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fix_spec/dialect.h"
#include "matching/types.h"

namespace betex::fix {

// StatusValue(928).
enum class CounterpartyStatus : std::uint8_t {
  Connected = 1,
  DownUnexpected = 2,
  DownExpected = 3,
  InProcess = 4,
};

// A session as NetworkCounterpartySystemStatusResponse(BD) lists it.
struct CounterpartyState {
  matching::Name comp_id;  // 930
  CounterpartyStatus status{};
  std::string words;                // 929
  SessionRole role{};               // 20045
  matching::SessionEpoch epoch;     // 20044; 0: it was never on, and the numbers are absent
  matching::MsgSeqNum next_in;      // 20040
  matching::MsgSeqNum last_out;     // 20042
  matching::MsgSeqNum reserved_to;  // 20041
  matching::EventSeq delivered;     // 20043
  bool suspended = false;           // in 929
  std::uint64_t queue_bytes = 0;    // 20046; this and those below of one that is on
  std::string peer;                 // 20047
  matching::Timestamp last_heard;   // 20048

  friend bool operator==(const CounterpartyState&, const CounterpartyState&) = default;
};

// What keeps the log's oldest segment from being retired: HeldBackBy(20067).
struct HeldBackBy {
  enum class What : std::uint8_t {
    Nothing,    // it goes at the next rotation, or is the one that is written
    Snapshot,   // a start could not do without it: there are not two snapshots behind it
    Session,    // reports of it, or of later events, may have to be made again for this one
    Replay,     // reports of its events may be told again for as long as the configuration says
    Watermark,  // it is above the watermark, and the configuration waits for that
  };

  What what = What::Nothing;
  matching::Name session;  // its CompID

  friend bool operator==(const HeldBackBy&, const HeldBackBy&) = default;
};

// How the node is.
struct NodeState {
  matching::EventSeq durable;           // 20061
  std::uint32_t ring_fill_percent = 0;  // 20062
  std::uint64_t journal_lag = 0;        // 20063, slots
  std::uint32_t segments = 0;           // 20064
  std::uint64_t disk_free_bytes = 0;    // 20065
  matching::EventSeq watermark;         // 20066
  HeldBackBy held_back_by;              // 20067

  friend bool operator==(const NodeState&, const NodeState&) = default;
};

inline constexpr std::size_t kMaxSessionsOfAMessage = 50;

// One message of the answer to NetworkCounterpartySystemStatusRequest(BC).
struct NetworkStatus {
  matching::Name request_id;                // 933
  std::uint32_t number = 0;                 // of the message in the answer, from 1: in 932
  bool last = true;                         // 893
  std::vector<CounterpartyState> sessions;  // at most kMaxSessionsOfAMessage
  std::optional<NodeState> node;            // on the last one

  friend bool operator==(const NetworkStatus&, const NetworkStatus&) = default;
};

}  // namespace betex::fix
