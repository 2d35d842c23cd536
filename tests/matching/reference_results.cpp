// How markets of the reference engine end: RULES.md section 4.
#include <numeric>
#include <set>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

// The shares of all winners, brought to one denominator, must be as many as there are winners; YES
// is all or nothing.
Reason ReferenceEngine::shares_fail(const DetermineMarket& determine,
                                    const RefMarket& market,
                                    std::string& text) {
  std::set<RefId> named;
  std::int64_t common = 1;
  for (const RunnerShare& share : *determine.shares) {
    if (share.symbol.empty()) {
      continue;
    }
    const RefId id = id_of(symbols_, share.symbol);
    if (id == 0 || instruments_.at(id).market != market.id) {
      return Reason::UnknownInstrument;
    }
    if (instruments_.at(id).removed || !named.insert(id).second || share.denominator == 0 ||
        share.denominator > 64 || share.numerator > share.denominator) {
      return Reason::InvalidParameter;
    }
    common = std::lcm(common, std::int64_t{share.denominator});
    text += std::to_string(id) + ':' + std::to_string(share.numerator) + '/' +
            std::to_string(share.denominator) + ' ';
  }
  std::int64_t sum = 0;
  for (const RunnerShare& share : *determine.shares) {
    sum += share.symbol.empty() ? 0 : common / share.denominator * share.numerator;
  }
  const bool fits = market.odds() ? sum == common * market.made.winners : sum == 0 || sum == common;
  return fits ? Reason::None : Reason::InvalidParameter;
}

void ReferenceEngine::on(const DetermineMarket& determine) {
  RefMarket* const market = market_for(determine.market, determine.request_id);
  if (market == nullptr) {
    return;
  }
  std::string shares;
  Reason reason = Reason::None;
  if (!market->is_one_of({MarketState::Closed, MarketState::Determined})) {
    reason = Reason::InvalidState;
  } else if (being_cancelled(*market)) {
    reason = Reason::MarketBatchCancelling;
  } else {
    reason = shares_fail(determine, *market, shares);
  }
  if (reason != Reason::None) {
    refuse(reason, determine.market.view(), determine.request_id.view());
    return;
  }
  set_state(*market,
            {.kind = EventKind::MarketDetermined,
             .id = shares,
             .request = std::string{determine.request_id.view()}},
            MarketState::Determined);
}

void ReferenceEngine::on(const VoidMarket& annul) {
  RefMarket* const market = market_for(annul.market, annul.request_id);
  if (market == nullptr) {
    return;
  }
  const auto price = whole(annul.price, market->odds() ? 100 : 10'000);
  Reason reason = Reason::None;
  if (!price || *price < 0 || *price > (market->odds() ? 0 : 10'000)) {
    reason = Reason::InvalidParameter;
  } else if (market->is_one_of({MarketState::Settled, MarketState::Voided})) {
    reason = Reason::InvalidState;
  }
  if (reason != Reason::None) {
    refuse(reason, annul.market.view(), annul.request_id.view());
    return;
  }
  set_state(*market,
            {.kind = EventKind::MarketVoided,
             .cash = *price,
             .request = std::string{annul.request_id.view()}},
            MarketState::Voided);
  cancel_in(*market, {.scope = CancelScope::All, .cause = CancelCause::MarketVoided});
}

}  // namespace betex::matching::testing
