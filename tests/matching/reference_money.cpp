// Rows, exposure and what an order is checked for, in the reference engine: RULES.md section 5. All
// is computed from the list of a row's bets and the account's open orders, each time anew.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kPayoutMu = 10'000;
constexpr Int128 kMostMoney = std::int64_t{1} << 62;

// The most that one unit can win or lose, at whatever price it is filled.
std::int64_t most_a_unit(const RefMarket& market) {
  return market.odds() ? 99'900 : kPayoutMu;
}

Int128 magnitude(Int128 value) {
  return value < 0 ? -value : value;
}

std::int64_t leaves_of(const std::vector<RefOpen>& open, Side side) {
  std::int64_t sum = 0;
  for (const RefOpen& order : open) {
    sum += order.side == side ? order.leaves : 0;
  }
  return sum;
}

}  // namespace

// ---- Rows ---------------------------------------------------------------------------------------

const RefRow* ReferenceEngine::find_row(const RefMarket& market, RefId account) const {
  const auto found = std::find_if(market.rows.begin(),
                                  market.rows.end(),
                                  [account](const RefRow& row) { return row.account == account; });
  return found == market.rows.end() ? nullptr : &*found;
}

// As a row begins: without bets, and without the runners that are gone already.
RefRow ReferenceEngine::new_row(const RefMarket& market, RefId account) const {
  RefRow row{.account = account};
  for (const RefId instrument : market.instruments) {
    if (instruments_.at(instrument).removed) {
      row.removed.insert(instrument);
    }
  }
  return row;
}

// The account's row in the order's market, which its first order there makes.
RefRow& ReferenceEngine::row_of(const RefOrder& order) {
  RefMarket& market = markets_.at(order.market);
  if (find_row(market, order.account) == nullptr) {
    market.rows.push_back(new_row(market, order.account));
  }
  return *std::find_if(market.rows.begin(), market.rows.end(), [&order](const RefRow& row) {
    return row.account == order.account;
  });
}

RefOutcome ReferenceEngine::outcome(const RefRow& row, RefId instrument) const {
  RefOutcome sums;
  if (row.removed.contains(instrument)) {
    return sums;
  }
  for (const RefBet& bet : row.bets) {
    if (bet.instrument == instrument) {
      const int sign = bet.side == Side::Bid ? 1 : -1;
      sums.won += Int128{sign} * bet.quantity * (bet.price - 100);
      sums.lost -= Int128{sign} * bet.quantity * 100;
    }
  }
  return sums;
}

// Fill by fill: what closes is paid for the opposite contract, what opens is paid.
RefPosition ReferenceEngine::position(const RefRow& row) const {
  RefPosition now;
  for (const RefBet& bet : row.bets) {
    if (markets_.at(instruments_.at(bet.instrument).market).odds()) {
      continue;
    }
    const bool buys = bet.side == Side::Bid;
    const std::int64_t opposite = std::max<std::int64_t>(0, buys ? -now.yes : now.yes);
    const std::int64_t closed = std::min(bet.quantity, opposite);
    const std::int64_t opened = bet.quantity - closed;
    now.cash += buys ? -bet.price * opened + (kPayoutMu - bet.price) * closed
                     : bet.price * closed - (kPayoutMu - bet.price) * opened;
    now.yes += buys ? bet.quantity : -bet.quantity;
  }
  return now;
}

// ---- Exposure -----------------------------------------------------------------------------------

// What the order may still cost.
std::int64_t ReferenceEngine::part(const RefOrder& order) const {
  const RefMarket& market = markets_.at(order.market);
  const std::int64_t whole = order.leaves * unit_cost(market, order.asked.side, price_at(order));
  return order.max_cost == 0 ? whole : std::min(whole, order.max_cost - order.spent);
}

// The account's open orders in the market, but for one.
std::vector<RefOpen> ReferenceEngine::open_in(RefId market, RefId account, RefId except) const {
  std::vector<RefOpen> open;
  for (const auto& [id, order] : live_) {
    if (order->account == account && order->market == market && id != except) {
      open.push_back({order->instrument, order->asked.side, order->leaves, part(*order)});
    }
  }
  return open;
}

