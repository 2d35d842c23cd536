#include "matching/ledger.h"

#include <algorithm>

#include "matching/assert.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

// The whole part, towards minus infinity.
Int128 floor_div(Int128 value, Int128 divisor) noexcept {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// What a row would have been paid in all, were this the only result (RULES.md section 5).
Money target_of(const MarketRows& rows, std::uint32_t row, const Payout& payout) noexcept {
  if (rows.kind() == MarketKind::Binary) {
    const std::int64_t position = rows.binary(row).position.value();
    return position >= 0 ? Money{position * payout.price.value()}
                         : Money{-position * (kPayout - payout.price.value())};
  }
  if (payout.result == SettlementResult::Void) {
    return Money{};
  }
  Int128 sum = 0;
  std::size_t place = 0;
  for (const RunnerSums& runner : rows.runners(row)) {
    sum += Int128{runner.lost} * payout.denominator +
           (Int128{runner.won} - runner.lost) * payout.numerators[place++];
  }
  return Money{static_cast<std::int64_t>(floor_div(sum, payout.denominator))};
}

Money commission_on(Money net, std::uint32_t commission_bp, std::uint32_t discount_bp) noexcept {
  constexpr std::int64_t kWhole = 10'000;
  return Money{static_cast<std::int64_t>(Int128{std::max<std::int64_t>(0, net.value())} *
                                         commission_bp * (kWhole - discount_bp) /
                                         (kWhole * kWhole))};
}

}  // namespace

bool Ledger::overflows(Money balance, Money credit, Money bound, Int128 more) noexcept {
  const Int128 size = balance.value() < 0 ? -Int128{balance.value()} : Int128{balance.value()};
  return size + credit.value() + bound.value() + more > kMaxSum;
}

bool Ledger::overflows(const BetRequest& request) const noexcept {
  const AccountMoney& account = money(request.place.account);
  const MarketKind kind = market(request.place.market).rows.kind();
  const Quantity more = request.part.leaves - request.replaced.leaves;
  return overflows(
      account.balance, account.credit, account.bound, Int128{more.value()} * most_per_unit(kind));
}

bool Ledger::exceeds(const BetRequest& request, Quantity most) const noexcept {
  const MarketRows& rows = market(request.place.market).rows;
  const BinarySums held = request.place.row == 0 ? BinarySums{} : rows.binary(request.place.row);
  const Quantity others = request.part.leaves - request.replaced.leaves;
  return (request.place.side == Side::Bid ? held.position + held.open_buys + others
                                          : held.open_sells + others - held.position) > most;
}

Reason Ledger::check(const BetRequest& request) const noexcept {
  const BetPlace& place = request.place;
  const AccountMoney& account = money(place.account);
  if (account.kind == AccountKind::Unlimited && !account.has_limits() && removing_.empty()) {
    return Reason::None;  // whatever it would come to
  }
  const MarketRows& rows = market(place.market).rows;
  const Money before = place.row == 0 ? Money{} : rows.at(place.row).exposure;
  const Money after = rows.exposure_with(
      place.row, place.runner, place.side, request.part.cost - request.replaced.cost);
  if (after <= before) {
    return Reason::None;
  }
  if (is_behind(place.account)) {
    return Reason::BatchRunning;
  }
  if (account.market_exposure_limit != Money{} && after > account.market_exposure_limit) {
    return Reason::ExposureLimit;
  }
  if (account.exposure_limit != Money{} &&
      account.exposure - before + after > account.exposure_limit) {
    return Reason::ExposureLimit;
  }
  if (account.kind == AccountKind::Unlimited ||
      account.available() + before.value() - after.value() >= 0) {
    return Reason::None;
  }
  return account.available() < 0 ? Reason::InDeficit : Reason::InsufficientFunds;
}

bool Ledger::is_behind_in_one(AccountId account) const noexcept {
  return std::any_of(removing_.begin(), removing_.end(), [this, account](MarketId id) {
    return market(id).rows.is_behind(account);
  });
}

