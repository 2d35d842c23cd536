// What the reference engine asks of an order before it takes it, in its order: RULES.md section 3.
#include <algorithm>

#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kDayNs = 86'400 * kSecondNs;

}  // namespace

// `session` has asked for it; 0: none.
Reason ReferenceEngine::may_enter(RefId account, RefId session) {
  if (accounts_.at(account).suspended) {
    return Reason::AccountSuspended;
  }
  return session != 0 && sessions_.at(session).suspended ? Reason::SessionSuspended : Reason::None;
}

Reason ReferenceEngine::age_fails(Timestamp transact_time) {
  return transact_time.value() < now_ - kDayNs || transact_time.value() > now_ + 300 * kSecondNs
             ? Reason::StaleRequest
             : Reason::None;
}

Reason ReferenceEngine::id_fails(const RefClOrdId& id) {
  return known_ids_.contains(id) ? Reason::DuplicateClOrdId : Reason::None;
}

Reason ReferenceEngine::market_refuses(const RefOrder& order, RefId session) {
  const RefMarket& market = markets_.at(order.market);
  if (market.state != MarketState::Open) {
    return Reason::MarketNotOpen;
  }
  for (const RefBatch& batch : batches_) {
    if (batch.work != BatchWork::CancelOrders) {
      continue;  // over the rows of a market that is not open
    }
    if (!batch.account && !batch.session) {
      if (batch.market == market.id) {
        return Reason::MarketBatchCancelling;
      }
    } else if ((!batch.account || batch.account == order.account) &&
               (!batch.session || batch.session == session)) {
      return Reason::BatchRunning;
    }
  }
  return instruments_.at(order.instrument).removed ? Reason::RunnerNotActive : Reason::None;
}

// What cannot take need not wait, where the market says so.
bool ReferenceEngine::waits_for_delay(const RefOrder& order) const {
  const RefMarket& market = markets_.at(order.market);
  return market.delays() && !(market.made.passive_skips_delay && order.asked.post_only);
}

Reason ReferenceEngine::bad_quantity(const RefMarket& market,
                                     Decimal asked,
                                     std::int64_t& quantity) {
  const auto units = whole(asked, market.odds() ? 100 : 1);
  const std::int64_t cap = market.odds() ? 100'000'000'000 : 1'000'000'000'000;
  if (asked.value() <= 0 || (units && *units > cap)) {
    return Reason::BadQuantity;
  }
  if (!units || *units % market.step != 0) {
    return Reason::QuantityStep;
  }
  quantity = *units;
  return Reason::None;
}

Reason ReferenceEngine::flags_fail(const PlaceOrder& asked, RefOrder& order) {
  const auto min_fill = whole(asked.min_quantity, markets_.at(order.market).odds() ? 100 : 1);
  if (!min_fill || *min_fill < 0 || *min_fill > order.quantity) {
    return Reason::BadQuantity;
  }
  order.min_fill = *min_fill;
  order.time_in_force = asked.type == OrderType::Market && asked.time_in_force == TimeInForce::Day
                            ? TimeInForce::Ioc
                            : asked.time_in_force;
  const auto budget = whole(asked.extra().max_cost, 10'000);
  if ((asked.type == OrderType::Market && (!order.immediate() || asked.price != Decimal{})) ||
      (asked.post_only && order.immediate()) ||
      (order.min_fill > 0 && order.time_in_force != TimeInForce::Ioc) || !budget || *budget < 0 ||
      (*budget > 0 && asked.type != OrderType::Market)) {
    return Reason::UnsupportedCombination;
  }
  order.max_cost = *budget;
  order.expires = asked.expire_time.value();
  if (order.time_in_force != TimeInForce::Gtd && order.expires != 0) {
    return Reason::UnsupportedCombination;
  }
  return order.time_in_force == TimeInForce::Gtd && order.expires <= now_ ? Reason::BadExpireTime
                                                                          : Reason::None;
}

Reason ReferenceEngine::why_not(const PlaceOrder& asked, RefOrder& order) {
  if (halted_) {
    return Reason::ExchangeHalted;
  }
  order.instrument = id_of(symbols_, asked.symbol);
  if (order.instrument == 0) {
    return Reason::UnknownInstrument;
  }
  order.market = instruments_.at(order.instrument).market;
  const RefMarket& market = markets_.at(order.market);
  if (const Reason reason = market_refuses(order, requester()); reason != Reason::None) {
    return reason;
  }
  if (asked.version_guard != 0 && asked.version_guard != market.version) {
    return Reason::StaleMarketVersion;
  }
  if (asked.type == OrderType::Market) {
    const bool top = market.odds() != (asked.side == Side::Bid);
    order.tick = top ? static_cast<std::int64_t>(market.prices.size()) - 1 : 0;
  } else if (const auto tick = tick_of(market, asked.price)) {
    order.tick = *tick;
  } else {
    return Reason::PriceNotOnLadder;
  }
  if (const Reason reason = bad_quantity(market, asked.quantity, order.quantity);
      reason != Reason::None) {
    return reason;
  }
  if (order.quantity < market.minimum) {
    return Reason::BelowMinimumQuantity;
  }
  if (const Reason reason = flags_fail(asked, order); reason != Reason::None) {
    return reason;
  }
  if (const Reason reason = group_fails(asked, order); reason != Reason::None) {
    return reason;
  }
  order.leaves = order.quantity;
  if (const Reason reason = money_fails(order, nullptr); reason != Reason::None) {
    return reason;
  }
  return asked.post_only && !waits_for_delay(order) && !crossing_ticks(order).empty()
             ? Reason::PostOnlyWouldCross
             : Reason::None;
}

}  // namespace betex::matching::testing
