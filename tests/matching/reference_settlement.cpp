// Results, rounds and the end of markets, and the processes over rows, in the reference engine:
// RULES.md sections 4 and 5.
#include <algorithm>
#include <limits>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {
namespace {

constexpr std::int64_t kPayoutMu = 10'000;
constexpr std::int64_t kAllBp = 10'000;
constexpr std::size_t kMostRowsVisited = 4'096;

std::size_t most_rows(BatchWork work) {
  switch (work) {
    case BatchWork::VoidRunner:
      return 1'024;
    case BatchWork::PayRows:
      return 128;
    case BatchWork::ArchiveRows:
    case BatchWork::CancelOrders:
      break;
  }
  return std::numeric_limits<std::size_t>::max();
}

// Towards minus infinity.
Int128 floor_of(Int128 numerator, Int128 denominator) {
  const Int128 quotient = numerator / denominator;
  return numerator % denominator < 0 ? quotient - 1 : quotient;
}

}  // namespace

// ---- Results ------------------------------------------------------------------------------------

Reason ReferenceEngine::shares_fail(const DetermineMarket& determine,
                                    const RefMarket& market) const {
  std::set<RefId> named;
  std::int64_t sum = 0;
  const std::int64_t denominator =
      determine.shares.empty() ? 1 : determine.shares.front().denominator;
  for (const RunnerShare& share : determine.shares) {
    const RefId id = id_of(symbols_, share.symbol);
    if (id == 0 || instruments_.at(id).market != market.id) {
      return Reason::UnknownInstrument;
    }
    if (instruments_.at(id).removed || !named.insert(id).second || share.denominator == 0 ||
        share.denominator != denominator || share.denominator > market.instruments.size() ||
        share.numerator > share.denominator) {
      return Reason::InvalidParameter;
    }
    sum += share.numerator;
  }
  const bool fits = market.odds() ? sum == denominator * market.made.winners : named.size() == 1;
  return fits ? Reason::None : Reason::InvalidParameter;
}

// A result, a round, a void or an archive, which are possible in these states.
Reason ReferenceEngine::result_refused(const RefMarket& market,
                                       const std::set<MarketState>& states) const {
  if (market.archived) {
    return Reason::MarketArchived;
  }
  if (!market.is_one_of(states)) {
    return Reason::InvalidState;
  }
  const bool busy = std::any_of(batches_.begin(), batches_.end(), [&](const RefBatch& batch) {
    return batch.concerns_rows(market.id);
  });
  return busy ? Reason::MarketBatchCancelling : Reason::None;
}

void ReferenceEngine::on(const DetermineMarket& determine) {
  RefMarket& market = market_of(determine);
  Reason reason =
      result_refused(market, {MarketState::Closed, MarketState::Determined, MarketState::Settled});
  if (reason == Reason::None && being_cancelled(market)) {
    reason = Reason::MarketBatchCancelling;
  }
  if (reason == Reason::None && !is_contest(market)) {
    reason = Reason::InvalidState;
  }
  if (reason == Reason::None) {
    reason = shares_fail(determine, market);
  }
  if (reason != Reason::None) {
    refuse(reason, determine);
    return;
  }
  market.shares.clear();
  market.share_of = determine.shares.front().denominator;
  std::vector<InstrumentShare> tail;
  for (const RunnerShare& share : determine.shares) {
    const RefId id = id_of(symbols_, share.symbol);
    market.shares[id] = share.numerator;
    tail.push_back({plain(id), share.numerator, share.denominator});
  }
  market.state = MarketState::Determined;
  say(MarketDetermined{.version = ++market.version, .request_id = determine.request_id},
      market.id,
      tail);
}

void ReferenceEngine::on(const SettleMarket& settle) {
  RefMarket& market = market_of(settle);
  Reason reason = result_refused(market, {MarketState::Determined});
  if (reason == Reason::None && being_cancelled(market)) {
    reason = Reason::MarketBatchCancelling;
  }
  if (reason != Reason::None) {
    refuse(reason, settle);
    return;
  }
  start_batch({.work = BatchWork::PayRows,
               .market = market.id,
               .requester = requester(),
               .request = settle.request_id});
}

