#include "matching/snapshot.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "matching/apply.h"
#include "matching/hash.h"

namespace betex::matching {
namespace {

constexpr std::uint64_t kFormat = 4;  // of the saved bytes; raised by every change

class Saver {
 public:
  explicit Saver(StateSink& sink) : sink_{sink} {}

  template <typename... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }

 private:
  template <typename T>
  void put(const T& value) {
    static_assert(std::has_unique_object_representations_v<T>);
    sink_.write(std::as_bytes(std::span{&value, 1}));
  }

  StateSink& sink_;
};

class Loader {
 public:
  explicit Loader(std::span<const std::byte> bytes) : bytes_{bytes} {}

  template <typename... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }

  [[nodiscard]] std::uint64_t number() {
    std::uint64_t value = 0;
    get(value);
    return value;
  }

  void check(bool holds, const char* what) const {
    if (!holds) {
      throw std::runtime_error{"saved engine state is damaged: " + std::string{what}};
    }
  }

  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

 private:
  template <typename T>
  void get(T& value) {
    static_assert(std::has_unique_object_representations_v<T>);
    check(bytes_.size() >= sizeof(T), "it ends too early");
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_ = bytes_.subspan(sizeof(T));
  }

  std::span<const std::byte> bytes_;
};

// One list of fields for both directions: `archive` is a Saver or a Loader. What follows from other
// parts of the state is left out and counted again.
void archive_session(auto& archive, auto& session) {
  archive(session.info.session,
          session.info.comp_id,
          session.info.epoch,
          session.info.up,
          session.info.next_in,
          session.info.reserved_to,
          session.info.delivered,
          session.info.epoch_began,
          session.suspended,
          session.cancel_on_disconnect,
          session.grace_ms,
          session.cancel_at,
          session.cancel_cause);
}

void archive_account(auto& archive, auto& account) {
  archive(account.id,
          account.kind,
          account.suspended,
          account.name,
          account.max_open_orders,
          account.open_orders,
          account.cash_locked);
}

void archive_market(auto& archive, auto& market) {
  archive(market.id,
          market.kind,
          market.ladder,
          market.state,
          market.before_halt,
          market.in_play,
          market.winners,
          market.commission_bp,
          market.bet_delay_ms,
          market.open_orders,
          market.min_quantity,
          market.quantity_step,
          market.max_quantity,
          market.version,
          market.last_market_seq,
          market.void_price,
          market.name);
}

void archive_counters(auto& archive, auto& state) {
  archive(state.last_seq,
          state.last_tx_id,
          state.last_timestamp,
          state.last_order_id,
          state.last_batch_id,
          state.watermark);
  archive(state.generations.number, state.generations.next_end);
  archive(state.trading_day.ends_at_s,
          state.trading_day.next_end,
          state.trading_day.expiring_to,
          state.trading_day.expired_to,
          state.trading_day.live_orders,
          state.trading_day.left_to_expire);
}

void save_registries(const State& state, Saver& saver) {
  saver(std::uint64_t{state.sessions.size()});
  for (const SessionState& session : state.sessions) {
    archive_session(saver, session);
  }
  saver(std::uint64_t{state.accounts.size()});
  for (const AccountState& account : state.accounts) {
    archive_account(saver, account);
  }
  saver(std::uint64_t{state.markets.size()});
  for (const MarketData& market : state.markets) {
    archive_market(saver, market);
  }
  saver(std::uint64_t{state.instruments.size()});
  for (const InstrumentState& instrument : state.instruments) {
    saver(
        instrument.id, instrument.market, instrument.removed, instrument.symbol, instrument.share);
  }
}

void enter(Loader& loader, NameIndex& index, const Name& name, std::uint64_t value) {
  loader.check(name.well_formed() && value != 0 && index.find(name) == 0, "a name");
  index.insert(name, value);
}

