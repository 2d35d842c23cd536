#include "gateway/reports/security_status.h"

namespace betex::gateway {

using fix::TradingStatus;
using matching::MarketState;

TradingStatus trading_status(MarketState state) noexcept {
  switch (state) {
    case MarketState::Open:
      return TradingStatus::Ready;
    case MarketState::Suspended:
    case MarketState::Halted:
      return TradingStatus::Halt;
    case MarketState::Inactive:
    case MarketState::Closed:
      return TradingStatus::NotAvailable;
    case MarketState::Determined:
      return TradingStatus::Determined;
    case MarketState::Settled:
      return TradingStatus::Settled;
    case MarketState::Voided:
      return TradingStatus::Voided;
  }
  return TradingStatus::Unknown;
}

TradingStatus trading_status(const Securities& securities, const Instrument& instrument) {
  const Market& market = securities.market(instrument.market);
  return instrument.removed(market.version) ? TradingStatus::NotAvailable
                                            : trading_status(market.state);
}

}  // namespace betex::gateway
