#include "tests/matching/log_invariants.h"

#include <algorithm>
#include <type_traits>

#include "matching/ladder.h"
#include "matching/units.h"
#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

template <typename Id>
std::string number(Id id) {
  return "#" + std::to_string(id.value());
}

bool immediate(const OrderAccepted& order) {
  return order.time_in_force == TimeInForce::Ioc || order.time_in_force == TimeInForce::Fok ||
         order.type == OrderType::Market;
}

// Requests are known for longer than one may be repeated.
constexpr std::int64_t kRequestKnown = 30 * 24 * kHour;

// True if the event is the first outcome of the request that it names: not an answer to one that
// did not act, nor what comes of it in a later transaction.
template <typename Event>
bool acts([[maybe_unused]] const Event& event) {
  using std::is_same_v;
  if constexpr (is_same_v<Event, BatchStarted>) {
    return event.work == BatchWork::CancelOrders;
  }
  return !is_same_v<Event, CommandRejected> && !is_same_v<Event, RequestKnown> &&
         !is_same_v<Event, BatchCompleted> && !is_same_v<Event, MarketSettled> &&
         !is_same_v<Event, MarketArchived>;
}

}  // namespace

void LogInvariants::breach(const char* invariant, const std::string& what) {
  breaches_.push_back(std::string{invariant} + ": " + what + " in transaction " +
                      std::to_string(header_.tx_id.value()));
}

Breaches LogInvariants::read(const TransactionView& transaction) {
  breaches_.clear();
  taken_.clear();
  requests_now_.clear();
  header_ = transaction.header;
  sequences_are_gapless(transaction);
  time_does_not_run_back(transaction);
  for_each_event(transaction, [this](EventSeq, const auto& event) {
    if (!breaches_.empty()) {
      return;
    }
    market_sequence_is_gapless(event.header);
    if constexpr (requires { event.request_id; }) {
      if (acts(event)) {
        request_acts_once(event.request_id);
      }
    }
    check(event);
    if (breaches_.empty()) {
      shadow_.read(event);
    }
  });
  if (breaches_.empty()) {
    fill_or_kill_is_whole_or_nothing();
    minimum_fill_is_reached_or_nothing();
    money_is_neither_made_nor_lost();
  }
  for (const std::string& request : requests_now_) {
    requests_[request] = header_.timestamp;
  }
  return breaches_;
}

// ---- (15) The log -------------------------------------------------------------------------------

void LogInvariants::sequences_are_gapless(const TransactionView& transaction) {
  if (transaction.header.tx_id != last_tx_.next() || transaction.first_seq != last_seq_.next() ||
      transaction.header.event_count == 0) {
    breach("sequences are gapless", "it begins at " + number(transaction.first_seq));
  }
  last_tx_ = transaction.header.tx_id;
  last_seq_ = transaction.last_seq();
}

void LogInvariants::market_sequence_is_gapless(const EventHeader& header) {
  if (header.market == MarketId{}) {
    if (header.market_seq != 0) {
      breach("market sequence is gapless", "a number without a market");
    }
    return;
  }
  std::uint64_t& last = last_market_seqs_[header.market];
  if (header.market_seq != last + 1) {
    breach("market sequence is gapless", std::to_string(header.market_seq));
  }
  last = header.market_seq;
}

void LogInvariants::time_does_not_run_back(const TransactionView& transaction) {
  if (transaction.header.timestamp < last_timestamp_) {
    breach("time does not run back", std::to_string(transaction.header.timestamp.value()));
  }
  last_timestamp_ = transaction.header.timestamp;
}

// ---- Events -------------------------------------------------------------------------------------

void LogInvariants::check(const OrderAccepted& event) {
  if (shadow_.live.contains(event.order) || shadow_.finished.contains(event.order)) {
    breach("order begins once", number(event.order));
  }
  quantities_add_up(event.values, "accepted");
  id_acts_once(event.account, event.cl_ord_id);
  if (event.entry == Entry::Rests && immediate(event)) {
    breach("immediate never rests", number(event.order));
  }
}

