// What clients ask for.
#include <algorithm>

#include "tests/matching/random_commands.h"

namespace betex::matching::testing {

ClOrdId RandomCommands::id() {
  const bool again = ids_ > 0 && one_in(80);
  return ClOrdId{"c" + std::to_string(again ? below(ids_) + 1 : ++ids_)};
}

Timestamp RandomCommands::transact_time() {
  return one_in(300) ? now_ + Timestamp{pick<std::int64_t>({-25, 1}) * kHourNs} : now_;
}

Decimal RandomCommands::price(LadderKind ladder) {
  if (one_in(100)) {
    return pick({Decimal{0}, Decimal{1'005'000}, Decimal{-2'000'000}, Decimal{777'777}});
  }
  const auto near = static_cast<std::int64_t>(below(12));
  switch (ladder) {
    case LadderKind::Classic:
      return one_in(30) ? pick({Decimal{1'010'000}, Decimal{1'000'000'000}})
                        : Decimal{1'950'000 + near * 10'000};
    case LadderKind::Finest:
      return one_in(30) ? pick({Decimal{1'010'000}, Decimal{1'000'000'000}})
                        : Decimal{9'990'000 + near * 10'000};
    case LadderKind::LinearCent:
      return one_in(30) ? pick({Decimal{10'000}, Decimal{990'000}})
                        : Decimal{500'000 + near * 10'000};
    case LadderKind::TaperedDeciCent:
      return one_in(30) ? pick({Decimal{1'000}, Decimal{999'000}}) : Decimal{95'000 + near * 1'000};
    case LadderKind::DeciCent:
      return Decimal{500'000 + near * 1'000};
  }
  return Decimal{};
}

Decimal RandomCommands::quantity() {
  if (one_in(80)) {
    return pick({Decimal{0},
                 Decimal{1'000'000},
                 Decimal{2'300'000},
                 Decimal{6'000'000'000},
                 Decimal{2'000'000'000'000'000'000}});
  }
  return Decimal{static_cast<std::int64_t>(2 + below(60)) * kDecimalScale};
}

// One of a few, each of many accounts.
Reference RandomCommands::reference() {
  return Reference{pick({"north", "south", "a-long-referenc"})};
}

// Its account may have it or not.
Reference RandomCommands::group() {
  return Reference{one_in(60) ? "none" : pick({"g1", "g1", "g2", "g2", "g3", "g4"})};
}

PlaceOrder RandomCommands::place() {
  const Market& chosen = market();
  OrderExtras extras;
  PlaceOrder order{.account = account(),
                   .cl_ord_id = id(),
                   .symbol = one_in(500) ? Name{"NONE"} : symbol_of(chosen),
                   .transact_time = transact_time(),
                   .price = price(chosen.ladder),
                   .quantity = quantity(),
                   .side = pick({Side::Bid, Side::Ask}),
                   .time_in_force = pick({TimeInForce::Gtc,
                                          TimeInForce::Gtc,
                                          TimeInForce::Gtc,
                                          TimeInForce::Day,
                                          TimeInForce::Ioc,
                                          TimeInForce::Fok,
                                          TimeInForce::Gtd}),
                   .self_trade_prevention = pick({SelfTradePrevention::None,
                                                  SelfTradePrevention::CancelTaker,
                                                  SelfTradePrevention::CancelMaker,
                                                  SelfTradePrevention::CancelBoth,
                                                  SelfTradePrevention::Decrement}),
                   .persistence = pick({Persistence::Lapse, Persistence::Persist}),
                   .post_only = one_in(8),
                   .cancel_on_pause = one_in(4),
                   .poss_resend = one_in(40)};
  if (order.account == kWhale && !one_in(4)) {
    order.quantity = Decimal{1'000'000'000 * kDecimalScale};
    order.time_in_force = one_in(4) ? TimeInForce::Gtc : TimeInForce::Ioc;
  }
  if (order.time_in_force == TimeInForce::Gtd) {
    order.expire_time =
        now_ + Timestamp{static_cast<std::int64_t>(below(600'000)) * 1'000'000 - 1'000'000'000};
  } else if (one_in(200)) {
    order.expire_time = now_ + Timestamp{kHourNs};
  }
  if (order.time_in_force == TimeInForce::Ioc && one_in(3)) {
    order.min_quantity = quantity();
  }
  if (one_in(12)) {
    order.type = OrderType::Market;
    order.price = one_in(20) ? order.price : Decimal{};
    if (one_in(2)) {
      extras.max_cost = Decimal{static_cast<std::int64_t>(below(40)) * kDecimalScale};
    }
  }
  if (one_in(15)) {
    order.version_guard = 1 + below(6);
  }
  if (one_in(3)) {
    extras.reference = reference();
  }
  if (one_in(2)) {
    extras.order_group = group();
  }
  if (extras != OrderExtras{} || one_in(20)) {
    order.extras = extras;
  }
  return order;
}

Asked RandomCommands::far_order(Timestamp now, const ReferenceEngine& reference) {
  now_ = now;
  const Market& chosen = markets_[pick<std::size_t>({0, 0, 0, 0, 0, 2, 4})];
  PlaceOrder order = place();
  order.account = Name{kAccounts[pick<std::size_t>({0, 0, 0, 0, 1, 2})]};
  order.symbol = symbol_of(chosen);
  order.type = OrderType::Limit;
  order.quantity = Decimal{static_cast<std::int64_t>(2 + below(60)) * kDecimalScale};
  order.min_quantity = Decimal{};
  order.version_guard = one_in(10) ? 1 : 0;
  OrderExtras extras = order.extra();
  extras.max_cost = Decimal{};
  order.extras = extras;
  order.expire_time = Timestamp{};
  order.time_in_force = pick({TimeInForce::Gtc, TimeInForce::Gtc, TimeInForce::Day});
  const auto ticks = static_cast<std::int64_t>(below(20));
  const bool bid = order.side == Side::Bid;
  if (chosen.ladder == LadderKind::Classic) {
    order.price = Decimal{bid ? 3'000'000 + ticks * 50'000 : 1'200'000 + ticks * 10'000};
  } else {
    order.price = Decimal{bid ? 100'000 + ticks * 10'000 : 700'000 + ticks * 10'000};
  }
  return {.body = order, .origin = origin(reference)};
}

std::uint64_t RandomCommands::recent_order(const ReferenceEngine& reference) {
  const std::uint64_t last = reference.last_order();
  return last - std::min(last, below(one_in(20) ? last + 2 : 150));
}

CancelOrder RandomCommands::cancel(const ReferenceEngine& reference) {
  CancelOrder order{.account = account(), .cl_ord_id = id()};
  if (one_in(4)) {
    order.orig_cl_ord_id = ClOrdId{"c" + std::to_string(below(ids_ + 1))};
  } else {
    order.order_id = OrderId{recent_order(reference)};
  }
  return order;
}

// Mostly by its owner and on its own ladder, sometimes not; sometimes for what is filled already.
AmendOrder RandomCommands::amend(const ReferenceEngine& reference) {
  const std::uint64_t order = recent_order(reference);
  const auto found = reference.orders().find(order);
  LadderKind ladder = market().ladder;
  AmendOrder amend{.account = account(),
                   .cl_ord_id = id(),
                   .order_id = OrderId{order},
                   .transact_time = transact_time()};
  if (found == reference.orders().end() || one_in(10)) {
    amend.price = price(ladder);
    amend.quantity = quantity();
    return amend;
  }
  const RefOrder& known = found->second;
  const RefMarket& its = reference.markets().at(known.market);
  ladder = its.made.ladder;
  const std::int64_t per_price = its.odds() ? 10'000 : 100;
  const std::int64_t per_unit = its.odds() ? kDecimalScale / 100 : kDecimalScale;
  amend.account = known.asked.account;
  amend.price = one_in(2) ? Decimal{its.prices[static_cast<std::size_t>(known.tick)] * per_price}
                          : price(ladder);
  const std::int64_t units = pick({known.quantity, known.filled, known.quantity - its.step, 0L});
  amend.quantity = units <= 0 || one_in(2) ? quantity() : Decimal{units * per_unit};
  if (known.time_in_force == TimeInForce::Gtd && one_in(3)) {
    amend.expire_time = now_ + Timestamp{static_cast<std::int64_t>(below(600)) * 1'000'000'000};
  }
  if (one_in(3)) {
    amend.persistence = pick({Persistence::Lapse, Persistence::Persist});
    amend.persistence_given = true;
  }
  if (one_in(6)) {
    amend.version_guard = its.version + (one_in(6) ? 1 : 0);
  }
  return amend;
}

MassCancel RandomCommands::mass_cancel() {
  MassCancel cancel{.side = static_cast<std::uint8_t>(below(3))};
  if (one_in(40)) {
    cancel.side = 3;
  }
  const Market& chosen = market();
  if (one_in(3)) {
    cancel.market = one_in(30) ? Name{"NONE"} : chosen.name;
  }
  if (one_in(3)) {
    cancel.symbol = one_in(30) ? Name{"NONE"} : symbol_of(one_in(10) ? market() : chosen);
  }
  cancel.own_session = one_in(3);
  if (one_in(4)) {
    cancel.reference = one_in(20) ? Reference{"nobody's"} : reference();
  }
  if (one_in(4)) {
    cancel.order_group = group();
  }
  cancel.cl_ord_id = id();
  cancel.account = account();
  return cancel;
}

CancelOnBehalf RandomCommands::cancel_on_behalf(const ReferenceEngine& reference) {
  CancelOnBehalf cancel{.side = static_cast<std::uint8_t>(one_in(40) ? 3 : below(3)),
                        .request_id = request()};
  const Market& chosen = market();
  if (one_in(3)) {
    cancel.account = account();
  }
  if (one_in(3)) {
    const RefSession& session = reference.sessions().at(1 + below(std::size(kSessions)));
    cancel.comp_id = one_in(30) ? Name{"S9"} : Name{session.comp_id};
  }
  if (one_in(3)) {
    cancel.market = one_in(30) ? Name{"NONE"} : chosen.name;
  }
  if (one_in(3)) {
    cancel.symbol = one_in(30) ? Name{"NONE"} : symbol_of(one_in(10) ? market() : chosen);
  }
  return cancel;
}

}  // namespace betex::matching::testing
