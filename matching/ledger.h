// The accounts' money, what they have at stake in each market, and what belongs to the exchange
// (RULES.md section 5). Deciding reads it, to learn whether an account can afford an order and what
// a fill or a round of a settlement moves; applying changes it, by what the events say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "matching/commands.h"
#include "matching/events.h"
#include "matching/order_cost.h"
#include "matching/prefetch.h"
#include "matching/reason.h"
#include "matching/rows.h"
#include "matching/types.h"

namespace betex::matching {

// What every order reads comes first, in one cache line.
struct alignas(kCacheLine) AccountMoney {
  AccountKind kind{};
  std::uint32_t discount_bp = 0;  // off the commission
  Money balance;
  Money credit;
  Money exposure_limit;  // 0: none, as the next one
  Money market_exposure_limit;
  Money exposure;                 // of all its rows
  Money bound;                    // the most that its open and matched bets can move
  std::vector<MarketId> markets;  // in which it has a row, ascending

  [[nodiscard]] bool has_limits() const noexcept {
    return exposure_limit != Money{} || market_exposure_limit != Money{};
  }

  [[nodiscard]] Int128 available() const noexcept {
    return Int128{balance.value()} + credit.value() - exposure.value();
  }
};

// Likewise.
struct alignas(kCacheLine) MarketMoney {
  MarketRows rows;
  WideMoney pot;
  std::uint32_t rounds = 0;  // of its settlement that are complete
};

// Where an order's bets count.
struct BetPlace {
  AccountId account;
  MarketId market;
  std::uint32_t row = 0;     // 0: the account has none there yet
  std::uint32_t runner = 0;  // its place in the market, from 0
  Side side{};
};

// A new order, or an order on new terms, that the account is to afford.
struct BetRequest {
  BetPlace place;
  OpenPart part;      // on its new terms
  OpenPart replaced;  // what the order counts for now; zeros for a new one
};

// What a fill does to the account of one side. `position` and `balance` are those after it.
struct FillEffect {
  Money cash;
  Money balance;
  Quantity position;
};

// What a round pays by: in an odds market a share of a win for each runner, in the order of their
// places, over a common denominator; in a binary one what YES gets.
struct Payout {
  SettlementResult result{};
  Price price;
  std::span<const std::uint16_t> numerators;
  std::uint16_t denominator = 1;
};

// Owned by the engine's thread. The functions that change it carry out what an event says, and
// refuse nothing.
class Ledger {
 public:
  // ---- What deciding asks

  [[nodiscard]] const AccountMoney& money(AccountId account) const noexcept {
    return accounts_[account.value() - 1];
  }

  [[nodiscard]] const MarketMoney& market(MarketId market) const noexcept {
    return markets_[market.value() - 1];
  }

  [[nodiscard]] WideMoney house() const noexcept { return house_; }

  [[nodiscard]] WideMoney rounding() const noexcept { return rounding_; }

  // |balance| + credit + bound would be too large for exact sums, with `more` on the bound.
  [[nodiscard]] static bool overflows(Money balance,
                                      Money credit,
                                      Money bound,
                                      Int128 more) noexcept;
  [[nodiscard]] bool overflows(const BetRequest& request) const noexcept;

  // A binary market's: the account would hold more than `most` contracts if all on the order's side
  // were filled.
  [[nodiscard]] bool exceeds(const BetRequest& request, Quantity most) const noexcept;

  // May the account bear what the order may cost? None also of an order that takes risk away.
  [[nodiscard]] Reason check(const BetRequest& request) const noexcept;

  // A row of the account still counts a runner that is being removed.
  [[nodiscard]] bool is_behind(AccountId account) const noexcept {
    return !removing_.empty() && is_behind_in_one(account);
  }

  // A fill of an order at `place`; `balance` and `position` are those before it.
  [[nodiscard]] static FillEffect effect_of(MarketKind kind,
                                            Side side,
                                            Price price,
                                            Quantity quantity,
                                            const FillEffect& before) noexcept;
  [[nodiscard]] FillEffect before_fill(const BetPlace& place) const noexcept;

  // What a round pays the row.
  [[nodiscard]] SettledRow settle(MarketId market,
                                  std::uint32_t row,
                                  const Payout& payout,
                                  std::uint32_t commission_bp) const noexcept;

  // ---- What applying changes

  // Accounts and markets are added in ascending order of ids, which begin at 1.
  void add_account(AccountMoney money) { accounts_.push_back(std::move(money)); }

  void add_market(MarketKind kind, std::uint32_t winners) {
    markets_.push_back({.rows = MarketRows{kind, winners}});
  }

  void add_runner(MarketId id) noexcept { market(id).rows.add_runner(); }

  [[nodiscard]] AccountMoney& money(AccountId account) noexcept {
    return accounts_[account.value() - 1];
  }

  [[nodiscard]] MarketMoney& market(MarketId market) noexcept {
    return markets_[market.value() - 1];
  }

  void set_house(WideMoney balance) noexcept { house_ = balance; }

  void set_rounding(WideMoney balance) noexcept { rounding_ = balance; }

  // The account's row, made if need be.
  std::uint32_t row_for(AccountId account, MarketId market);

  // An order comes, changes or goes: it counts for so much more.
  void change_open(const BetPlace& place, OpenPart more) noexcept;

  // A fill of an order that counted for `before` and counts for `after` now.
  void fill(const BetPlace& place,
            const OpenPart& before,
            const OpenPart& after,
            Price price,
            const TradeLeg& leg) noexcept;

  // The runner at this place in the market is removed; all of the market's rows have been passed.
  void remove_runner(MarketId market, std::uint32_t runner);
  void end_removal(MarketId market) noexcept;

  // The market's rows from `first` on, up to `last`: bets on the runner that is being removed are
  // void; a round has passed them; they are archived.
  void void_rows(MarketId market, std::uint32_t first, std::uint32_t last) noexcept;
  void pass_rows(MarketId market, std::uint32_t first, std::uint32_t last) noexcept;
  void archive_rows(MarketId market, std::uint32_t first, std::uint32_t last);

  // A round pays a row.
  void pay(MarketId market, const SettledRow& paid) noexcept;

  // What is left in the market's pot goes to $ROUNDING.
  void end_round(MarketId market, std::uint32_t round) noexcept;

  // As they were saved: a removal under way, before the rows are made; a row, once it has its sums.
  void restore_removal(MarketId market, std::uint32_t runner, std::uint32_t voided_to);
  void restore_row(MarketId market, std::uint32_t row) noexcept;
  void restore_sums(MarketId market,
                    std::uint32_t row,
                    std::uint32_t runner,
                    const RunnerSums& sums) noexcept;

 private:
  [[nodiscard]] bool is_behind_in_one(AccountId account) const noexcept;

  // After the row's sums have changed.
  void refresh(MarketRows& rows, std::uint32_t row) noexcept;

  std::vector<AccountMoney> accounts_;  // by id - 1
  std::vector<MarketMoney> markets_;    // by id - 1
  std::vector<MarketId> removing_;      // where rows still count a removed runner
  WideMoney house_;
  WideMoney rounding_;
};

}  // namespace betex::matching