void LogInvariants::check(const OrderRested& event) {
  order_is_live(event.order, "rests");
  if (breaches_.empty()) {
    immediate_never_rests(event.order);
  }
}

void LogInvariants::check(const TradeMatched& event) {
  order_is_live(event.maker.order, "is taken");
  order_is_live(event.taker.order, "takes");
  if (!breaches_.empty()) {
    return;
  }
  taken_[event.taker.order] = {shadow_.live.at(event.taker.order).accepted, event.taker.values};
  no_trade_outside_open(event);
  trade_skips_nobody(event);
  trade_is_at_the_makers_price(event);
  taker_is_not_worse_than_its_limit(event);
  post_only_never_takes(event.taker.order);
  fills_add_up(event.maker, event);
  fills_add_up(event.taker, event);
  position_and_cash_follow_from_the_fill(event);
  what_is_bought_is_sold(event);
}

void LogInvariants::check(const OrderCancelled& event) {
  order_is_live(event.order, "is cancelled");
  if (!event.cl_ord_id.empty() && breaches_.empty()) {
    id_acts_once(shadow_.live.at(event.order).accepted.account, event.cl_ord_id);
  }
  if (event.values.leaves_qty != Quantity{}) {
    breach("a finished order has no leaves", number(event.order));
  }
}

void LogInvariants::check(const OrderExpired& event) {
  order_is_live(event.order, "expires");
  if (event.values.leaves_qty != Quantity{}) {
    breach("a finished order has no leaves", number(event.order));
  }
}

void LogInvariants::check(const OrderReduced& event) {
  order_is_live(event.order, "is reduced");
  quantities_add_up(event.values, "reduced");
}

void LogInvariants::check(const OrderReleased& event) {
  order_is_live(event.order, "is released");
  if (event.entry == Entry::Rests && breaches_.empty()) {
    immediate_never_rests(event.order);
  }
}

void LogInvariants::check(const OrderAmended& event) {
  order_is_live(event.order, "is amended");
  quantities_add_up(event.values, "amended");
  if (!breaches_.empty()) {
    return;
  }
  if (!event.was_delayed) {  // its AmendDelayed has told it before
    id_acts_once(shadow_.live.at(event.order).accepted.account, event.cl_ord_id);
  }
  amend_keeps_or_loses_its_place(event);
}

void LogInvariants::check(const BatchStarted& event) {
  batches_[event.batch] = event;
}

void LogInvariants::check(const OrderCancelledBatched& event) {
  chunk_is_in_order_and_small(event);
  for (const OrderId order : tail_of(event)) {
    order_is_live(order, "is cancelled in a batch");
    if (breaches_.empty() && !is_meant(batches_.at(event.batch), shadow_.live.at(order))) {
      breach("batch cancels what it is meant to", number(order));
    }
  }
}

void LogInvariants::check(const BatchCompleted& event) {
  completed_batch_leaves_nobody(event);
  batches_.erase(event.batch);
  cursors_.erase(event.batch);
  rounds_.erase(event.batch);
}

void LogInvariants::check(const FundsMoved& event) {
  statement_adds_up(
      event.account, shadow_.accounts.at(event.account).balance, event.amount, event.balance);
}

void LogInvariants::check(const RunnerBetsVoided& event) {
  rows_are_passed_in_order(event.header, event.batch, event.cursor_after);
  if (breaches_.empty()) {
    bets_are_made_void_once(event);
  }
}

void LogInvariants::check(const PositionsSettled& event) {
  rows_are_passed_in_order(event.header, event.batch, event.cursor_after);
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
  rows_are_passed_in_order(event.header, event.batch, event.cursor_after);
  if (shadow_.markets.at(event.header.market).pot != 0) {
    breach("a pot is empty when its market is archived", number(event.header.market));
  }
}

// ---- Orders: (9), (11), (12), (17), (18) --------------------------------------------------------

void LogInvariants::order_is_live(OrderId order, const char* what) {
  if (!shadow_.live.contains(order)) {
    breach("order ends once", number(order) + " " + what);
  }
}

