// Streams of commands that use every feature at once: both kinds of market, a few accounts, few
// prices so that orders meet, operators who suspend and resume, time that passes. The same numbers
// give the same stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "matching/commands.h"

namespace betex::matching::testing {

class RandomCommands {
 public:
  using Source = std::function<std::uint64_t()>;

  // Every choice is made by the next number of `source`.
  explicit RandomCommands(Source source) : random_{std::move(source)} {}

  // Markets and accounts; to be run first.
  std::vector<CommandBody> setup();

  // `last_order` is the newest order id; `find` gives what was asked for an order, or null.
  using FindOrder = std::function<const PlaceOrder*(std::uint64_t)>;
  CommandBody next(Timestamp now, std::uint64_t last_order, const FindOrder& find);

  // Until the next command.
  std::int64_t pause_ns();

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  bool one_in(std::uint64_t n) { return below(n) == 0; }

  template <typename T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

  Name account();
  std::size_t instrument();
  std::uint64_t recent_order(std::uint64_t last_order);
  ClOrdId id();
  Timestamp transact_time(Timestamp now);
  Decimal price(std::size_t instrument);
  Decimal quantity(std::size_t instrument);
  PlaceOrder place(Timestamp now);
  AmendOrder amend(Timestamp now, std::uint64_t last_order, const FindOrder& find);
  CommandBody market_command();

  Source random_;
  std::uint64_t ids_ = 0;
};

}  // namespace betex::matching::testing
