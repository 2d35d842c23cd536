#include "matching/row_batches.h"

#include "matching/units.h"

namespace betex::matching {

// ---- A removed runner's bets

const RunnerSums& VoidRunner::sums_of(std::uint32_t row) const {
  return rows_.runners(row)[rows_.removed_runner()];
}

bool VoidRunner::wants(std::uint32_t row) const {
  const RunnerSums& sums = sums_of(row);
  return sums.won != 0 || sums.lost != 0;
}

void VoidRunner::take(std::uint32_t row) {
  const RunnerSums& sums = sums_of(row);
  bets_.push_back(
      {.account = rows_.at(row).account, .if_won = Money{sums.won}, .if_lost = Money{sums.lost}});
}

void VoidRunner::emit_chunk(Emitter& emitter, const Progress& progress) const {
  emitter.emit(RunnerBetsVoided{.batch = batch_.started.batch,
                                .instrument = batch_.started.instrument,
                                .cursor_after = static_cast<std::uint32_t>(progress.cursor)},
               bets_,
               market());
}

// ---- A round

PayRows::PayRows(const State& state, const Batch& batch) : RowWork{state, batch} {
  const MarketData& market = market_data();
  result_ =
      market.state == MarketState::Voided ? SettlementResult::Void : SettlementResult::Determined;
  std::size_t place = 0;
  for (const InstrumentId id : market.instruments) {
    const InstrumentShare& share = state.instruments.at(id).share;
    numerators_[place++] = share.numerator;
    if (share.denominator != 0) {
      denominator_ = share.denominator;
    }
  }
  if (market.kind == MarketKind::Binary) {
    price_ = result_ == SettlementResult::Void ? market.void_price
                                               : Price{numerators_[0] != 0 ? kPayout : 0};
  }
}

Payout PayRows::payout() const noexcept {
  return {
      .result = result_, .price = price_, .numerators = numerators_, .denominator = denominator_};
}

bool PayRows::wants(std::uint32_t row) const {
  return rows_.at(row).matched != Quantity{};
}

void PayRows::take(std::uint32_t row) {
  paid_.push_back(state_.ledger.settle(market(), row, payout(), market_data().commission_bp));
}

void PayRows::emit_chunk(Emitter& emitter, const Progress& progress) const {
  if (!has_moved(progress)) {
    return;  // nobody has a row there
  }
  WideMoney house = state_.ledger.house();
  for (const SettledRow& row : paid_) {
    house += row.commission - row.commission_before;
  }
  emitter.emit(PositionsSettled{.batch = batch_.started.batch,
                                .round = state_.ledger.market(market()).rounds + 1,
                                .cursor_after = static_cast<std::uint32_t>(progress.cursor),
                                .result = result_,
                                .price = price_,
                                .house = house},
               paid_,
               market());
}

void PayRows::emit_end(Emitter& emitter) const {
  const MarketMoney& money = state_.ledger.market(market());
  WideMoney rounding = state_.ledger.rounding();
  rounding += money.pot;
  emitter.emit(MarketSettled{.version = market_data().version + 1,
                             .batch = batch_.started.batch,
                             .round = money.rounds + 1,
                             .rows = static_cast<std::uint32_t>(batch_.total),
                             .requester = batch_.started.requester,
                             .result = result_,
                             .paid = batch_.paid,
                             .charged = batch_.charged,
                             .commission = batch_.commission,
                             .rounding = Money{static_cast<std::int64_t>(money.pot.value())},
                             .house = state_.ledger.house(),
                             .rounding_balance = rounding,
                             .request_id = batch_.started.request_id},
               market());
}

// ---- The end

void ArchiveRows::emit_chunk(Emitter& emitter, const Progress& progress) const {
  if (has_moved(progress)) {
    emitter.emit(RowsArchived{.batch = batch_.started.batch,
                              .cursor_after = static_cast<std::uint32_t>(progress.cursor)},
                 market());
  }
}

void ArchiveRows::emit_end(Emitter& emitter) const {
  emitter.emit(MarketArchived{.version = market_data().version + 1,
                              .requester = batch_.started.requester,
                              .request_id = batch_.started.request_id,
                              .state = market_data().state},
               market());
}

}  // namespace betex::matching
