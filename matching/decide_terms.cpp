// What a market is: its creation, its runners, its terms and its description (RULES.md section 4).
#include <algorithm>

#include "matching/decider.h"
#include "matching/ladder.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

constexpr std::uint32_t kMaxWinners = kMaxRunners - 1;
constexpr std::uint32_t kMaxCommissionBp = 10'000;
constexpr std::uint32_t kMaxBetDelayMs = 60'000;

// None where it is no quantity that an order of such a market may have. 0 is one.
std::optional<Quantity> to_limit(MarketKind kind, Decimal decimal) {
  const auto quantity = to_quantity(kind, decimal);
  return quantity && *quantity >= Quantity{} && *quantity <= max_order_quantity(kind)
             ? quantity
             : std::nullopt;
}

// Of the orders of a market, as its creation gives them or leaves them out; limits all of them.
struct OrderSizes {
  Quantity step;
  Quantity smallest;
  Quantity largest;
};

OrderSizes order_sizes(const CreateMarket& create) {
  const auto given_or = [&create](Decimal decimal, Quantity otherwise) {
    return decimal == Decimal{} ? otherwise : *to_limit(create.kind, decimal);
  };
  const Quantity step = given_or(create.quantity_step, Quantity{1});
  return {.step = step,
          .smallest = std::max(step, given_or(create.min_quantity, step)),
          .largest = given_or(create.max_quantity, max_order_quantity(create.kind))};
}

}  // namespace

// ---- Creation -----------------------------------------------------------------------------------

Reason Decider::check(const CreateMarket& create) const {
  if (state_.market_names.find(create.market) != 0 ||
      (create.kind == MarketKind::Binary && state_.symbols.find(create.market) != 0)) {
    return Reason::AlreadyExists;
  }
  const bool known_kind =
      create.kind == MarketKind::ExchangeOdds || create.kind == MarketKind::Binary;
  if (!known_kind || create.market.empty() || find_ladder(create.ladder) == nullptr ||
      !ladder_fits(create.kind, create.ladder) || create.commission_bp > kMaxCommissionBp ||
      create.bet_delay_ms > kMaxBetDelayMs || create.winners == 0 ||
      create.winners > (create.kind == MarketKind::Binary ? 1 : kMaxWinners)) {
    return Reason::InvalidParameter;
  }
  if (create.kind != MarketKind::Binary && create.max_position != Decimal{}) {
    return Reason::InvalidParameter;
  }
  for (const Decimal decimal :
       {create.min_quantity, create.quantity_step, create.max_quantity, create.max_position}) {
    if (!to_limit(create.kind, decimal)) {
      return Reason::InvalidParameter;
    }
  }
  const OrderSizes sizes = order_sizes(create);
  if (sizes.largest < sizes.smallest) {
    return Reason::InvalidParameter;
  }
  return check_runners(create);
}

Reason Decider::check_runners(const CreateMarket& create) const {
  const std::size_t most = create.kind == MarketKind::Binary ? 0 : kMaxRunners;
  if (create.runners.size() > most) {
    return Reason::InvalidParameter;
  }
  for (auto runner = create.runners.begin(); runner != create.runners.end(); ++runner) {
    if (runner->empty() || std::find(create.runners.begin(), runner, *runner) != runner) {
      return Reason::InvalidParameter;
    }
    if (state_.symbols.find(*runner) != 0) {
      return Reason::AlreadyExists;
    }
  }
  return Reason::None;
}

void Decider::decide(const CreateMarket& create) {
  Reason reason = check_request();
  if (reason == Reason::None) {
    reason = check(create);
  }
  if (!passes(reason)) {
    return;
  }
  const bool binary = create.kind == MarketKind::Binary;
  const std::vector<Name> runners = binary ? std::vector{create.market} : create.runners;
  const MarketId market = state_.markets.next_id();
  const OrderSizes sizes = order_sizes(create);
  emitter_.emit(
      MarketCreated{.kind = create.kind,
                    .ladder = create.ladder,
                    .winners = create.winners,
                    .commission_bp = create.commission_bp,
                    .bet_delay_ms = create.bet_delay_ms,
                    .min_quantity = sizes.smallest,
                    .quantity_step = sizes.step,
                    .max_quantity = sizes.largest,
                    .max_position = *to_limit(create.kind, create.max_position),
                    .flags = create.passive_skips_delay ? kPassiveSkipsDelay : 0,
                    .runners = static_cast<std::uint32_t>(runners.size()),
                    .name = create.market,
                    .request_id = create.request_id},
      market);
  for (const Name& runner : runners) {
    add_runner(market, runner, create.request_id);
  }
}

