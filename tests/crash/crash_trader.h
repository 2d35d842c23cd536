// A client of the crash test: trades at random as fast as a small window allows, hangs up now and
// then, notices when the gateway is gone, logs on again without a reset as soon as there is one,
// and keeps its record.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "gateway/client/session.h"
#include "gateway/client/session_store.h"
#include "tests/crash/trading_record.h"

namespace betex::test {

// Where the gateway is. Written by the test, read by the traders; relaxed, since nothing else is
// passed on by it.
struct GatewayAddress {
  std::atomic<std::uint16_t> port{0};  // 0: nowhere
  // Of the other node of a cluster: clients try both in turn, as they do in production. 0: there is
  // none.
  std::atomic<std::uint16_t> other_port{0};
  std::atomic<bool> closing{false};  // trade no more
  std::atomic<bool> staying{false};  // do not hang up
  std::chrono::microseconds pace{
      0};  // of each, from one request to the next; set before they trade
};

// Used by one thread at a time: its own while it trades, the test's before and after.
class CrashTrader {
 public:
  // It also trades on the market of the day whose number stands in `day_file`; empty: there is
  // none.
  CrashTrader(std::string comp_id, std::uint64_t seed, std::filesystem::path day_file);

  // Trades until the address says that it is closing.
  void trade(const GatewayAddress& address);

  // With a gateway that stays: logs on, waits for all answers.
  void settle(std::uint16_t port);

  // Asks how every live order and some finished ones stand, and holds it against the record.
  void check_statuses();

  // Cancels all live orders.
  void cancel_all();

  // The newest messages of both directions, a line each, for whoever looks for a fault.
  [[nodiscard]] std::string recent_traffic() const;

  [[nodiscard]] const TradingRecord& record() const noexcept { return record_; }

  // Messages that it was given so far. Any thread.
  [[nodiscard]] std::uint64_t messages_told() const noexcept {
    return messages_told_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] const std::string& comp_id() const noexcept { return comp_id_; }

  [[nodiscard]] const client::SessionCounters& counters() const { return session_.counters(); }

 private:
  [[nodiscard]] std::uint16_t port_to_try(const GatewayAddress& address) const;
  void log_on(std::uint16_t port);
  void trade_once(const GatewayAddress& address);
  void take_all(std::chrono::milliseconds wait);
  void wait_for_answers();
  void place_order();
  [[nodiscard]] std::string pick_symbol();
  void cancel_random_order();
  void cancel(const OrderRecord& order);
  void check_status(const std::string& cl_ord_id, const OrderRecord& order);
  std::string next_id();
  std::size_t pick(std::size_t count);

  std::string comp_id_;
  std::mt19937_64 random_;
  client::SessionStore store_;
  client::Session session_;
  TradingRecord record_;
  std::vector<std::string> placed_;
  std::deque<std::string> traffic_;
  std::uint64_t ids_ = 0;
  std::atomic<std::uint64_t> messages_told_{0};
  bool tries_other_ = false;  // at its next Logon
  std::filesystem::path day_file_;
  std::string day_;  // its number, when it was last read
};

}  // namespace betex::test