void LogInvariants::quantities_add_up(const OrderValues& values, const char* what) {
  if (values.leaves_qty < Quantity{} || values.cum_qty < Quantity{} ||
      values.order_qty != values.cum_qty + values.leaves_qty) {
    breach("quantities add up", what);
  }
}

void LogInvariants::immediate_never_rests(OrderId order) {
  if (immediate(shadow_.live.at(order).accepted)) {
    breach("immediate never rests", number(order));
  }
}

void LogInvariants::post_only_never_takes(OrderId taker) {
  if (shadow_.live.at(taker).accepted.post_only) {
    breach("post-only never takes", number(taker));
  }
}

void LogInvariants::fill_or_kill_is_whole_or_nothing() {
  for (const auto& [order, taken] : taken_) {
    if (taken.accepted.time_in_force == TimeInForce::Fok && taken.values.leaves_qty != Quantity{}) {
      breach("fill-or-kill is whole or nothing", number(order));
    }
  }
}

void LogInvariants::minimum_fill_is_reached_or_nothing() {
  for (const auto& [order, taken] : taken_) {
    if (taken.values.cum_qty < taken.accepted.min_fill) {
      breach("minimum fill is reached or nothing", number(order));
    }
  }
}

void LogInvariants::amend_keeps_or_loses_its_place(const OrderAmended& event) {
  const ShadowOrder& order = shadow_.live.at(event.order);
  const bool keeps = event.tick == order.tick && event.values.order_qty <= order.values.order_qty;
  const Entry entry = event.values.leaves_qty == Quantity{} ? Entry::Leaves
                      : keeps                               ? Entry::Keeps
                                                            : event.entry;
  const bool loses = entry == Entry::Rests || entry == Entry::Takes;
  if (event.entry != entry || (!keeps && entry != Entry::Leaves && !loses)) {
    breach("amend keeps or loses its place", number(event.order));
  }
  if (event.values.cum_qty != order.values.cum_qty) {
    breach("quantities add up", "an amend filled " + number(event.order));
  }
}

// Within the 24 hours and 5 minutes in which a request can be repeated.
void LogInvariants::id_acts_once(AccountId account, const ClOrdId& id) {
  const auto [known, fresh] =
      ids_.try_emplace({account, std::string{id.view()}}, header_.timestamp);
  if (!fresh && header_.timestamp < known->second + Timestamp{kHour * 24 + kSecond * 300}) {
    breach("an id acts once", std::string{id.view()});
  }
  known->second = header_.timestamp;
}

void LogInvariants::request_acts_once(const Name& request) {
  if (request.empty()) {
    return;
  }
  const auto known = requests_.find(std::string{request.view()});
  if (known != requests_.end() && header_.timestamp < known->second + Timestamp{kRequestKnown}) {
    breach("a request acts once", std::string{request.view()});
  }
  requests_now_.insert(std::string{request.view()});
}

// ---- Trades: (2), (3), (7), (8), (17) -----------------------------------------------------------

void LogInvariants::no_trade_outside_open(const TradeMatched& trade) {
  if (shadow_.markets.at(trade.header.market).state != MarketState::Open) {
    breach("no trade outside open", number(trade.header.market));
  }
}

// Own orders that self-trade prevention takes away are gone by their own events before.
void LogInvariants::trade_skips_nobody(const TradeMatched& trade) {
  const auto* const level = shadow_.best(trade.instrument, opposite(trade.taker_side));
  if (level == nullptr || level->second.front() != trade.maker.order) {
    breach("trade skips nobody", number(trade.maker.order));
  }
}

void LogInvariants::trade_is_at_the_makers_price(const TradeMatched& trade) {
  const Tick tick = shadow_.live.at(trade.maker.order).tick;
  const LadderKind ladder = shadow_.markets.at(trade.header.market).ladder;
  if (trade.tick != tick || trade.price != find_ladder(ladder)->price_of(tick)) {
    breach("trade is at the maker's price", number(trade.maker.order));
  }
}

