// What operators and sessions ask for.
#include <algorithm>

#include "tests/matching/random_commands.h"

namespace betex::matching::testing {

// Shares of the runners that are left, in parts of one denominator, that add up to the winners;
// sometimes anything at all.
DetermineMarket RandomCommands::result_of(const Market& market, const ReferenceEngine& reference) {
  DetermineMarket determine{.market = market.name, .request_id = request()};
  if (market.kind == MarketKind::Binary) {
    const auto yes = static_cast<std::uint16_t>(below(2));
    determine.shares = {{.symbol = market.symbols[0], .numerator = yes, .denominator = 1}};
    return determine;
  }
  const RefMarket* const known = reference.find_market(market.name);
  std::vector<Name> runners;
  for (std::size_t i = 0; i < market.symbols.size(); ++i) {
    if (known == nullptr || i >= known->instruments.size() ||
        !reference.instruments().at(known->instruments[i]).removed || one_in(50)) {
      runners.push_back(market.symbols[i]);
    }
  }
  const auto denominator = static_cast<std::uint16_t>(
      one_in(2) ? 1 : 1 + below(market.symbols.size() + (one_in(20) ? 1 : 0)));
  std::uint64_t left = market.winners * denominator;
  for (std::size_t i = 0; i < runners.size(); ++i) {
    const std::size_t others = runners.size() - i - 1;
    const std::uint64_t least = left > others * denominator ? left - others * denominator : 0;
    const std::uint64_t most = std::min<std::uint64_t>(left, denominator);
    const std::uint64_t share = least >= most ? least : least + below(most - least + 1);
    left -= std::min(left, share);
    if (share != 0 || one_in(3)) {
      determine.shares.push_back({.symbol = runners[i],
                                  .numerator = static_cast<std::uint16_t>(share),
                                  .denominator = denominator});
    }
  }
  return determine;
}

VoidMarket RandomCommands::void_of(const Market& market) {
  const bool binary = market.kind == MarketKind::Binary;
  const Decimal odd = pick({Decimal{}, Decimal{1'000'000}, Decimal{250'000}, Decimal{333'333}});
  const Decimal priced =
      pick({Decimal{500'000}, Decimal{250'000}, Decimal{100}, Decimal{999'900}, Decimal{333'300}});
  return {.market = market.name,
          .price = one_in(8) ? odd
                   : binary  ? priced
                             : Decimal{},
          .request_id = request()};
}

// A market's whole end: a result or two, rounds, sometimes a void, an archive; another one comes.
void RandomCommands::plan_end(std::size_t which, const ReferenceEngine& reference) {
  create_some_market();
  Market& market = markets_[which];
  market.ends = true;
  planned_.push_back(CloseMarket{.market = market.name, .request_id = request()});
  const std::uint64_t rounds = below(4);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    planned_.push_back(result_of(market, reference));
    if (one_in(3)) {
      planned_.push_back(result_of(market, reference));
    }
    planned_.push_back(SettleMarket{.market = market.name, .request_id = request()});
    if (one_in(3)) {  // the same again
      planned_.push_back(planned_.at(planned_.size() - 2));
      planned_.push_back(SettleMarket{.market = market.name});
    }
  }
  if (rounds == 0 || one_in(3)) {
    planned_.push_back(void_of(market));
  }
  if (one_in(2)) {
    planned_.push_back(ArchiveMarket{.market = market.name, .request_id = request()});
    planned_.push_back(result_of(market, reference));
  }
}