FillEffect Ledger::before_fill(const BetPlace& place) const noexcept {
  const MarketRows& rows = market(place.market).rows;
  return {
      .balance = money(place.account).balance,
      .position = rows.kind() == MarketKind::Binary ? rows.binary(place.row).position : Quantity{}};
}

FillEffect Ledger::effect_of(
    MarketKind kind, Side side, Price price, Quantity quantity, const FillEffect& before) noexcept {
  FillEffect effect = before;
  effect.cash = Money{};
  if (kind == MarketKind::Binary) {
    const bool buys = side == Side::Bid;
    const Quantity opposite_held{
        std::max<std::int64_t>(0, buys ? -before.position.value() : before.position.value())};
    const Quantity closed = std::min(quantity, opposite_held);
    effect.cash = amount(closed, unit_cost(kind, opposite(side), price)) -
                  amount(quantity - closed, unit_cost(kind, side, price));
    effect.balance += effect.cash;
    effect.position = buys ? before.position + quantity : before.position - quantity;
  }
  return effect;
}

SettledRow Ledger::settle(MarketId id,
                          std::uint32_t row,
                          const Payout& payout,
                          std::uint32_t commission_bp) const noexcept {
  const MarketRows& rows = market(id).rows;
  const RowHeader& header = rows.at(row);
  const AccountMoney& account = money(header.account);
  const bool binary = rows.kind() == MarketKind::Binary;
  SettledRow entry{.account = header.account,
                   .discount_bp = header.settled ? header.discount_bp : account.discount_bp,
                   .position = binary ? rows.binary(row).position : Quantity{},
                   .target = target_of(rows, row, payout),
                   .commission_before = header.commission};
  entry.gross = entry.target - header.paid;
  if (payout.result == SettlementResult::Determined) {
    const Money net = binary ? entry.target + rows.binary(row).net_cash : entry.target;
    entry.commission = commission_on(net, commission_bp, entry.discount_bp);
  }
  entry.balance = account.balance + entry.gross - (entry.commission - entry.commission_before);
  return entry;
}

std::uint32_t Ledger::row_for(AccountId account, MarketId id) {
  MarketRows& rows = market(id).rows;
  if (const std::uint32_t row = rows.find(account)) {
    return row;
  }
  std::vector<MarketId>& markets = money(account).markets;
  markets.insert(std::upper_bound(markets.begin(), markets.end(), id), id);
  return rows.make(account);
}

void Ledger::refresh(MarketRows& rows, std::uint32_t row) noexcept {
  RowHeader& header = rows.at(row);
  const Money exposure = rows.exposure(row);
  money(header.account).exposure += exposure - header.exposure;
  header.exposure = exposure;
}

void Ledger::change_open(const BetPlace& place, OpenPart more) noexcept {
  MarketRows& rows = market(place.market).rows;
  if (rows.kind() == MarketKind::Binary) {
    BinarySums& sums = rows.binary(place.row);
    const bool bid = place.side == Side::Bid;
    (bid ? sums.open_buys_part : sums.open_sells_part) += more.cost;
    (bid ? sums.open_buys : sums.open_sells) += more.leaves;
  } else {
    rows.add_open(place.row, place.runner, place.side, more.cost);
  }
  money(place.account).bound += Money{more.leaves.value() * most_per_unit(rows.kind())};
  refresh(rows, place.row);
}