void ReferenceEngine::on(const VoidMarket& annul) {
  RefMarket& market = market_of(annul);
  Reason reason = result_refused(market,
                                 {MarketState::Inactive,
                                  MarketState::Open,
                                  MarketState::Suspended,
                                  MarketState::Halted,
                                  MarketState::Closed,
                                  MarketState::Determined,
                                  MarketState::Settled});
  const auto price = whole(annul.price, kPayoutMu);
  const bool priced =
      market.odds() ? annul.price == Decimal{} : price && *price > 0 && *price < kPayoutMu;
  if (reason == Reason::None && !priced) {
    reason = Reason::InvalidParameter;
  }
  if (reason != Reason::None) {
    refuse(reason, annul);
    return;
  }
  market.void_price = *price;
  market.state = MarketState::Voided;
  say(MarketVoided{.version = ++market.version,
                   .price = plain(*price),
                   .request_id = annul.request_id,
                   .goes_on = true},
      market.id);
  const RefBatch cancels{.then = BatchWork::PayRows,
                         .market = market.id,
                         .scope = CancelScope::All,
                         .cause = CancelCause::MarketVoided,
                         .requester = requester(),
                         .request = annul.request_id};
  if (!cancel_in(market, cancels)) {
    follow(cancels);
  }
}

void ReferenceEngine::on(const ArchiveMarket& archive) {
  RefMarket& market = market_of(archive);
  const Reason reason = result_refused(market, {MarketState::Settled, MarketState::Voided});
  if (reason != Reason::None) {
    refuse(reason, archive);
    return;
  }
  start_batch({.work = BatchWork::ArchiveRows,
               .market = market.id,
               .requester = requester(),
               .request = archive.request_id});
}

// ---- Processes over rows ------------------------------------------------------------------------

// What a chunk counts, beside the rows that it visits.
bool ReferenceEngine::has_work(const RefBatch& batch, const RefRow& row) const {
  switch (batch.work) {
    case BatchWork::VoidRunner: {
      const RefOutcome sums = outcome(row, *batch.instrument);
      return sums.won != 0 || sums.lost != 0;
    }
    case BatchWork::PayRows:
      return !row.bets.empty();
    case BatchWork::ArchiveRows:
    case BatchWork::CancelOrders:
      break;
  }
  return true;
}

// In the order of their numbers. True if something is left to do.
bool ReferenceEngine::run_row_chunk(RefBatch& batch) {
  RefMarket& market = markets_.at(*batch.market);
  std::vector<RefId> visited;
  std::size_t worked_on = 0;
  bool more = false;
  for (RefId number = batch.cursor + 1; number <= market.rows.size(); ++number) {
    const bool wanted = has_work(batch, market.rows[number - 1]);
    if (visited.size() == kMostRowsVisited || (wanted && worked_on == most_rows(batch.work))) {
      more = true;
      break;
    }
    visited.push_back(number);
    worked_on += wanted ? 1 : 0;
  }
  batch.cursor += visited.size();
  batch.total += static_cast<std::int64_t>(worked_on);
  switch (batch.work) {
    case BatchWork::VoidRunner:
      void_chunk(batch, market, visited);
      break;
    case BatchWork::PayRows:
      pay_chunk(batch, market, visited);
      if (!more) {
        end_round(batch, market);
      }
      break;
    case BatchWork::ArchiveRows:
      archive_chunk(batch, market, visited);
      if (!more) {
        end_archive(batch, market);
      }
      break;
    case BatchWork::CancelOrders:
      break;
  }
  return more;
}

void ReferenceEngine::void_chunk(const RefBatch& batch,
                                 RefMarket& market,
                                 const std::vector<RefId>& rows) {
  std::vector<VoidedBets> tail;
  for (const RefId number : rows) {
    RefRow& row = market.rows[number - 1];
    if (has_work(batch, row)) {
      const RefOutcome sums = outcome(row, *batch.instrument);
      tail.push_back(
          {.account = plain(row.account), .if_won = plain(sums.won), .if_lost = plain(sums.lost)});
    }
    row.removed.insert(*batch.instrument);
  }
  say(RunnerBetsVoided{.batch = plain(batch.id),
                       .instrument = plain(*batch.instrument),
                       .cursor_after = static_cast<std::uint32_t>(batch.cursor)},
      market.id,
      tail);
}

void ReferenceEngine::archive_chunk(const RefBatch& batch,
                                    RefMarket& market,
                                    const std::vector<RefId>& rows) {
  if (rows.empty()) {
    return;
  }
  for (const RefId number : rows) {
    market.rows[number - 1].bets.clear();
  }
  say(RowsArchived{.batch = plain(batch.id),
                   .cursor_after = static_cast<std::uint32_t>(batch.cursor)},
      market.id);
}

void ReferenceEngine::end_archive(const RefBatch& batch, RefMarket& market) {
  market.rows.clear();
  market.archived = true;
  say(MarketArchived{.version = ++market.version,
                     .requester = plain(batch.requester),
                     .request_id = batch.request,
                     .state = market.state},
      market.id);
}

// ---- Rounds -------------------------------------------------------------------------------------