// In any order, and so mostly refused.
CommandBody RandomCommands::result_command(const ReferenceEngine& reference) {
  const Market& chosen = market();
  switch (below(5)) {
    case 0:
      return SettleMarket{.market = chosen.name, .request_id = request()};
    case 1:
      return ArchiveMarket{.market = chosen.name, .request_id = request()};
    case 2:
      return one_in(3) ? void_of(chosen) : VoidMarket{.market = Name{"NONE"}};
    case 3:
      return result_of(chosen, reference);
    default: {
      DetermineMarket determine{.market = chosen.name, .request_id = request()};
      for (std::uint64_t named = below(4); named > 0; --named) {
        determine.shares.push_back({.symbol = one_in(20) ? symbol_of(market()) : symbol_of(chosen),
                                    .numerator = static_cast<std::uint16_t>(below(3)),
                                    .denominator = static_cast<std::uint16_t>(below(3))});
      }
      return determine;
    }
  }
}

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
      if (planned_.empty()) {
        plan_end(static_cast<std::size_t>(&chosen - markets_.data()), reference);
      }
      return ResumeMarket{.market = markets_.back().name};
    case 7:
    case 8:
      return result_command(reference);
    case 9:
      if (one_in(3)) {
        create_some_market();
      }
      return CreateMarket{.market = one_in(2) ? name : Name{},
                          .winners = static_cast<std::uint32_t>(below(12)),
                          .max_position = one_in(3) ? Decimal{kDecimalScale} : Decimal{},
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

// ---- Accounts -----------------------------------------------------------------------------------

SetLimits RandomCommands::limits() {
  SetLimits set{.account = account(), .request_id = request()};
  switch (below(6)) {
    case 0:
      set.account = Name{"dan"};
      set.max_open_orders = static_cast<std::uint32_t>(8 + below(25));
      break;
    case 1:
      set.commission_discount_bp = pick({0U, 1'000U, 10'000U, 10'001U});
      break;
    case 2:
      set.credit = one_in(10) ? Decimal{-kDecimalScale} : amount(800);
      break;
    case 3:
      set.exposure_limit = one_in(2) ? Decimal{} : amount(2'000);
      break;
    case 4:
      set.market_exposure_limit = one_in(2) ? Decimal{} : amount(800);
      break;
    default:  // those that bind most go again
      set.exposure_limit = Decimal{};
      set.market_exposure_limit = Decimal{one_in(20) ? 1 : 0};  // a millionth is no amount
      break;
  }
  return set;
}

// Most of it is small against what the accounts have; some takes away more than there is.
MoveFunds RandomCommands::funds() {
  MoveFunds move{.account = one_in(40) ? Name{"nobody"} : account(),
                 .amount = amount(500),
                 .request_id = request()};
  switch (below(8)) {
    case 0:
    case 1:
    case 2:
      move.kind = FundsKind::Deposit;
      break;
    case 3:
    case 4:
      move.kind = FundsKind::Withdrawal;
      break;
    case 5:
      move.kind = FundsKind::WriteOff;
      move.amount = one_in(5) ? move.amount : Decimal{};
      break;
    default:
      move.kind = FundsKind::Correction;
      move.amount = one_in(2) ? amount(200) : Decimal{-amount(400).value()};
      break;
  }
  if (one_in(30)) {
    move.amount =
        pick({Decimal{}, Decimal{-5}, Decimal{kDecimalScale + 1}, Decimal{-kDecimalScale}});
  }
  if (move.kind == FundsKind::Correction ? !one_in(10) : one_in(10)) {
    move.remark = Remark{"as agreed"};
  }
  return move;
}

CommandBody RandomCommands::account_command() {
  const Name name = one_in(3) ? account() : Name{"cat"};
  switch (below(12)) {
    case 0:
      if (one_in(2)) {
        return SuspendAccount{.account = name, .request_id = request(), .cancel_orders = one_in(2)};
      }
      return limits();
    case 1:
    case 2:
      return limits();
    case 3: {
      CreateAccount create = new_account(one_in(2) ? name : Name{}, 100);
      create.account = one_in(4) ? Name{"$HOUSE"} : create.account;
      create.request_id = request();
      return create;
    }
    case 4:
      return one_in(4) ? CommandBody{CreateExchange{.currency = Currency{"EUR"}}}
                       : CommandBody{ResumeAccount{.account = name, .request_id = request()}};
    case 5:
    case 6:
    case 7:
      return ResumeAccount{.account = name, .request_id = request()};
    default:
      return funds();
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

// ---- A crowd ------------------------------------------------------------------------------------

Asked RandomCommands::crowd_order(std::uint64_t i) {
  const bool binary = i % 8 >= 6;  // pairs of opposite sides, one of four in the binary market
  const Market& market = markets_[binary ? 2 : 0];
  const bool late = i >= 2'000 && i % 8 == 0;  // of those who go on to bet
  return {PlaceOrder{.account = late ? Name{kAccounts[i / 8 % kAccounts.size()]}
                                     : Name{"u" + std::to_string(i)},
                     .cl_ord_id = id(),
                     .symbol = market.symbols[0],
                     .transact_time = now_,
                     .price = binary ? Decimal{500'000} : Decimal{2'000'000},
                     .quantity = Decimal{20 * kDecimalScale},
                     .side = i % 2 == 0 ? Side::Bid : Side::Ask,
                     .time_in_force = TimeInForce::Gtc},
          {}};
}

void RandomCommands::plan_end_of_crowd() {
  const Market& odds = markets_[0];
  const Market& binary = markets_[2];
  const auto winner = [&](const Market& market, std::size_t runner, std::uint16_t share) {
    DetermineMarket determine{.market = market.name};
    for (std::size_t i = 0; i < market.winners; ++i) {
      determine.shares.push_back(
          {.symbol = market.symbols[runner + i], .numerator = share, .denominator = 1});
    }
    return determine;
  };
  const bool removes = one_in(2);
  if (removes) {
    planned_.push_back(RemoveRunner{.market = odds.name, .symbol = odds.symbols[0]});
  }
  for (const Market* market : {&odds, &binary}) {
    planned_.push_back(CloseMarket{.market = market->name});
    for (int round = 0; round < 2; ++round) {
      const std::size_t first = market == &odds && (removes || round == 1) ? 1 : 0;
      const auto share = static_cast<std::uint16_t>(market == &odds ? 1 : round);
      planned_.push_back(winner(*market, first, share));
      planned_.push_back(SettleMarket{.market = market->name});
    }
    planned_.push_back(VoidMarket{.market = market->name,
                                  .price = market == &odds ? Decimal{} : Decimal{300'000}});
    planned_.push_back(ArchiveMarket{.market = market->name});
  }
}

}  // namespace betex::matching::testing
