#include "gateway/reports/security_lists.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "gateway/reports/security_status.h"
#include "matching/ladder.h"
#include "matching/reason.h"

namespace betex::gateway {
namespace {

using fix::ListingStatus;
using matching::InstrumentId;
using matching::MarketState;

ListingStatus status_of(MarketState state) {
  switch (state) {
    case MarketState::Inactive:
      return ListingStatus::Published;
    case MarketState::Open:
      return ListingStatus::Active;
    case MarketState::Suspended:
    case MarketState::Halted:
      return ListingStatus::Suspended;
    case MarketState::Closed:
    case MarketState::Determined:
      return ListingStatus::Inactive;
    case MarketState::Settled:
      return ListingStatus::Expired;
    case MarketState::Voided:
      return ListingStatus::Delisted;
  }
  return ListingStatus::Inactive;
}

std::vector<fix::TickRule> tick_rules_of(const Instrument& instrument) {
  const auto price = [&](std::int32_t units) {
    return instrument.units.price(matching::Price{units});
  };
  std::vector<fix::TickRule> rules;
  for (const matching::Band& band : instrument.ladder->bands()) {
    rules.push_back(
        {.first = price(band.from), .last = price(band.to), .increment = price(band.step)});
  }
  return rules;
}

// Why there is none to tell of; of what only ends something nothing is to be told.
matching::Reason why_none(const SecurityListQuery& query) {
  if (query.updates == SecurityListQuery::Updates::End) {
    return matching::Reason::None;
  }
  return query.symbol.empty() ? matching::Reason::UnknownMarket
                              : matching::Reason::UnknownInstrument;
}

}  // namespace

std::vector<InstrumentId> instruments_of(const Securities& securities,
                                         const SecurityListQuery& query) {
  if (query.updates == SecurityListQuery::Updates::End) {
    return {};
  }
  if (!query.symbol.empty()) {
    const InstrumentId instrument = securities.find_instrument(query.symbol);
    return instrument == InstrumentId{0} ? std::vector<InstrumentId>{} : std::vector{instrument};
  }
  if (!query.market.empty()) {
    const matching::MarketId market = securities.find_market(query.market);
    return market == matching::MarketId{0} ? std::vector<InstrumentId>{}
                                           : securities.market(market).instruments;
  }
  const auto current = securities.current_instruments();
  return {current.begin(), current.end()};
}

fix::Report security_list(const Securities& securities,
                          InstrumentId instrument,
                          const SecurityListQuery& query,
                          AnswerPlace place) {
  fix::SecurityList list{.request_id = query.security_req_id,
                         .total = static_cast<std::uint32_t>(place.total),
                         .last = place.next + 1 >= place.total};
  if (instrument == InstrumentId{0}) {
    list.reason = why_none(query);
    return {.id = {}, .body = list};
  }
  const Instrument& entry = securities.instrument(instrument);
  const Market& market = securities.market(entry.market);
  list.symbol = entry.symbol;
  list.status = entry.removed(market.version) ? ListingStatus::Delisted : status_of(market.state);
  list.description = entry.text;
  list.tick_rules = tick_rules_of(entry);
  list.quantity_step = entry.units.quantity(market.quantity_step);
  list.min_quantity = entry.units.quantity(market.min_quantity);
  list.max_quantity = entry.units.quantity(market.max_quantity);
  list.currency = securities.currency();
  list.market = market.name;
  list.market_version = market.version;
  list.kind = market.kind;
  list.ladder = market.ladder;
  list.winners = market.winners;
  list.bet_delay_ms = market.bet_delay_ms;
  list.commission_bp = market.commission_bp;
  list.passive_skips_delay = market.passive_skips_delay;
  list.scheduled_start = market.description.scheduled_start;
  list.market_description = market.description.text.view();
  list.parent = market.description.parent;
  list.format = entry.units.format;
  return {.id = {}, .body = std::move(list)};
}

fix::Report security_status(const Securities& securities,
                            const SecurityStatusQuery& query,
                            matching::Timestamp now) {
  fix::SecurityStatus answer{
      .symbol = query.symbol, .status_req_id = query.security_status_req_id, .transact_time = now};
  const InstrumentId id = securities.find_instrument(query.symbol);
  if (id == InstrumentId{0}) {
    answer.reason = matching::Reason::UnknownInstrument;
  } else {
    const Instrument& instrument = securities.instrument(id);
    const Market& market = securities.market(instrument.market);
    answer.market = market.name;
    answer.market_version = market.version;
    answer.in_play = market.in_play;
    answer.status = trading_status(securities, instrument);
  }
  return {.id = {}, .body = answer};
}

}  // namespace betex::gateway