void LogInvariants::taker_is_not_worse_than_its_limit(const TradeMatched& trade) {
  const Tick limit = shadow_.live.at(trade.taker.order).tick;
  const bool wants_high = shadow_.odds(trade.instrument) == (trade.taker_side == Side::Bid);
  if (wants_high ? trade.tick < limit : trade.tick > limit) {
    breach("taker is not worse than its limit", number(trade.taker.order));
  }
}

void LogInvariants::fills_add_up(const TradeLeg& leg, const TradeMatched& trade) {
  const ShadowOrder& order = shadow_.live.at(leg.order);
  OrderValues after = order.values;
  after.cum_qty += trade.quantity;
  after.leaves_qty -= trade.quantity;
  after.notional += Notional{trade.quantity.value() * trade.price.value()};
  if (trade.quantity <= Quantity{} || leg.account != order.accepted.account ||
      leg.values.cum_qty != after.cum_qty || leg.values.leaves_qty != after.leaves_qty ||
      leg.values.notional != after.notional || after.leaves_qty < Quantity{}) {
    breach("fills add up", number(leg.order));
  }
}

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

// Per runner, everything that is backed is laid.
void LogInvariants::what_is_bought_is_sold(const TradeMatched& trade) {
  for (const TradeLeg* leg : {&trade.maker, &trade.taker}) {
    const ShadowOrder& order = shadow_.live.at(leg->order);
    (order.accepted.side == Side::Bid ? bought_ : sold_)[trade.instrument] +=
        leg->values.cum_qty - order.values.cum_qty;
  }
  if (bought_[trade.instrument] != sold_[trade.instrument]) {
    breach("what is bought is sold", number(trade.instrument));
  }
}

// ---- Processes: (17) ----------------------------------------------------------------------------

bool is_meant(const BatchStarted& batch, const ShadowOrder& order) {
  const OrderAccepted& accepted = order.accepted;
  if (accepted.order > batch.last_order ||
      (batch.header.market != MarketId{} && batch.header.market != accepted.header.market) ||
      (batch.account != AccountId{} && batch.account != accepted.account) ||
      (batch.session != SessionId{} && batch.session != accepted.session) ||
      (batch.side != 0 && batch.side != static_cast<std::uint8_t>(accepted.side))) {
    return false;
  }
  if (accepted.version_guard != 0 && accepted.version_guard < batch.guard_below) {
    return true;
  }
  if (batch.instrument != InstrumentId{} && batch.instrument != accepted.instrument) {
    return false;
  }
  const bool on_pause = accepted.cancel_on_pause;
  return batch.scope == CancelScope::All || (batch.scope == CancelScope::OnPause && on_pause) ||
         (batch.scope == CancelScope::LapseOnly &&
          (accepted.persistence == Persistence::Lapse ||
           (on_pause && batch.cause == CancelCause::MarketSuspended)));
}

void LogInvariants::chunk_is_in_order_and_small(const OrderCancelledBatched& event) {
  if (!batches_.contains(event.batch)) {
    breach("chunk is in order and small", "no process " + number(event.batch));
    return;
  }
  const auto orders = tail_of(event);
  OrderId& cursor = cursors_[event.batch];
  if (orders.size() > kMaxBatchedOrders || !std::is_sorted(orders.begin(), orders.end()) ||
      event.cursor_after < cursor || (!orders.empty() && orders.back() > event.cursor_after)) {
    breach("chunk is in order and small", number(event.batch));
  }
  cursor = event.cursor_after;
}

void LogInvariants::completed_batch_leaves_nobody(const BatchCompleted& event) {
  if (!batches_.contains(event.batch)) {
    breach("completed batch leaves nobody", "no process " + number(event.batch));
    return;
  }
  if (event.work != BatchWork::CancelOrders) {
    const ShadowMarket& market = shadow_.markets.at(event.header.market);
    if (market.passed != market.rows.size()) {
      breach("completed batch leaves nobody", "rows of " + number(event.header.market));
    }
    return;
  }
  const BatchStarted& batch = batches_.at(event.batch);
  for (const auto& [id, order] : shadow_.live) {
    if (is_meant(batch, order)) {
      breach("completed batch leaves nobody", number(id));
      return;
    }
  }
}

// ---- Money --------------------------------------------------------------------------------------

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
