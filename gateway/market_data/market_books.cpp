#include "gateway/market_data/market_books.h"

#include <algorithm>

#include "gateway/market_data/must.h"
#include "matching/ladder.h"

namespace betex::gateway {
namespace {

using matching::Entry;
using matching::InstrumentId;
using matching::Int128;
using matching::MarketId;
using matching::MarketState;
using matching::OrderId;
using matching::Quantity;
using matching::Side;

constexpr matching::EventSeq kBeforeTheStart{1};

template <typename Table, typename Id>
auto& entry_of(Table& table, Id id) {
  must(id.value() != 0 && id.value() <= table.size(), "md: a market or instrument not known");
  return table[id.value() - 1];
}

}  // namespace

MarketBooks::MarketBooks(const matching::Engine& engine)
    : securities_{engine},
      seq_{engine.last_seq()},
      tx_{engine.last_tx_id()},
      now_{engine.last_timestamp()},
      exchange_halted_{engine.exchange().halted} {
  engine.visit_markets([this](const matching::MarketInfo& info) { add_market(info); });
  engine.visit_instruments(
      [&](const matching::InstrumentInfo& info) { add_instrument(info, engine); });
  engine.visit_orders([this](const matching::OrderInfo& info) {
    if (info.live) {
      add_order(info);
    }
  });
  engine.visit_rows([this](const matching::RowInfo& info) { add_position(info); });
}

void MarketBooks::apply(const matching::TransactionView& transaction) {
  now_ = transaction.header.timestamp;
  tx_ = transaction.header.tx_id;
  matching::for_each_event(transaction,
                           [this]<typename Event>(matching::EventSeq seq, const Event& event) {
                             seq_ = seq;
                             securities_.apply(event);
                             if constexpr (requires { on(event); }) {
                               on(event);
                             }
                           });
}

const InstrumentBook& MarketBooks::book(InstrumentId instrument) const {
  return entry_of(books_, instrument);
}

const MarketStanding& MarketBooks::standing(MarketId market) const {
  return entry_of(standings_, market);
}

void MarketBooks::forget_changes() {
  for (const InstrumentId id : changed_) {
    InstrumentBook& book = entry_of(books_, id);
    book.changed = false;
    book.ladder_log.clear();
    if (book.trade_log.size() > kTradesKept) {
      book.trade_log.erase(book.trade_log.begin(), book.trade_log.end() - kTradesKept);
      if (book.trade_log.capacity() > 16 * kTradesKept) {
        book.trade_log.shrink_to_fit();
      }
    }
  }
  changed_.clear();
}

void MarketBooks::watch(InstrumentId instrument, bool watched) {
  InstrumentBook& book = entry_of(books_, instrument);
  book.watched = watched;
  if (!watched) {
    book.trade_log = {};
    book.ladder_log = {};
  }
}

// ---- What the engine has at the start

void MarketBooks::add_market(const matching::MarketInfo& info) {
  const bool over = info.state == MarketState::Settled || info.state == MarketState::Voided;
  standings_.push_back({.public_changes = info.public_changes,
                        .ended = over ? kBeforeTheStart : matching::EventSeq{}});
  if (!info.archived) {
    markets_.push_back(info.market);
  }
}

void MarketBooks::add_instrument(const matching::InstrumentInfo& info,
                                 const matching::Engine& engine) {
  add_instrument(info.instrument, info.market);
  InstrumentBook& book = books_.back();
  book.traded = info.traded;
  book.removed = info.removed ? kBeforeTheStart : matching::EventSeq{};
  engine.visit_traded(info.instrument, [&book](const matching::TradedLevel& level) {
    book.traded_at.add(level.tick, level.volume);
  });
}

void MarketBooks::add_position(const matching::RowInfo& info) {
  if (info.position > Quantity{0}) {
    const InstrumentId only = securities_.market(info.market).instruments.front();
    entry_of(books_, only).open_interest += info.position.value();
  }
}

void MarketBooks::add_instrument(InstrumentId instrument, MarketId market) {
  must(instrument.value() == books_.size() + 1 && market.value() <= standings_.size(),
       "md: instruments out of their order");
  books_.emplace_back(*securities_.instrument(instrument).ladder);
  books_.back().updated = now_;
}

void MarketBooks::add_order(const matching::OrderInfo& info) {
  OpenOrder order{.leaves = info.values.leaves_qty,
                  .instrument = info.instrument,
                  .tick = info.tick,
                  .side = info.side,
                  .rests = !info.delayed};
  orders_.insert(info.order, order);
  if (order.rests) {
    entry_of(books_, info.instrument).levels.add(info.side, info.tick, order.leaves);
  }
}

// ---- What has changed

void MarketBooks::note_change(InstrumentId instrument) {
  ++revision_;
  InstrumentBook& book = entry_of(books_, instrument);
  if (!book.changed) {
    book.changed = true;
    changed_.push_back(instrument);
  }
}

InstrumentBook& MarketBooks::change(InstrumentId instrument) {
  note_change(instrument);
  InstrumentBook& book = entry_of(books_, instrument);
  if (book.updated_in != tx_) {
    book.updated_in = tx_;
    book.updated = now_;
    ++book.transactions;
  }
  return book;
}

// The engine counts each change of a level as one of its market.
InstrumentBook& MarketBooks::change_levels(InstrumentId instrument) {
  ++entry_of(standings_, securities_.instrument(instrument).market).public_changes;
  return change(instrument);
}

// Its version is another one now, and perhaps its state.
void MarketBooks::change_market(MarketId market) {
  MarketStanding& standing = entry_of(standings_, market);
  ++standing.public_changes;
  standing.changed = seq_;
  ++revision_;
  for (const InstrumentId instrument : securities_.market(market).instruments) {
    note_change(instrument);
    entry_of(books_, instrument).updated = now_;
  }
}

void MarketBooks::change_state(MarketId market, std::uint8_t suspend_reason) {
  entry_of(standings_, market).suspend_reason = suspend_reason;
  change_market(market);
}

// ---- Markets

void MarketBooks::on(const matching::ExchangeHalted& /*event*/) {
  exchange_halted_ = true;
}

void MarketBooks::on(const matching::ExchangeUnhalted& /*event*/) {
  exchange_halted_ = false;
}

void MarketBooks::on(const matching::MarketCreated& event) {
  must(event.header.market.value() == standings_.size() + 1, "md: markets out of their order");
  standings_.push_back({});
  markets_.push_back(event.header.market);
  ++revision_;
}

void MarketBooks::on(const matching::RunnerAdded& event) {
  add_instrument(event.instrument, event.header.market);
  books_.back().added = seq_;
  ++revision_;
}

void MarketBooks::on(const matching::MarketOpened& event) {
  change_state(event.header.market);
}

void MarketBooks::on(const matching::RunnerRemoved& event) {
  entry_of(books_, event.instrument).removed = seq_;
  change_market(event.header.market);
}

void MarketBooks::on(const matching::MarketSuspended& event) {
  change_state(event.header.market, static_cast<std::uint8_t>(event.reason));
}

void MarketBooks::on(const matching::MarketResumed& event) {
  change_state(event.header.market);
}

void MarketBooks::on(const matching::MarketHalted& event) {
  change_state(event.header.market);
}

void MarketBooks::on(const matching::MarketUnhalted& event) {
  change_state(event.header.market);
}

// The state is as before, with its reason.
void MarketBooks::on(const matching::MarketTurnedInPlay& event) {
  change_market(event.header.market);
}

void MarketBooks::on(const matching::MarketClosed& event) {
  change_state(event.header.market);
}

void MarketBooks::on(const matching::MarketReopened& event) {
  change_state(event.header.market);
}

void MarketBooks::on(const matching::MarketChanged& event) {
  change_market(event.header.market);
}

void MarketBooks::on(const matching::MarketDescribed& event) {
  if (event.instrument == InstrumentId{}) {
    entry_of(standings_, event.header.market).changed = seq_;
  } else {
    entry_of(books_, event.instrument).described = seq_;
  }
}

// Also of one that was settled, whose result was another one after all.
void MarketBooks::on(const matching::MarketDetermined& event) {
  entry_of(standings_, event.header.market).ended = {};
  change_state(event.header.market);
}

void MarketBooks::on(const matching::MarketVoided& event) {
  entry_of(standings_, event.header.market).ended = seq_;
  change_state(event.header.market);
}

// Also the end of a void, behind the cancels of its orders: no order comes any more.
void MarketBooks::on(const matching::MarketSettled& event) {
  MarketStanding& standing = entry_of(standings_, event.header.market);
  standing.ended = standing.ended == matching::EventSeq{} ? seq_ : standing.ended;
  change_state(event.header.market);
  for (const InstrumentId instrument : securities_.market(event.header.market).instruments) {
    entry_of(books_, instrument).levels.release_if_empty();
  }
}

void MarketBooks::on(const matching::MarketArchived& event) {
  std::erase(markets_, event.header.market);
  for (const InstrumentId instrument : securities_.market(event.header.market).instruments) {
    InstrumentBook& book = change(instrument);
    book.levels.clear();
    book.traded_at = {};
    book.open_interest = 0;
  }
}

// ---- Orders

void MarketBooks::rest(OpenOrder& order) {
  order.rests = true;
  change_levels(order.instrument).levels.add(order.side, order.tick, order.leaves);
}

// The order's level loses so much.
void MarketBooks::take_off(const OpenOrder& order, Quantity quantity) {
  change_levels(order.instrument).levels.take_off(order.side, order.tick, quantity);
}

void MarketBooks::finish(OrderId id) {
  const OpenOrder& order = orders_.at(id);
  if (order.rests) {
    take_off(order, order.leaves);
  }
  orders_.erase(id);
}

void MarketBooks::on(const matching::OrderAccepted& event) {
  orders_.insert(event.order,
                 {.leaves = event.values.leaves_qty,
                  .instrument = event.instrument,
                  .tick = event.tick,
                  .side = event.side});
  if (event.entry == Entry::Rests) {
    rest(orders_.at(event.order));
  }
}

void MarketBooks::on(const matching::OrderRested& event) {
  rest(orders_.at(event.order));
}

void MarketBooks::on(const matching::OrderReleased& event) {
  if (event.entry == Entry::Rests) {
    rest(orders_.at(event.order));
  }
}

void MarketBooks::on(const matching::TradeMatched& event) {
  for (const matching::TradeLeg* leg : {&event.maker, &event.taker}) {
    OpenOrder& order = orders_.at(leg->order);
    if (order.rests) {
      take_off(order, event.quantity);
    }
    order.leaves = leg->values.leaves_qty;
    if (order.leaves == Quantity{0}) {
      orders_.erase(leg->order);
    }
  }
  InstrumentBook& book = change(event.instrument);
  must(book.levels.ladder().contains(event.tick), "md: a trade at no price");
  log_trade(book,
            {.event = seq_,
             .tick = event.tick,
             .taker_side = event.taker_side,
             .quantity = event.quantity,
             .time = now_});
  book.traded += event.quantity;
  book.traded_at.add(event.tick, event.quantity);
  if (book.levels.ladder().market() == matching::MarketKind::Binary) {
    const Int128 quantity = event.quantity.value();
    const bool taker_buys = event.taker_side == Side::Bid;
    count_position(book, event.maker, taker_buys ? -quantity : quantity);
    count_position(book, event.taker, taker_buys ? quantity : -quantity);
  }
}

void MarketBooks::log_trade(InstrumentBook& book, const MarketTrade& trade) {
  book.last_trade = trade;
  if (!book.watched) {
    return;
  }
  book.trade_log.push_back(trade);
  ++book.trades;
  book.ladder_log.push_back({.tick = trade.tick, .before = book.traded_at.at(trade.tick)});
  ++book.ladder_changes;
}

// Somebody is long of what somebody else is short of.
void MarketBooks::count_position(InstrumentBook& book,
                                 const matching::TradeLeg& leg,
                                 Int128 bought) {
  const Int128 after = leg.position.value();
  book.open_interest += std::max<Int128>(after, 0) - std::max<Int128>(after - bought, 0);
}

void MarketBooks::on(const matching::OrderCancelled& event) {
  finish(event.order);
}

void MarketBooks::on(const matching::OrderExpired& event) {
  finish(event.order);
}

void MarketBooks::on(const matching::OrderCancelledBatched& event) {
  for (const OrderId id : matching::tail_of(event)) {
    finish(id);
  }
}

void MarketBooks::on(const matching::OrderGroupCancelled& event) {
  for (const OrderId id : matching::tail_of(event)) {
    finish(id);
  }
}

void MarketBooks::on(const matching::OrderReduced& event) {
  OpenOrder& order = orders_.at(event.order);
  if (order.rests) {
    take_off(order, event.quantity);
  }
  order.leaves = event.values.leaves_qty;
}

void MarketBooks::on(const matching::OrderAmended& event) {
  OpenOrder& order = orders_.at(event.order);
  if (event.entry == Entry::Leaves) {
    finish(event.order);
    return;
  }
  if (order.rests) {
    const bool keeps = event.entry == Entry::Keeps;
    take_off(order, keeps ? order.leaves - event.values.leaves_qty : order.leaves);
    order.rests = keeps;
  }
  order.tick = event.tick;
  order.leaves = event.values.leaves_qty;
  if (event.entry == Entry::Rests) {
    rest(order);
  }
}

}  // namespace betex::gateway
