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
  switch (below(47)) {
    case 46: {  // only where that is proposed, since no market comes back from it
      VoidMarket annul = void_of(chosen);
      annul.request_id = Name{"r" + std::to_string(++requests_)};
      if (reference.approval_classes() % 2 == 1) {
        return annul;
      }
      return ResumeMarket{.market = name};
    }
    case 40:
    case 41:
      return terms_command(chosen);
    case 42:
      return description_command(chosen);
    case 43:
      return cancel_on_behalf(reference);
    case 44:
      return SuspendMarket{.market = name,
                           .scope = pick({CancelScope::None, CancelScope::LapseOnly}),
                           .request_id = request()};
    case 0:
    case 1:
      return one_in(2) ? CommandBody{HaltMarket{.market = name, .request_id = request()}}
                       : CommandBody{ResumeMarket{.market = name}};
    case 2:
      return TurnInPlay{.market = name, .request_id = request()};
    case 3:
      return OpenMarket{.market = name,
                        .expected_runners = static_cast<std::uint32_t>(below(5)),
                        .request_id = request()};
    case 4:
    case 5:
    case 45:
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
          .runners = some_runners(),
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

// Of a market that is created in vain, mostly.
std::vector<Name> RandomCommands::some_runners() {
  if (one_in(2)) {
    return {};
  }
  std::vector<Name> runners;
  const std::uint64_t count = one_in(4) ? 99 + below(3) : below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    runners.push_back(Name{"V" + std::to_string(requests_) + "." + std::to_string(i)});
  }
  if (!runners.empty() && one_in(3)) {
    runners.back() = pick({Name{}, runners.front(), symbol_of(market())});
  }
  return runners;
}

