#include "tests/matching/reference_engine.h"

#include <algorithm>

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kDayNs = 86'400 * kSecondNs;
constexpr std::int64_t kMaxTotal = std::int64_t{1} << 62;

struct Step {
  std::int64_t from, to, by;
};

// RULES.md section 2, in hundredths of odds or in mu.
std::vector<std::int64_t> ladder_prices(LadderKind kind) {
  std::vector<Step> steps;
  switch (kind) {
    case LadderKind::Classic:
      steps = {{101, 200, 1},
               {202, 300, 2},
               {305, 400, 5},
               {410, 600, 10},
               {620, 1000, 20},
               {1050, 2000, 50},
               {2100, 3000, 100},
               {3200, 5000, 200},
               {5500, 10000, 500},
               {11000, 100000, 1000}};
      break;
    case LadderKind::Finest:
      steps = {{101, 100000, 1}};
      break;
    case LadderKind::LinearCent:
      steps = {{100, 9900, 100}};
      break;
    case LadderKind::TaperedDeciCent:
      steps = {{10, 1000, 10}, {1100, 9000, 100}, {9010, 9990, 10}};
      break;
    case LadderKind::DeciCent:
      steps = {{10, 9990, 10}};
      break;
  }
  std::vector<std::int64_t> prices;
  for (const Step& step : steps) {
    for (std::int64_t price = step.from; price <= step.to; price += step.by) {
      prices.push_back(price);
    }
  }
  return prices;
}

// In units of 1/`per_one`; none where something is left over.
std::optional<std::int64_t> whole(Decimal decimal, std::int64_t per_one) {
  const std::int64_t unit = 1'000'000 / per_one;
  if (decimal.value() % unit != 0) {
    return std::nullopt;
  }
  return decimal.value() / unit;
}

template <typename Map>
ReferenceEngine::Id id_of(const Map& names, const Name& name) {
  const auto found = names.find(std::string{name.view()});
  return found == names.end() ? 0 : found->second;
}

std::uint32_t code(auto value) {
  return static_cast<std::uint32_t>(value);
}

std::string text(const ClOrdId& id) {
  return std::string{id.view()};
}

}  // namespace

// ---- Prices, money, books -----------------------------------------------------------------------

