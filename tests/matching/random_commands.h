// Streams of commands that use every feature at once: both kinds of market, markets that come and
// go, a few accounts and sessions, few prices so that orders match, operators, time that passes.
// The same numbers give the same stream.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "matching/commands.h"
#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

struct Asked {
  CommandBody body;
  Origin origin;
};

class RandomCommands {
 public:
  using Source = std::function<std::uint64_t()>;

  // Every choice is made by the next number of `source`.
  explicit RandomCommands(Source source) : random_{std::move(source)} {}

  // Markets, accounts and sessions; to be run first.
  std::vector<CommandBody> setup();

  // An order far from the prices of the others, so that it rests: for processes of many chunks.
  Asked far_order(Timestamp now, const ReferenceEngine& reference);

  // The next command starts a process over most of the far orders.
  void plan_process();

  Asked next(Timestamp now, const ReferenceEngine& reference);

  // Until the next command.
  std::int64_t pause_ns();

  // What may happen to the process that runs the engine after a command, more often in the middle
  // of work that goes on over several transactions.
  enum class Accident { None, Recovered, Reloaded };
  enum class Busy { No, Yes };
  Accident accident(Busy busy);

 private:
  struct Market {
    Name name;
    MarketKind kind{};
    LadderKind ladder{};
    std::uint32_t winners = 1;
    std::vector<Name> symbols;
  };

  static constexpr std::array kAccounts{"ann", "ben", "cat", "dan", "eve"};
  static constexpr std::array kSessions{"S1", "S2", "S3"};
  static constexpr std::int64_t kHourNs = 3'600'000'000'000;

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  bool one_in(std::uint64_t n) { return below(n) == 0; }

  template <typename T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

  Name account();
  Name request();
  const Market& market();
  const Name& symbol_of(const Market& market);
  const Market& market_of(const Name& symbol) const;
  std::uint64_t recent_order(const ReferenceEngine& reference);
  ClOrdId id();
  Timestamp transact_time();
  Decimal price(LadderKind ladder);
  Decimal quantity();
  Origin origin(const ReferenceEngine& reference);
  PlaceOrder place();
  AmendOrder amend(const ReferenceEngine& reference);
  CancelOrder cancel(const ReferenceEngine& reference);
  MassCancel mass_cancel();
  CommandBody market_command();
  CommandBody end_of_market();
  DetermineMarket result_of(const Market& market);
  CommandBody account_command();
  Asked session_command(const ReferenceEngine& reference);
  CommandBody exchange_command(const ReferenceEngine& reference);
  void create_market(MarketKind kind, LadderKind ladder, std::uint32_t bet_delay_ms);

  Source random_;
  Timestamp now_;
  std::uint64_t ids_ = 0;
  std::uint64_t requests_ = 0;
  std::vector<Market> markets_;
  std::deque<CommandBody> planned_;
};

}  // namespace betex::matching::testing
