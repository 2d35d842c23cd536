// Connections with a Logon for one session: those that are being asked for a password, the one that
// is known and waits for the one before it to end, and the question whether that one still lives.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/transport/logon_gate.h"
#include "matching/types.h"

namespace betex::fix {

class Connection;

// A connection with a Logon.
struct LogonCandidate {
  std::shared_ptr<Connection> connection;
  std::vector<std::string_view> frames;  // in the connection's buffer, the Logon first
  std::uint64_t attempt = 0;             // counts Logons of the session
  std::chrono::steady_clock::time_point arrived;
  LogonGate::Ticket ticket = 0;  // while its password is checked
  std::string refused;           // why, where that is known before; empty: its password decides
  std::string username;          // that it logs on as; empty: by a certificate alone
};

// Owned by its session's strand.
class LogonQueue {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // Of a Logon that has come, or that begins the session again.
  [[nodiscard]] std::uint64_t new_attempt() noexcept { return ++attempts_; }

  // ---- Those whose password is being checked: any number, side by side

  void add_unknown(LogonCandidate candidate);

  // Takes it out: its password is checked. None: its connection has ended meanwhile.
  [[nodiscard]] std::optional<LogonCandidate> take_unknown(std::uint64_t attempt);
  [[nodiscard]] std::optional<LogonCandidate> take_unknown(const Connection& connection);
  [[nodiscard]] std::vector<LogonCandidate> take_all_unknown();

  [[nodiscard]] const std::vector<LogonCandidate>& unknown() const noexcept { return unknown_; }

  // ---- The one that is known, and waits: the newest

  // Returns the one that has waited before.
  std::optional<LogonCandidate> set_next(LogonCandidate candidate);

  // Null: none waits.
  [[nodiscard]] const LogonCandidate* next() const noexcept { return next_ ? &*next_ : nullptr; }

  std::optional<LogonCandidate> take_next();

  // Its connection has ended; false: it is not this one's.
  bool drop_next(const Connection& connection);

  // Closes the connections of all who wait, for their password or for the one before.
  void close_all() const;

  // ---- Does the connection before it still live? A TestRequest asks.

  // With this number, which its TestReqID(112) names.
  void probe_sent(matching::MsgSeqNum number, TimePoint now) noexcept;

  [[nodiscard]] bool probing() const noexcept { return probe_ != matching::MsgSeqNum{}; }

  [[nodiscard]] TimePoint probed_at() const noexcept { return probed_at_; }

  // Whether a Heartbeat with this TestReqID(112) answers it.
  [[nodiscard]] bool is_answer(std::string_view test_req_id) const;

  void end_probe() noexcept { probe_ = {}; }

 private:
  std::uint64_t attempts_ = 0;
  std::vector<LogonCandidate> unknown_;
  std::optional<LogonCandidate> next_;
  matching::MsgSeqNum probe_;  // the TestRequest's number; 0: there is none
  TimePoint probed_at_;
};

}  // namespace betex::fix
