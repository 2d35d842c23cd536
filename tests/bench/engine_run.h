// The engine and its book as contenders in matching_bench.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "matching/engine.h"
#include "matching/state.h"
#include "tests/bench/neutral_mix.h"

namespace betex::matching::bench {

// The time that this thread has run: what others do to the machine is left out, but for the caches.
[[nodiscard]] std::chrono::duration<double, std::nano> thread_time();

// The engine's book and pool of orders alone, with its own events, without accounts and ClOrdIDs.
class BookRun {
 public:
  explicit BookRun(std::size_t orders);

  void run(const Operation& operation);

 private:
  void add(const Operation& operation);
  void cancel(const Operation& operation);
  void cross(const Operation& operation);

  template <typename Make>
  void tell(Make&& make);

  OrderPool orders_;
  std::vector<Slot> slots_;  // by order id
  Book book_;
  std::vector<std::byte> events_;
  std::size_t used_ = 0;
  std::uint64_t market_seq_ = 0;
};

// What an engine is given to match.
struct EngineSetup {
  std::size_t markets = 1;   // orders are spread over them by Zipf's law
  std::size_t runners = 2;   // of each; orders come for the first one
  bool all_runners = false;  // or for all of them alike
  MarketKind kind = MarketKind::ExchangeOdds;
  // 0: one account makes and another takes, and neither is checked for funds. Else so many make and
  // as many take, in turn, and all are.
  std::size_t accounts = 0;
  // Each account has so many order groups, which never trip, and half of its orders are of one.
  std::size_t groups = 0;
};

// The whole engine; every request has a new ClOrdID, and enough time passes that about a million of
// them are known at any time.
class EngineRun {
 public:
  explicit EngineRun(const EngineSetup& setup);

  // Nanoseconds of the thread's time, without the making of the commands.
  double run(std::span<const Operation> operations);

  // Enters so many orders that rest, or that are refused and use up their ClOrdIDs.
  void rest(std::size_t orders);
  void refuse(std::size_t orders);

  // So many orders that rest and are cancelled one by one, all at the account of rest().
  void rest_and_cancel(std::size_t orders);

  // Enters lays of the maker, of 10.00 each, that rest on 174 levels.
  void rest_deep(std::size_t orders);

  // A lay of the taker's own, of so many minor units, that rests behind all of them.
  void rest_own(std::int64_t quantity);

  // Nanoseconds of the thread's time for a back of the taker, at any odds, of so many minor units.
  double take(std::int64_t quantity, TimeInForce time_in_force, std::int64_t min_quantity = 0);

  // Every maker and every taker gets a bet, then the market is closed and determined.
  void bet_and_determine();

  // Nanoseconds of the thread's time for each chunk of a settlement, the first one with its
  // command.
  [[nodiscard]] std::vector<double> settle();

  // Nanoseconds of the thread's time for a mass cancel of all of that account's orders.
  double mass_cancel();

 private:
  void send(const CommandBody& body);
  [[nodiscard]] PlaceOrder order(const Name& account, Side side, std::int64_t quantity);
  void create_accounts();
  void create_groups(const Name& account);
  void create_market(const std::string& name);
  const Name& symbol();
  [[nodiscard]] OptionalBox<OrderExtras> extras() const;
  [[nodiscard]] const HashedName& account(const Operation& operation);
  Command command(const Operation& operation);
  void decide(std::span<const Command> commands);

  Engine engine_;
  Timestamp now_{1'700'000'000'000'000'000};
  EngineSetup setup_;
  std::vector<HashedName> makers_;
  std::vector<HashedName> takers_;
  std::vector<Name>
      symbols_;  // of a market's first runner, or of all runners of one after the other
  std::vector<double> zipf_;
  std::mt19937_64 random_{11};
  std::uint64_t ids_ = 0;
  std::uint32_t orders_ = 0;     // that came, as the engine numbers them
  std::uint32_t cancelled_ = 0;  // orders, by rest_and_cancel()
  std::vector<Command> batch_;
};

}  // namespace betex::matching::bench
