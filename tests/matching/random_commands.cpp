#include "tests/matching/random_commands.h"

#include <algorithm>

namespace betex::matching::testing {
namespace {

constexpr const char* kAccounts[] = {"ann", "ben", "cat", "dan", "eve"};
constexpr const char* kSessions[] = {"S1", "S2", "S3"};
constexpr std::int64_t kHourNs = 3'600'000'000'000;
constexpr std::size_t kMarketsInUse = 7;  // the newest ones

}  // namespace

// ---- Markets, accounts, sessions ----------------------------------------------------------------

void RandomCommands::create_market(MarketKind kind, LadderKind ladder, std::uint32_t bet_delay_ms) {
  const std::string name = "M" + std::to_string(markets_.size() + 1);
  const bool odds = kind == MarketKind::ExchangeOdds;
  const std::uint32_t winners = odds && one_in(4) ? 2 : 1;
  Market market{
      .name = Name{name}, .kind = kind, .ladder = ladder, .winners = winners, .symbols = {}};
  planned_.push_back(
      CreateMarket{.market = market.name,
                   .winners = winners,
                   .bet_delay_ms = bet_delay_ms,
                   .kind = kind,
                   .ladder = ladder,
                   .min_quantity = Decimal{2 * kDecimalScale},
                   .quantity_step = Decimal{odds ? kDecimalScale / 2 : 0},
                   .max_quantity = one_in(3) ? Decimal{} : Decimal{5'000 * kDecimalScale},
                   .request_id = request()});
  if (odds) {
    const std::uint64_t runners = 2 + winners + below(2);
    for (std::uint64_t i = 0; i < runners; ++i) {
      market.symbols.push_back(Name{name + "." + std::to_string(i + 1)});
      planned_.push_back(AddRunner{.market = market.name, .symbol = market.symbols.back()});
    }
  } else {
    market.symbols = {market.name};
  }
  planned_.push_back(OpenMarket{.market = market.name, .request_id = request()});
  markets_.push_back(std::move(market));
}

std::vector<CommandBody> RandomCommands::setup() {
  for (const char* name : kAccounts) {
    planned_.push_back(CreateAccount{
        .account = Name{name},
        .kind = Name{name} == Name{"eve"} ? AccountKind::Collateralised : AccountKind::Unlimited});
  }
  planned_.push_back(SetLimits{.account = Name{"dan"}, .max_open_orders = 12});
  for (const char* name : kSessions) {
    planned_.push_back(SessionUp{
        .comp_id = Name{name}, .cancel_on_disconnect = name != kSessions[0], .grace_ms = 2'000});
  }
  create_market(MarketKind::ExchangeOdds, LadderKind::Classic, 0);
  create_market(MarketKind::ExchangeOdds, LadderKind::Finest, 5'000);
  create_market(MarketKind::Binary, LadderKind::LinearCent, 0);
  create_market(MarketKind::Binary, LadderKind::TaperedDeciCent, 2'000);
  create_market(MarketKind::Binary, LadderKind::DeciCent, 0);
  std::vector<CommandBody> commands{planned_.begin(), planned_.end()};
  planned_.clear();
  return commands;
}

Name RandomCommands::account() {
  return one_in(500) ? Name{"nobody"} : Name{kAccounts[below(std::size(kAccounts))]};
}

Name RandomCommands::request() {
  if (one_in(3)) {
    return {};
  }
  const bool again = requests_ > 0 && one_in(12);
  return Name{"r" + std::to_string(again ? below(requests_) + 1 : ++requests_)};
}

const RandomCommands::Market& RandomCommands::market() {
  const std::size_t in_use = std::min(markets_.size(), kMarketsInUse);
  return markets_[markets_.size() - 1 - (one_in(20) ? below(markets_.size()) : below(in_use))];
}

const Name& RandomCommands::symbol_of(const Market& market) {
  return market.symbols[below(market.symbols.size())];
}

const RandomCommands::Market& RandomCommands::market_of(const Name& symbol) const {
  const std::string text{symbol.view()};
  const auto found = std::find_if(markets_.begin(), markets_.end(), [&](const Market& candidate) {
    return text.substr(0, text.find('.')) == candidate.name.view();
  });
  return found == markets_.end() ? markets_.front() : *found;
}

Origin RandomCommands::origin(const ReferenceEngine& reference) {
  if (one_in(2)) {
    return {};
  }
  if (one_in(200)) {
    return {SessionId{99}, SessionEpoch{1}, MsgSeqNum{1}};
  }
  const RefSession& session = reference.sessions().at(1 + below(std::size(kSessions)));
  const std::uint32_t epoch = one_in(200) ? session.epoch + 1 : session.epoch;
  return {SessionId{static_cast<std::uint32_t>(session.id)},
          SessionEpoch{epoch},
          MsgSeqNum{one_in(50) ? session.next_in + 5 : session.next_in}};
}

// ---- Orders -------------------------------------------------------------------------------------

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

PlaceOrder RandomCommands::place() {
  const Market& chosen = market();
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
    order.max_cost =
        one_in(2) ? Decimal{static_cast<std::int64_t>(below(40)) * kDecimalScale} : Decimal{};
  }
  if (one_in(15)) {
    order.version_guard = 1 + below(6);
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
  order.max_cost = Decimal{};
  order.version_guard = one_in(10) ? 1 : 0;
  order.expire_time = Timestamp{};
  order.time_in_force = pick({TimeInForce::Gtc, TimeInForce::Gtc, TimeInForce::Day});
  const auto ticks = static_cast<std::int64_t>(below(20));
  const bool bid = order.side == Side::Bid;
  if (chosen.ladder == LadderKind::Classic) {
    order.price = Decimal{bid ? 3'000'000 + ticks * 50'000 : 1'200'000 + ticks * 10'000};
  } else {
    order.price = Decimal{bid ? 100'000 + ticks * 10'000 : 700'000 + ticks * 10'000};
  }
  return {order, origin(reference)};
}

std::uint64_t RandomCommands::recent_order(const ReferenceEngine& reference) {
  const std::uint64_t last = reference.last_order();
  return last - std::min(last, below(one_in(20) ? last + 2 : 150));
}

CancelOrder RandomCommands::cancel(const ReferenceEngine& reference) {
  CancelOrder order{.account = account(), .cl_ord_id = id(), .transact_time = transact_time()};
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
  return amend;
}

MassCancel RandomCommands::mass_cancel() {
  MassCancel cancel{.transact_time = transact_time(), .side = static_cast<std::uint8_t>(below(3))};
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
  if (one_in(4)) {
    cancel.session = SessionId{pick({1U, 2U, 3U, 9U})};
  }
  if (one_in(3)) {  // on behalf
    cancel.request_id = request();
    cancel.account = one_in(2) ? Name{} : account();
  } else {
    cancel.cl_ord_id = id();
    cancel.account = account();
  }
  return cancel;
}

// ---- Operators ----------------------------------------------------------------------------------

// The first runners win.
DetermineMarket RandomCommands::result_of(const Market& market) {
  DetermineMarket determine{.market = market.name, .request_id = request()};
  for (std::uint32_t i = 0; i < market.winners; ++i) {
    determine.shares[i] = {.symbol = market.symbols[i], .numerator = 1, .denominator = 1};
  }
  return determine;
}

CommandBody RandomCommands::end_of_market() {
  const Market& chosen = market();
  switch (below(6)) {
    case 0:
    case 1:
      planned_.push_back(result_of(chosen));
      planned_.push_back(result_of(chosen));
      return CloseMarket{.market = chosen.name, .request_id = request()};
    case 2:
      return VoidMarket{
          .market = chosen.name,
          .price =
              chosen.kind == MarketKind::Binary
                  ? pick({Decimal{0}, Decimal{500'000}, Decimal{1'000'000}, Decimal{2'000'000}})
                  : Decimal{static_cast<std::int64_t>(below(2)) * kDecimalScale},
          .request_id = request()};
    default: {
      DetermineMarket determine{.market = chosen.name, .request_id = request()};
      const std::uint64_t named = below(4);
      for (std::uint64_t i = 0; i < named; ++i) {
        determine.shares[i] = {.symbol = one_in(20) ? symbol_of(market()) : symbol_of(chosen),
                               .numerator = static_cast<std::uint16_t>(1 + below(2)),
                               .denominator = static_cast<std::uint16_t>(1 + below(2))};
      }
      return determine;
    }
  }
}

CommandBody RandomCommands::market_command() {
  const Market& chosen = market();
  const Name& name = one_in(100) ? Name{"NONE"} : chosen.name;
  switch (below(40)) {
    case 0:
    case 1:
      return one_in(2) ? CommandBody{HaltMarket{.market = name, .request_id = request()}}
                       : CommandBody{ResumeMarket{.market = name}};
    case 2:
      return TurnInPlay{.market = name, .request_id = request()};
    case 3:
      return OpenMarket{.market = name, .request_id = request()};
    case 4:
      return one_in(2)
                 ? CommandBody{RemoveRunner{.market = name,
                                            .symbol = symbol_of(one_in(9) ? market() : chosen),
                                            .request_id = request()}}
                 : CommandBody{AddRunner{.market = name,
                                         .symbol = one_in(2) ? symbol_of(chosen) : Name{"NEW"},
                                         .request_id = request()}};
    case 5:
      return one_in(3) ? end_of_market() : HaltMarket{.market = name};
    case 6:
      if (one_in(3)) {
        const bool odds = one_in(2);
        create_market(
            odds ? MarketKind::ExchangeOdds : MarketKind::Binary,
            odds
                ? pick({LadderKind::Classic, LadderKind::Finest})
                : pick({LadderKind::LinearCent, LadderKind::TaperedDeciCent, LadderKind::DeciCent}),
            pick({0U, 0U, 1'000U, 5'000U}));
      }
      return CreateMarket{.market = one_in(2) ? name : Name{},
                          .winners = static_cast<std::uint32_t>(below(12)),
                          .request_id = request()};
    case 7:
    case 8:
    case 9:
      return SuspendMarket{
          .market = name,
          .reason = pick({SuspendReason::Goal, SuspendReason::Pause}),
          .scope = pick(
              {CancelScope::None, CancelScope::None, CancelScope::LapseOnly, CancelScope::All}),
          .request_id = request()};
    case 10:
    case 11:
    case 12:
    case 13:
      return UnhaltMarket{.market = name, .request_id = request()};
    default:
      return ResumeMarket{.market = name, .request_id = request()};
  }
}

CommandBody RandomCommands::account_command() {
  const Name name = one_in(3) ? account() : Name{"cat"};
  switch (below(6)) {
    case 0:
      return SuspendAccount{.account = name, .request_id = request(), .cancel_orders = one_in(2)};
    case 1:
      return SetLimits{.account = one_in(4) ? account() : Name{"dan"},
                       .max_open_orders = static_cast<std::uint32_t>(below(15)),
                       .request_id = request()};
    case 2:
      return CreateAccount{.account = one_in(2) ? name : Name{}, .request_id = request()};
    default:
      return ResumeAccount{.account = name, .request_id = request()};
  }
}

Asked RandomCommands::session_command(const ReferenceEngine& reference) {
  const RefSession& session = reference.sessions().at(1 + below(std::size(kSessions)));
  const Name name = one_in(60) ? Name{"S9"} : Name{session.comp_id};
  const SessionId id{one_in(60) ? 9U : static_cast<std::uint32_t>(session.id)};
  const SessionEpoch epoch{one_in(30) ? session.epoch + 1 : session.epoch};
  switch (below(15)) {
    case 0:
    case 1:
      return {SessionDown{id,
                          epoch,
                          MsgSeqNum{session.next_in + 1},
                          pick({SessionDownReason::Logout,
                                SessionDownReason::Disconnect,
                                SessionDownReason::Restart,
                                SessionDownReason::Shutdown})},
              {}};
    case 2:
      return {ReserveNumbers{
                  id, epoch, MsgSeqNum{session.reserved_to + static_cast<std::uint32_t>(below(3))}},
              {}};
    case 3:
      return {ConfirmDelivery{.session = id, .delivered = EventSeq{session.delivered + below(200)}},
              {}};
    case 4:
    case 5:
      return {RefuseInbound{.msg_type = Text<7>{"D"},
                            .cl_ord_id = this->id(),
                            .tag = 44,
                            .fix_reason = 5,
                            .reason = Reason::Throttled},
              origin(reference)};
    case 6:
      return {SetSessionNumbers{.comp_id = name,
                                .next_in = MsgSeqNum{static_cast<std::uint32_t>(below(3))},
                                .reserved_to = MsgSeqNum{static_cast<std::uint32_t>(below(3))},
                                .new_epoch = one_in(2),
                                .request_id = request()},
              {}};
    case 7:
      if (one_in(2)) {
        return {ResumeSession{.comp_id = name}, {}};
      }
      return {SuspendSession{.comp_id = name, .request_id = request(), .cancel_orders = one_in(2)},
              {}};
    case 8:
    case 9:
      return {ResumeSession{.comp_id = name, .request_id = request()}, {}};
    case 10:
      return {LogoutSession{.comp_id = name, .request_id = request()}, {}};
    default:
      return {SessionUp{.comp_id = one_in(60) ? Name{} : Name{session.comp_id},
                        .reset = one_in(8),
                        .cancel_on_disconnect = !one_in(3),
                        .grace_ms = pick({0U, 1'000U, 10'000U})},
              {}};
  }
}

CommandBody RandomCommands::exchange_command(const ReferenceEngine& reference) {
  switch (below(3)) {
    case 0:
      return SetTradingDay{.ends_at_s = pick({0U, 3'600U, 61'200U, 90'000U}),
                           .request_id = request()};
    case 1:
      return Announce{
          .subject = market().name, .headline = Text<255>{"hear"}, .request_id = request()};
    default:
      return MoveWatermark{.watermark = EventSeq{reference.last_seq() + 2 - below(5)},
                           .request_id = request()};
  }
}

void RandomCommands::plan_process() {
  const Name busiest{kAccounts[0]};
  switch (below(5)) {
    case 0:
      planned_.push_back(MassCancel{.account = busiest, .cl_ord_id = id(), .transact_time = now_});
      break;
    case 1:
      planned_.push_back(SuspendAccount{.account = busiest, .cancel_orders = true});
      break;
    case 2:
      planned_.push_back(
          SuspendMarket{.market = markets_[0].name, .scope = CancelScope::LapseOnly});
      break;
    case 3:
      planned_.push_back(CloseMarket{.market = markets_[0].name});
      break;
    default:
      planned_.push_back(TurnInPlay{.market = markets_[0].name});
      break;
  }
}

Asked RandomCommands::next(Timestamp now, const ReferenceEngine& reference) {
  now_ = now;
  if (!planned_.empty()) {
    const CommandBody body = planned_.front();
    planned_.pop_front();
    return {body, {}};
  }
  const std::uint64_t dice = below(1000);
  if (dice < 600) {
    return {place(), origin(reference)};
  }
  if (dice < 770) {
    return {cancel(reference), origin(reference)};
  }
  if (dice < 910) {
    return {amend(reference), origin(reference)};
  }
  if (dice < 916) {
    return {mass_cancel(), origin(reference)};
  }
  if (dice < 935) {
    return session_command(reference);
  }
  if (dice < 950) {
    return {account_command(), origin(reference)};
  }
  if (dice < 954) {
    return {exchange_command(reference), origin(reference)};
  }
  return {market_command(), one_in(3) ? origin(reference) : Origin{}};
}

// Mostly less than a second; now and then hours, for days and generations to end.
std::int64_t RandomCommands::pause_ns() {
  const auto milliseconds = static_cast<std::int64_t>(below(600));
  return one_in(700) ? milliseconds * 180'000'000'000 : milliseconds * 1'000'000;
}

RandomCommands::Accident RandomCommands::accident(Busy busy) {
  const std::uint64_t dice = below(busy == Busy::Yes ? 4 : 200);
  return dice == 0 ? Accident::Recovered : dice == 1 ? Accident::Reloaded : Accident::None;
}

}  // namespace betex::matching::testing