void load_registries(State& state, Loader& loader) {
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    SessionState session;
    archive_session(loader, session);
    loader.check(session.info.session == state.sessions.next_id(), "session ids");
    enter(loader, state.session_names, session.info.comp_id, session.info.session.value());
    note_grace(state, session.cancel_at);
    state.sessions.append(session);
  }
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    AccountState account;
    archive_account(loader, account);
    loader.check(account.id == state.accounts.next_id(), "account ids");
    enter(loader, state.account_names, account.name, account.id.value());
    state.accounts.append(account);
  }
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    MarketData market;
    archive_market(loader, market);
    loader.check(market.id == state.markets.next_id() && find_ladder(market.ladder) != nullptr,
                 "market ids");
    enter(loader, state.market_names, market.name, market.id.value());
    state.markets.append(market);
  }
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    InstrumentId id;
    MarketId market_id;
    Name symbol;
    bool removed = false;
    InstrumentShare share;
    loader(id, market_id, removed, symbol, share);
    loader.check(id == state.instruments.next_id() && state.markets.contains(market_id),
                 "instrument ids");
    MarketData& market = state.markets.at(market_id);
    const Ladder& ladder = *find_ladder(market.ladder);
    enter(loader, state.symbols, symbol, symbol_entry(id, market_id));
    state.instruments.append({.id = id,
                              .market = market_id,
                              .ladder = &ladder,
                              .book = Book{market.kind, ladder},
                              .removed = removed,
                              .symbol = symbol,
                              .share = share});
    market.instruments.push_back(id);
  }
}

// Each order with its chain of ClOrdIDs, then the ids that are in no chain.
void save_orders(const State& state, Saver& saver) {
  const ClOrdIds& ids = state.cl_ord_ids;
  std::vector<Slot> chain;
  saver(std::uint64_t{state.orders.size()});
  state.orders.for_each([&](Slot slot, const Order& order) {
    saver(static_cast<const OrderData&>(order));
    if (order.live()) {
      saver(state.orders.terms(slot));
    }
    ids.get_chain(order, chain);
    saver(std::uint64_t{chain.size()});
    for (const Slot id : chain) {
      saver(ids.at(id).id, ids.at(id).tick, ids.at(id).expire_time);
    }
  });
  std::uint64_t others = 0;
  ids.for_each_outside_chains([&others](std::uint32_t, const ClOrdIdData&) { ++others; });
  saver(others);
  ids.for_each_outside_chains([&saver](std::uint32_t generation, const ClOrdIdData& data) {
    saver(generation, data.id, data.account, data.order, data.reason);
  });
}

// The lists and deadlines that a live order stands in.
void track(State& state, const Order& order, const LiveTerms& terms) {
  state.accounts.at(order.account).orders.append(order.id, state.orders);
  state.markets.at(order.market).orders.append(order.id, state.orders);
  if (state.sessions.contains(order.session)) {
    state.sessions.at(order.session).orders.append(order.id, state.orders);
  }
  if (order.time_in_force == TimeInForce::Day) {
    state.day_orders.append(order.id, state.orders);
  }
  if (order.time_in_force == TimeInForce::Gtd) {
    state.deadlines.push(order.expire_time, order.id);
  }
  if (order.delayed()) {
    state.deadlines.push(terms.release_at, order.id);
  }
}

// What is not older than the generation before this one.
bool is_recent(const State& state, std::uint32_t generation) {
  return generation <= state.generations.number && generation + 1 >= state.generations.number;
}

Slot insert_id(State& state, Loader& loader, const ClOrdIdData& data) {
  loader.check(data.id.well_formed() && state.accounts.contains(data.account) &&
                   state.cl_ord_ids.find(data.account, data.id) == 0,
               "a ClOrdID");
  return state.cl_ord_ids.insert(data.account, data.id, data.order, data.reason);
}

void load_chain(State& state, Loader& loader, Order& order) {
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    ClOrdIdData data{.order = order.id, .account = order.account};
    loader(data.id, data.tick, data.expire_time);
    const Slot slot = insert_id(state, loader, data);
    state.cl_ord_ids.append_to_chain(slot, order, data.tick, data.expire_time);
  }
}

