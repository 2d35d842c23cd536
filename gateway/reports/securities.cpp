#include "gateway/reports/securities.h"

#include <algorithm>
#include <stdexcept>

#include "gateway/reports/dense_ids.h"
#include "matching/assert.h"
#include "matching/lifecycle.h"

namespace betex::gateway {
namespace {

// Entry `id`. Not at() of dense_ids.h, which would end the process also where only md goes wrong.
template <typename Table, typename Id>
auto& known(Table& table, Id id) {
  if (id.value() >= table.size()) [[unlikely]] {
    throw std::logic_error{"a market or instrument that there is not"};
  }
  return table[id.value()];
}

bool skips_delay(std::uint32_t flags) {
  return (flags & matching::kPassiveSkipsDelay) != 0;
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

Securities::Securities(const matching::Engine& engine) : currency_{engine.house().currency} {
  engine.visit_markets([&](const matching::MarketInfo& info) {
    market_names_[info.name] = info.market;
    grow_to(markets_, info.market) = {.name = info.name,
                                      .kind = info.kind,
                                      .ladder = info.ladder,
                                      .state = info.state,
                                      .in_play = info.in_play,
                                      .archived = info.archived,
                                      .version = info.version,
                                      .min_quantity = info.min_quantity,
                                      .quantity_step = info.quantity_step,
                                      .max_quantity = info.max_quantity,
                                      .winners = info.winners,
                                      .bet_delay_ms = info.bet_delay_ms,
                                      .commission_bp = info.commission_bp,
                                      .passive_skips_delay = skips_delay(info.flags),
                                      .description = info.description,
                                      .instruments = {}};
  });
  engine.visit_instruments([&](const matching::InstrumentInfo& info) { add_instrument(info); });
}

const Instrument& Securities::instrument(matching::InstrumentId instrument) const {
  return known(instruments_, instrument);
}

const Market& Securities::market(matching::MarketId market) const {
  return known(markets_, market);
}

matching::InstrumentId Securities::find_instrument(const matching::Name& symbol) const {
  const auto found = symbols_.find(symbol);
  return found == symbols_.end() ? matching::InstrumentId{0} : found->second;
}

matching::MarketId Securities::find_market(const matching::Name& name) const {
  const auto found = market_names_.find(name);
  return found == market_names_.end() ? matching::MarketId{0} : found->second;
}

void Securities::add_instrument(const matching::InstrumentInfo& info) {
  grow_to(instruments_, info.instrument) = {.symbol = info.symbol,
                                            .market = info.market,
                                            .ladder = matching::find_ladder(info.ladder),
                                            .units = units_of(info.kind),
                                            .removed_in = info.removed ? std::uint64_t{1} : 0,
                                            .text = std::string{info.text.view()}};
  symbols_[info.symbol] = info.instrument;
  Market& market = known(markets_, info.market);
  market.instruments.push_back(info.instrument);
  if (!market.archived) {
    current_.push_back(info.instrument);
  }
}

// Ids ascend in both lists, so what is looked at lies between the market's first and its last one,
// however many others there are.
void Securities::leave_out(matching::MarketId market) {
  const std::vector<matching::InstrumentId>& its = known(markets_, market).instruments;
  if (its.empty()) {
    return;
  }
  const auto first = std::ranges::lower_bound(current_, its.front());
  const auto last = std::ranges::upper_bound(first, current_.end(), its.back());
  const auto gone = std::ranges::remove_if(
      first, last, [&](matching::InstrumentId id) { return instrument(id).market == market; });
  current_.erase(gone.begin(), gone.end());
}

void Securities::on(const matching::ExchangeCreated& event) {
  currency_ = event.currency;
}

void Securities::on(const matching::MarketCreated& event) {
  market_names_[event.name] = event.header.market;
  grow_to(markets_, event.header.market) = {.name = event.name,
                                            .kind = event.kind,
                                            .ladder = event.ladder,
                                            .min_quantity = event.min_quantity,
                                            .quantity_step = event.quantity_step,
                                            .max_quantity = event.max_quantity,
                                            .winners = event.winners,
                                            .bet_delay_ms = event.bet_delay_ms,
                                            .commission_bp = event.commission_bp,
                                            .passive_skips_delay = skips_delay(event.flags),
                                            .instruments = {}};
}

template <typename Event>
void Securities::change_market(const Event& event) {
  Market& market = known(markets_, event.header.market);
  market.state = matching::state_after(event, market.state);
  market.version = event.version;
}

void Securities::on(const matching::MarketOpened& event) {
  change_market(event);
}

void Securities::on(const matching::RunnerRemoved& event) {
  known(instruments_, event.instrument).removed_in = event.version;
  known(markets_, event.header.market).version = event.version;
}

void Securities::on(const matching::MarketSuspended& event) {
  change_market(event);
}

void Securities::on(const matching::MarketResumed& event) {
  change_market(event);
}

void Securities::on(const matching::MarketHalted& event) {
  change_market(event);
}

void Securities::on(const matching::MarketUnhalted& event) {
  change_market(event);
}

void Securities::on(const matching::MarketTurnedInPlay& event) {
  change_market(event);
  known(markets_, event.header.market).in_play = true;
}

void Securities::on(const matching::MarketClosed& event) {
  change_market(event);
}

void Securities::on(const matching::MarketReopened& event) {
  change_market(event);
}

void Securities::on(const matching::MarketChanged& event) {
  Market& market = known(markets_, event.header.market);
  market.version = event.version;
  market.max_quantity = event.max_quantity;
  market.bet_delay_ms = event.bet_delay_ms;
  market.commission_bp = event.commission_bp;
  if (event.sets_flags) {
    market.passive_skips_delay = skips_delay(event.flags);
  }
}

void Securities::on(const matching::MarketDescribed& event) {
  if (event.instrument == matching::InstrumentId{0}) {
    known(markets_, event.header.market).description = {
        .text = event.text, .parent = event.parent, .scheduled_start = event.scheduled_start};
  } else {
    known(instruments_, event.instrument).text = event.text.view();
  }
}

void Securities::on(const matching::MarketDetermined& event) {
  change_market(event);
}

void Securities::on(const matching::MarketVoided& event) {
  change_market(event);
}

void Securities::on(const matching::MarketSettled& event) {
  change_market(event);
}

void Securities::on(const matching::MarketArchived& event) {
  Market& market = known(markets_, event.header.market);
  market.version = event.version;
  market.archived = true;
  leave_out(event.header.market);
}

void Securities::on(const matching::RunnerAdded& event) {
  const Market& market = known(markets_, event.header.market);
  add_instrument({.instrument = event.instrument,
                  .market = event.header.market,
                  .symbol = event.symbol,
                  .kind = market.kind,
                  .ladder = market.ladder});
}

}  // namespace betex::gateway
