#include "tests/matching/log_invariants.h"

#include <algorithm>
#include <type_traits>

#include "matching/ladder.h"
#include "tests/matching/exchange.h"

namespace betex::matching::testing {
namespace {

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
         !is_same_v<Event, MarketArchived> && !is_same_v<Event, OperationProposed> &&
         !is_same_v<Event, Remarked>;
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
  announcements_.clear();
  started_now_ = BatchId{};
  group_cancels_.clear();
  groups_now_.clear();
  sets_group_ = ClOrdId{};
  header_ = transaction.header;
  shadow_.now = header_.timestamp;
  sequences_are_gapless(transaction);
  time_does_not_run_back(transaction);
  for_each_event(transaction, [this](EventSeq seq, const auto& event) {
    if (!breaches_.empty()) {
      return;
    }
    seq_ = seq;
    nothing_is_entered_or_opened_while_halted(event);
    note_announcement(event);
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
    what_goes_on_is_followed();
    limit_that_is_reached_trips();
    if (!groups_now_.empty()) {
      tripped_group_has_no_orders();
    }
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
  group_takes_orders(event.order_group);
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
  for (const TradeLeg* const leg : {&event.maker, &event.taker}) {
    const std::uint32_t group = shadow_.live.at(leg->order).accepted.order_group;
    if (group != 0) {
      groups_now_.insert(group);
    }
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
  if (breaches_.empty()) {
    group_takes_orders(shadow_.live.at(event.order).accepted.order_group);
  }
}

void LogInvariants::check(const BatchStarted& event) {
  note_start(event);
  batches_[event.batch] = event;
}

void LogInvariants::check(const OrderCancelledBatched& event) {
  chunk_is_in_order_and_small(event);
  note_work(event.batch, event.count);
  for (const OrderId order : tail_of(event)) {
    order_is_live(order, "is cancelled in a batch");
    if (breaches_.empty() && !is_meant(batches_.at(event.batch), shadow_.live.at(order))) {
      breach("batch cancels what it is meant to", number(order));
    }
  }
}

void LogInvariants::check(const BatchCompleted& event) {
  completed_batch_leaves_nobody(event);
  items_add_up(event);
  note_end(event);
  batches_.erase(event.batch);
  cursors_.erase(event.batch);
  rounds_.erase(event.batch);
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
      (batch.side != 0 && batch.side != static_cast<std::uint8_t>(accepted.side)) ||
      (batch.order_group != 0 && batch.order_group != accepted.order_group) ||
      (!batch.reference.empty() && batch.reference != accepted.reference)) {
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

}  // namespace betex::matching::testing
