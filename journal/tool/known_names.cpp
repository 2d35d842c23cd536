#include "journal/tool/known_names.h"

namespace betex::journal {

void KnownNames::learn(const matching::Engine& engine) {
  currency_ = engine.house().currency;
  engine.visit_markets(
      [this](const matching::MarketInfo& market) { markets_[market.market] = market.name; });
  engine.visit_instruments([this](const matching::InstrumentInfo& instrument) {
    instruments_[instrument.instrument] = instrument.symbol;
  });
}

}  // namespace betex::journal