CommandBody RandomCommands::terms_command(const Market& market) {
  ChangeMarket change{.market = market.name, .request_id = request()};
  if (one_in(2)) {
    change.bet_delay_ms = pick({0U, 500U, 1'000U, 5'000U, 60'000U, 60'001U});
  }
  if (one_in(2)) {
    change.commission_bp = pick({0U, 100U, 500U, 10'000U, 10'001U});
  }
  if (one_in(3)) {
    change.passive_skips_delay = one_in(2);
  }
  if (one_in(2)) {
    change.max_quantity = pick({Decimal{},
                                Decimal{},
                                Decimal{5'000 * kDecimalScale},
                                Decimal{40 * kDecimalScale},
                                Decimal{2 * kDecimalScale},
                                Decimal{kDecimalScale},
                                Decimal{-kDecimalScale},
                                Decimal{1},
                                Decimal{2'000'000'000'000 * kDecimalScale}});
  }
  return change;
}

CommandBody RandomCommands::description_command(const Market& market) {
  DescribeMarket describe{.market = market.name, .request_id = request()};
  Description& description = *describe.description;
  if (one_in(2)) {
    description.text = DescriptionText{pick({"", "a race", "the other race"})};
  }
  if (one_in(2)) {
    describe.symbol = symbol_of(one_in(8) ? this->market() : market);
    if (!one_in(4)) {
      return describe;
    }
  }
  if (one_in(2)) {
    description.parent = Name{one_in(4) ? "" : "CUP"};
  }
  if (one_in(2)) {
    description.scheduled_start = one_in(4) ? Timestamp{} : now_ + Timestamp{kHourNs};
  }
  return describe;
}

// Mostly the version that the market has, or none.
void RandomCommands::guard_version(CommandBody& body, const ReferenceEngine& reference) {
  if (one_in(2)) {
    return;
  }
  std::visit(
      [&](auto& asked) {
        if constexpr (requires {
                        asked.version_guard;
                        asked.market;
                      }) {
          const RefMarket* const known = reference.find_market(asked.market);
          if (known != nullptr) {
            asked.version_guard = known->version + (one_in(6) ? 1 : 0);
          }
        }
      },
      body);
}

SessionUp RandomCommands::session_up(const Name& comp_id) {
  return {.comp_id = comp_id,
          .username = Name{pick({"", "ina", "ina", "jon", "kit", "lea"})},
          .number = MsgSeqNum{one_in(2) ? 0 : static_cast<std::uint32_t>(below(9))},
          .reset = one_in(8),
          .cancel_on_disconnect = !one_in(3),
          .grace_ms = pick({0U, 1'000U, 10'000U})};
}

Asked RandomCommands::session_command(const ReferenceEngine& reference) {
  const RefSession& session = reference.sessions().at(1 + below(std::size(kSessions)));
  const Name name = one_in(60) ? Name{"S9"} : Name{session.comp_id};
  const SessionId id{one_in(60) ? 9U : static_cast<std::uint32_t>(session.id)};
  const SessionEpoch epoch{one_in(30) ? session.epoch + 1 : session.epoch};
  switch (below(16)) {
    case 0:
    case 1:
      return {.body = SessionDown{id,
                                  epoch,
                                  MsgSeqNum{session.next_in + 1},
                                  pick({SessionDownReason::Logout,
                                        SessionDownReason::Disconnect,
                                        SessionDownReason::Restart,
                                        SessionDownReason::Shutdown})}};
    case 2:
      return {
          .body = ReserveNumbers{
              id, epoch, MsgSeqNum{session.reserved_to + static_cast<std::uint32_t>(below(3))}}};
    case 3:
      return {.body = ConfirmDelivery{.session = id,
                                      .delivered = EventSeq{session.delivered + below(200)}}};
    case 4:
    case 5:
      return {.body = RefuseInbound{.msg_type = Text<7>{"D"},
                                    .cl_ord_id = this->id(),
                                    .tag = 44,
                                    .fix_reason = 5,
                                    .reason = Reason::Throttled,
                                    .retry_after_ms = pick({0U, 250U})},
              .origin = origin(reference)};
    case 6:
      return {
          .body = SetSessionNumbers{.comp_id = name,
                                    .next_in = MsgSeqNum{static_cast<std::uint32_t>(below(3))},
                                    .reserved_to = MsgSeqNum{pick(
                                        {0U, 1U, session.reserved_to, session.reserved_to + 1})},
                                    .new_epoch = one_in(2),
                                    .request_id = request()},
          .origin = origin(reference)};
    case 7:
      if (one_in(2)) {
        return {.body = ResumeSession{.comp_id = name}};
      }
      return {.body = SuspendSession{
                  .comp_id = name, .request_id = request(), .cancel_orders = one_in(2)}};
    case 8:
    case 9:
      return {.body = ResumeSession{.comp_id = name, .request_id = request()}};
    case 10:
      return {.body = LogoutSession{.comp_id = name, .request_id = request()}};
    case 11:
      return {.body = WatchMarkets{.session = id, .on = one_in(2)}};
    default:
      return {.body = session_up(one_in(60) ? Name{} : Name{session.comp_id})};
  }
}

CommandBody RandomCommands::exchange_command(const ReferenceEngine& reference) {
  switch (below(11)) {
    case 10:
      return StopExchange{.notice_s = pick({0U, 60U, 3'600U, 3'601U}), .request_id = request()};
    case 0:
    case 1:
      return SetTradingDay{.ends_at_s = pick({0U, 3'600U, 61'200U, 90'000U}),
                           .request_id = request()};
    case 2:
    case 3:
      return Announce{.subject = market().name,
                      .headline = Text<255>{"hear"},
                      .urgent = one_in(2),
                      .request_id = request()};
    case 4:
    case 5:
      return HaltExchange{.request_id = request()};
    case 6:
      return UnhaltExchange{.request_id = request()};
    case 7:
      return require_approval();
    default:
      return MoveWatermark{.watermark = EventSeq{reference.last_seq() + 2 - below(5)},
                           .request_id = request()};
  }
}

// ---- Four eyes ----------------------------------------------------------------------------------

RequireApproval RandomCommands::require_approval() {
  return {.classes = static_cast<std::uint32_t>(one_in(20) ? 8 : below(8))};
}

// Of one of the proposals that wait, mostly.
CommandBody RandomCommands::approval_command(const ReferenceEngine& reference) {
  const RefProposal& proposal = reference.proposals()[below(reference.proposals().size())];
  const auto* const annul = std::get_if<VoidMarket>(&proposal.body);
  if (annul != nullptr && one_in(3)) {  // that the market has changed is noticed then
    return ChangeMarket{.market = annul->market, .request_id = request()};
  }
  const Name id = one_in(12) ? request() : proposal.id;
  if (one_in(6)) {
    const Name own = request();  // what nobody declines has run out
    return Decline{.proposal = id,
                   .request_id = own.empty() ? Name{"r" + std::to_string(++requests_)} : own};
  }
  return Approve{.proposal = id,
                 .proposed = EventSeq{proposal.event + (one_in(12) ? 1 : 0)},
                 .request_id = request()};
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
