// How a session stands, as whoever asks on another thread is told of it: an operator, say. The
// session's strand writes, and waits for no reader.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/link/network_reports.h"
#include "gateway/link/published.h"
#include "gateway/session/session_core.h"
#include "gateway/session/session_end.h"
#include "matching/types.h"

namespace betex::fix {

class SessionStanding {
 public:
  struct Figures {
    SessionState state = SessionState::Off;
    matching::SessionEpoch epoch;
    matching::MsgSeqNum next_in;
    matching::MsgSeqNum last_out;
    matching::MsgSeqNum reserved_to;
    matching::EventSeq delivered;
    std::uint64_t queue_bytes = 0;
    std::string_view peer;  // an address; what is longer than kPeerBytes is cut
  };

  static constexpr std::size_t kPeerBytes = 48;

  // ---- On the session's strand; publish() shows them

  // Before there was a logon: the gateway ended while it was on.
  void was_up() noexcept { end_expected_ = false; }

  // `expected`: that was in order.
  void ended(SessionEnd by, bool expected) noexcept {
    last_end_ = by;
    end_expected_ = expected;
  }

  // By session time.
  void heard(matching::Timestamp now) noexcept { last_heard_ = now; }

  void publish(const Figures& figures) noexcept {
    Words words{};
    words[kState] = static_cast<std::int64_t>(figures.state);
    words[kLastEnd] = last_end_ ? static_cast<std::int64_t>(*last_end_) : kNone;
    words[kExpected] = end_expected_ ? 1 : 0;
    words[kEpoch] = figures.epoch.value();
    words[kNextIn] = figures.next_in.value();
    words[kLastOut] = figures.last_out.value();
    words[kReservedTo] = figures.reserved_to.value();
    words[kDelivered] = static_cast<std::int64_t>(figures.delivered.value());
    words[kQueueBytes] = static_cast<std::int64_t>(figures.queue_bytes);
    words[kLastHeard] = last_heard_.value();
    std::copy_n(figures.peer.data(),
                std::min(figures.peer.size(), kPeerBytes),
                reinterpret_cast<char*>(&words[kPeer]));
    published_.store(words);
  }

  // *Thread-safe.* But for what the session's settings and the log say of it.
  [[nodiscard]] CounterpartyState state() const {
    const Words words = published_.load();
    const auto state = static_cast<SessionState>(words[kState]);
    CounterpartyState told;
    told.status = status_of(state, words[kExpected] != 0);
    told.words = words_for(state, words[kLastEnd], words[kExpected] != 0);
    told.epoch = matching::SessionEpoch{static_cast<std::uint32_t>(words[kEpoch])};
    told.next_in = matching::MsgSeqNum{static_cast<std::uint32_t>(words[kNextIn])};
    told.last_out = matching::MsgSeqNum{static_cast<std::uint32_t>(words[kLastOut])};
    told.reserved_to = matching::MsgSeqNum{static_cast<std::uint32_t>(words[kReservedTo])};
    told.delivered = matching::EventSeq{static_cast<std::uint64_t>(words[kDelivered])};
    if (state == SessionState::On) {
      told.queue_bytes = static_cast<std::uint64_t>(words[kQueueBytes]);
      told.peer = peer_of(words);
      told.last_heard = matching::Timestamp{words[kLastHeard]};
    }
    return told;
  }

 private:
  enum Word : std::size_t {
    kState,
    kLastEnd,
    kExpected,
    kEpoch,
    kNextIn,
    kLastOut,
    kReservedTo,
    kDelivered,
    kQueueBytes,
    kLastHeard,
    kPeer,
  };

  static constexpr std::int64_t kNone = -1;
  static constexpr std::size_t kWords = kPeer + kPeerBytes / sizeof(std::int64_t);

  using Store = gateway::Published<kWords>;
  using Words = Store::Words;

  static CounterpartyStatus status_of(SessionState state, bool expected) noexcept {
    switch (state) {
      case SessionState::On:
        return CounterpartyStatus::Connected;
      case SessionState::Off:
        return expected ? CounterpartyStatus::DownExpected : CounterpartyStatus::DownUnexpected;
      default:
        return CounterpartyStatus::InProcess;
    }
  }

  static std::string words_for(SessionState state, std::int64_t last_end, bool expected) {
    switch (state) {
      case SessionState::On:
        return "on";
      case SessionState::GoingUp:
      case SessionState::Reserving:
        return "logs on";
      case SessionState::Draining:
        return "goes off";
      case SessionState::Resetting:
        return "begins again";
      case SessionState::Off:
        break;
    }
    if (last_end != kNone) {
      return "off: " + std::string{words_of(static_cast<SessionEnd>(last_end)).text};
    }
    return expected ? "off since the start"
                    : "off since the start: the gateway ended while it was on";
  }

  static std::string peer_of(const Words& words) {
    std::array<char, kPeerBytes + 1> text{};
    std::memcpy(text.data(), &words[kPeer], kPeerBytes);
    return text.data();
  }

  std::optional<SessionEnd> last_end_;  // of the last logon; none: there was none since the start
  bool end_expected_ = true;            // that was in order, or there never was one
  matching::Timestamp last_heard_;
  Store published_;
};

}  // namespace betex::fix
