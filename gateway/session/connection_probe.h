// Does the connection that a session is on by still live, where its client logs on once more? A
// TestRequest asks it. What it has said may wait unread, behind a full ring say, and it may be
// taking in a long queue: both are no silence.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include <boost/asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include "gateway/session/logon_queue.h"
#include "gateway/session/session_core.h"
#include "gateway/session/session_end.h"
#include "gateway/session/session_metrics.h"
#include "gateway/transport/connection.h"
#include "gateway/transport/transport_limits.h"

namespace betex::fix {

// Owned by its session's strand. `Inbound`, `Outbound`: the session's.
template <typename Inbound, typename Outbound>
class ConnectionProbe {
 public:
  // All must outlive it. `logons` has the question that is under way.
  ConnectionProbe(SessionCore& core, LogonQueue& logons, Inbound& inbound, Outbound& outbound)
      : core_{core}, logons_{logons}, inbound_{inbound}, outbound_{outbound}, timer_{core.strand} {}

  // The session is on. Does nothing where the question is under way, or nobody waits.
  void begin_if_one_waits() {
    if (core_.is_on() && logons_.next() != nullptr && !logons_.probing()) {
      begin();
    }
  }

  // Where that answers, it is alive, and the Logon that waits is refused.
  void on_heartbeat(std::string_view test_req_id) {
    if (!logons_.is_answer(test_req_id)) {
      return;
    }
    logons_.end_probe();
    timer_.cancel();
    if (const auto refused = logons_.take_next()) {
      core_.refuse(*refused->connection, {.text = "the session is on"});
    }
  }

 private:
  void begin() {
    core_.environment.metrics.probes.add();
    logons_.probe_sent(outbound_.send_test_request(), std::chrono::steady_clock::now());
    outbound_.end_turn();
    timer_.expires_after(core_.environment.limits.probe_grace);
    timer_.async_wait([this, session = core_.keep_alive(), probe = ++probes_](
                          const boost::system::error_code& error) {
      if (!error && probe == probes_ && core_.is_on() && logons_.probing()) {
        on_time_out();
      }
    });
  }

  void on_time_out() {
    if (inbound_.has_unread() || outbound_.is_taken_in_since(logons_.probed_at())) {
      return begin();
    }
    core_.environment.metrics.probes_failed.add();
    spdlog::warn("session {}: does not answer, and logs on again: the connection from {} is closed",
                 core_.settings.comp_id,
                 core_.connection->address());
    logons_.end_probe();
    core_.ending.note(SessionEnd::Superseded);
    core_.connection->close();
  }

  SessionCore& core_;
  LogonQueue& logons_;
  Inbound& inbound_;
  Outbound& outbound_;
  boost::asio::steady_timer timer_;
  std::uint64_t probes_ = 0;
};

}  // namespace betex::fix