std::optional<std::int64_t> ReferenceEngine::tick_of(const RefMarket& market, Decimal price) {
  const auto units = whole(price, market.odds() ? 100 : 10'000);
  const auto found =
      units ? std::find(market.prices.begin(), market.prices.end(), *units) : market.prices.end();
  return found == market.prices.end() ? std::nullopt : std::optional{found - market.prices.begin()};
}

std::int64_t ReferenceEngine::price_at(const RefOrder& order) const {
  return markets_.at(order.market).prices[static_cast<std::size_t>(order.tick)];
}

std::int64_t ReferenceEngine::unit_cost(const RefMarket& market,
                                        Side side,
                                        std::int64_t price) const {
  if (market.odds()) {
    return side == Side::Bid ? 100 : price - 100;
  }
  return side == Side::Bid ? price : 10'000 - price;
}

ReferenceEngine::Book& ReferenceEngine::side_of(const RefOrder& order, bool opposite_side) {
  RefInstrument& instrument = instruments_.at(order.instrument);
  const bool bids = (order.asked.side == Side::Bid) != opposite_side;
  return bids ? instrument.bids : instrument.asks;
}

// The opposite side's ticks that the order may take, the best first. A back is filled at its odds
// or higher, a lay at its odds or lower; YES is bought at its price or lower, sold at it or higher.
std::vector<std::int64_t> ReferenceEngine::crossing_ticks(const RefOrder& order) {
  const bool wants_high = markets_.at(order.market).odds() == (order.asked.side == Side::Bid);
  std::vector<std::int64_t> ticks;
  for (const auto& [tick, queue] : side_of(order, true)) {
    if (wants_high ? tick >= order.tick : tick <= order.tick) {
      ticks.push_back(tick);
    }
  }
  if (wants_high) {
    std::reverse(ticks.begin(), ticks.end());
  }
  return ticks;
}

bool ReferenceEngine::immediate(const RefOrder& order) const {
  return order.time_in_force == TimeInForce::Ioc || order.time_in_force == TimeInForce::Fok;
}

bool ReferenceEngine::delays(const RefMarket& market) const {
  return market.in_play && market.made.bet_delay_ms != 0;
}

ReferenceEngine::Holding& ReferenceEngine::holding(const RefOrder& order) {
  return holdings_[{order.account, order.market}];
}

// ---- Matching -----------------------------------------------------------------------------------

void ReferenceEngine::rest(RefOrder& order) {
  order.place = Place::Resting;
  side_of(order, false)[order.tick].push_back(order.id);
}

// Whatever it still locks is free, and it is in no book.
void ReferenceEngine::end_order(RefOrder& order) {
  if (order.place == Place::Resting) {
    Book& book = side_of(order, false);
    book[order.tick].remove(order.id);
    if (book[order.tick].empty()) {
      book.erase(order.tick);
    }
  }
  (order.asked.side == Side::Bid ? holding(order).no_locked : holding(order).yes_locked) -=
      order.closing;
  order.closing = 0;
  order.cash_lock = 0;
  order.leaves = 0;
  order.place = Place::Finished;
  live_.erase(order.id);
}

void ReferenceEngine::cancel_order(RefOrder& order, CancelCause cause, Reason reason) {
  say({.kind = EventKind::OrderCancelled,
       .market = order.market,
       .order = order.id,
       .other = code(reason),
       .quantity = order.quantity,
       .lock = order.cash_lock,
       .code = code(cause)});
  end_order(order);
}

void ReferenceEngine::reduce_order(RefOrder& order, std::int64_t quantity) {
  if (quantity == order.leaves) {
    cancel_order(order, CancelCause::SelfTradeDecrement);
    return;
  }
  const std::int64_t opening = std::min(order.leaves - order.closing, quantity);
  const std::int64_t closing = quantity - opening;
  const std::int64_t cash =
      opening * unit_cost(markets_.at(order.market), order.asked.side, price_at(order));
  order.quantity -= quantity;
  order.leaves -= quantity;
  order.closing -= closing;
  order.cash_lock -= cash;
  (order.asked.side == Side::Bid ? holding(order).no_locked : holding(order).yes_locked) -= closing;
  say({.kind = EventKind::OrderReduced,
       .market = order.market,
       .order = order.id,
       .quantity = quantity,
       .leaves = order.leaves,
       .lock = cash,
       .closing = closing,
       .code = code(CancelCause::SelfTradeDecrement)});
}

// One side of a trade; the closing part is used first.
TradeLeg ReferenceEngine::fill(RefOrder& order, std::int64_t price, std::int64_t quantity) {
  const RefMarket& market = markets_.at(order.market);
  const bool bid = order.asked.side == Side::Bid;
  const std::int64_t closed = std::min(order.closing, quantity);
  const std::int64_t opened = quantity - closed;
  const std::int64_t unlocked = opened * unit_cost(market, order.asked.side, price_at(order));
  std::int64_t cash = 0;
  if (!market.odds()) {
    cash = bid ? -price * opened + (10'000 - price) * closed
               : price * closed - (10'000 - price) * opened;
    Holding& held = holding(order);
    (bid ? held.no : held.yes) -= closed;
    (bid ? held.no_locked : held.yes_locked) -= closed;
    (bid ? held.yes : held.no) += opened;
  }
  order.closing -= closed;
  order.cash_lock -= unlocked;
  order.filled += quantity;
  order.leaves -= quantity;
  const std::int64_t leaves = order.leaves;
  if (leaves == 0) {
    end_order(order);
  }
  return {.order = OrderId{order.id},
          .cash = Money{cash},
          .lock_released = Money{unlocked},
          .closed = Quantity{closed},
          .values = {.leaves_qty = Quantity{leaves}}};
}

void ReferenceEngine::trade(RefOrder& maker, RefOrder& taker, std::int64_t quantity) {
  const std::int64_t price = price_at(maker);
  const std::int64_t tick = maker.tick;
  taker.budget -= quantity * unit_cost(markets_.at(taker.market), taker.asked.side, price);
  const TradeLeg legs[] = {fill(maker, price, quantity), fill(taker, price, quantity)};
  for (const TradeLeg& leg : legs) {
    say({.kind = EventKind::TradeMatched,
         .market = taker.market,
         .order = leg.order.value(),
         .other = leg.order.value() == maker.id ? taker.id : maker.id,
         .quantity = quantity,
         .tick = tick,
         .leaves = leg.values.leaves_qty.value(),
         .cash = leg.cash.value(),
         .lock = leg.lock_released.value(),
         .closing = leg.closed.value()});
  }
}

// The dry run of FOK and minimum fill: how much would trade before anything stops it.
std::int64_t ReferenceEngine::would_fill(const RefOrder& taker) {
  const RefMarket& market = markets_.at(taker.market);
  std::int64_t left = taker.leaves;
  std::int64_t budget = taker.budget;
  std::int64_t filled = 0;
  for (const std::int64_t tick : crossing_ticks(taker)) {
    const std::int64_t price = market.prices[static_cast<std::size_t>(tick)];
    for (const Id id : side_of(taker, true).at(tick)) {
      const RefOrder& maker = orders_.at(id);
      const SelfTradePrevention mode = taker.asked.self_trade_prevention;
      if (left == 0) {
        return filled;
      }
      if (maker.account == taker.account && mode != SelfTradePrevention::None) {
        if (mode == SelfTradePrevention::CancelTaker || mode == SelfTradePrevention::CancelBoth) {
          return filled;
        }
        if (mode == SelfTradePrevention::Decrement) {
          left -= std::min(left, maker.leaves);
        }
        continue;
      }
      std::int64_t quantity = std::min(left, maker.leaves);
      if (taker.asked.max_cost != Decimal{}) {
        const std::int64_t cost = unit_cost(market, taker.asked.side, price);
        quantity = std::min(quantity, budget / cost / market.step * market.step);
        budget -= quantity * cost;
      }
      if (quantity == 0) {
        return filled;
      }
      left -= quantity;
      filled += quantity;
    }
  }
  return filled;
}

void ReferenceEngine::take(RefOrder& taker) {
  const RefMarket& market = markets_.at(taker.market);
  const bool fok = taker.time_in_force == TimeInForce::Fok;
  const std::int64_t needed = fok ? taker.leaves : taker.min_fill;
  if (needed > 0 && would_fill(taker) < needed) {
    cancel_order(taker, fok ? CancelCause::FillOrKill : CancelCause::MinimumFill);
    return;
  }
  while (taker.leaves > 0) {
    const auto ticks = crossing_ticks(taker);
    if (ticks.empty()) {
      break;
    }
    RefOrder& maker = orders_.at(side_of(taker, true).at(ticks.front()).front());
    const SelfTradePrevention mode = taker.asked.self_trade_prevention;
    if (maker.account == taker.account && mode != SelfTradePrevention::None) {
      if (mode == SelfTradePrevention::CancelTaker) {
        cancel_order(taker, CancelCause::SelfTradeTaker);
      } else if (mode == SelfTradePrevention::CancelMaker) {
        cancel_order(maker, CancelCause::SelfTradeMaker);
      } else if (mode == SelfTradePrevention::CancelBoth) {
        cancel_order(maker, CancelCause::SelfTradeBoth);
        cancel_order(taker, CancelCause::SelfTradeBoth);
      } else {
        const std::int64_t both = std::min(taker.leaves, maker.leaves);
        reduce_order(maker, both);
        reduce_order(taker, both);
      }
      continue;
    }
    std::int64_t quantity = std::min(taker.leaves, maker.leaves);
    if (taker.asked.max_cost != Decimal{}) {
      const std::int64_t cost = unit_cost(market, taker.asked.side, price_at(maker));
      quantity = std::min(quantity, taker.budget / cost / market.step * market.step);
    }
    if (quantity == 0) {
      break;
    }
    trade(maker, taker, quantity);
  }
  if (taker.leaves == 0) {
    return;
  }
  if (immediate(taker)) {
    cancel_order(taker, CancelCause::ImmediateOrCancel);
  } else {
    rest(taker);
    say({.kind = EventKind::OrderRested,
         .market = taker.market,
         .order = taker.id,
         .leaves = taker.leaves});
  }
}

// ---- New orders ---------------------------------------------------------------------------------

Reason ReferenceEngine::market_refuses(const RefMarket& market,
                                       const RefInstrument& instrument,
                                       Id account) {
  if (market.state != MarketState::Open) {
    return Reason::MarketNotOpen;
  }
  for (const RefBatch& batch : batches_) {
    if (!batch.account && batch.market == market.id) {
      return Reason::MarketBatchCancelling;
    }
    if (batch.account == account) {
      return Reason::BatchRunning;
    }
  }
  return instrument.removed ? Reason::RunnerNotActive : Reason::None;
}

Reason ReferenceEngine::bad_quantity(const RefMarket& market,
                                     Decimal asked,
                                     std::int64_t& quantity) {
  const auto units = whole(asked, market.odds() ? 100 : 1);
  const std::int64_t cap = market.odds() ? 100'000'000'000 : 1'000'000'000'000;
  if (asked.value() <= 0 || (units && *units > cap)) {
    return Reason::BadQuantity;
  }
  if (!units || *units % market.step != 0) {
    return Reason::QuantityStep;
  }
  quantity = *units;
  return Reason::None;
}

// Closing first, cash for the rest. `order.closing` and `order.cash_lock` are what it had before.
Reason ReferenceEngine::lock(RefOrder& order, std::int64_t leaves) {
  const RefMarket& market = markets_.at(order.market);
  std::int64_t free = 0;
  if (!market.odds()) {
    const Holding& held = holding(order);
    free = order.closing +
           (order.asked.side == Side::Bid ? held.no - held.no_locked : held.yes - held.yes_locked);
  }
  const std::int64_t closing = std::min(free, leaves);
  const std::int64_t cash =
      (leaves - closing) * unit_cost(market, order.asked.side, price_at(order));
  std::int64_t locked = cash;
  for (const Id id : live_) {
    const RefOrder& other = orders_.at(id);
    locked += other.account == order.account && id != order.id ? other.cash_lock : 0;
  }
  if (locked > kMaxTotal) {
    return Reason::AmountOverflow;
  }
  order.closing = closing;
  order.cash_lock = cash;
  return Reason::None;
}

Reason ReferenceEngine::why_not(const PlaceOrder& asked, RefOrder& order) {
  order.instrument = id_of(symbols_, asked.symbol);
  if (order.instrument == 0) {
    return Reason::UnknownInstrument;
  }
  const RefInstrument& instrument = instruments_.at(order.instrument);
  const RefMarket& market = markets_.at(instrument.market);
  order.market = market.id;
  if (const Reason reason = market_refuses(market, instrument, order.account);
      reason != Reason::None) {
    return reason;
  }
  if (asked.version_guard != 0 && asked.version_guard != market.version) {
    return Reason::StaleMarketVersion;
  }
  if (asked.type == OrderType::Market) {
    const bool top = market.odds() != (asked.side == Side::Bid);
    order.tick = top ? static_cast<std::int64_t>(market.prices.size()) - 1 : 0;
  } else if (const auto tick = tick_of(market, asked.price)) {
    order.tick = *tick;
  } else {
    return Reason::PriceNotOnLadder;
  }
  if (const Reason reason = bad_quantity(market, asked.quantity, order.quantity);
      reason != Reason::None) {
    return reason;
  }
  if (order.quantity < market.minimum) {
    return Reason::BelowMinimumQuantity;
  }
  const auto min_fill = whole(asked.min_quantity, market.odds() ? 100 : 1);
  if (!min_fill || *min_fill < 0 || *min_fill > order.quantity) {
    return Reason::BadQuantity;
  }
  order.min_fill = *min_fill;
  order.time_in_force = asked.type == OrderType::Market && asked.time_in_force == TimeInForce::Day
                            ? TimeInForce::Ioc
                            : asked.time_in_force;
  const auto budget = whole(asked.max_cost, 10'000);
  if ((asked.type == OrderType::Market && (!immediate(order) || asked.price.value() != 0)) ||
      (asked.post_only && immediate(order)) ||
      (order.min_fill > 0 && order.time_in_force != TimeInForce::Ioc) || !budget || *budget < 0 ||
      (*budget > 0 && asked.type != OrderType::Market)) {
    return Reason::UnsupportedCombination;
  }
  order.budget = *budget;
  order.expires = asked.expire_time.value();
  if (order.time_in_force == TimeInForce::Gtd ? order.expires <= now_ : order.expires != 0) {
    return Reason::BadExpireTime;
  }
  if (order.quantity > market.maximum) {
    return Reason::OrderSizeLimit;
  }
  const auto live = std::count_if(
      live_.begin(), live_.end(), [&](Id id) { return orders_.at(id).account == order.account; });
  const auto limit = limits_.find(order.account);
  if (limit != limits_.end() && limit->second != 0 && live >= limit->second) {
    return Reason::OpenOrdersLimit;
  }
  if (const Reason reason = lock(order, order.quantity); reason != Reason::None) {
    return reason;
  }
  return asked.post_only && !delays(market) && !crossing_ticks(order).empty()
             ? Reason::PostOnlyWouldCross
             : Reason::None;
}

void ReferenceEngine::place(const PlaceOrder& asked) {
  RefOrder order{.account = id_of(accounts_, asked.account), .asked = asked};
  Reason reason = Reason::None;
  const std::pair key{order.account, text(asked.cl_ord_id)};
  const bool known = known_ids_.contains(key);
  if (order.account == 0) {
    reason = Reason::UnknownAccount;
  } else if (asked.poss_resend && known) {
    const Known& first = known_ids_.at(key);
    Fact fact{
        .kind = EventKind::OrderStatusAnswered, .order = first.order, .code = code(first.reason)};
    if (first.order != 0) {
      fact.market = orders_.at(first.order).market;
      fact.leaves = orders_.at(first.order).leaves;
    }
    say(fact);
    return;
  } else if (suspended_.contains(order.account)) {
    reason = Reason::AccountSuspended;
  } else if (asked.transact_time.value() < now_ - kDayNs ||
             asked.transact_time.value() > now_ + 300 * kSecondNs) {
    reason = Reason::StaleRequest;
  } else if (known) {
    reason = Reason::DuplicateClOrdId;
  } else {
    reason = why_not(asked, order);
    known_ids_[key] = {.order = 0, .reason = reason};
  }
  if (reason != Reason::None) {
    say({.kind = EventKind::OrderRejected, .market = order.market, .code = code(reason)});
    return;
  }
  order.id = ++last_order_;
  order.leaves = order.quantity;
  known_ids_[key] = {.order = order.id};
  const RefMarket& market = markets_.at(order.market);
  (asked.side == Side::Bid ? holding(order).no_locked : holding(order).yes_locked) += order.closing;
  const bool takes = immediate(order) || !crossing_ticks(order).empty();
  Entry entry = takes ? Entry::Takes : Entry::Rests;
  if (delays(market)) {
    entry = Entry::Delayed;
    order.place = Place::Delayed;
    order.release_at = now_ + std::int64_t{market.made.bet_delay_ms} * 1'000'000;
  }
  say({.kind = EventKind::OrderAccepted,
       .market = order.market,
       .order = order.id,
       .other = order.instrument,
       .quantity = order.quantity,
       .tick = order.tick,
       .leaves = order.leaves,
       .lock = order.cash_lock,
       .closing = order.closing,
       .code = code(entry)});
  RefOrder& placed = orders_[order.id] = order;
  live_.insert(order.id);
  if (entry == Entry::Rests) {
    rest(placed);
  } else if (entry == Entry::Takes) {
    take(placed);
  }
}

// ---- Cancels and amends -------------------------------------------------------------------------

ReferenceEngine::Id ReferenceEngine::find_order(Id account, OrderId order, const ClOrdId& id) {
  Id found = order.value();
  if (found == 0) {
    const auto known = known_ids_.find({account, text(id)});
    found = known == known_ids_.end() ? 0 : known->second.order;
  }
  return orders_.contains(found) && orders_.at(found).account == account ? found : 0;
}

void ReferenceEngine::cancel(const CancelOrder& asked) {
  const Id account = id_of(accounts_, asked.account);
  Fact refusal{.kind = EventKind::CancelRejected, .other = CancelRejected::kToCancel};
  const std::pair key{account, text(asked.cl_ord_id)};
  const Id id = find_order(account, asked.order_id, asked.orig_cl_ord_id);
  if (id != 0) {
    refusal.order = id;
    refusal.market = orders_.at(id).market;
    refusal.leaves = orders_.at(id).leaves;
  }
  if (account == 0) {
    refusal.code = code(Reason::UnknownAccount);
  } else if (asked.transact_time.value() < now_ - kDayNs ||
             asked.transact_time.value() > now_ + 300 * kSecondNs) {
    refusal.code = code(Reason::StaleRequest);
  } else if (known_ids_.contains(key)) {
    refusal.code = code(Reason::DuplicateClOrdId);
  } else if (id == 0) {
    refusal.code = code(Reason::UnknownOrder);
    known_ids_[key] = {.reason = Reason::UnknownOrder};
  } else if (orders_.at(id).leaves == 0) {
    refusal.code = code(Reason::TooLate);
    known_ids_[key] = {.reason = Reason::TooLate};
  }
  if (refusal.code != 0) {
    say(refusal);
    return;
  }
  known_ids_[key] = {.order = id};
  cancel_order(orders_.at(id), CancelCause::Requested);
}

// `changed` is the order on its new terms, with the new lock if all is well.
Reason ReferenceEngine::new_terms_fail(const RefOrder& order, RefOrder& changed) {
  const RefMarket& market = markets_.at(order.market);
  if (const Reason reason =
          market_refuses(market, instruments_.at(order.instrument), order.account);
      reason != Reason::None) {
    return reason;
  }
  if (changed.quantity < order.filled) {
    return Reason::BelowFilledQuantity;
  }
  if (changed.quantity != order.filled && changed.quantity < market.minimum) {
    return Reason::BelowMinimumQuantity;
  }
  if (changed.quantity != order.filled && changed.quantity < order.min_fill) {
    return Reason::BadQuantity;
  }
  if (order.time_in_force == TimeInForce::Gtd ? changed.expires <= now_ : changed.expires != 0) {
    return Reason::BadExpireTime;
  }
  changed.leaves = changed.quantity - order.filled;
  if (changed.leaves == 0) {
    changed.closing = 0;
    changed.cash_lock = 0;
    return Reason::None;
  }
  if (changed.tick == order.tick && changed.quantity <= order.quantity) {
    const std::int64_t less = order.quantity - changed.quantity;
    const std::int64_t opening = std::min(order.leaves - order.closing, less);
    changed.closing -= less - opening;
    changed.cash_lock -= opening * unit_cost(market, order.asked.side, price_at(order));
    return Reason::None;
  }
  if (order.place == Place::Delayed) {
    return Reason::WaitsForDelay;
  }
  if (changed.quantity > market.maximum) {
    return Reason::OrderSizeLimit;
  }
  if (const Reason reason = lock(changed, changed.leaves); reason != Reason::None) {
    return reason;
  }
  return order.asked.post_only && !crossing_ticks(changed).empty() ? Reason::PostOnlyWouldCross
                                                                   : Reason::None;
}

void ReferenceEngine::carry_out_amend(RefOrder& order, const RefOrder& changed) {
  const bool keeps = changed.tick == order.tick && changed.quantity <= order.quantity;
  Entry entry = Entry::Keeps;
  if (changed.leaves == 0) {
    entry = Entry::Leaves;
  } else if (!keeps) {
    entry = crossing_ticks(changed).empty() ? Entry::Rests : Entry::Takes;
  }
  say({.kind = EventKind::OrderAmended,
       .market = order.market,
       .order = order.id,
       .quantity = changed.quantity,
       .tick = changed.tick,
       .leaves = changed.leaves,
       .lock = changed.cash_lock,
       .closing = changed.closing,
       .code = code(entry)});
  const std::int64_t lock_change = changed.closing - order.closing;
  const RefOrder before = order;
  if (entry == Entry::Leaves) {
    end_order(order);
    order.quantity = changed.quantity;
    order.tick = changed.tick;
    return;
  }
  if (!keeps) {
    end_order(order);
  }
  order = changed;
  order.place = before.place;
  live_.insert(order.id);
  (order.asked.side == Side::Bid ? holding(order).no_locked : holding(order).yes_locked) +=
      keeps ? lock_change : changed.closing;
  if (entry == Entry::Rests) {
    rest(order);
  } else if (entry == Entry::Takes) {
    order.place = Place::Taking;
    take(order);
  }
}

void ReferenceEngine::amend(const AmendOrder& asked) {
  const Id account = id_of(accounts_, asked.account);
  Fact refusal{.kind = EventKind::CancelRejected, .other = CancelRejected::kToReplace};
  const auto refuse = [&](Reason reason) {
    refusal.code = code(reason);
    say(refusal);
  };
  const std::pair key{account, text(asked.cl_ord_id)};
  const Id id = find_order(account, asked.order_id, asked.orig_cl_ord_id);
  if (id != 0) {
    refusal.order = id;
    refusal.market = orders_.at(id).market;
    refusal.leaves = orders_.at(id).leaves;
  }
  if (account == 0) {
    return refuse(Reason::UnknownAccount);
  }
  if (suspended_.contains(account)) {
    return refuse(Reason::AccountSuspended);
  }
  if (asked.transact_time.value() < now_ - kDayNs ||
      asked.transact_time.value() > now_ + 300 * kSecondNs) {
    return refuse(Reason::StaleRequest);
  }
  if (known_ids_.contains(key)) {
    return refuse(Reason::DuplicateClOrdId);
  }
  if (id == 0) {
    known_ids_[key] = {.reason = Reason::UnknownOrder};
    return refuse(Reason::UnknownOrder);
  }
  RefOrder& order = orders_.at(id);
  const RefMarket& market = markets_.at(order.market);
  RefOrder changed = order;
  const auto tick = tick_of(market, asked.price);
  Reason reason = Reason::None;
  if (order.leaves == 0) {
    reason = Reason::TooLate;
  } else if (waiting_amends_.contains(id)) {
    reason = Reason::WaitsForDelay;
  } else {
    reason = market_refuses(market, instruments_.at(order.instrument), account);
  }
  if (reason == Reason::None && !tick) {
    reason = Reason::PriceNotOnLadder;
  }
  if (reason == Reason::None) {
    reason = bad_quantity(market, asked.quantity, changed.quantity);
  }
  if (reason == Reason::None) {
    changed.tick = *tick;
    if (asked.expire_time != Timestamp{}) {
      changed.expires = asked.expire_time.value();
    }
    reason = new_terms_fail(order, changed);
  }
  known_ids_[key] = {.order = reason == Reason::None ? id : 0, .reason = reason};
  if (reason != Reason::None) {
    return refuse(reason);
  }
  const bool keeps = changed.quantity == order.filled ||
                     (changed.tick == order.tick && changed.quantity <= order.quantity);
  if (!keeps && delays(market)) {
    waiting_amends_[id] = {.tick = changed.tick,
                           .quantity = changed.quantity,
                           .expires = changed.expires,
                           .release_at = now_ + std::int64_t{market.made.bet_delay_ms} * 1'000'000,
                           .id = key};
    say({.kind = EventKind::AmendDelayed,
         .market = order.market,
         .order = id,
         .quantity = changed.quantity,
         .tick = changed.tick});
    return;
  }
  carry_out_amend(order, changed);
}

// ---- Time ---------------------------------------------------------------------------------------

void ReferenceEngine::expire(RefOrder& order) {
  say({.kind = EventKind::OrderExpired,
       .market = order.market,
       .order = order.id,
       .lock = order.cash_lock});
  end_order(order);
}

void ReferenceEngine::release(RefOrder& order) {
  const RefMarket& market = markets_.at(order.market);
  Reason reason = suspended_.contains(order.account) ? Reason::AccountSuspended : Reason::None;
  if (reason == Reason::None) {
    reason = market_refuses(market, instruments_.at(order.instrument), order.account);
  }
  if (reason == Reason::None && order.asked.version_guard != 0 &&
      order.asked.version_guard != market.version) {
    reason = Reason::StaleMarketVersion;
  }
  const auto live = std::count_if(
      live_.begin(), live_.end(), [&](Id id) { return orders_.at(id).account == order.account; });
  const auto limit = limits_.find(order.account);
  if (reason == Reason::None && limit != limits_.end() && limit->second != 0 &&
      live > limit->second) {
    reason = Reason::OpenOrdersLimit;
  }
  const bool crosses = !crossing_ticks(order).empty();
  if (reason == Reason::None && order.asked.post_only && crosses) {
    reason = Reason::PostOnlyWouldCross;
  }
  if (reason != Reason::None) {
    cancel_order(order, CancelCause::DelayFailed, reason);
    return;
  }
  order.place = Place::Taking;
  const bool takes = immediate(order) || crosses;
  say({.kind = EventKind::OrderReleased,
       .market = order.market,
       .order = order.id,
       .code = code(takes ? Entry::Takes : Entry::Rests)});
  if (takes) {
    take(order);
  } else {
    rest(order);
  }
}

// Everything that is due, in order of (deadline, id).
void ReferenceEngine::advance_time() {
  while (true) {
    std::int64_t due = day_end_;
    Id first = 0;
    const auto consider = [&](std::int64_t at, Id id) {
      if (at < due || (at == due && (first == 0 || id < first))) {
        due = at;
        first = id;
      }
    };
    for (const Id id : live_) {
      const RefOrder& order = orders_.at(id);
      if (order.place == Place::Delayed) {
        consider(order.release_at, id);
      }
      if (order.time_in_force == TimeInForce::Gtd) {
        consider(order.expires, id);
      }
    }
    for (const auto& [id, amend] : waiting_amends_) {
      consider(amend.release_at, id);
    }
    if (due > now_) {
      return;
    }
    if (first == 0) {
      day_end_ += kDayNs;
      say({.kind = EventKind::TradingDayEnded, .order = last_order_});
      for (const Id id : std::set<Id>{live_}) {
        if (orders_.at(id).time_in_force == TimeInForce::Day) {
          expire(orders_.at(id));
        }
      }
      continue;
    }
    RefOrder& order = orders_.at(first);
    if (order.place == Place::Delayed && order.release_at == due) {
      release(order);
    } else if (order.leaves > 0 && order.time_in_force == TimeInForce::Gtd &&
               order.expires == due) {
      expire(order);
    } else {
      const WaitingAmend amend = waiting_amends_.at(first);
      waiting_amends_.erase(first);
      RefOrder changed = order;
      changed.tick = amend.tick;
      changed.quantity = amend.quantity;
      changed.expires = amend.expires;
      const Reason reason = order.leaves == 0 ? Reason::TooLate : new_terms_fail(order, changed);
      if (reason == Reason::None) {
        carry_out_amend(order, changed);
      } else {
        known_ids_[amend.id] = {.reason = reason};
        say({.kind = EventKind::CancelRejected,
             .market = order.market,
             .order = order.id,
             .other = CancelRejected::kToReplace,
             .leaves = order.leaves,
             .code = code(reason)});
      }
    }
  }
}

// ---- Batched processes --------------------------------------------------------------------------

bool ReferenceEngine::in_filter(const RefBatch& batch, const RefOrder& order) const {
  if (order.leaves == 0 || order.id > batch.last ||
      (batch.market && *batch.market != order.market) ||
      (batch.account && *batch.account != order.account) ||
      (batch.side != 0 && batch.side != static_cast<int>(order.asked.side))) {
    return false;
  }
  if (order.asked.version_guard != 0 && order.asked.version_guard < batch.guard_below) {
    return true;
  }
  if (batch.instrument && *batch.instrument != order.instrument) {
    return false;
  }
  switch (batch.scope) {
    case CancelScope::All:
      return true;
    case CancelScope::LapseOnly:
      return order.asked.persistence == Persistence::Lapse ||
             (batch.cause == CancelCause::MarketSuspended && order.asked.cancel_on_pause);
    case CancelScope::OnPause:
      return order.asked.cancel_on_pause;
    case CancelScope::None:
      return false;
  }
  return false;
}

void ReferenceEngine::start_batch(RefBatch batch) {
  batch.id = ++last_batch_;
  batch.last = last_order_;
  say({.kind = EventKind::BatchStarted,
       .market = batch.market.value_or(0),
       .order = batch.last,
       .other = batch.id,
       .code = code(batch.cause)});
  batches_.push_back(batch);
  run_chunk(batch.id);
}

void ReferenceEngine::continue_batch() {
  if (!batches_.empty()) {
    run_chunk(batches_.front().id);
  }
}

// At most 4096 cancels in ascending order of ids; told market by market.
void ReferenceEngine::run_chunk(Id id) {
  RefBatch& batch = *std::find_if(
      batches_.begin(), batches_.end(), [id](const RefBatch& b) { return b.id == id; });
  std::map<Id, std::vector<Id>> by_market;
  int cancelled = 0;
  bool more = false;
  for (auto entry = live_.upper_bound(batch.cursor); entry != live_.end(); ++entry) {
    if (in_filter(batch, orders_.at(*entry))) {
      if (cancelled == 4096) {
        more = true;
        break;
      }
      ++cancelled;
      by_market[orders_.at(*entry).market].push_back(*entry);
      batch.cursor = *entry;
    }
  }
  batch.total += cancelled;
  for (const auto& [market, ids] : by_market) {
    for (const Id order : ids) {
      say({.kind = EventKind::OrderCancelledBatched,
           .market = market,
           .order = order,
           .other = batch.id,
           .code = code(batch.cause)});
      end_order(orders_.at(order));
    }
  }
  if (!more) {
    say({.kind = EventKind::BatchCompleted,
         .market = batch.market.value_or(0),
         .other = batch.id,
         .quantity = batch.total,
         .code = code(batch.cause)});
    batches_.erase(batches_.begin() + (&batch - batches_.data()));
  }
}

void ReferenceEngine::mass_cancel(const MassCancel& asked) {
  const Id account = id_of(accounts_, asked.account);
  const std::pair key{account, text(asked.cl_ord_id)};
  const auto refuse = [&](Reason reason) {
    say({.kind = EventKind::MassCancelRejected, .code = code(reason)});
  };
  if (account == 0) {
    return refuse(Reason::UnknownAccount);
  }
  if (asked.transact_time.value() < now_ - kDayNs ||
      asked.transact_time.value() > now_ + 300 * kSecondNs) {
    return refuse(Reason::StaleRequest);
  }
  if (known_ids_.contains(key)) {
    return refuse(Reason::DuplicateClOrdId);
  }
  RefBatch batch{.account = account,
                 .side = asked.side,
                 .scope = CancelScope::All,
                 .cause = CancelCause::MassCancel};
  if (!asked.symbol.empty()) {
    const Id instrument = id_of(symbols_, asked.symbol);
    if (instrument == 0) {
      known_ids_[key] = {.reason = Reason::UnknownInstrument};
      return refuse(Reason::UnknownInstrument);
    }
    batch.instrument = instrument;
    batch.market = instruments_.at(instrument).market;
  }
  known_ids_[key] = {};
  start_batch(batch);
}

// ---- Operators ----------------------------------------------------------------------------------

void ReferenceEngine::reject_command(Reason reason) {
  say({.kind = EventKind::CommandRejected, .code = code(reason)});
}

ReferenceEngine::RefMarket* ReferenceEngine::market_named(const Name& name) {
  const Id id = id_of(markets_by_name_, name);
  return id == 0 ? nullptr : &markets_.at(id);
}

void ReferenceEngine::set_state(RefMarket& market, EventKind kind, MarketState state) {
  ++market.version;
  market.state = state;
  say({.kind = kind, .market = market.id, .quantity = static_cast<std::int64_t>(market.version)});
}

void ReferenceEngine::operator_command(const CommandBody& body) {
  const auto has_orders = [this](const RefMarket& market) {
    return std::any_of(
        live_.begin(), live_.end(), [&](Id id) { return orders_.at(id).market == market.id; });
  };
  const auto cancel_in = [&](const RefMarket& market, RefBatch batch) {
    if (has_orders(market)) {
      batch.market = market.id;
      start_batch(batch);
    }
  };
  const auto batch_runs = [this](const RefMarket& market) {
    return std::any_of(batches_.begin(), batches_.end(), [&market](const RefBatch& batch) {
      return batch.market == market.id && !batch.account;
    });
  };
  const auto contest = [this](const RefMarket& market) {
    const auto active =
        std::count_if(market.instruments.begin(), market.instruments.end(), [this](Id instrument) {
          return !instruments_.at(instrument).removed;
        });
    return !market.odds() || (active >= 2 && active > market.made.winners);
  };
  const auto add_instrument = [this](RefMarket& market, const Name& symbol) {
    const Id id = instruments_.size() + 1;
    symbols_[std::string{symbol.view()}] = id;
    instruments_[id] = {.id = id, .market = market.id};
    market.instruments.push_back(id);
    say({.kind = EventKind::RunnerAdded, .market = market.id});
  };

  if (const auto* create = std::get_if<CreateAccount>(&body)) {
    const Id id = accounts_.size() + 1;
    accounts_[std::string{create->account.view()}] = id;
    say({.kind = EventKind::AccountCreated});
  } else if (const auto* limits = std::get_if<SetLimits>(&body)) {
    limits_[id_of(accounts_, limits->account)] = limits->max_open_orders;
    say({.kind = EventKind::AccountLimitsSet});
  } else if (const auto* suspend_account = std::get_if<SuspendAccount>(&body)) {
    const Id account = id_of(accounts_, suspend_account->account);
    if (!suspended_.insert(account).second) {
      return reject_command(Reason::InvalidState);
    }
    say({.kind = EventKind::AccountSuspended});
    if (suspend_account->cancel_orders) {
      start_batch(
          {.account = account, .scope = CancelScope::All, .cause = CancelCause::AccountSuspended});
    }
  } else if (const auto* resume_account = std::get_if<ResumeAccount>(&body)) {
    if (suspended_.erase(id_of(accounts_, resume_account->account)) == 0) {
      return reject_command(Reason::InvalidState);
    }
    say({.kind = EventKind::AccountResumed});
  } else if (const auto* market_created = std::get_if<CreateMarket>(&body)) {
    RefMarket market{.id = markets_.size() + 1, .made = *market_created};
    const std::int64_t per_one = market.odds() ? 100 : 1;
    market.step = std::max<std::int64_t>(1, *whole(market_created->quantity_step, per_one));
    market.minimum = std::max(market.step, *whole(market_created->min_quantity, per_one));
    market.maximum = *whole(market_created->max_quantity, per_one);
    if (market.maximum == 0) {
      market.maximum = market.odds() ? 100'000'000'000 : 1'000'000'000'000;
    }
    market.prices = ladder_prices(market_created->ladder);
    markets_by_name_[std::string{market_created->market.view()}] = market.id;
    RefMarket& kept = markets_[market.id] = market;
    say({.kind = EventKind::MarketCreated, .market = market.id});
    if (!kept.odds()) {
      add_instrument(kept, market_created->market);
    }
  } else if (const auto* add = std::get_if<AddRunner>(&body)) {
    add_instrument(*market_named(add->market), add->symbol);
  } else if (const auto* open = std::get_if<OpenMarket>(&body)) {
    RefMarket& market = *market_named(open->market);
    if (market.state != MarketState::Inactive || !contest(market)) {
      return reject_command(Reason::InvalidState);
    }
    set_state(market, EventKind::MarketOpened, MarketState::Open);
  } else if (const auto* suspend = std::get_if<SuspendMarket>(&body)) {
    RefMarket& market = *market_named(suspend->market);
    const bool pause = suspend->reason == SuspendReason::Pause;
    if (pause && suspend->scope != CancelScope::None) {
      return reject_command(Reason::InvalidParameter);
    }
    if (market.state != MarketState::Open && market.state != MarketState::Closed) {
      return reject_command(Reason::InvalidState);
    }
    if (market.state == MarketState::Closed && batch_runs(market)) {
      return reject_command(Reason::MarketBatchCancelling);
    }
    set_state(market, EventKind::MarketSuspended, MarketState::Suspended);
    const bool lapses = suspend->scope != CancelScope::None;
    cancel_in(market,
              {.guard_below = lapses ? market.version : 0,
               .scope = lapses ? suspend->scope : CancelScope::OnPause,
               .cause = pause ? CancelCause::MarketPaused : CancelCause::MarketSuspended});
  } else if (const auto* resume = std::get_if<ResumeMarket>(&body)) {
    RefMarket& market = *market_named(resume->market);
    if (market.state != MarketState::Suspended) {
      return reject_command(Reason::InvalidState);
    }
    if (batch_runs(market)) {
      return reject_command(Reason::MarketBatchCancelling);
    }
    if (!contest(market)) {
      return reject_command(Reason::InvalidState);
    }
    set_state(market, EventKind::MarketResumed, MarketState::Open);
  } else if (const auto* halt = std::get_if<HaltMarket>(&body)) {
    RefMarket& market = *market_named(halt->market);
    if (market.state != MarketState::Open && market.state != MarketState::Suspended) {
      return reject_command(Reason::InvalidState);
    }
    market.before_halt = market.state;
    set_state(market, EventKind::MarketHalted, MarketState::Halted);
  } else if (const auto* unhalt = std::get_if<UnhaltMarket>(&body)) {
    RefMarket& market = *market_named(unhalt->market);
    if (market.state != MarketState::Halted) {
      return reject_command(Reason::InvalidState);
    }
    if (market.before_halt == MarketState::Open && batch_runs(market)) {
      return reject_command(Reason::MarketBatchCancelling);
    }
    if (market.before_halt == MarketState::Open && !contest(market)) {
      return reject_command(Reason::InvalidState);
    }
    set_state(market, EventKind::MarketUnhalted, market.before_halt);
  } else if (const auto* turn = std::get_if<TurnInPlay>(&body)) {
    RefMarket& market = *market_named(turn->market);
    if (market.in_play ||
        (market.state != MarketState::Open && market.state != MarketState::Suspended)) {
      return reject_command(Reason::InvalidState);
    }
    market.in_play = true;
    set_state(market, EventKind::MarketTurnedInPlay, market.state);
    cancel_in(market,
              {.guard_below = market.version,
               .scope = CancelScope::LapseOnly,
               .cause = CancelCause::TurnedInPlay});
  } else if (const auto* remove = std::get_if<RemoveRunner>(&body)) {
    RefMarket& market = *market_named(remove->market);
    RefInstrument& runner = instruments_.at(id_of(symbols_, remove->symbol));
    if (runner.removed) {
      return reject_command(Reason::RunnerNotActive);
    }
    if (!market.odds() || market.state == MarketState::Closed ||
        market.state == MarketState::Determined || market.state == MarketState::Voided) {
      return reject_command(Reason::InvalidState);
    }
    if (market.state == MarketState::Open) {
      set_state(market, EventKind::MarketSuspended, MarketState::Suspended);
      cancel_in(market, {.scope = CancelScope::OnPause, .cause = CancelCause::MarketSuspended});
    }
    runner.removed = true;
    set_state(market, EventKind::RunnerRemoved, market.state);
    cancel_in(market,
              {.instrument = runner.id,
               .guard_below = market.version,
               .scope = CancelScope::All,
               .cause = CancelCause::RunnerRemoved});
  } else if (const auto* close = std::get_if<CloseMarket>(&body)) {
    RefMarket& market = *market_named(close->market);
    if (market.state == MarketState::Closed || market.state == MarketState::Determined ||
        market.state == MarketState::Voided) {
      return reject_command(Reason::InvalidState);
    }
    set_state(market, EventKind::MarketClosed, MarketState::Closed);
    cancel_in(market, {.scope = CancelScope::All, .cause = CancelCause::MarketClosed});
  }
}

// ---- The rest -----------------------------------------------------------------------------------

Facts ReferenceEngine::run(const Command& command) {
  facts_.clear();
  now_ = command.timestamp.value();
  if (day_end_ == 0) {
    day_end_ = (now_ / kDayNs + 1) * kDayNs;
  }
  if (const auto* asked = std::get_if<PlaceOrder>(&command.body)) {
    place(*asked);
  } else if (const auto* asked_cancel = std::get_if<CancelOrder>(&command.body)) {
    cancel(*asked_cancel);
  } else if (const auto* asked_amend = std::get_if<AmendOrder>(&command.body)) {
    amend(*asked_amend);
  } else if (const auto* asked_mass = std::get_if<MassCancel>(&command.body)) {
    mass_cancel(*asked_mass);
  } else if (std::holds_alternative<AdvanceTime>(command.body)) {
    advance_time();
  } else if (std::holds_alternative<ContinueBatch>(command.body)) {
    continue_batch();
  } else {
    operator_command(command.body);
  }
  return facts_;
}

std::string ReferenceEngine::broken_invariant() const {
  for (const auto& [id, instrument] : instruments_) {
    if (!instrument.bids.empty() && !instrument.asks.empty()) {
      // Odds: the best lay is below the best back. Binary: the best bid is below the best ask.
      const bool odds = markets_.at(instrument.market).odds();
      const bool crossed = odds ? instrument.bids.begin()->first <= instrument.asks.rbegin()->first
                                : instrument.bids.rbegin()->first >= instrument.asks.begin()->first;
      if (crossed) {
        return "a book is crossed";
      }
    }
  }
  std::map<Id, std::int64_t> yes, no;
  for (const auto& [key, held] : holdings_) {
    yes[key.second] += held.yes;
    no[key.second] += held.no;
    if (held.yes < held.yes_locked || held.no < held.no_locked || held.yes_locked < 0 ||
        held.no_locked < 0) {
      return "more is locked than held";
    }
  }
  if (yes != no) {
    return "YES and NO differ";
  }
  for (const Id id : live_) {
    const RefOrder& order = orders_.at(id);
    if (order.leaves == 0 || order.place == Place::Finished || order.leaves < 0 ||
        order.closing > order.leaves || order.filled + order.leaves > order.quantity) {
      return "an order's quantities do not fit";
    }
  }
  return {};
}

}  // namespace betex::matching::testing
