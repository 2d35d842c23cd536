// Of money: rows, exposure, balances and pots.
#include <algorithm>

#include "matching/units.h"
#include "tests/matching/exposure.h"
#include "tests/matching/state_invariants.h"

namespace betex::matching::testing {
namespace {

// The account's open orders in the market.
std::vector<const ShadowOrder*> open_orders(const Shadow& shadow, const RowInfo& row) {
  std::vector<const ShadowOrder*> orders;
  for (const auto& [id, order] : shadow.live) {
    if (account_of(order) == row.account && market_of(order) == row.market) {
      orders.push_back(&order);
    }
  }
  return orders;
}

std::string name_of(const RowInfo& row) {
  return "account " + number(row.account) + " in market " + number(row.market);
}

bool is_row(const RowInfo& row, const Shadow& shadow) {
  const ShadowMarket& market = shadow.markets.at(row.market);
  return row.number >= 1 && row.number <= market.rows.size() &&
         market.rows[row.number - 1] == row.account;
}

// What the row shows of a runner is what fills and open orders make it.
bool is_true(const Shadow& shadow,
             const RunnerBets& bets,
             const ShadowRow& said,
             const std::vector<const ShadowOrder*>& open) {
  const auto runner = said.runners.find(bets.instrument);
  RunnerSums sums = runner == said.runners.end() ? RunnerSums{} : runner->second;
  sums.won -= bets.if_won.value();
  sums.lost -= bets.if_lost.value();
  Money lays;
  Money backs;
  for (const ShadowOrder* order : open) {
    if (order->accepted.instrument == bets.instrument) {
      (order->accepted.side == Side::Ask ? lays : backs) += shadow.part(*order);
    }
  }
  return sums.won == 0 && sums.lost == 0 && bets.open_if_won == lays && bets.open_if_lost == backs;
}

}  // namespace

std::string rows_are_what_the_log_says(const EngineView& view, const Shadow& shadow) {
  if (view.rows.size() != shadow.rows.size()) {
    return "their number";
  }
  for (const RowView& row : view.rows) {
    const RowInfo& info = row.info;
    const auto found = shadow.rows.find({info.market, info.account});
    if (found == shadow.rows.end() || !is_row(info, shadow)) {
      return name_of(info);
    }
    const ShadowRow& said = found->second;
    const bool odds = info.kind == MarketKind::ExchangeOdds;
    const auto open = open_orders(shadow, info);
    const bool runners = std::all_of(row.runners.begin(), row.runners.end(), [&](const auto& bets) {
      return is_true(shadow, bets, said, open);
    });
    const bool position =
        odds || (info.position == said.bought - said.sold && info.net_cash == said.cash);
    if (!runners || !position || info.matched != said.matched || info.settled != said.settled ||
        info.paid != said.paid || info.commission != said.commission) {
      return name_of(info);
    }
  }
  return {};
}

std::string exposure_follows_from_orders_and_fills(const EngineView& view, const Shadow& shadow) {
  for (const RowView& row : view.rows) {
    const auto found = shadow.rows.find({row.info.market, row.info.account});
    if (found == shadow.rows.end()) {
      return name_of(row.info);
    }
    const ShadowRow& said = found->second;
    std::vector<OpenPart> open;
    for (const ShadowOrder* order : open_orders(shadow, row.info)) {
      open.push_back({.instrument = order->accepted.instrument,
                      .side = order->accepted.side,
                      .part = shadow.part(*order).value()});
    }
    const ShadowMarket& market = shadow.markets.at(row.info.market);
    const Int128 exposure = market.kind == MarketKind::ExchangeOdds
                                ? odds_exposure(said.runners, market.winners, open)
                                : binary_exposure((said.bought - said.sold).value(), open);
    if (row.info.exposure.value() != (said.settled ? 0 : exposure)) {
      return name_of(row.info);
    }
  }
  return {};
}

// Exposure, what is available, and the bound: with the most that a unit can move.
std::string accounts_are_the_sums_of_their_rows(const EngineView& view, const Shadow& shadow) {
  std::map<AccountId, Int128> exposure;
  std::map<AccountId, Int128> bound;
  for (const RowView& row : view.rows) {
    exposure[row.info.account] += row.info.exposure.value();
    bound[row.info.account] += Int128{row.info.matched.value()} * most_per_unit(row.info.kind);
  }
  for (const auto& [id, order] : shadow.live) {
    bound[account_of(order)] += Int128{order.values.leaves_qty.value()} *
                                most_per_unit(shadow.markets.at(market_of(order)).kind);
  }
  for (const AccountInfo& account : view.accounts) {
    const ShadowAccount& said = shadow.accounts.at(account.account);
    const Int128 available =
        Int128{account.balance.value()} + account.credit.value() - exposure[account.account];
    if (account.balance != said.balance || account.credit != said.credit ||
        account.exposure.value() != exposure[account.account] ||
        account.available.value() != available || account.bound.value() != bound[account.account]) {
      return "account " + number(account.account);
    }
  }
  return {};
}

// Per runner what one side wins the other loses, but while a removal is half done.
std::string what_is_backed_is_laid(const EngineView& view, const Shadow& shadow) {
  std::map<InstrumentId, std::pair<Int128, Int128>> sums;
  for (const RowView& row : view.rows) {
    if (shadow.markets.at(row.info.market).removing) {
      continue;
    }
    for (const RunnerBets& bets : row.runners) {
      sums[bets.instrument].first += bets.if_won.value();
      sums[bets.instrument].second += bets.if_lost.value();
    }
  }
  for (const auto& [instrument, sum] : sums) {
    if (sum.first != 0 || sum.second != 0) {
      return "instrument " + number(instrument);
    }
  }
  return {};
}

// Per binary market: as many YES as NO, and 10 000 mu in the pot for each pair until a round has
// begun.
std::string contracts_and_pot_balance(const EngineView& view, const Shadow& shadow) {
  std::map<MarketId, Int128> net;
  std::map<MarketId, Int128> yes;
  std::map<MarketId, bool> paying;
  for (const RowView& row : view.rows) {
    net[row.info.market] += row.info.position.value();
    yes[row.info.market] += std::max<std::int64_t>(0, row.info.position.value());
    paying[row.info.market] |= row.info.settled;
  }
  for (const MarketInfo& market : view.markets) {
    const bool binary = market.kind == MarketKind::Binary;
    if (net[market.market] != 0 || market.pot.value() != shadow.markets.at(market.market).pot) {
      return "market " + number(market.market);
    }
    if (!paying[market.market] &&
        market.pot.value() != (binary ? kPayout * yes[market.market] : Int128{0})) {
      return "the pot of market " + number(market.market);
    }
  }
  return {};
}

std::string money_is_what_was_put_in(const EngineView& view, const Shadow& shadow) {
  Int128 sum = view.house.house.value() + view.house.rounding.value();
  for (const AccountInfo& account : view.accounts) {
    sum += account.balance.value();
  }
  for (const MarketInfo& market : view.markets) {
    sum += market.pot.value();
  }
  return sum == shadow.put_in ? "" : "the sum of all balances";
}

// A removal, a correction, a round that takes back, a lowered credit: nothing else.
std::string nobody_is_in_deficit_without_a_cause(const EngineView& view, const Shadow& shadow) {
  for (const AccountInfo& account : view.accounts) {
    if (account.kind == AccountKind::Collateralised && account.available.value() < 0 &&
        !shadow.accounts.at(account.account).may_be_in_deficit) {
      return "account " + number(account.account);
    }
  }
  return {};
}

}  // namespace betex::matching::testing
