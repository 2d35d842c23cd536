#include "journal/tool/known_names.h"

namespace betex::journal {

void KnownNames::learn(const matching::Engine& engine) {
  currency_ = engine.house().currency;
  engine.visit_markets(
      [this](const matching::MarketInfo& market) { markets_[market.market] = market.name; });
  engine.visit_instruments([this](const matching::InstrumentInfo& instrument) {
    instruments_[instrument.instrument] = instrument.symbol;
  });
  engine.visit_order_groups(
      [this](const matching::OrderGroupInfo& group) { groups_[group.number] = group.name; });
}

void KnownNames::learn_orders(const matching::Engine& engine, matching::AccountId account) {
  engine.visit_orders([this, account](const matching::OrderInfo& order) {
    if (order.account == account) {
      mark(order.order, order.reference, order.order_group);
    }
  });
}

std::string KnownNames::order_group(matching::OrderId order) const {
  const auto found = marks_.find(order);
  if (found == marks_.end() || found->second.group == 0) {
    return "";
  }
  const auto named = groups_.find(found->second.group);
  return named == groups_.end() ? std::to_string(found->second.group)
                                : std::string{named->second.view()};
}

}  // namespace betex::journal