void Ledger::fill(const BetPlace& place,
                  const OpenPart& before,
                  const OpenPart& after,
                  Price price,
                  const TradeLeg& leg) noexcept {
  MarketMoney& entry = market(place.market);
  MarketRows& rows = entry.rows;
  const Money cost = after.cost - before.cost;
  const Quantity quantity = before.leaves - after.leaves;
  const bool bid = place.side == Side::Bid;
  if (rows.kind() == MarketKind::Binary) {
    BinarySums& sums = rows.binary(place.row);
    (bid ? sums.open_buys_part : sums.open_sells_part) += cost;
    (bid ? sums.open_buys : sums.open_sells) -= quantity;
    sums.position = leg.position;
    sums.net_cash += leg.cash;
    entry.pot -= leg.cash;
    money(place.account).balance = leg.balance;
  } else {
    const std::int64_t stake = quantity.value() * kMuPerMinorUnit;
    const std::int64_t profit = quantity.value() * (price.value() - kOddsOne);
    rows.add(place.row,
             place.runner,
             bid ? RunnerSums{.won = profit, .lost = -stake, .open_lost = cost.value()}
                 : RunnerSums{.won = -profit, .lost = stake, .open_won = cost.value()});
  }
  rows.at(place.row).matched += quantity;
  refresh(rows, place.row);
}

void Ledger::remove_runner(MarketId id, std::uint32_t runner) {
  MarketRows& rows = market(id).rows;
  rows.remove(runner);
  if (rows.is_removing()) {
    removing_.push_back(id);
  }
}

void Ledger::end_removal(MarketId id) noexcept {
  market(id).rows.end_removal();
  std::erase(removing_, id);
}

void Ledger::restore_removal(MarketId id, std::uint32_t runner, std::uint32_t voided_to) {
  market(id).rows.restore_removal(runner, voided_to);
  removing_.push_back(id);
}

void Ledger::void_rows(MarketId id, std::uint32_t first, std::uint32_t last) noexcept {
  MarketRows& rows = market(id).rows;
  rows.set_voided_to(last);
  for (std::uint32_t row = first; row <= last; ++row) {
    rows.void_row(row);
    refresh(rows, row);
  }
}

void Ledger::pass_rows(MarketId id, std::uint32_t first, std::uint32_t last) noexcept {
  MarketRows& rows = market(id).rows;
  for (std::uint32_t row = first; row <= last; ++row) {
    rows.at(row).settled = true;
    refresh(rows, row);
  }
}

void Ledger::archive_rows(MarketId id, std::uint32_t first, std::uint32_t last) {
  MarketRows& rows = market(id).rows;
  for (std::uint32_t row = first; row <= last; ++row) {
    const RowHeader& header = rows.at(row);
    AccountMoney& account = money(header.account);
    account.bound -= Money{header.matched.value() * most_per_unit(rows.kind())};
    const auto its = std::lower_bound(account.markets.begin(), account.markets.end(), id);
    BETEX_ASSERT(its != account.markets.end() && *its == id);
    account.markets.erase(its);
  }
  rows.archive_to(last);
}

void Ledger::pay(MarketId id, const SettledRow& paid) noexcept {
  MarketMoney& entry = market(id);
  RowHeader& header = entry.rows.at(entry.rows.find(paid.account));
  header.discount_bp = paid.discount_bp;
  header.paid = paid.target;
  header.commission = paid.commission;
  money(paid.account).balance = paid.balance;
  entry.pot -= paid.gross;
}

void Ledger::end_round(MarketId id, std::uint32_t round) noexcept {
  MarketMoney& entry = market(id);
  entry.rounds = round;
  rounding_ += entry.pot;
  entry.pot = WideMoney{};
}

void Ledger::restore_row(MarketId id, std::uint32_t row) noexcept {
  MarketRows& rows = market(id).rows;
  const RowHeader& header = rows.at(row);
  money(header.account).bound += Money{header.matched.value() * most_per_unit(rows.kind())};
  refresh(rows, row);
}

void Ledger::restore_sums(MarketId id,
                          std::uint32_t row,
                          std::uint32_t runner,
                          const RunnerSums& sums) noexcept {
  MarketRows& rows = market(id).rows;
  rows.add(row, runner, sums);
  refresh(rows, row);
}

}  // namespace betex::matching
