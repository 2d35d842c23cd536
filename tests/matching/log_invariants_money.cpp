// Of money: what accounts, rows, pots and the exchange itself have by the log.
#include <algorithm>

#include "matching/units.h"
#include "tests/matching/event_text.h"
#include "tests/matching/log_invariants.h"

namespace betex::matching::testing {

void LogInvariants::check(const FundsMoved& event) {
  statement_adds_up(
      event.account, shadow_.accounts.at(event.account).balance, event.amount, event.balance);
}

void LogInvariants::check(const RunnerBetsVoided& event) {
  note_work(event.batch, event.count);
  rows_are_passed_in_order(event.header, event.batch, event.cursor_after);
  if (breaches_.empty()) {
    bets_are_made_void_once(event);
  }
}

void LogInvariants::check(const PositionsSettled& event) {
  rows_are_passed_in_order(event.header, event.batch, event.cursor_after);
  note_work(event.batch, event.count);
  RoundSums& sums = rounds_[event.batch];
  for (const SettledRow& entry : tail_of(event)) {
    if (!breaches_.empty()) {
      return;
    }
    round_pays_what_is_missing(entry, event);
    paying_twice_pays_nothing(entry, event);
    const Money fee = entry.commission - entry.commission_before;
    statement_adds_up(entry.account,
                      shadow_.accounts.at(entry.account).balance,
                      entry.gross - fee,
                      entry.balance);
    (entry.gross > Money{} ? sums.paid : sums.charged) += entry.gross.value();
    sums.commission += fee.value();
    ++sums.rows;
  }
}

void LogInvariants::check(const MarketSettled& event) {
  round_sums_to_zero(event);
}

void LogInvariants::check(const RowsArchived& event) {
  note_work(event.batch, event.cursor_after - shadow_.markets.at(event.header.market).passed);
  rows_are_passed_in_order(event.header, event.batch, event.cursor_after);
  if (shadow_.markets.at(event.header.market).pot != 0) {
    breach("a pot is empty when its market is archived", number(event.header.market));
  }
}

// ---- Invariants ---------------------------------------------------------------------------------

// Binary: what closes is paid for the opposite contract, what opens is paid, the maker first. Odds:
// nothing moves.
void LogInvariants::position_and_cash_follow_from_the_fill(const TradeMatched& trade) {
  const bool odds = shadow_.odds(trade.instrument);
  std::map<AccountId, Quantity> positions;  // of both, who may be one
  std::map<AccountId, Money> balances;
  for (const TradeLeg* leg : {&trade.maker, &trade.taker}) {
    const ShadowRow& row = shadow_.rows.at({trade.header.market, leg->account});
    Quantity& position = positions.try_emplace(leg->account, row.bought - row.sold).first->second;
    Money& balance =
        balances.try_emplace(leg->account, shadow_.accounts.at(leg->account).balance).first->second;
    const bool buys = (leg == &trade.taker) == (trade.taker_side == Side::Bid);
    const std::int64_t price = trade.price.value();
    const std::int64_t held = buys ? -position.value() : position.value();
    const std::int64_t quantity = trade.quantity.value();
    const std::int64_t closed = std::clamp<std::int64_t>(held, 0, quantity);
    const std::int64_t opened = quantity - closed;
    const Money cash{odds   ? 0
                     : buys ? (kPayout - price) * closed - price * opened
                            : price * closed - (kPayout - price) * opened};
    position += Quantity{buys ? quantity : -quantity};
    const Quantity shown = odds ? Quantity{} : position;
    if (leg->cash != cash || leg->position != shown || leg->fee != Money{}) {
      breach("position and cash follow from the fill", number(leg->order));
    }
    statement_adds_up(leg->account, balance, leg->cash, leg->balance);
    balance = leg->balance;
  }
}

// What operators have put in is what accounts, pots and the exchange itself have.
void LogInvariants::money_is_neither_made_nor_lost() {
  Int128 sum = shadow_.house + shadow_.rounding;
  for (const auto& [id, account] : shadow_.accounts) {
    sum += account.balance.value();
  }
  for (const auto& [id, market] : shadow_.markets) {
    sum += market.pot;
  }
  if (sum != shadow_.put_in) {
    breach("money is neither made nor lost", money_text(sum - shadow_.put_in));
  }
}

void LogInvariants::statement_adds_up(AccountId account,
                                      Money before,
                                      Money amount,
                                      Money balance) {
  if (before + amount != balance) {
    breach("statement adds up", "account " + number(account));
  }
}

void LogInvariants::rows_are_passed_in_order(const EventHeader& header,
                                             BatchId batch,
                                             std::uint32_t cursor) {
  const ShadowMarket& market = shadow_.markets.at(header.market);
  if (!batches_.contains(batch) || cursor < market.passed || cursor > market.rows.size()) {
    breach("rows are passed in order", number(batch));
  }
}

// The bets that are told are those that the fills have made.
void LogInvariants::bets_are_made_void_once(const RunnerBetsVoided& event) {
  std::map<AccountId, RunnerSums> told;
  for (const VoidedBets& bets : tail_of(event)) {
    told[bets.account] = {bets.if_won.value(), bets.if_lost.value()};
  }
  const ShadowMarket& market = shadow_.markets.at(event.header.market);
  for (std::uint32_t row = market.passed; row < event.cursor_after; ++row) {
    const auto& runners = shadow_.rows.at({event.header.market, market.rows[row]}).runners;
    const auto runner = runners.find(event.instrument);
    const RunnerSums sums = runner == runners.end() ? RunnerSums{} : runner->second;
    const RunnerSums said = told[market.rows[row]];
    if (runner == runners.end() || sums.won != said.won || sums.lost != said.lost) {
      breach("bets are made void once", "row " + std::to_string(row + 1));
      return;
    }
  }
}

void LogInvariants::round_pays_what_is_missing(const SettledRow& entry,
                                               const PositionsSettled& event) {
  const ShadowRow& row = shadow_.rows.at({event.header.market, entry.account});
  const bool odds = shadow_.markets.at(event.header.market).kind == MarketKind::ExchangeOdds;
  if (entry.gross != entry.target - row.paid || entry.commission_before != row.commission ||
      entry.commission < Money{} || entry.position != (odds ? Quantity{} : row.bought - row.sold)) {
    breach("round pays what is missing", "account " + number(entry.account));
  }
}

void LogInvariants::paying_twice_pays_nothing(const SettledRow& entry,
                                              const PositionsSettled& event) {
  const ShadowMarket& market = shadow_.markets.at(event.header.market);
  if (market.result == market.paid_result &&
      (entry.gross != Money{} || entry.commission != entry.commission_before)) {
    breach("paying twice pays nothing", "account " + number(entry.account));
  }
}

// What is paid is what is charged and what the pot had, but for what floors leave over.
void LogInvariants::round_sums_to_zero(const MarketSettled& event) {
  const ShadowMarket& market = shadow_.markets.at(event.header.market);
  const RoundSums& sums = rounds_[event.batch];
  if (event.round != market.rounds + 1 || market.passed != market.rows.size() ||
      event.rows != sums.rows || event.paid.value() != sums.paid ||
      event.charged.value() != -sums.charged || event.commission.value() != sums.commission ||
      event.rounding.value() != market.pot || event.house.value() != shadow_.house ||
      event.rounding_balance.value() != shadow_.rounding + market.pot) {
    breach("round sums to zero", number(event.header.market));
  }
  // A floor a row, less those of the round before.
  const auto rows = static_cast<Int128>(market.rows.size());
  if (market.kind == MarketKind::Binary ? market.pot != 0
                                        : market.pot > rows || market.pot < -rows) {
    breach("round sums to zero", "too much is left over");
  }
}

}  // namespace betex::matching::testing
