// How a request would be decided: by the functions that decide it, up to its first event.
#include <algorithm>

#include "matching/assert.h"
#include "matching/decider.h"
#include "matching/request_kinds.h"

namespace betex::matching {
namespace {

std::uint64_t open_orders_of(const State& state, const Name& market) {
  const MarketId id{static_cast<std::uint32_t>(state.market_names.find(market))};
  return state.markets.at(id).open_orders;
}

std::uint64_t most_cancelled_by(const State& state, const SuspendAccount& suspend) {
  const AccountId id{static_cast<std::uint32_t>(state.account_names.find(suspend.account))};
  return suspend.cancel_orders ? state.accounts.at(id).open_orders : 0;
}

std::uint64_t most_cancelled_by(const State& state, const SuspendSession& suspend) {
  const SessionId id{static_cast<std::uint32_t>(state.session_names.find(suspend.comp_id))};
  return suspend.cancel_orders ? state.sessions.at(id).open_orders : 0;
}

// Of an instrument nobody counts: it has at most what its market has.
std::uint64_t most_cancelled_by(const State& state, const CancelOnBehalf& cancel) {
  std::uint64_t most = UINT64_MAX;
  if (!cancel.account.empty()) {
    const AccountId id{static_cast<std::uint32_t>(state.account_names.find(cancel.account))};
    most = state.accounts.at(id).open_orders;
  }
  if (!cancel.comp_id.empty()) {
    const SessionId id{static_cast<std::uint32_t>(state.session_names.find(cancel.comp_id))};
    most = std::min<std::uint64_t>(most, state.sessions.at(id).open_orders);
  }
  MarketId market{static_cast<std::uint32_t>(state.market_names.find(cancel.market))};
  if (!cancel.symbol.empty()) {
    const InstrumentId id{static_cast<std::uint32_t>(state.symbols.find(cancel.symbol))};
    market = state.instruments.at(id).market;
  }
  return market == MarketId{} ? most
                              : std::min<std::uint64_t>(most, state.markets.at(market).open_orders);
}

}  // namespace

// By a request that has passed its checks: what it names is there.
std::uint64_t Decider::most_cancelled() const {
  return std::visit(
      [this]<typename Body>(const Body& body) -> std::uint64_t {
        if constexpr (
            kIsOneOf<Body, SuspendMarket, TurnInPlay, CloseMarket, RemoveRunner, VoidMarket>) {
          return open_orders_of(state_, body.market);
        } else if constexpr (kIsOneOf<Body, SuspendAccount, SuspendSession, CancelOnBehalf>) {
          return most_cancelled_by(state_, body);
        } else {
          return 0;
        }
      },
      command_->body);
}

DryRun Decider::dry_run(const Command& command) {
  begin(command);
  const Request asked = request();
  DryRun result{.detail = asked.detail, .subject = asked.subject, .as_of = state_.last_seq};
  tell_market(result, market_of(asked));
  dry_run_ = &result;
  std::visit(
      [this]<typename Body>(const Body& body) {
        if constexpr (OperatorRequest<Body>) {
          decide(body);
        } else {
          assertion_failed("a request of an operator", __FILE__, __LINE__);
        }
      },
      command.body);
  dry_run_ = nullptr;
  return result;
}

}  // namespace betex::matching
