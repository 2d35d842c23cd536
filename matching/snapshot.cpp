#include "matching/snapshot.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "matching/hash.h"

namespace betex::matching {
namespace {

template <typename T>
void put(StateSink& sink, const T& value) {
  static_assert(std::has_unique_object_representations_v<T>);
  sink.write(std::as_bytes(std::span{&value, 1}));
}

void put_number(StateSink& sink, std::uint64_t value) {
  put(sink, value);
}

void save_session(StateSink& sink, const SessionInfo& session) {
  put(sink, session.session);
  put(sink, session.comp_id);
  put(sink, session.epoch);
  put_number(sink, session.up ? 1 : 0);
  put(sink, session.next_in);
  put(sink, session.reserved_to);
  put(sink, session.delivered);
}

void save_account(StateSink& sink, const AccountState& account) {
  put(sink, account.id);
  put(sink, account.kind);
  put(sink, account.name);
  put(sink, account.open_orders);
  put(sink, account.cash_locked);
}

void save_market(StateSink& sink, const MarketData& market) {
  put(sink, market.id);
  put(sink, market.kind);
  put(sink, market.ladder);
  put(sink, market.state);
  put(sink, market.winners);
  put(sink, market.commission_bp);
  put(sink, market.bet_delay_ms);
  put(sink, market.min_quantity);
  put(sink, market.quantity_step);
  put(sink, market.version);
  put(sink, market.last_market_seq);
  put(sink, market.name);
}

}  // namespace

void StateHasher::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t taken = std::min(bytes.size(), sizeof(std::uint64_t));
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), taken);
    hash_ = mix(hash_, word);
    bytes = bytes.subspan(taken);
  }
}

void save(const State& state, StateSink& sink) {
  put(sink, state.last_seq);
  put(sink, state.last_tx_id);
  put(sink, state.last_timestamp);
  put(sink, state.last_order_id);
  put_number(sink, state.sessions.size());
  for (const SessionInfo& session : state.sessions) {
    save_session(sink, session);
  }
  put_number(sink, state.accounts.size());
  for (const AccountState& account : state.accounts) {
    save_account(sink, account);
  }
  put_number(sink, state.markets.size());
  for (const MarketData& market : state.markets) {
    save_market(sink, market);
  }
  put_number(sink, state.instruments.size());
  for (const InstrumentState& instrument : state.instruments) {
    put(sink, instrument.market);
    put(sink, instrument.symbol);
  }
  put_number(sink, state.orders.size());
  state.orders.for_each([&sink](const OrderData& order) { put(sink, order); });
  put_number(sink, state.cl_ord_ids.size());
  state.cl_ord_ids.for_each([&sink](const ClOrdIdData& id) { put(sink, id); });
  put_number(sink, state.positions.all().size());
  for (const Position& position : state.positions.all()) {
    put(sink, position);
  }
}

}  // namespace betex::matching
