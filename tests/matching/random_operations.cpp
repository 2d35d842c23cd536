// What operators and sessions ask for.
#include "tests/matching/random_commands.h"

namespace betex::matching::testing {

CommandBody RandomCommands::runner_command(const Market& market) {
  if (!one_in(4)) {
    return RemoveRunner{.market = market.name,
                        .symbol = symbol_of(one_in(9) ? this->market() : market),
                        .request_id = request()};
  }
  return AddRunner{.market = market.name,
                   .symbol = one_in(2) ? symbol_of(market) : Name{"NEW"},
                   .request_id = request()};
}

CommandBody RandomCommands::market_command(const ReferenceEngine& reference) {
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
    case 5:
      return runner_command(chosen);
    case 6:
    case 7:
      if (planned_.empty()) {
        plan_end(static_cast<std::size_t>(&chosen - markets_.data()), reference);
      }
      return ResumeMarket{.market = markets_.back().name};
    case 8:
      return result_command(reference);
    case 9:
      if (one_in(3)) {
        create_some_market();
      }
      return CreateMarket{
          .market = one_in(2) ? name : Name{},
          .winners = static_cast<std::uint32_t>(one_in(3) ? 97 + below(6) : below(12)),
          .kind = one_in(4) ? MarketKind::Binary : MarketKind::ExchangeOdds,
          .ladder = one_in(4) ? LadderKind::DeciCent : LadderKind::Classic,
          .max_position = pick({Decimal{},
                                Decimal{kDecimalScale},
                                Decimal{-kDecimalScale},
                                Decimal{2'000'000'000'000 * kDecimalScale}}),
          .request_id = request()};
    case 10:
    case 11:
    case 12:
      return SuspendMarket{
          .market = name,
          .reason = pick({SuspendReason::Goal, SuspendReason::Pause}),
          .scope = pick(
              {CancelScope::None, CancelScope::None, CancelScope::LapseOnly, CancelScope::All}),
          .request_id = request()};
    case 13:
    case 14:
    case 15:
    case 16:
      return UnhaltMarket{.market = name, .request_id = request()};
    default:
      return ResumeMarket{.market = name, .request_id = request()};
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
      planned_.push_back(MassCancel{.account = busiest, .cl_ord_id = id()});
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

}  // namespace betex::matching::testing