void Decider::add_runner(MarketId market, const Name& symbol, const Name& request_id) {
  RunnerAdded event{
      .instrument = state_.instruments.next_id(), .symbol = symbol, .request_id = request_id};
  tell_market(event, market);
  emitter_.emit(event, market);
}

Reason Decider::check(const AddRunner& add, const MarketData& market) const {
  if (add.symbol.empty()) {
    return Reason::InvalidParameter;
  }
  if (state_.symbols.find(add.symbol) != 0) {
    return Reason::AlreadyExists;
  }
  return market.kind == MarketKind::ExchangeOdds && market.instruments.size() < kMaxRunners
             ? check_step(MarketStep::AddRunner, market)
             : Reason::InvalidState;
}

void Decider::decide(const AddRunner& add) {
  const MarketData* const market = market_for(add.market);
  if (market != nullptr && passes(check(add, *market))) {
    add_runner(market->id, add.symbol, add.request_id);
  }
}

// ---- Changes ------------------------------------------------------------------------------------

// Fills in what is given.
Reason Decider::check(const ChangeMarket& change, const MarketData& market, MarketChanged& event) {
  event.bet_delay_ms = change.bet_delay_ms.value_or(event.bet_delay_ms);
  event.commission_bp = change.commission_bp.value_or(event.commission_bp);
  if (change.passive_skips_delay) {
    event.flags = *change.passive_skips_delay ? event.flags | kPassiveSkipsDelay
                                              : event.flags & ~kPassiveSkipsDelay;
  }
  if (const Reason reason = check_step(MarketStep::Change, market); reason != Reason::None) {
    return reason;
  }
  if (event.bet_delay_ms > kMaxBetDelayMs || event.commission_bp > kMaxCommissionBp) {
    return Reason::InvalidParameter;
  }
  if (!change.max_quantity) {
    return Reason::None;
  }
  const auto most = to_limit(market.kind, *change.max_quantity);
  if (!most) {
    return Reason::InvalidParameter;
  }
  event.max_quantity = *most == Quantity{} ? max_order_quantity(market.kind) : *most;
  return event.max_quantity < market.min_quantity ? Reason::InvalidParameter : Reason::None;
}

void Decider::decide(const ChangeMarket& change) {
  const MarketData* const market = market_for(change.market);
  if (market == nullptr) {
    return;
  }
  MarketChanged event{.version = market->version + 1,
                      .bet_delay_ms = market->bet_delay_ms,
                      .commission_bp = market->commission_bp,
                      .max_quantity = market->max_quantity,
                      .request_id = change.request_id,
                      .state = market->state,
                      .sets_flags = true,
                      .flags = market->flags};
  if (passes(check(change, *market, event))) {
    emitter_.emit(event, market->id);
  }
}

// Fills in the whole description.
Reason Decider::check(const DescribeMarket& describe,
                      const MarketData& market,
                      MarketDescribed& event) const {
  if (const Reason reason = check_step(MarketStep::Change, market); reason != Reason::None) {
    return reason;
  }
  const Description& given = *describe.description;
  if (describe.symbol.empty()) {
    event.text = given.text.value_or(market.description.text);
    event.parent = given.parent.value_or(market.description.parent);
    event.scheduled_start = given.scheduled_start.value_or(market.description.scheduled_start);
    return Reason::None;
  }
  const auto symbol = static_cast<std::uint32_t>(state_.symbols.find(describe.symbol));
  const InstrumentState* const runner = state_.instruments.find(InstrumentId{symbol});
  if (runner == nullptr || runner->market != market.id) {
    return Reason::UnknownInstrument;
  }
  event.instrument = runner->id;
  event.text = given.text.value_or(runner->text);
  return given.parent || given.scheduled_start ? Reason::InvalidParameter : Reason::None;
}

void Decider::decide(const DescribeMarket& describe) {
  const MarketData* const market = market_for(describe.market);
  if (market == nullptr) {
    return;
  }
  MarketDescribed event{.request_id = describe.request_id};
  tell_market(event, market->id);
  if (passes(check(describe, *market, event))) {
    emitter_.emit(event, market->id);
  }
}

}  // namespace betex::matching
