// A market's result, its payments and its end (RULES.md section 5).
#include <algorithm>
#include <vector>

#include "matching/decider.h"
#include "matching/units.h"

namespace betex::matching {

// A process works on the market's rows, or will when its cancels have ended.
bool Decider::is_over_rows(const MarketData& market) const {
  return state_.ledger.market(market.id).rows.is_removing() ||
         std::any_of(state_.payments.begin(), state_.payments.end(), [&market](const Batch& batch) {
           return batch.started.header.market == market.id;
         });
}

// What determining, settling, voiding and archiving have in common. A void alone does not wait for
// cancels: it has its own.
Reason Decider::check_end(MarketStep step, const MarketData& market) const {
  if (market.archived) {
    return Reason::MarketArchived;
  }
  if (!is_possible(step, market.state)) {
    return Reason::InvalidState;
  }
  const bool waits = step != MarketStep::Void && is_batch_cancelling(market);
  return waits || is_over_rows(market) ? Reason::MarketBatchCancelling : Reason::None;
}

// ---- Result -------------------------------------------------------------------------------------

// Fills in the shares.
Reason Decider::check(const DetermineMarket& determine,
                      const MarketData& market,
                      std::vector<InstrumentShare>& shares) const {
  if (!is_contest(market)) {
    return Reason::InvalidState;
  }
  std::uint32_t wins = 0;
  for (const RunnerShare& share : determine.shares) {
    const auto symbol = static_cast<std::uint32_t>(state_.symbols.find(share.symbol));
    const InstrumentState* const instrument = state_.instruments.find(InstrumentId{symbol});
    if (instrument == nullptr || instrument->market != market.id) {
      return Reason::UnknownInstrument;
    }
    const bool named_before =
        std::any_of(shares.begin(), shares.end(), [instrument](const InstrumentShare& other) {
          return other.instrument == instrument->id;
        });
    if (instrument->removed || named_before || share.denominator == 0 ||
        share.denominator > market.instruments.size() ||
        share.denominator != determine.shares.front().denominator ||
        share.numerator > share.denominator) {
      return Reason::InvalidParameter;
    }
    wins += share.numerator;
    shares.push_back({instrument->id, share.numerator, share.denominator});
  }
  if (shares.empty()) {
    return Reason::InvalidParameter;
  }
  const bool adds_up = market.kind == MarketKind::Binary ||
                       wins == market.winners * determine.shares.front().denominator;
  return adds_up ? Reason::None : Reason::InvalidParameter;
}

void Decider::decide(const DetermineMarket& determine) {
  const MarketData* const market = market_for(determine.market);
  if (market == nullptr) {
    return;
  }
  std::vector<InstrumentShare> shares;
  Reason reason = check_end(MarketStep::Determine, *market);
  if (reason == Reason::None) {
    reason = check(determine, *market, shares);
  }
  if (passes(reason)) {
    emitter_.emit(
        MarketDetermined{.version = market->version + 1, .request_id = determine.request_id},
        shares,
        market->id);
  }
}

// ---- Payments -----------------------------------------------------------------------------------

void Decider::decide(const SettleMarket& settle) {
  const MarketData* const market = market_for(settle.market);
  if (market == nullptr) {
    return;
  }
  if (!passes(check_end(MarketStep::Settle, *market))) {
    return;
  }
  start_batch(
      {.requester = requester(), .work = BatchWork::PayRows, .request_id = settle.request_id},
      market->id);
}

void Decider::decide(const VoidMarket& annul) {
  const MarketData* const market = market_for(annul.market);
  if (market == nullptr) {
    return;
  }
  const auto price = to_price(market->kind, annul.price);
  const bool fits =
      price && (market->kind == MarketKind::Binary ? *price > Price{} && *price < Price{kPayout}
                                                   : *price == Price{});
  Reason reason = check_end(MarketStep::Void, *market);
  if (reason == Reason::None && !fits) {
    reason = Reason::InvalidParameter;
  }
  if (!passes(reason)) {
    return;
  }
  const MarketId id = market->id;
  emitter_.emit(MarketVoided{.version = market->version + 1,
                             .price = *price,
                             .request_id = annul.request_id,
                             .goes_on = true},  // a round, if nothing else
                id);
  cancel_and_go_on(id,
                   {.scope = CancelScope::All,
                    .cause = CancelCause::MarketVoided,
                    .requester = requester(),
                    .request_id = annul.request_id});
}

void Decider::decide(const ArchiveMarket& archive) {
  const MarketData* const market = market_for(archive.market);
  if (market == nullptr) {
    return;
  }
  if (!passes(check_end(MarketStep::Archive, *market))) {
    return;
  }
  start_batch(
      {.requester = requester(), .work = BatchWork::ArchiveRows, .request_id = archive.request_id},
      market->id);
}

}  // namespace betex::matching