// What YES gets, of a binary market; 0 in an odds market.
std::int64_t ReferenceEngine::price_of_yes(const RefMarket& market) {
  if (market.odds()) {
    return 0;
  }
  if (market.state == MarketState::Voided) {
    return market.void_price;
  }
  return market.shares.begin()->second * kPayoutMu;
}

// What the row's bets come to, of all rounds.
std::int64_t ReferenceEngine::target(const RefMarket& market, const RefRow& row) const {
  if (!market.odds()) {
    const std::int64_t yes = position(row).yes;
    const std::int64_t price = price_of_yes(market);
    return yes >= 0 ? yes * price : -yes * (kPayoutMu - price);
  }
  if (market.state == MarketState::Voided) {
    return 0;
  }
  Int128 sum = 0;  // in parts of the shares' denominator
  for (const RefId runner : market.instruments) {
    const auto share = market.shares.find(runner);
    const RefOutcome sums = outcome(row, runner);
    sum += sums.lost * market.share_of;
    sum += share == market.shares.end() ? 0 : (sums.won - sums.lost) * share->second;
  }
  return static_cast<std::int64_t>(floor_of(sum, market.share_of));
}

std::int64_t ReferenceEngine::commission(const RefMarket& market, const RefRow& row) const {
  const Int128 net = Int128{target(market, row)} + (market.odds() ? 0 : position(row).cash);
  if (market.state == MarketState::Voided || net <= 0) {
    return 0;
  }
  return static_cast<std::int64_t>(net * market.made.commission_bp * (kAllBp - row.discount_bp) /
                                   (kAllBp * kAllBp));
}

SettledRow ReferenceEngine::pay(RefBatch& batch, RefMarket& market, RefRow& row) {
  RefAccount& account = accounts_.at(row.account);
  if (!row.paid_once) {
    row.paid_once = true;
    row.discount_bp = account.discount_bp;
  }
  const std::int64_t to_pay = target(market, row);
  const std::int64_t to_take = commission(market, row);
  const std::int64_t gross = to_pay - row.paid;
  const std::int64_t fee = to_take - row.commission;
  account.balance += gross - fee;
  market.pot -= gross;
  house_ += fee;
  (gross > 0 ? batch.paid : batch.charged) += gross > 0 ? gross : -gross;
  batch.commission += fee;
  const SettledRow settled{.account = plain(row.account),
                           .discount_bp = static_cast<std::uint32_t>(row.discount_bp),
                           .position = plain(position(row).yes),
                           .gross = plain(gross),
                           .target = plain(to_pay),
                           .commission = plain(to_take),
                           .commission_before = plain(row.commission),
                           .balance = plain(account.balance)};
  row.paid = to_pay;
  row.commission = to_take;
  return settled;
}

void ReferenceEngine::pay_chunk(RefBatch& batch,
                                RefMarket& market,
                                const std::vector<RefId>& rows) {
  if (rows.empty()) {
    return;
  }
  std::vector<SettledRow> tail;
  for (const RefId number : rows) {
    RefRow& row = market.rows[number - 1];
    if (has_work(batch, row)) {
      tail.push_back(pay(batch, market, row));
    }
    row.passed = true;
  }
  say(PositionsSettled{.batch = plain(batch.id),
                       .round = market.rounds + 1,
                       .cursor_after = static_cast<std::uint32_t>(batch.cursor),
                       .result = result_of(market),
                       .price = plain(price_of_yes(market)),
                       .house = WideMoney{house_}},
      market.id,
      tail);
}

SettlementResult ReferenceEngine::result_of(const RefMarket& market) {
  return market.state == MarketState::Voided ? SettlementResult::Void
                                             : SettlementResult::Determined;
}

// What is left in the pot is what floors have left over.
void ReferenceEngine::end_round(const RefBatch& batch, RefMarket& market) {
  const SettlementResult result = result_of(market);
  const Int128 left = market.pot;
  market.pot = 0;
  rounding_ += left;
  ++market.rounds;
  if (result == SettlementResult::Determined) {
    market.state = MarketState::Settled;
  }
  say(MarketSettled{.version = ++market.version,
                    .batch = plain(batch.id),
                    .round = market.rounds,
                    .rows = static_cast<std::uint32_t>(batch.total),
                    .requester = plain(batch.requester),
                    .result = result,
                    .paid = WideMoney{batch.paid},
                    .charged = WideMoney{batch.charged},
                    .commission = WideMoney{batch.commission},
                    .rounding = plain(left),
                    .house = WideMoney{house_},
                    .rounding_balance = WideMoney{rounding_},
                    .request_id = batch.request},
      market.id);
}

}  // namespace betex::matching::testing
