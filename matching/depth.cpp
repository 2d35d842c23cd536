// What a walk through the book would come to, told before anything happens: whether a fill-or-kill
// or a minimum fill is met, and what a market order will cost. The totals of price levels tell it
// as long as no order of the taker's own account is among those that it reaches. Where one may be,
// self-trade prevention counts, and it matters which orders come before it.
#include <algorithm>

#include "matching/decider.h"

namespace betex::matching {

// What a unit at that level costs the taker.
Money Decider::cost_at(const Taker& taker, Key key) {
  const Book& book = taker.instrument.book;
  const Price price = book.ladder().price_of(book.tick_of(key));
  return unit_cost(taker.market.kind, taker.side, price);
}

// At least `needed` would be traded.
bool Decider::fills(const Taker& taker, Walk start, Quantity needed) const {
  start.needed = needed;
  return taker.instrument.book.volume(opposite(taker.side)) >= needed &&
         look_ahead(taker, start).traded >= needed;
}

// What a market order that is being checked would cost, were it accepted. `row` is its account's.
Money Decider::cost_at_once(const Terms& terms, std::uint32_t row) const {
  const Taker taker{.instrument = *terms.instrument,
                    .market = *terms.market,
                    .account = terms.account->id,
                    .row = row,
                    .side = terms.side,
                    .self_trade_prevention = terms.self_trade_prevention,
                    .limit = terms.instrument->book.key_of(terms.tick),
                    .has_budget = terms.max_cost != Money{}};
  return look_ahead(taker, {.left = terms.quantity, .budget = terms.max_cost.value()}).cost;
}

// The end of the walk that starts like this; where something is needed, one that decides it alike.
// Own orders only ever take away from what is traded. Where they count, the orders are looked at
// one by one, but no more of them than the account has; then its own are looked for.
Decider::Walk Decider::look_ahead(const Taker& taker, const Walk& start) const {
  Walk walked = start;
  walk_levels(taker, {}, walked);
  if (walked.traded < start.needed || !may_meet_own(taker)) {
    return walked;
  }
  walked = start;
  walked.patience = state_.accounts.at(taker.account).orders.size();
  walk<Effect::None>(taker, walked);
  if (walked.patience != 0) {
    return walked;
  }
  walked = start;
  walk_levels(taker, find_own(taker), walked);
  return walked;
}

bool Decider::may_meet_own(const Taker& taker) const {
  return taker.self_trade_prevention != SelfTradePrevention::None && taker.row != 0 &&
         state_.ledger.market(taker.market.id)
             .rows.has_open(taker.row, taker.instrument.runner, opposite(taker.side));
}

// Walks as walk() does, by levels where these are taken whole, or hold nothing of its own. All
// quantities are whole steps, so that a budget buys as much of a level as of its orders one by one.
void Decider::walk_levels(const Taker& taker, std::span<const OwnVolume> own, Walk& walked) const {
  const Book& book = taker.instrument.book;
  const Side side = opposite(taker.side);
  const bool passes_own = taker.self_trade_prevention == SelfTradePrevention::CancelMaker;
  const bool decrements = taker.self_trade_prevention == SelfTradePrevention::Decrement;
  for (auto key = book.best(side); key && reaches(taker.side, taker.limit, *key);
       key = book.next_worse(side, *key)) {
    const Level& level = book.level(*key);
    const Money cost = cost_at(taker, *key);
    Quantity own_here;
    while (!own.empty() && own.front().key == *key) {
      own_here += own.front().quantity;
      own = own.subspan(1);
    }
    const Quantity others = level.volume - own_here;
    Quantity most = std::min(walked.left, others);
    if (taker.has_budget) {
      most = std::min(most, affordable(walked.budget, cost, taker.market.quantity_step));
    }
    const bool has_own = own_here != Quantity{};
    const bool goes_whole =
        most == others && (!has_own || passes_own || (decrements && level.volume <= walked.left));
    if (has_own && !passes_own && !goes_whole) {
      walk_queue<Effect::None>(taker, level.first, cost, walked);  // it ends here
      return;
    }
    walked.take(most, cost);
    walked.left -= decrements ? own_here : Quantity{};
    if (!goes_whole || walked.left == Quantity{} || walked.is_decided()) {
      return;
    }
  }
}

// What of the taker's account rests where it reaches, in the order of the walk. Valid until the
// next call.
std::span<const Decider::OwnVolume> Decider::find_own(const Taker& taker) const {
  const Book& book = taker.instrument.book;
  own_.clear();
  for (const OrderId id : state_.accounts.at(taker.account).orders.after(OrderId{})) {
    if (!state_.orders.is_live(id)) {
      continue;
    }
    const Order& order = state_.orders.at(state_.orders.find(id));
    if (order.instrument == taker.instrument.id && order.side == opposite(taker.side) &&
        order.place == OrderPlace::Resting &&
        reaches(taker.side, taker.limit, book.key_of(order.tick))) {
      own_.push_back({.key = book.key_of(order.tick), .quantity = order.values.leaves_qty});
    }
  }
  std::sort(own_.begin(), own_.end(), [&](const OwnVolume& left, const OwnVolume& right) {
    return taker.side == Side::Bid ? left.key < right.key : left.key > right.key;
  });
  return own_;
}

}  // namespace betex::matching