// Returns the order's slot if it rests in a book, else 0.
Slot load_order(State& state, Loader& loader) {
  OrderData data;
  loader(data);
  const InstrumentState* const instrument = state.instruments.find(data.instrument);
  loader.check(instrument != nullptr && instrument->market == data.market &&
                   instrument->ladder->contains(data.tick) &&
                   state.accounts.contains(data.account) && data.id > OrderId{} &&
                   data.id <= state.last_order_id && state.orders.find(data.id) == 0,
               "an order's ids");
  const Slot slot = state.orders.insert(data.id);
  Order& order = state.orders.at(slot);
  static_cast<OrderData&>(order) = data;
  if (order.live()) {
    loader(state.orders.terms(slot));
    track(state, order, state.orders.terms(slot));
  } else {
    loader.check(is_recent(state, order.finished_generation), "a finished order's generation");
    state.orders.finish(slot);
  }
  load_chain(state, loader, order);
  state.orders.put_finished_away();
  return data.place == OrderPlace::Resting ? slot : 0;
}

// Books follow from their orders: each queue is in the order of the events that put them there.
void load_orders(State& state, Loader& loader) {
  const std::uint32_t number = state.generations.number;
  state.cl_ord_ids.start_generation(number == 0 ? 0 : number - 1);
  std::vector<Slot> resting;
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    if (const Slot slot = load_order(state, loader)) {
      resting.push_back(slot);
    }
  }
  std::sort(resting.begin(), resting.end(), [&state](Slot left, Slot right) {
    return state.orders.terms(left).priority < state.orders.terms(right).priority;
  });
  for (const Slot slot : resting) {
    state.instruments.at(state.orders.at(slot).instrument)
        .book.push_back(state.orders.pool(), slot);
  }
}

void load_other_ids(State& state, Loader& loader) {
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    std::uint32_t generation = 0;
    ClOrdIdData data;
    loader(generation, data.id, data.account, data.order, data.reason);
    loader.check(is_recent(state, generation), "a ClOrdID's generation");
    loader.check(data.order == OrderId{} || state.orders.find(data.order) != 0,
                 "a ClOrdID's order");
    state.cl_ord_ids.start_generation(generation);
    insert_id(state, loader, data);
  }
  state.cl_ord_ids.start_generation(state.generations.number);
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

StateWriter::StateWriter(const std::function<void(std::span<const std::byte>)>& write)
    : write_{write} {}

void StateWriter::write(std::span<const std::byte> bytes) {
  constexpr std::size_t kPiece = 256 * 1024;
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  if (buffer_.size() >= kPiece) {
    flush();
  }
}

void StateWriter::flush() {
  write_(buffer_);
  buffer_.clear();
}

void save(const State& state, StateSink& sink) {
  Saver saver{sink};
  saver(kFormat);
  archive_counters(saver, state);
  save_registries(state, saver);
  save_orders(state, saver);
  saver(std::uint64_t{state.delayed_amends.size()});
  for (const auto& [order, amend] : state.delayed_amends) {
    saver(amend);
  }
  saver(std::uint64_t{state.batches.size()});
  for (const Batch& batch : state.batches) {
    saver(batch.started, batch.cursor, batch.total);
  }
  saver(std::uint64_t{state.positions.all().size()});
  for (const Position& position : state.positions.all()) {
    saver(position);
  }
  saver(std::uint64_t{state.requests.size()});
  for (const RequestRecord& request : state.requests) {
    saver(request.request_id, request.answered_by);
  }
}

void load(State& state, std::span<const std::byte> bytes) {
  Loader loader{bytes};
  loader.check(loader.number() == kFormat, "its format is another version's");
  archive_counters(loader, state);
  load_registries(state, loader);
  load_orders(state, loader);
  load_other_ids(state, loader);
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    AmendDelayed amend;
    loader(amend);
    loader.check(state.orders.find(amend.order) != 0, "a delayed amend's order");
    state.delayed_amends.insert({amend.order, amend});
    state.deadlines.push(amend.release_at, amend.order);
  }
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    Batch batch;
    loader(batch.started, batch.cursor, batch.total);
    state.batches.push_back(batch);
  }
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    Position position;
    loader(position);
    state.positions.get(position.account, position.market) = position;
  }
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    RequestRecord request;
    loader(request.request_id, request.answered_by);
    state.requests.push_back(request);
    enter(loader, state.request_ids, request.request_id, request.answered_by.value());
  }
  loader.check(loader.at_end(), "something follows its end");
}

}  // namespace betex::matching
