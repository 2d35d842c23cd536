#include "matching/snapshot.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <vector>

#include "matching/apply.h"
#include "matching/hash.h"
#include "matching/snapshot_records.h"

namespace betex::matching {
namespace {

// ---- Saving -------------------------------------------------------------------------------------

template <typename Range>
auto each_of(const Range& range) {
  return [&range](auto&& put) {
    for (const auto& item : range) {
      put(item);
    }
  };
}

void save_registries(const State& state, Saver& saver) {
  saver.section<SessionState>(
      Section::Sessions, state.sessions.size(), archive_session, each_of(state.sessions));
  saver.section<SavedAccount>(
      Section::Accounts, state.accounts.size(), archive_account, [&state](auto&& put) {
        for (const AccountState& account : state.accounts) {
          put({.account = account, .money = state.ledger.money(account.id)});
        }
      });
  saver.section<SavedMarket>(
      Section::Markets, state.markets.size(), archive_market, [&state](auto&& put) {
        for (const MarketData& market : state.markets) {
          const MarketMoney& money = state.ledger.market(market.id);
          put({.market = market,
               .pot = money.pot,
               .rounds = money.rounds,
               .rows = money.rows.size(),
               .archived_to = money.rows.first() - 1,
               .removing = money.rows.is_removing(),
               .removed_runner = money.rows.is_removing() ? money.rows.removed_runner() : 0,
               .voided_to = money.rows.is_removing() ? money.rows.voided_to() : 0});
        }
      });
  saver.section<SavedInstrument>(
      Section::Instruments, state.instruments.size(), archive_instrument, [&state](auto&& put) {
        for (const InstrumentState& instrument : state.instruments) {
          put({.id = instrument.id,
               .market = instrument.market,
               .removed = instrument.removed,
               .symbol = instrument.symbol,
               .share = instrument.share,
               .traded = instrument.traded});
        }
      });
}

// Calls `visit(market, rows, number)` for each row.
template <typename Visitor>
void for_each_row(const State& state, Visitor&& visit) {
  for (const MarketData& market : state.markets) {
    const MarketRows& rows = state.ledger.market(market.id).rows;
    for (std::uint32_t row = rows.first(); row <= rows.size(); ++row) {
      visit(market.id, rows, row);
    }
  }
}

template <typename Visitor>
void for_each_sum(const State& state, Visitor&& visit) {
  for_each_row(state, [&](MarketId market, const MarketRows& rows, std::uint32_t row) {
    if (rows.kind() == MarketKind::Binary) {
      return;
    }
    std::uint32_t runner = 0;
    for (const RunnerSums& sums : rows.runners(row)) {
      if (sums.won != 0 || sums.lost != 0) {
        visit(SavedSums{market, row, runner, sums.won, sums.lost});
      }
      ++runner;
    }
  });
}

void save_rows(const State& state, Saver& saver) {
  std::uint64_t count = 0;
  for_each_row(state, [&count](MarketId, const MarketRows&, std::uint32_t) { ++count; });
  saver.section<SavedRow>(Section::Rows, count, archive_row, [&state](auto&& put) {
    for_each_row(state, [&put](MarketId market, const MarketRows& rows, std::uint32_t row) {
      put({.market = market,
           .header = rows.at(row),
           .binary = rows.kind() == MarketKind::Binary ? rows.binary(row) : BinarySums{}});
    });
  });
  count = 0;
  for_each_sum(state, [&count](const SavedSums&) { ++count; });
  saver.section<SavedSums>(
      Section::RowSums, count, archive_sums, [&state](auto&& put) { for_each_sum(state, put); });
}

// ---- Loading ------------------------------------------------------------------------------------

void enter(NameIndex& index, const Name& name, std::uint64_t value) {
  Loader::check(name.well_formed() && value != 0 && index.find(name) == 0, "a name");
  index.insert(name, value);
}

void load_counters(State& state, Loader& loader) {
  bool there = false;
  loader.section<Counters>(Section::Counters, archive_counters, [&](const Counters& saved) {
    there = true;
    state.last_seq = saved.last_seq;
    state.last_tx_id = saved.last_tx_id;
    state.last_timestamp = saved.last_timestamp;
    state.last_order_id = saved.last_order_id;
    state.last_batch_id = saved.last_batch_id;
    state.watermark = saved.watermark;
    state.generations = saved.generations;
    state.trading_day = saved.trading_day;
    state.order_groups.restore_last_number(saved.last_order_group);
  });
  Loader::check(there, "it does not begin with its counters");
  loader.section<SavedExchange>(
      Section::Exchange, archive_exchange, [&state](const SavedExchange& saved) {
        state.exchange = saved.exchange;
        state.ledger.set_house(saved.house);
        state.ledger.set_rounding(saved.rounding);
      });
}

void load_accounts(State& state, Loader& loader) {
  loader.section<SessionState>(
      Section::Sessions, archive_session, [&state](const SessionState& session) {
        Loader::check(session.info.session == state.sessions.next_id(), "session ids");
        enter(state.session_names, session.info.comp_id, session.info.session.value());
        note_grace(state, session.cancel_at);
        note_grace(state, session.groups_cancel_at);
        state.sessions.append(session);
      });
  loader.section<SavedAccount>(
      Section::Accounts, archive_account, [&state](const SavedAccount& saved) {
        Loader::check(saved.account.id == state.accounts.next_id(), "account ids");
        enter(state.account_names, saved.account.name, saved.account.id.value());
        state.accounts.append(saved.account);
        state.ledger.add_account(saved.money);
      });
}

void load_instrument(State& state, const SavedInstrument& saved) {
  Loader::check(saved.id == state.instruments.next_id() && state.markets.contains(saved.market),
                "instrument ids");
  MarketData& market = state.markets.at(saved.market);
  const Ladder& ladder = *find_ladder(market.ladder);
  const auto runner = static_cast<std::uint32_t>(market.instruments.size());
  enter(state.symbols, saved.symbol, symbol_entry(saved.id, saved.market));
  Loader::check(runner < kMaxRunners, "a market's runners");
  state.instruments.append({.id = saved.id,
                            .market = saved.market,
                            .book = Book{ladder},
                            .runner = runner,
                            .removed = saved.removed,
                            .traded = saved.traded,
                            .symbol = saved.symbol,
                            .share = saved.share});
  market.instruments.push_back(saved.id);
  state.ledger.add_runner(saved.market);
  if (saved.removed) {
    state.ledger.market(saved.market).rows.restore_removed(runner);
  }
}

// Rows can be made once their market knows all its runners, and which is being removed.
void load_markets(State& state, Loader& loader) {
  std::vector<SavedMarket> markets;
  loader.section<SavedMarket>(Section::Markets, archive_market, [&](const SavedMarket& saved) {
    const MarketData& market = saved.market;
    Loader::check(market.id == state.markets.next_id() && find_ladder(market.ladder) != nullptr &&
                      ladder_fits(market.kind, market.ladder) && market.winners != 0 &&
                      market.winners < kMaxRunners,
                  "market ids");
    enter(state.market_names, market.name, market.id.value());
    state.markets.append(market);
    state.ledger.add_market(market.kind, market.winners);
    markets.push_back(saved);
  });
  loader.section<SavedInstrument>(
      Section::Instruments, archive_instrument, [&state](const SavedInstrument& saved) {
        load_instrument(state, saved);
      });
  for (const SavedMarket& saved : markets) {
    MarketMoney& money = state.ledger.market(saved.market.id);
    money.pot = saved.pot;
    money.rounds = saved.rounds;
    Loader::check(saved.archived_to <= saved.rows &&
                      (!saved.market.archived || saved.archived_to == saved.rows),
                  "a market's archived rows");
    money.rows.restore_archived(saved.archived_to, saved.rows);
    if (saved.removing) {
      Loader::check(saved.removed_runner < state.markets.at(saved.market.id).instruments.size(),
                    "a removed runner");
      state.ledger.restore_removal(saved.market.id, saved.removed_runner, saved.voided_to);
    }
  }
}

void load_rows(State& state, Loader& loader) {
  loader.section<SavedRow>(Section::Rows, archive_row, [&state](const SavedRow& saved) {
    Loader::check(
        state.markets.contains(saved.market) && state.accounts.contains(saved.header.account),
        "a row's ids");
    MarketRows& rows = state.ledger.market(saved.market).rows;
    Loader::check(rows.find(saved.header.account) == 0, "a row");
    const std::uint32_t row = state.ledger.row_for(saved.header.account, saved.market);
    RowHeader& header = rows.at(row);
    header.discount_bp = saved.header.discount_bp;
    header.matched = saved.header.matched;
    header.paid = saved.header.paid;
    header.commission = saved.header.commission;
    header.settled = saved.header.settled;
    if (rows.kind() == MarketKind::Binary) {
      rows.binary(row).position = saved.binary.position;
      rows.binary(row).net_cash = saved.binary.net_cash;
    }
    state.ledger.restore_row(saved.market, row);
  });
  loader.section<SavedSums>(Section::RowSums, archive_sums, [&state](const SavedSums& saved) {
    Loader::check(state.markets.contains(saved.market), "a row's market");
    MarketRows& rows = state.ledger.market(saved.market).rows;
    Loader::check(rows.kind() == MarketKind::ExchangeOdds && saved.row >= rows.first() &&
                      saved.row <= rows.size() && saved.runner < rows.runners(saved.row).size(),
                  "a row's sums");
    state.ledger.restore_sums(
        saved.market, saved.row, saved.runner, {.won = saved.won, .lost = saved.lost});
  });
}

void load_requests(State& state, Loader& loader) {
  bool current = false;
  const auto begin_generation = [&] {
    state.request_ids.start_generation();
    current = true;
  };
  loader.section<SavedRequest>(
      Section::RequestIds, archive_request, [&](const SavedRequest& saved) {
        if (saved.current && !current) {
          begin_generation();
        }
        Loader::check(saved.request.request_id.well_formed() &&
                          state.request_ids.find(saved.request.request_id) == nullptr,
                      "a request id");
        state.request_ids.insert(saved.request);
      });
  if (!current) {
    begin_generation();
  }
}

}  // namespace

void fail_damaged(const std::string& what) {
  throw std::runtime_error{"saved engine state is damaged: " + what};
}

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
  const Counters counters{.last_seq = state.last_seq,
                          .last_tx_id = state.last_tx_id,
                          .last_timestamp = state.last_timestamp,
                          .last_order_id = state.last_order_id,
                          .last_batch_id = state.last_batch_id,
                          .watermark = state.watermark,
                          .generations = state.generations,
                          .trading_day = state.trading_day,
                          .last_order_group = state.order_groups.last_number()};
  saver.section<Counters>(
      Section::Counters, 1, archive_counters, [&counters](auto&& put) { put(counters); });
  saver.section<SavedExchange>(Section::Exchange, 1, archive_exchange, [&state](auto&& put) {
    put({.exchange = state.exchange,
         .house = state.ledger.house(),
         .rounding = state.ledger.rounding()});
  });
  save_registries(state, saver);
  save_rows(state, saver);
  save_orders(state, saver);
  saver.section<AmendDelayed>(
      Section::DelayedAmends, state.delayed_amends.size(), archive_amend, [&state](auto&& put) {
        for (const auto& [order, amend] : state.delayed_amends) {
          put(amend);
        }
      });
  saver.section<Batch>(Section::Batches,
                       state.batches.size() + state.payments.size(),
                       archive_batch,
                       [&state](auto&& put) {
                         each_of(state.batches)(put);
                         each_of(state.payments)(put);
                       });
  saver.section<SavedRequest>(
      Section::RequestIds, state.request_ids.size(), archive_request, [&state](auto&& put) {
        state.request_ids.for_each([&put](bool current, const RequestRecord& request) {
          put({.request = request, .current = current});
        });
      });
  save_operations(state, saver);
  save_order_groups(state, saver);
}

void load(State& state, std::span<const std::byte> bytes) {
  Loader loader{bytes};
  load_counters(state, loader);
  load_accounts(state, loader);
  load_markets(state, loader);
  load_rows(state, loader);
  load_orders(state, loader);
  loader.section<AmendDelayed>(
      Section::DelayedAmends, archive_amend, [&state](const AmendDelayed& amend) {
        Loader::check(state.orders.find(amend.order) != 0, "a delayed amend's order");
        state.delayed_amends.insert({amend.order, amend});
        state.deadlines.push(amend.release_at, amend.order);
      });
  loader.section<Batch>(Section::Batches, archive_batch, [&state](const Batch& batch) {
    (is_payment(batch.started.work) ? state.payments : state.batches).push_back(batch);
  });
  load_requests(state, loader);
  load_operations(state, loader);
  load_order_groups(state, loader);
  Loader::check(loader.at_end(), "something follows its end");
}

}  // namespace betex::matching
