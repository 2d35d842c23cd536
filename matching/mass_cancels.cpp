// Mass cancels: of an account's orders by its owner, and by an operator on behalf.
#include <algorithm>

#include "matching/decider.h"

namespace betex::matching {

// One of its owner's requests. An account has at most one at a time, so that nobody else's orders
// have many processes to be held against or to wait for.
bool Decider::is_mass_cancelling(AccountId account) const {
  return std::any_of(state_.batches.begin(), state_.batches.end(), [account](const Batch& batch) {
    return batch.started.requester_account == account;
  });
}

// The market and the instrument that a filter names must be there; an empty name matches all.
Reason Decider::check_filter(const Name& market,
                             const Name& symbol,
                             BatchStarted& batch,
                             MarketId& found) const {
  if (!market.empty()) {
    found = MarketId{static_cast<std::uint32_t>(state_.market_names.find(market))};
    if (found == MarketId{}) {
      return Reason::UnknownMarket;
    }
  }
  if (!symbol.empty()) {
    const auto id = static_cast<std::uint32_t>(state_.symbols.find(symbol));
    const InstrumentState* const instrument = state_.instruments.find(InstrumentId{id});
    if (instrument == nullptr || (found != MarketId{} && instrument->market != found)) {
      return Reason::UnknownInstrument;
    }
    batch.instrument = instrument->id;
    found = instrument->market;
  }
  return Reason::None;
}

// What its owner may ask for, into the process that it is to become.
Reason Decider::check(const MassCancel& cancel,
                      const AccountState& account,
                      BatchStarted& batch,
                      MarketId& market) const {
  if (is_mass_cancelling(account.id)) {
    return Reason::BatchRunning;
  }
  if (cancel.side > 2 || (cancel.own_session && requester() == SessionId{})) {
    return Reason::InvalidParameter;
  }
  return check_filter(cancel.market, cancel.symbol, batch, market);
}

void Decider::decide(const MassCancel& cancel) {
  BatchStarted batch{.scope = CancelScope::All,
                     .cause = CancelCause::MassCancel,
                     .side = cancel.side,
                     .id_consumed = true,
                     .requester = requester(),
                     .cl_ord_id = cancel.cl_ord_id,
                     .of_session = cancel.own_session,
                     .reference = cancel.reference};
  MarketId market;
  const AccountState* account = nullptr;
  Reason reason = check_account(cancel.account, account);
  if (reason == Reason::None) {
    reason = check_id(account->id, cancel.cl_ord_id);
  }
  const bool consumed = reason == Reason::None;
  if (consumed) {
    reason = check(cancel, *account, batch, market);
  }
  if (reason != Reason::None) {
    emitter_.emit(MassCancelRejected{.account = account == nullptr ? AccountId{} : account->id,
                                     .session = requester(),
                                     .reason = reason,
                                     .id_consumed = consumed,
                                     .side = cancel.side,
                                     .of_session = cancel.own_session,
                                     .account_name = cancel.account,
                                     .market = cancel.market,
                                     .symbol = cancel.symbol,
                                     .cl_ord_id = cancel.cl_ord_id});
    return;
  }
  batch.account = account->id;
  batch.requester_account = account->id;
  batch.session = cancel.own_session ? requester() : SessionId{};
  start_batch(batch, market);
}

// What the request names must be there.
Reason Decider::check(const CancelOnBehalf& cancel, BatchStarted& batch, MarketId& market) const {
  if (!cancel.account.empty()) {
    batch.account =
        AccountId{static_cast<std::uint32_t>(state_.account_names.find(cancel.account))};
    if (batch.account == AccountId{}) {
      return Reason::UnknownAccount;
    }
  }
  if (!cancel.comp_id.empty()) {
    batch.session =
        SessionId{static_cast<std::uint32_t>(state_.session_names.find(cancel.comp_id))};
    if (batch.session == SessionId{}) {
      return Reason::UnknownSession;
    }
  }
  return check_filter(cancel.market, cancel.symbol, batch, market);
}

void Decider::decide(const CancelOnBehalf& cancel) {
  BatchStarted batch{.scope = CancelScope::All,
                     .cause = CancelCause::MassCancelOnBehalf,
                     .side = cancel.side,
                     .requester = requester(),
                     .request_id = cancel.request_id};
  MarketId market;
  if (!is_admitted(check(cancel, batch, market))) {
    return;
  }
  const bool names_nothing = is_market_wide(batch) && market == MarketId{};
  if (passes(names_nothing || cancel.side > 2 ? Reason::InvalidParameter : Reason::None)) {
    start_batch(batch, market);
  }
}

}  // namespace betex::matching
