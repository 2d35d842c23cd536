#include "tests/matching/random_commands.h"

#include <algorithm>

namespace betex::matching::testing {
namespace {

struct Market {
  const char* name;
  MarketKind kind;
  LadderKind ladder;
  std::uint32_t bet_delay_ms;
};

constexpr Market kMarkets[] = {
    {"HORSE", MarketKind::ExchangeOdds, LadderKind::Classic, 0},
    {"MATCH", MarketKind::ExchangeOdds, LadderKind::Finest, 5'000},
    {"RAIN", MarketKind::Binary, LadderKind::LinearCent, 0},
    {"SNOW", MarketKind::Binary, LadderKind::TaperedDeciCent, 2'000},
    {"HAIL", MarketKind::Binary, LadderKind::DeciCent, 0},
};

struct Instrument {
  const char* symbol;
  std::size_t market;
};

constexpr Instrument kInstruments[] = {{"H1", 0},
                                       {"H2", 0},
                                       {"H3", 0},
                                       {"M1", 1},
                                       {"M2", 1},
                                       {"M3", 1},
                                       {"RAIN", 2},
                                       {"SNOW", 3},
                                       {"HAIL", 4}};
constexpr const char* kAccounts[] = {"ann", "ben", "cat", "dan"};

}  // namespace

std::vector<CommandBody> RandomCommands::setup() {
  std::vector<CommandBody> commands;
  for (const char* name : kAccounts) {
    commands.push_back(CreateAccount{.account = Name{name}});
  }
  commands.push_back(SetLimits{.account = Name{"dan"}, .max_open_orders = 12});
  for (const Market& market : kMarkets) {
    const bool odds = market.kind == MarketKind::ExchangeOdds;
    commands.push_back(CreateMarket{.market = Name{market.name},
                                    .bet_delay_ms = market.bet_delay_ms,
                                    .kind = market.kind,
                                    .ladder = market.ladder,
                                    .min_quantity = Decimal{2 * kDecimalScale},
                                    .quantity_step = Decimal{odds ? kDecimalScale / 2 : 0},
                                    .max_quantity = Decimal{5'000 * kDecimalScale}});
    for (const Instrument& instrument : kInstruments) {
      if (odds && kMarkets[instrument.market].name == market.name) {
        commands.push_back(
            AddRunner{.market = Name{market.name}, .symbol = Name{instrument.symbol}});
      }
    }
    commands.push_back(OpenMarket{.market = Name{market.name}});
  }
  return commands;
}

Name RandomCommands::account() {
  return one_in(500) ? Name{"nobody"} : Name{kAccounts[below(std::size(kAccounts))]};
}

std::size_t RandomCommands::instrument() {
  return below(std::size(kInstruments));
}

ClOrdId RandomCommands::id() {
  const bool again = ids_ > 0 && one_in(100);
  return ClOrdId{"c" + std::to_string(again ? below(ids_) + 1 : ++ids_)};
}

Timestamp RandomCommands::transact_time(Timestamp now) {
  constexpr std::int64_t kHour = 3'600'000'000'000;
  return one_in(300) ? now + Timestamp{pick<std::int64_t>({-25, 1}) * kHour} : now;
}

Decimal RandomCommands::price(std::size_t index) {
  const Market& market = kMarkets[kInstruments[index].market];
  if (one_in(100)) {
    return pick({Decimal{0}, Decimal{1'005'000}, Decimal{-2'000'000}, Decimal{777'777}});
  }
  const auto near = static_cast<std::int64_t>(below(12));
  switch (market.ladder) {
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

Decimal RandomCommands::quantity(std::size_t) {
  if (one_in(80)) {
    return pick({Decimal{0},
                 Decimal{1'000'000},
                 Decimal{2'300'000},
                 Decimal{6'000'000'000},
                 Decimal{2'000'000'000'000'000'000}});
  }
  return Decimal{static_cast<std::int64_t>(2 + below(60)) * kDecimalScale};
}

PlaceOrder RandomCommands::place(Timestamp now) {
  const std::size_t index = instrument();
  PlaceOrder order{.account = account(),
                   .cl_ord_id = id(),
                   .symbol = one_in(500) ? Name{"NONE"} : Name{kInstruments[index].symbol},
                   .transact_time = transact_time(now),
                   .price = price(index),
                   .quantity = quantity(index),
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
  if (order.time_in_force == TimeInForce::Gtd) {
    order.expire_time =
        now + Timestamp{static_cast<std::int64_t>(below(600'000)) * 1'000'000 - 1'000'000'000};
  }
  if (order.time_in_force == TimeInForce::Ioc && one_in(3)) {
    order.min_quantity = quantity(index);
  }
  if (one_in(12)) {
    order.type = OrderType::Market;
    order.price = one_in(20) ? order.price : Decimal{};
    order.max_cost =
        one_in(2) ? Decimal{static_cast<std::int64_t>(below(40)) * kDecimalScale} : Decimal{};
  }
  if (one_in(15)) {
    order.version_guard = 1 + below(6);
  }
  return order;
}

std::uint64_t RandomCommands::recent_order(std::uint64_t last_order) {
  return last_order - std::min(last_order, below(150));
}

// Mostly by its owner and on its own ladder, sometimes not.
AmendOrder RandomCommands::amend(Timestamp now, std::uint64_t last_order, const FindOrder& find) {
  const std::uint64_t order = recent_order(last_order);
  const PlaceOrder* const asked = find(order);
  std::size_t index = instrument();
  Name owner = account();
  if (asked != nullptr && !one_in(10)) {
    owner = asked->account;
    for (std::size_t i = 0; i < std::size(kInstruments); ++i) {
      index = kInstruments[i].symbol == asked->symbol.view() ? i : index;
    }
  }
  return {.account = owner,
          .cl_ord_id = id(),
          .order_id = OrderId{order},
          .transact_time = transact_time(now),
          .price = asked != nullptr && one_in(3) ? asked->price : price(index),
          .quantity = asked != nullptr && one_in(6) ? asked->quantity : quantity(index)};
}

CommandBody RandomCommands::market_command() {
  const Name market{kMarkets[below(std::size(kMarkets))].name};
  switch (below(40)) {
    case 0:
      return HaltMarket{.market = market};
    case 1:
      return TurnInPlay{.market = market};
    case 2:
      return SuspendAccount{.account = Name{"cat"}, .cancel_orders = one_in(2)};
    case 3:
    case 4:
      return ResumeAccount{.account = Name{"cat"}};
    case 5:
      return one_in(200) ? CommandBody{CloseMarket{.market = market}}
                         : CommandBody{OpenMarket{.market = market}};
    case 6:
      return one_in(50) ? CommandBody{RemoveRunner{.market = Name{"HORSE"}, .symbol = Name{"H3"}}}
                        : CommandBody{HaltMarket{.market = market}};
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
      return SuspendMarket{
          .market = market,
          .reason = pick({SuspendReason::Goal, SuspendReason::Pause}),
          .scope = pick(
              {CancelScope::None, CancelScope::None, CancelScope::LapseOnly, CancelScope::All})};
    case 12:
    case 13:
    case 14:
    case 15:
    case 16:
      return UnhaltMarket{.market = market};
    default:
      return ResumeMarket{.market = market};
  }
}

CommandBody RandomCommands::next(Timestamp now, std::uint64_t last_order, const FindOrder& find) {
  const std::uint64_t dice = below(1000);
  if (dice < 600) {
    return place(now);
  }
  if (dice < 760) {
    return CancelOrder{.account = account(),
                       .cl_ord_id = id(),
                       .order_id = OrderId{recent_order(last_order)},
                       .transact_time = transact_time(now)};
  }
  if (dice < 800) {
    return CancelOrder{.account = account(),
                       .cl_ord_id = id(),
                       .orig_cl_ord_id = ClOrdId{"c" + std::to_string(below(ids_ + 1))},
                       .transact_time = transact_time(now)};
  }
  if (dice < 930) {
    return amend(now, last_order, find);
  }
  if (dice < 935) {
    return MassCancel{.account = account(),
                      .cl_ord_id = id(),
                      .transact_time = transact_time(now),
                      .symbol = one_in(2) ? Name{} : Name{kInstruments[instrument()].symbol},
                      .side = static_cast<std::uint8_t>(below(3))};
  }
  return market_command();
}

std::int64_t RandomCommands::pause_ns() {
  return static_cast<std::int64_t>(below(600)) * 1'000'000;
}

}  // namespace betex::matching::testing
