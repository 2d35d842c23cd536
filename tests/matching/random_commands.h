// Streams of commands that use every feature at once: both kinds of market, markets that come and
// go and are settled, a few accounts with much or little money, a few sessions, few prices so that
// orders match, operators, time that passes.
// The same numbers give the same stream.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "matching/commands.h"
#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

struct Asked {
  CommandBody body;
  Origin origin;
  std::uint64_t digest = 0;    // of an operator's request
  OptionalBox<Remark> remark;  // likewise

  [[nodiscard]] Command at(Timestamp now) const {
    return {.timestamp = now, .origin = origin, .digest = digest, .remark = remark, .body = body};
  }
};

class RandomCommands {
 public:
  using Source = std::function<std::uint64_t()>;

  // Every choice is made by the next number of `source`.
  explicit RandomCommands(Source source) : random_{std::move(source)} {}

  // Markets, accounts and sessions; to be run first. `crowd` accounts more come with it.
  std::vector<Asked> setup(Timestamp now, std::uint64_t crowd = 0);

  // An order far from the prices of the others, so that it rests: for processes of many chunks.
  Asked far_order(Timestamp now, const ReferenceEngine& reference);

  // A bet of the crowd's account `i` in one of the first markets, of which the next one is the
  // other side.
  Asked crowd_order(std::uint64_t i);

  // The next commands remove a runner that the crowd has bet on, and settle its markets.
  void plan_end_of_crowd();

  // The next command starts a process over most of the far orders.
  void plan_process();

  Asked next(Timestamp now, const ReferenceEngine& reference);

  // Until the next command.
  std::int64_t pause_ns();

  // True if the process goes on now.
  bool continues(PendingBatch pending);

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
    bool ends = false;  // its end is planned
  };

  static constexpr std::array kAccounts{"ann", "ben", "cat", "dan", "eve", "fay"};
  static constexpr Name kWhale{"whale"};  // has nearly as much as an account may have
  static constexpr Decimal kMostAmount{std::numeric_limits<std::int64_t>::max() / 100 * 100};
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
  Reference reference();
  Reference group();
  PlaceOrder place();
  OrderGroupRequest group_terms(OrderGroupAction action);
  void spoil(OrderGroupRequest& request);
  OrderGroupRequest group_request(const ReferenceEngine& reference);
  AmendOrder amend(const ReferenceEngine& reference);
  CancelOrder cancel(const ReferenceEngine& reference);
  MassCancel mass_cancel();
  CancelOnBehalf cancel_on_behalf(const ReferenceEngine& reference);
  CommandBody market_command(const ReferenceEngine& reference);
  CommandBody runner_command(const Market& market);
  std::vector<Name> some_runners();
  CommandBody terms_command(const Market& market);
  CommandBody description_command(const Market& market);
  void plan_end(std::size_t which, const ReferenceEngine& reference);
  CommandBody result_command(const ReferenceEngine& reference);
  DetermineMarket result_of(const Market& market, const ReferenceEngine& reference);
  VoidMarket void_of(const Market& market);
  CommandBody account_command();
  SetLimits limits();
  MoveFunds funds();
  CreateAccount new_account(const Name& name, std::int64_t balance);
  Asked sign(Asked asked);
  Decimal amount(std::int64_t most);
  Asked session_command(const ReferenceEngine& reference);
  CommandBody exchange_command(const ReferenceEngine& reference);
  CommandBody approval_command(const ReferenceEngine& reference);
  SessionUp session_up(const Name& comp_id);
  RequireApproval require_approval();
  void guard_version(CommandBody& body, const ReferenceEngine& reference);
  void create_market(MarketKind kind, LadderKind ladder, std::uint32_t bet_delay_ms);
  void create_some_market();

  Source random_;
  Timestamp now_;
  std::uint64_t ids_ = 0;
  std::uint64_t requests_ = 0;
  std::vector<Market> markets_;
  std::deque<CommandBody> planned_;
  std::map<std::string, std::pair<CommandBody, std::uint64_t>> asked_before_;  // by request id
  std::uint64_t digests_ = 0;
};

}  // namespace betex::matching::testing
