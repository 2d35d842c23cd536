// Accounts, markets, FIX sessions and time.
#include <algorithm>

#include "matching/decider.h"
#include "matching/ladder.h"
#include "matching/units.h"

namespace betex::matching {
namespace {

constexpr std::uint32_t kMaxWinners = 64;
constexpr std::uint32_t kMaxCommissionBp = 10'000;
constexpr std::uint32_t kMaxBetDelayMs = 60'000;
constexpr std::size_t kMinRunners = 2;

MarketId find_market(const State& state, const Name& name) {
  return MarketId{static_cast<std::uint32_t>(state.market_names.find(name))};
}

}  // namespace

// A message of a session that is not known, or of an epoch that is over, changes nothing.
Reason Decider::check_origin() const {
  const Origin& origin = command_->origin;
  if (origin.session == SessionId{}) {
    return Reason::None;
  }
  const SessionInfo* const session = state_.sessions.find(origin.session);
  if (session == nullptr) {
    return Reason::UnknownSession;
  }
  return session->epoch == origin.epoch ? Reason::None : Reason::StaleEpoch;
}

Reason Decider::check_request(const Name& request_id) const {
  if (const Reason reason = check_origin(); reason != Reason::None) {
    return reason;
  }
  return !request_id.empty() && state_.request_ids.find(request_id) != 0
             ? Reason::DuplicateRequestId
             : Reason::None;
}

void Decider::refuse(const Name& subject, const Name& request_id, Reason reason) {
  emitter_.emit(CommandRejected{.session = command_->origin.session,
                                .reason = reason,
                                .command = static_cast<std::uint16_t>(command_->body.index() + 1),
                                .subject = subject,
                                .request_id = request_id});
}

void Decider::refuse(const SessionInfo* session, SessionId id, Reason reason) {
  emitter_.emit(CommandRejected{.session = id,
                                .reason = reason,
                                .command = static_cast<std::uint16_t>(command_->body.index() + 1),
                                .subject = session == nullptr ? Name{} : session->comp_id,
                                .request_id = {}});
}

// ---- Accounts and markets -----------------------------------------------------------------------

void Decider::decide(const CreateAccount& create) {
  Reason reason = check_request(create.request_id);
  const bool known_kind =
      create.kind == AccountKind::Unlimited || create.kind == AccountKind::Collateralised;
  if (reason == Reason::None && (create.account.empty() || !known_kind)) {
    reason = Reason::InvalidParameter;
  }
  if (reason == Reason::None && state_.account_names.find(create.account) != 0) {
    reason = Reason::AlreadyExists;
  }
  if (reason != Reason::None) {
    refuse(create.account, create.request_id, reason);
    return;
  }
  emitter_.emit(AccountCreated{.account = state_.accounts.next_id(),
                               .kind = create.kind,
                               .name = create.account,
                               .request_id = create.request_id});
}

Reason Decider::check(const CreateMarket& create) const {
  if (const Reason reason = check_request(create.request_id); reason != Reason::None) {
    return reason;
  }
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
  const auto minimum = to_quantity(create.kind, create.min_quantity);
  const auto step = to_quantity(create.kind, create.quantity_step);
  const Quantity most = max_order_quantity(create.kind);
  const bool quantities_fit = minimum && step && *minimum >= Quantity{} && *minimum <= most &&
                              *step >= Quantity{} && *step <= most;
  return quantities_fit ? Reason::None : Reason::InvalidParameter;
}

void Decider::decide(const CreateMarket& create) {
  if (const Reason reason = check(create); reason != Reason::None) {
    refuse(create.market, create.request_id, reason);
    return;
  }
  const MarketId market = state_.markets.next_id();
  const Quantity step =
      std::max(Quantity{1}, to_quantity(create.kind, create.quantity_step).value());
  const Quantity minimum = to_quantity(create.kind, create.min_quantity).value();
  emitter_.emit(MarketCreated{.kind = create.kind,
                              .ladder = create.ladder,
                              .winners = create.winners,
                              .commission_bp = create.commission_bp,
                              .bet_delay_ms = create.bet_delay_ms,
                              .min_quantity = std::max(step, minimum),
                              .quantity_step = step,
                              .market = create.market,
                              .request_id = create.request_id},
                market);
  if (create.kind == MarketKind::Binary) {
    emitter_.emit(RunnerAdded{.instrument = state_.instruments.next_id(),
                              .symbol = create.market,
                              .request_id = create.request_id},
                  market);
  }
}

Reason Decider::check(const AddRunner& add, MarketId market) const {
  if (const Reason reason = check_request(add.request_id); reason != Reason::None) {
    return reason;
  }
  if (market == MarketId{}) {
    return Reason::UnknownMarket;
  }
  if (add.symbol.empty()) {
    return Reason::InvalidParameter;
  }
  if (state_.symbols.find(add.symbol) != 0) {
    return Reason::AlreadyExists;
  }
  const MarketData& data = state_.markets.at(market);
  return data.kind == MarketKind::ExchangeOdds && data.state == MarketState::Inactive
             ? Reason::None
             : Reason::InvalidState;
}

void Decider::decide(const AddRunner& add) {
  const MarketId market = find_market(state_, add.market);
  if (const Reason reason = check(add, market); reason != Reason::None) {
    refuse(add.market, add.request_id, reason);
    return;
  }
  emitter_.emit(RunnerAdded{.instrument = state_.instruments.next_id(),
                            .symbol = add.symbol,
                            .request_id = add.request_id},
                market);
}

void Decider::decide(const OpenMarket& open) {
  const MarketId id = find_market(state_, open.market);
  Reason reason = check_request(open.request_id);
  if (reason == Reason::None && id == MarketId{}) {
    reason = Reason::UnknownMarket;
  }
  if (reason == Reason::None) {
    const MarketData& market = state_.markets.at(id);
    const bool runners_fit =
        market.kind == MarketKind::Binary ||
        market.instruments.size() >= std::max<std::size_t>(kMinRunners, market.winners + 1);
    if (market.state != MarketState::Inactive || !runners_fit) {
      reason = Reason::InvalidState;
    }
  }
  if (reason != Reason::None) {
    refuse(open.market, open.request_id, reason);
    return;
  }
  emitter_.emit(
      MarketOpened{.version = state_.markets.at(id).version + 1, .request_id = open.request_id},
      id);
}

// ---- FIX sessions -------------------------------------------------------------------------------

void Decider::decide(const SessionUp& up) {
  const auto id = static_cast<std::uint32_t>(state_.session_names.find(up.comp_id));
  const SessionInfo* const known = state_.sessions.find(SessionId{id});
  if (up.comp_id.empty()) {
    refuse(nullptr, SessionId{}, Reason::InvalidParameter);
  } else if (known == nullptr) {
    // Nothing that happened before concerns it: all of it counts as delivered.
    emitter_.emit(SessionWentUp{.session = state_.sessions.next_id(),
                                .epoch = SessionEpoch{1},
                                .next_in = MsgSeqNum{1},
                                .delivered = state_.last_seq,
                                .reset = static_cast<std::uint8_t>(up.reset),
                                .comp_id = up.comp_id});
  } else if (up.reset) {
    emitter_.emit(SessionWentUp{.session = known->session,
                                .epoch = known->epoch.next(),
                                .next_in = MsgSeqNum{1},
                                .delivered = known->delivered,
                                .reset = 1,
                                .comp_id = up.comp_id});
  } else if (known->up) {
    refuse(known, known->session, Reason::InvalidState);
  } else {
    emitter_.emit(SessionWentUp{.session = known->session,
                                .epoch = known->epoch,
                                .next_in = known->next_in,
                                .reserved_to = known->reserved_to,
                                .delivered = known->delivered,
                                .comp_id = up.comp_id});
  }
}

void Decider::decide(const SessionDown& down) {
  const SessionInfo* const session = state_.sessions.find(down.session);
  if (session == nullptr) {
    refuse(session, down.session, Reason::UnknownSession);
  } else if (session->epoch != down.epoch) {
    refuse(session, down.session, Reason::StaleEpoch);
  } else if (!session->up) {
    refuse(session, down.session, Reason::InvalidState);
  } else {
    const bool keeps = down.reason == SessionDownReason::Restart;
    emitter_.emit(SessionWentDown{.session = down.session,
                                  .epoch = down.epoch,
                                  .next_in = keeps ? session->next_in : down.next_in,
                                  .reason = down.reason});
  }
}

void Decider::decide(const ReserveNumbers& reserve) {
  const SessionInfo* const session = state_.sessions.find(reserve.session);
  if (session == nullptr) {
    refuse(session, reserve.session, Reason::UnknownSession);
  } else if (session->epoch != reserve.epoch) {
    refuse(session, reserve.session, Reason::StaleEpoch);
  } else if (reserve.up_to <= session->reserved_to) {
    refuse(session, reserve.session, Reason::InvalidParameter);
  } else {
    emitter_.emit(NumbersReserved{
        .session = reserve.session, .epoch = reserve.epoch, .up_to = reserve.up_to});
  }
}

void Decider::decide(const RefuseInbound& refused) {
  const Origin& origin = command_->origin;
  const SessionInfo* const session = state_.sessions.find(origin.session);
  if (session == nullptr) {
    refuse(session, origin.session, Reason::UnknownSession);
  } else if (session->epoch != origin.epoch) {
    refuse(session, origin.session, Reason::StaleEpoch);
  } else {
    emitter_.emit(InboundRefused{.session = origin.session,
                                 .msg_seq_num = origin.msg_seq_num,
                                 .tag = refused.tag,
                                 .fix_reason = refused.fix_reason,
                                 .reason = refused.reason,
                                 .answer = refused.answer,
                                 .msg_type = refused.msg_type,
                                 .cl_ord_id = refused.cl_ord_id});
  }
}

// ---- Time ---------------------------------------------------------------------------------------

void Decider::decide(const AdvanceTime&) {
  // Nothing that is named so far waits for time: see Engine::next_deadline.
}

}  // namespace betex::matching