Int128 ReferenceEngine::odds_worst(const RefMarket& market,
                                   const RefRow& row,
                                   const std::vector<RefOpen>& open) const {
  Int128 worst = 0;
  std::vector<Int128> differences;
  for (const RefId runner : market.instruments) {
    if (row.removed.contains(runner)) {
      continue;
    }
    RefOutcome sums = outcome(row, runner);
    for (const RefOpen& order : open) {
      if (order.instrument == runner) {
        (order.side == Side::Ask ? sums.won : sums.lost) -= order.part;
      }
    }
    worst += sums.lost;
    differences.push_back(sums.won - sums.lost);
  }
  const std::size_t winners = market.made.winners;
  if (differences.size() <= winners) {
    return 0;  // it can only be voided
  }
  std::sort(differences.begin(), differences.end());
  for (std::size_t i = 0; i < winners; ++i) {
    worst += differences[i];
  }
  return worst;
}

Int128 ReferenceEngine::binary_worst(const RefRow& row, const std::vector<RefOpen>& open) const {
  const std::int64_t net = position(row).yes;
  Int128 if_yes = kPayoutMu * Int128{std::max<std::int64_t>(0, net)};
  Int128 if_no = kPayoutMu * Int128{std::max<std::int64_t>(0, -net)};
  for (const RefOpen& order : open) {
    (order.side == Side::Ask ? if_yes : if_no) -= order.part;
  }
  return std::min(if_yes, if_no);
}

std::int64_t ReferenceEngine::exposure(const RefMarket& market,
                                       const RefRow& row,
                                       const std::vector<RefOpen>& open) const {
  if (row.passed) {
    return 0;
  }
  const Int128 worst = market.odds() ? odds_worst(market, row, open) : binary_worst(row, open);
  return static_cast<std::int64_t>(std::max(Int128{0}, -worst));
}

std::int64_t ReferenceEngine::exposure(const RefMarket& market, const RefRow& row) const {
  return exposure(market, row, open_in(market.id, row.account));
}

Int128 ReferenceEngine::exposure_of_all(RefId account) const {
  Int128 sum = 0;
  for (const auto& [id, market] : markets_) {
    if (const RefRow* const row = find_row(market, account)) {
      sum += exposure(market, *row);
    }
  }
  return sum;
}

// The most that the account's bets can move.
Int128 ReferenceEngine::bound(RefId account) const {
  Int128 sum = 0;
  for (const auto& [id, order] : live_) {
    if (order->account == account) {
      sum += Int128{order->leaves} * most_a_unit(markets_.at(order->market));
    }
  }
  for (const auto& [id, market] : markets_) {
    if (const RefRow* const row = find_row(market, account)) {
      for (const RefBet& bet : row->bets) {
        sum += Int128{bet.quantity} * most_a_unit(market);
      }
    }
  }
  return sum;
}

bool ReferenceEngine::overflows(const RefAccount& account, Int128 balance, Int128 more) const {
  return magnitude(balance) + account.credit + bound(account.id) + more > kMostMoney;
}

// A removal has not passed one of its rows yet.
bool ReferenceEngine::waits_for_a_removal(RefId account) const {
  return std::any_of(batches_.begin(), batches_.end(), [&](const RefBatch& batch) {
    if (!batch.market || !batch.removes_in(*batch.market)) {
      return false;
    }
    const RefMarket& market = markets_.at(*batch.market);
    const RefId passed = batch.work == BatchWork::VoidRunner ? batch.cursor : 0;
    const RefRow* const row = find_row(market, account);
    return row != nullptr && static_cast<RefId>(row - market.rows.data()) + 1 > passed;
  });
}

// ---- Checks of an order -------------------------------------------------------------------------

