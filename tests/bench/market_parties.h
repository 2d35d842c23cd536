// Who takes part when a market is suspended: the operator who does it, brokers who are told, and
// one who trades in another market meanwhile. FIXT.1.1 over loopback; the gateway is servers.h's,
// with its desk.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/session_poll.h"
#include "tests/bench/trading_session.h"
#include "tests/support/raw_fix_peer.h"

namespace betex::bench {

using Moment = std::chrono::steady_clock::time_point;

// The operator "OPS1". *One thread at a time.* A refusal, or no answer, is a std::runtime_error.
class MarketDesk {
 public:
  // Logs on.
  explicit MarketDesk(std::uint16_t port);

  // An odds market, not open yet, with so many runners: "NAME.1" and so on.
  void create(const std::string& market, int runners);

  struct Answer {
    Moment sent;  // when the command was
    Moment come;
    Moment done;                // and what follows from it, orders that are cancelled, was too
    std::uint64_t version = 0;  // the market's after it, MarketVersion(20005)
  };

  // One OperationsCommand(UOC), which must be done: its word, and the fields ("20032=1|") that it
  // has beside the market's name. Returns when what follows from it is done too.
  Answer ask(const std::string& market, const std::string& word, const std::string& fields);

  // What the gateway has for the session and has not given to its socket, as it tells an operator.
  double queued_bytes(const std::string& comp_id);

 private:
  // The next message of this type; TestRequests are answered.
  test::RawFixMessage read(const std::string& type);
  std::string next_id();

  test::RawFixPeer peer_;
  int requests_ = 0;
};

// Brokers "S0001" and so on, who do nothing but read what they are told of markets. *One thread.*
// A connection that ends is a std::runtime_error.
class Watchers {
 public:
  // They log on.
  Watchers(std::uint16_t port, int count);

  struct Told {
    Moment first;             // whoever it was that was told something first
    std::vector<Moment> all;  // when each had been told everything, the earliest first
  };

  // Reads until each has been told so many SecurityStatus(f) more. Throws std::runtime_error where
  // that takes too long.
  Told wait_for(std::size_t each);

  // Reads what comes for so long.
  void read_for(std::chrono::milliseconds time);

  // Throws std::runtime_error unless each has been told exactly as much as was waited for, and last
  // of this version of the market.
  void check(std::uint64_t version) const;

 private:
  std::vector<std::unique_ptr<TradingSession>> sessions_;
  SessionPoll poll_;
  std::size_t told_ = 0;  // each, since its logon
};

// A broker whose orders come at a fixed rate, each when it is due, whatever the answers do: a
// gateway that stalls is charged for all that should have been sent meanwhile. On a thread of its
// own, from its construction on.
class SteadyTrader {
 public:
  // An order that was answered by its New.
  struct Trip {
    Moment due;
    Moment answered;
  };

  // Logs on; `rate` in orders per second.
  SteadyTrader(std::uint16_t port, const std::string& name, double rate);

  // Sends no more and waits for the answers. All of them; call it once. Throws what has ended the
  // thread before: std::runtime_error.
  [[nodiscard]] std::vector<Trip> finish();

 private:
  void run(const std::stop_token& stop);
  void trade(const std::stop_token& stop);
  void wait_to_read(std::chrono::nanoseconds timeout) const;

  TradingSession session_;
  std::chrono::steady_clock::duration interval_;
  std::vector<Trip> trips_;
  std::exception_ptr failure_;
  std::jthread thread_;  // the last: it uses the others
};

}  // namespace betex::bench
