#include "matching/snapshot.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>

#include "matching/hash.h"

namespace betex::matching {
namespace {

constexpr std::uint64_t kFormat = 1;  // of the saved bytes; raised by every change

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

// One list of fields for both directions: `archive` is a Saver or a Loader.
template <typename Archive, typename Session>
void archive_session(Archive& archive, Session& session, auto& up) {
  archive(session.session,
          session.comp_id,
          session.epoch,
          up,
          session.next_in,
          session.reserved_to,
          session.delivered);
}

template <typename Archive, typename Account>
void archive_account(Archive& archive, Account& account) {
  archive(account.id, account.kind, account.name, account.open_orders, account.cash_locked);
}

template <typename Archive, typename Market>
void archive_market(Archive& archive, Market& market) {
  archive(market.id,
          market.kind,
          market.ladder,
          market.state,
          market.winners,
          market.commission_bp,
          market.bet_delay_ms,
          market.min_quantity,
          market.quantity_step,
          market.version,
          market.last_market_seq,
          market.name);
}

template <typename Archive, typename AnyState>
void archive_counters(Archive& archive, AnyState& state) {
  archive(state.last_seq, state.last_tx_id, state.last_timestamp, state.last_order_id);
}

void save_registries(const State& state, Saver& saver) {
  saver(std::uint64_t{state.sessions.size()});
  for (const SessionInfo& session : state.sessions) {
    const std::uint8_t up = session.up ? 1 : 0;
    archive_session(saver, session, up);
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
    saver(instrument.id, instrument.market, instrument.symbol);
  }
}

void enter(Loader& loader, NameIndex& index, const Name& name, std::uint64_t value) {
  loader.check(name.well_formed() && value != 0 && index.find(name) == 0, "a name");
  index.insert(name, value);
}

void load_registries(State& state, Loader& loader) {
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    SessionInfo session;
    std::uint8_t up = 0;
    archive_session(loader, session, up);
    session.up = up != 0;
    loader.check(session.session == state.sessions.next_id(), "session ids");
    enter(loader, state.session_names, session.comp_id, session.session.value());
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
    loader(id, market_id, symbol);
    loader.check(id == state.instruments.next_id() && state.markets.contains(market_id),
                 "instrument ids");
    MarketData& market = state.markets.at(market_id);
    const Ladder& ladder = *find_ladder(market.ladder);
    enter(loader, state.symbols, symbol, id.value());
    state.instruments.append({.id = id,
                              .market = market_id,
                              .symbol = symbol,
                              .ladder = &ladder,
                              .book = Book{market.kind, ladder}});
    market.instruments.push_back(id);
  }
}

// Books follow from their orders: each queue is in the order of the events that put them there.
void load_orders(State& state, Loader& loader) {
  std::vector<Slot> resting;
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    OrderData data;
    loader(data);
    const InstrumentState* const instrument = state.instruments.find(data.instrument);
    loader.check(instrument != nullptr && instrument->market == data.market &&
                     instrument->ladder->contains(data.tick) &&
                     state.accounts.contains(data.account) && data.id > OrderId{} &&
                     data.id <= state.last_order_id && state.orders.find(data.id) == 0,
                 "an order's ids");
    const Slot slot = state.orders.insert(data.id);
    static_cast<OrderData&>(state.orders.at(slot)) = data;
    if (data.place == OrderPlace::Resting) {
      resting.push_back(slot);
    }
  }
  std::sort(resting.begin(), resting.end(), [&state](Slot left, Slot right) {
    return state.orders.at(left).priority < state.orders.at(right).priority;
  });
  for (const Slot slot : resting) {
    state.instruments.at(state.orders.at(slot).instrument).book.push_back(state.orders, slot);
  }
}

void load_cl_ord_ids(State& state, Loader& loader) {
  std::vector<std::tuple<OrderId, std::uint32_t, Slot>> chained;
  for (std::uint64_t left = loader.number(); left != 0; --left) {
    ClOrdIdData data;
    loader(data);
    loader.check(
        state.accounts.contains(data.account) && state.cl_ord_ids.find(data.account, data.id) == 0,
        "a ClOrdID");
    const Slot slot = state.cl_ord_ids.insert(data);
    if (data.order != OrderId{}) {
      loader.check(state.orders.find(data.order) != 0, "a ClOrdID's order");
      chained.emplace_back(data.order, data.chain_index, slot);
    }
  }
  std::sort(chained.begin(), chained.end());
  for (const auto& [order, index, slot] : chained) {
    state.cl_ord_ids.append_to_chain(slot, state.orders.at(state.orders.find(order)));
  }
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
  saver(std::uint64_t{state.orders.size()});
  state.orders.for_each([&saver](const OrderData& order) { saver(order); });
  saver(std::uint64_t{state.cl_ord_ids.size()});
  state.cl_ord_ids.for_each([&saver](const ClOrdIdData& id) { saver(id); });
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
  load_cl_ord_ids(state, loader);
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