// `wanted` is the order as it would be; of an amend, `replaced` is the order as it is.
Reason ReferenceEngine::money_fails(const RefOrder& wanted, const RefOrder* replaced) {
  const RefMarket& market = markets_.at(wanted.market);
  const RefAccount& account = accounts_.at(wanted.account);
  if (const Reason reason = sums_fail(wanted, replaced); reason != Reason::None) {
    return reason;
  }
  if (wanted.quantity > market.maximum) {
    return Reason::OrderSizeLimit;
  }
  if (replaced == nullptr && account.max_open != 0 && account.open >= account.max_open) {
    return Reason::OpenOrdersLimit;
  }
  if (const Reason reason = position_fails(wanted, replaced); reason != Reason::None) {
    return reason;
  }
  return risk_fails(wanted, replaced);
}

Reason ReferenceEngine::sums_fail(const RefOrder& wanted, const RefOrder* replaced) {
  const Int128 more = Int128{wanted.leaves} - (replaced == nullptr ? 0 : replaced->leaves);
  Int128 in_book = 0;
  for (const auto& [tick, queue] : side_of(wanted, false)) {
    for (const RefId id : queue) {
      in_book += orders_.at(id).leaves;
    }
  }
  const RefAccount& account = accounts_.at(wanted.account);
  const bool too_much =
      in_book + more > kMostMoney ||
      overflows(account, account.balance, more * most_a_unit(markets_.at(wanted.market)));
  return too_much ? Reason::AmountOverflow : Reason::None;
}

Reason ReferenceEngine::position_fails(const RefOrder& wanted, const RefOrder* replaced) const {
  const RefMarket& market = markets_.at(wanted.market);
  if (market.max_position == 0) {
    return Reason::None;
  }
  const RefId except = replaced == nullptr ? 0 : replaced->id;
  const RefRow* const row = find_row(market, wanted.account);
  const std::int64_t net = row == nullptr ? 0 : position(*row).yes;
  const std::int64_t towards = wanted.asked.side == Side::Bid ? net : -net;
  const std::int64_t open =
      leaves_of(open_in(market.id, wanted.account, except), wanted.asked.side);
  return towards + open + wanted.leaves > market.max_position ? Reason::PositionLimit
                                                              : Reason::None;
}

Reason ReferenceEngine::risk_fails(const RefOrder& wanted, const RefOrder* replaced) {
  const RefMarket& market = markets_.at(wanted.market);
  const RefAccount& account = accounts_.at(wanted.account);
  const RefRow* const known = find_row(market, wanted.account);
  const RefRow row = known == nullptr ? new_row(market, wanted.account) : *known;
  std::int64_t own = part(wanted);
  if (wanted.asked.type == OrderType::Market && !market.delays()) {
    own = std::min(own, dry_run(wanted).cost);
  }
  std::vector<RefOpen> open =
      open_in(market.id, wanted.account, replaced == nullptr ? 0 : replaced->id);
  open.push_back({wanted.instrument, wanted.asked.side, wanted.leaves, own});
  const std::int64_t before = exposure(market, row);
  const std::int64_t after = exposure(market, row, open);
  if (after <= before) {
    return Reason::None;
  }
  if (waits_for_a_removal(account.id)) {
    return Reason::BatchRunning;
  }
  if (account.market_exposure_limit != 0 && after > account.market_exposure_limit) {
    return Reason::ExposureLimit;
  }
  const bool needs_funds = account.kind == AccountKind::Collateralised;
  if (account.exposure_limit == 0 && !needs_funds) {
    return Reason::None;  // the sum over all rows would take a while
  }
  const Int128 all_before = exposure_of_all(account.id);
  const Int128 all_after = all_before - before + after;
  if (account.exposure_limit != 0 && all_after > account.exposure_limit) {
    return Reason::ExposureLimit;
  }
  const Int128 funds = Int128{account.balance} + account.credit;
  if (!needs_funds || funds >= all_after) {
    return Reason::None;
  }
  return funds < all_before ? Reason::InDeficit : Reason::InsufficientFunds;
}

}  // namespace betex::matching::testing
