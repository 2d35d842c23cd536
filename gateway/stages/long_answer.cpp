#include "gateway/stages/long_answer.h"

#include <numeric>

#include "gateway/stages/report_maker.h"
#include "matching/assert.h"

namespace betex::gateway {

// One that is about nothing has one message, which says so.
fix::Report LongAnswer::next_message(const ReadModel& model) {
  BETEX_ASSERT(!done());
  const auto* const of_orders = std::get_if<MassStatusQuery>(&query_);
  if (next_ == 0) {
    ids_ = of_orders != nullptr ? orders(model) : instruments(model);
  }
  const std::uint64_t id = ids_.empty() ? 0 : ids_[next_];
  const ReportMaker::Place place{.next = next_, .total = ids_.size()};
  ++next_;
  const ReportMaker maker{model};
  if (of_orders != nullptr) {
    const matching::OrderId order{id};
    return maker.mass_status(
        model.knows(order) ? order : matching::OrderId{0}, asked_at_, *of_orders, place);
  }
  return maker.security(matching::InstrumentId{static_cast<std::uint32_t>(id)},
                        std::get<SecurityListQuery>(query_),
                        place);
}

std::vector<std::uint64_t> LongAnswer::orders(const ReadModel& model) const {
  const auto& query = std::get<MassStatusQuery>(query_);
  std::vector<std::uint64_t> ids;
  for (const matching::OrderId id : model.live_orders(query.account)) {
    const OrderEntry& order = model.order(id);
    const bool meant =
        (query.side == 0 || matching::Side{query.side} == order.side) &&
        (query.symbol.empty() || query.symbol == model.instrument(order.instrument).symbol);
    if (meant) {
      ids.push_back(id.value());
    }
  }
  return ids;
}

std::vector<std::uint64_t> LongAnswer::instruments(const ReadModel& model) const {
  const auto& query = std::get<SecurityListQuery>(query_);
  std::vector<std::uint64_t> ids;
  if (!query.symbol.empty()) {
    if (const auto id = model.find_instrument(query.symbol); id != matching::InstrumentId{0}) {
      ids.push_back(id.value());
    }
  } else if (!query.market.empty()) {
    if (const auto market = model.find_market(query.market); market != matching::MarketId{0}) {
      for (const matching::InstrumentId id : model.market(market).instruments) {
        ids.push_back(id.value());
      }
    }
  } else {
    ids.resize(model.instrument_count());
    std::iota(ids.begin(), ids.end(), 1);
  }
  return ids;
}

}  // namespace betex::gateway
