#include "matching/snapshot.h"

#include <algorithm>
#include <cstring>

#include "matching/apply.h"
#include "matching/hash.h"

namespace betex::matching {
namespace {

constexpr std::uint64_t kFormat = 4;  // of the saved bytes; raised by every change

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

void archive_account(auto& archive, auto& account, auto& money) {
  archive(account.id,
          money.kind,
          account.suspended,
          account.name,
          account.max_open_orders,
          account.open_orders,
          money.cash_locked);
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
    archive_account(saver, account, state.ledger.money(account.id));
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
    AccountMoney money;
    archive_account(loader, account, money);
    loader.check(account.id == state.accounts.next_id(), "account ids");
    enter(loader, state.account_names, account.name, account.id.value());
    state.accounts.append(account);
    state.ledger.add_account(money);
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
  saver(std::uint64_t{state.ledger.positions().size()});
  for (const Position& position : state.ledger.positions()) {
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
    state.ledger.restore(position);
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
