// Events about the exchange, its accounts, and the money that operators move.
#include "matching/apply.h"
#include "matching/assert.h"

namespace betex::matching {

void apply(State& state, EventSeq, const ExchangeCreated& event) {
  state.exchange.currency = event.currency;
  state.exchange.max_requests_a_day = event.max_requests_a_day;
}

void apply(State& state, EventSeq seq, const ExchangeHalted& event) {
  state.exchange.halted = true;
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const ExchangeUnhalted& event) {
  state.exchange.halted = false;
  remember_request(state, event.request_id, seq);
}

// It is not ours to stop.
void apply(State& state, EventSeq seq, const StopAnnounced& event) {
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const AccountCreated& event) {
  BETEX_ASSERT(event.account == state.accounts.next_id());
  state.accounts.append(
      {.id = event.account, .max_open_orders = event.max_open_orders, .name = event.name});
  state.ledger.add_account({.kind = event.kind,
                            .discount_bp = event.commission_discount_bp,
                            .balance = event.balance,
                            .credit = event.credit,
                            .exposure_limit = event.exposure_limit,
                            .market_exposure_limit = event.market_exposure_limit});
  state.account_names.insert(event.name, event.account.value());
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const AccountSuspended& event) {
  state.accounts.at(event.account).suspended = true;
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const AccountResumed& event) {
  state.accounts.at(event.account).suspended = false;
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const AccountLimitsSet& event) {
  state.accounts.at(event.account).max_open_orders = event.max_open_orders;
  AccountMoney& money = state.ledger.money(event.account);
  money.discount_bp = event.commission_discount_bp;
  money.credit = event.credit;
  money.exposure_limit = event.exposure_limit;
  money.market_exposure_limit = event.market_exposure_limit;
  remember_request(state, event.request_id, seq);
}

void apply(State& state, EventSeq seq, const FundsMoved& event) {
  state.ledger.money(event.account).balance = event.balance;
  state.ledger.set_house(event.house);
  remember_request(state, event.request_id, seq);
}

}  // namespace betex::matching
