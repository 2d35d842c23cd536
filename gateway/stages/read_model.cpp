#include "gateway/stages/read_model.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "matching/assert.h"

namespace betex::gateway {
namespace {

using matching::OrderId;

// Entry `id` of a table in which dense ids from 1 are indices.
template <typename Table, typename Id>
auto& at(Table& table, Id id) {
  BETEX_ASSERT(id.value() < table.size());
  return table[id.value()];
}

template <typename Value, typename Id>
Value& grow_to(std::vector<Value>& table, Id id) {
  if (table.size() <= id.value()) {
    table.resize(id.value() + std::size_t{1});
  }
  return table[id.value()];
}

fix::OrdStatus status_of(const matching::OrderInfo& order) {
  if (order.delayed) {
    return fix::OrdStatus::PendingNew;
  }
  if (order.live || order.cancel_cause == matching::CancelCause::None) {
    return status_of_live(order.values);
  }
  return order.cancel_cause == matching::CancelCause::Expired ? fix::OrdStatus::Expired
                                                              : fix::OrdStatus::Canceled;
}

}  // namespace

Units units_of(matching::MarketKind kind) noexcept {
  switch (kind) {
    case matching::MarketKind::ExchangeOdds:
      return {.millionths_per_price = 10'000,
              .millionths_per_quantity = 10'000,
              .format = {.price_decimals = 2, .quantity_decimals = 2}};
    case matching::MarketKind::Binary:
      return {.millionths_per_price = 100,
              .millionths_per_quantity = 1'000'000,
              .format = {.price_decimals = 2, .quantity_decimals = 0}};
  }
  BETEX_ASSERT(!"unknown market kind");
}

fix::OrdStatus status_of_live(const matching::OrderValues& values) noexcept {
  if (values.cum_qty == matching::Quantity{0}) {
    return fix::OrdStatus::New;
  }
  return values.leaves_qty == matching::Quantity{0} ? fix::OrdStatus::Filled
                                                    : fix::OrdStatus::PartiallyFilled;
}

ReadModel::ReadModel(const matching::Engine& engine, Audience audience)
    : audience_{std::move(audience)} {
  engine.visit_sessions(
      [&](const matching::SessionInfo& info) { add_session(info.session, info.comp_id); });
  engine.visit_accounts(
      [&](const matching::AccountInfo& info) { add_account(info.account, info.name); });
  engine.visit_markets([&](const matching::MarketInfo& info) {
    market_names_[info.name] = info.market;
    grow_to(markets_, info.market) = {.name = info.name,
                                      .kind = info.kind,
                                      .ladder = info.ladder,
                                      .state = info.state,
                                      .in_play = info.in_play,
                                      .version = info.version,
                                      .min_quantity = info.min_quantity,
                                      .quantity_step = info.quantity_step,
                                      .max_quantity = info.max_quantity,
                                      .instruments = {}};
  });
  engine.visit_instruments([&](const matching::InstrumentInfo& info) { add_instrument(info); });
  engine.visit_orders([&](const matching::OrderInfo& info) {
    const matching::Ladder& ladder = *instrument(info.instrument).ladder;
    const auto entry_of = [&ladder](const matching::AcceptedRequest& request) {
      return ChainEntry{request.cl_ord_id, ladder.price_of(request.tick), request.expire_time};
    };
    new_order(info.order) = {.account = info.account,
                             .session = info.session,
                             .instrument = info.instrument,
                             .side = info.side,
                             .type = info.type,
                             .time_in_force = info.time_in_force,
                             .status = status_of(info),
                             .values = info.values,
                             .first = entry_of(info.chain.front())};
    if (info.live) {
      note_live(info.account, info.order);
    }
    for (const matching::AcceptedRequest& later : info.chain.subspan(1)) {
      extend_chain(info.order, entry_of(later));
    }
  });
}

const OrderEntry& ReadModel::order(OrderId order) const {
  const std::uint64_t index = order.value();
  BETEX_ASSERT(index / kPageSize < pages_.size() && pages_[index / kPageSize] != nullptr);
  return (*pages_[index / kPageSize])[index % kPageSize];
}

OrderEntry& ReadModel::mutable_order(OrderId order) {
  return const_cast<OrderEntry&>(std::as_const(*this).order(order));
}

OrderEntry& ReadModel::new_order(OrderId order) {
  const std::size_t page = order.value() / kPageSize;
  if (pages_.size() <= page) {
    pages_.resize(page + 1);
  }
  if (pages_[page] == nullptr) {
    pages_[page] = std::make_unique<Page>();
  }
  return (*pages_[page])[order.value() % kPageSize];
}

const Instrument& ReadModel::instrument(matching::InstrumentId instrument) const {
  return at(instruments_, instrument);
}

const Market& ReadModel::market(matching::MarketId market) const {
  return at(markets_, market);
}

const matching::Name& ReadModel::account(matching::AccountId account) const {
  return at(accounts_, account).name;
}

matching::InstrumentId ReadModel::find_instrument(const matching::Name& symbol) const {
  const auto found = symbols_.find(symbol);
  return found == symbols_.end() ? matching::InstrumentId{0} : found->second;
}

matching::MarketId ReadModel::find_market(const matching::Name& name) const {
  const auto found = market_names_.find(name);
  return found == market_names_.end() ? matching::MarketId{0} : found->second;
}

std::vector<OrderId> ReadModel::live_orders(const matching::Name& account) const {
  std::vector<OrderId> live;
  const auto found = std::ranges::find(accounts_, account, &Account::name);
  if (found != accounts_.end()) {
    std::ranges::copy_if(
        found->orders, std::back_inserter(live), [this](OrderId id) { return is_live(id); });
  }
  return live;
}

bool ReadModel::is_live(OrderId order) const noexcept {
  const std::size_t page = order.value() / kPageSize;
  return page < pages_.size() && pages_[page] != nullptr &&
         (*pages_[page])[order.value() % kPageSize].values.leaves_qty > matching::Quantity{0};
}

void ReadModel::note_live(matching::AccountId account, OrderId order) {
  Account& owner = at(accounts_, account);
  owner.orders.push_back(order);
  ++owner.live;
}

// Takes the finished ones out when they are the most, so that each costs a constant in the end.
void ReadModel::note_finished(matching::AccountId account) {
  constexpr std::size_t kFew = 64;
  Account& owner = at(accounts_, account);
  BETEX_ASSERT(owner.live > 0);
  --owner.live;
  if (owner.orders.size() > 2 * owner.live + kFew) {
    std::erase_if(owner.orders, [this](OrderId id) { return !is_live(id); });
  }
}

const matching::Name& ReadModel::comp_id(matching::SessionId session) const {
  return at(comp_ids_, session);
}

const ChainEntry& ReadModel::chain(OrderId order, std::uint32_t index) const {
  if (index == 0) {
    return this->order(order).first;
  }
  const auto later = later_chain_.find(order);
  BETEX_ASSERT(later != later_chain_.end() && index <= later->second.size());
  return later->second[index - 1];
}

void ReadModel::extend_chain(OrderId order, const ChainEntry& entry) {
  later_chain_[order].push_back(entry);
}

void ReadModel::add_instrument(const matching::InstrumentInfo& info) {
  grow_to(instruments_, info.instrument) = {.symbol = info.symbol,
                                            .market = info.market,
                                            .ladder = matching::find_ladder(info.ladder),
                                            .units = units_of(info.kind),
                                            .removed_in = info.removed ? std::uint64_t{1} : 0};
  symbols_[info.symbol] = info.instrument;
  at(markets_, info.market).instruments.push_back(info.instrument);
}

void ReadModel::add_session(matching::SessionId session, const matching::Name& comp_id) {
  grow_to(comp_ids_, session) = comp_id;
  audience_.add_session(session, comp_id);
}

void ReadModel::add_account(matching::AccountId account, const matching::Name& name) {
  grow_to(accounts_, account).name = name;
  audience_.add_account(account, name);
}

void ReadModel::on(const matching::SessionWentUp& event) {
  add_session(event.session, event.comp_id);
}

void ReadModel::on(const matching::AccountCreated& event) {
  add_account(event.account, event.name);
}

void ReadModel::on(const matching::MarketCreated& event) {
  market_names_[event.market] = event.header.market;
  grow_to(markets_, event.header.market) = {.name = event.market,
                                            .kind = event.kind,
                                            .ladder = event.ladder,
                                            .min_quantity = event.min_quantity,
                                            .quantity_step = event.quantity_step,
                                            .max_quantity = event.max_quantity,
                                            .instruments = {}};
}

template <typename Event>
void ReadModel::change_market(const Event& event, matching::MarketState state) {
  Market& market = at(markets_, event.header.market);
  market.state = state;
  market.version = event.version;
}

void ReadModel::on(const matching::MarketOpened& event) {
  change_market(event, matching::MarketState::Open);
}

void ReadModel::on(const matching::RunnerRemoved& event) {
  at(instruments_, event.instrument).removed_in = event.version;
  at(markets_, event.header.market).version = event.version;
}

void ReadModel::on(const matching::MarketSuspended& event) {
  change_market(event, matching::MarketState::Suspended);
}

void ReadModel::on(const matching::MarketResumed& event) {
  change_market(event, matching::MarketState::Open);
}

void ReadModel::on(const matching::MarketHalted& event) {
  change_market(event, matching::MarketState::Halted);
}

void ReadModel::on(const matching::MarketUnhalted& event) {
  change_market(event, event.state);
}

void ReadModel::on(const matching::MarketTurnedInPlay& event) {
  change_market(event, event.state);
  at(markets_, event.header.market).in_play = true;
}

void ReadModel::on(const matching::MarketClosed& event) {
  change_market(event, matching::MarketState::Closed);
}

void ReadModel::on(const matching::MarketDetermined& event) {
  change_market(event, matching::MarketState::Determined);
}

void ReadModel::on(const matching::MarketVoided& event) {
  change_market(event, matching::MarketState::Voided);
}

void ReadModel::on(const matching::RunnerAdded& event) {
  const Market& market = at(markets_, event.header.market);
  add_instrument({.instrument = event.instrument,
                  .market = event.header.market,
                  .symbol = event.symbol,
                  .kind = market.kind,
                  .ladder = market.ladder});
}

void ReadModel::on(const matching::OrderAccepted& event) {
  new_order(event.order) = {.account = event.account,
                            .session = event.session,
                            .instrument = event.instrument,
                            .side = event.side,
                            .type = event.type,
                            .time_in_force = event.time_in_force,
                            .status = event.entry == matching::Entry::Delayed
                                          ? fix::OrdStatus::PendingNew
                                          : fix::OrdStatus::New,
                            .values = event.values,
                            .first = {event.cl_ord_id,
                                      instrument(event.instrument).ladder->price_of(event.tick),
                                      event.expire_time}};
  note_live(event.account, event.order);
}

void ReadModel::on(const matching::TradeMatched& event) {
  for (const matching::TradeLeg* leg : {&event.maker, &event.taker}) {
    OrderEntry& entry = mutable_order(leg->order);
    entry.values = leg->values;
    entry.status = status_of_live(leg->values);
    if (leg->values.leaves_qty == matching::Quantity{0}) {
      note_finished(entry.account);
    }
  }
}

void ReadModel::on(const matching::OrderReduced& event) {
  mutable_order(event.order).values = event.values;
}

void ReadModel::on(const matching::OrderReleased& event) {
  OrderEntry& entry = mutable_order(event.order);
  entry.values = event.values;
  entry.status = fix::OrdStatus::New;
}

void ReadModel::on(const matching::OrderAmended& event) {
  OrderEntry& entry = mutable_order(event.order);
  entry.values = event.values;
  if (event.is_delayed == 0) {
    entry.status = status_of_live(event.values);
  }
  if (event.values.leaves_qty == matching::Quantity{0}) {
    note_finished(entry.account);
  }
  extend_chain(event.order,
               {event.cl_ord_id,
                instrument(entry.instrument).ladder->price_of(event.tick),
                event.expire_time});
}

void ReadModel::on(const matching::OrderCancelled& event) {
  OrderEntry& entry = mutable_order(event.order);
  if (!event.cl_ord_id.empty()) {
    const ChainEntry& last = chain(event.order, entry.values.chain_index);
    extend_chain(event.order, {event.cl_ord_id, last.price, last.expire_time});
  }
  entry.values = event.values;
  entry.status = fix::OrdStatus::Canceled;
  note_finished(entry.account);
}

void ReadModel::on(const matching::OrderExpired& event) {
  OrderEntry& entry = mutable_order(event.order);
  entry.values = event.values;
  entry.status = fix::OrdStatus::Expired;
  note_finished(entry.account);
}

void ReadModel::on(const matching::OrderCancelledBatched& event) {
  for (const OrderId order : event.orders()) {
    OrderEntry& entry = mutable_order(order);
    entry.values.leaves_qty = matching::Quantity{0};
    entry.status = fix::OrdStatus::Canceled;
    note_finished(entry.account);
  }
}

}  // namespace betex::gateway
