// Where those who log on prove who they are, or are refused. What it is about: a wrong password, a
// session that there is not, and whatever else is refused before somebody is known take the same
// time, so that it tells nothing; and who is wrong again and again waits longer and longer, for
// that session and from that address, which is nothing to the same session's client elsewhere.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "gateway/transport/authenticator.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/transport/transport_metrics.h"

namespace betex::fix {

// After so many refusals without a logon between them; 0: none yet.
[[nodiscard]] std::chrono::milliseconds refusal_delay(std::uint32_t refusals,
                                                      const TransportLimits& limits);

// Thread-safe. The I/O threads must have ended before it is destroyed, and the authenticator must
// outlive it.
class LogonGate {
 public:
  // One connection's Logon.
  struct Attempt {
    std::string session;  // as the Logon says
    bool known = false;   // there is such a session, for that address
    // Who is refused already, for whatever must not show, has no expected_username.
    LogonCredentials credentials;
    // Right: let it in. Else close the connection: the time has come.
    std::function<void(bool right)> done;
  };

  using Ticket = std::uint64_t;

  LogonGate(boost::asio::io_context& io,
            const TransportLimits& limits,
            Authenticator& authenticator,
            TransportMetrics& metrics);

  // `done` is called once, on a strand of the gate's, at most once where the ticket is given back
  // before.
  Ticket enter(Attempt attempt);

  // The connection has ended: nobody waits any more.
  void leave(Ticket ticket);

 private:
  using Clock = std::chrono::steady_clock;

  // Where an attempt comes from, and for what.
  struct Origin {
    bool known = false;
    std::string session;
    std::string address;

    auto operator<=>(const Origin&) const = default;
  };

  struct Waiting {
    Ticket ticket = 0;
    LogonCredentials credentials;
    std::function<void(bool right)> done;
  };

  // One attempt at a time, until it is right or told that it is not.
  struct Source {
    explicit Source(boost::asio::strand<boost::asio::io_context::executor_type>& strand)
        : timer{strand} {}

    std::deque<Waiting> waiting;  // the first is under way while `busy`
    bool busy = false;
    std::optional<Authenticator::Job> job;  // while the password is being checked
    Clock::time_point begun;
    std::uint32_t refusals = 0;  // since the last that was right
    boost::asio::steady_timer timer;
    Clock::time_point idle_since;
    std::optional<std::list<Origin>::iterator> idle_place;  // in idle_
  };

  using Sources = std::map<Origin, Source>;

  // Refusals of one session, from everywhere.
  struct Alarm {
    Clock::time_point begin;
    std::uint32_t refusals = 0;
    std::uint32_t next = 0;  // it is said at so many
  };

  void on_enter(Ticket ticket, Attempt attempt);
  void on_leave(Ticket ticket);
  void refuse_unheard(std::function<void(bool right)> done);
  void begin_next(Sources::iterator source);
  void on_checked(Ticket ticket, const PasswordVerdict& verdict);
  void end_first(Sources::iterator source, bool right);
  void note_refusal(const Origin& origin);
  void become_idle(Sources::iterator source);

  const TransportLimits& limits_;
  Authenticator& authenticator_;
  TransportMetrics& metrics_;
  boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  std::atomic<Ticket> last_ticket_{0};  // raised by any thread; it orders nothing

  // Owned by the strand.
  Sources sources_;
  // Those with refusals and nothing under way, the oldest first; of sessions that there are, and of
  // others, which may be any number and must not make us forget the former.
  std::map<bool, std::list<Origin>> idle_;  // by Origin::known
  std::unordered_map<Ticket, Sources::iterator> by_ticket_;
  std::map<std::string, Alarm> alarms_;  // by known session
};

}  // namespace betex::fix
