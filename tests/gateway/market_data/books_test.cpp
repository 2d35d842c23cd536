// The books that md keeps against the engine's, after every transaction of random streams: from the
// beginning of the log, from any point of it, and after a restart from a saved state.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/market_data/market_books.h"
#include "matching/engine.h"
#include "tests/gateway/market_data/book_state.h"
#include "tests/gateway/market_data/random_exchange.h"
#include "tests/gateway/reports/written_log.h"
#include "tests/matching/exchange.h"

namespace betex::gateway::testing {
namespace {

using matching::Engine;
using matching::InstrumentId;
using matching::MarketId;

std::map<MarketId, matching::Int128> open_interests(const Engine& engine) {
  std::map<MarketId, matching::Int128> sums;
  engine.visit_rows([&](const matching::RowInfo& row) {
    sums[row.market] += std::max<std::int64_t>(row.position.value(), 0);
  });
  return sums;
}

// What differs first; empty: nothing.
std::string difference(const Engine& engine, const MarketBooks& books) {
  if (books.last_seq() != engine.last_seq()) {
    return "not as far as the engine";
  }
  std::string found;
  engine.visit_markets([&](const matching::MarketInfo& info) {
    const MarketStanding& standing = books.standing(info.market);
    const Market& market = books.securities().market(info.market);
    if (standing.public_changes != info.public_changes || market.archived != info.archived ||
        market.state != info.state || market.version != info.version ||
        market.in_play != info.in_play) {
      found = "market " + std::string{info.name.view()} + ": " +
              std::to_string(standing.public_changes) + " public changes, not " +
              std::to_string(info.public_changes);
    }
  });
  std::map<MarketId, matching::Int128> interests = open_interests(engine);
  engine.visit_instruments([&](const matching::InstrumentInfo& info) {
    const bool binary = info.kind == matching::MarketKind::Binary;
    const BookState expected = state_of(engine,
                                        books.securities(),
                                        info.instrument,
                                        info.traded,
                                        binary ? interests[info.market] : matching::Int128{0});
    if (const BookState kept = state_of(books, info.instrument); !(kept == expected)) {
      std::ostringstream text;
      text << info.symbol.view() << ": " << kept << "\nnot " << expected;
      found = text.str();
    }
  });
  std::size_t live = 0;
  engine.visit_orders([&](const matching::OrderInfo& info) { live += info.live ? 1U : 0U; });
  return live == books.open_orders() ? found : "another number of live orders";
}

Engine reloaded(const Engine& engine) {
  std::vector<std::byte> bytes;
  engine.save([&bytes](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  return Engine::load(bytes);
}

// Runs a stream; after each transaction the books are compared, those from the beginning and those
// that were taken up from the engine's state on the way.
void run_stream(std::uint64_t seed,
                std::uint64_t far_orders,
                int commands,
                int check_every = 1,
                bool reloads = false) {
  MarketBooks books{Engine{}};
  std::optional<MarketBooks> taken_up;
  const Engine* engine = nullptr;
  std::string found;
  int transactions = 0;
  RandomExchange exchange{seed, [&](const matching::TransactionView& transaction) {
                            books.apply(transaction);
                            if (taken_up) {
                              taken_up->apply(transaction);
                            }
                            if (++transactions % check_every != 0 || !found.empty()) {
                              return;
                            }
                            found = difference(*engine, books);
                            if (found.empty() && taken_up) {
                              found = difference(*engine, *taken_up);
                            }
                            books.forget_changes();
                          }};
  engine = &exchange.engine();
  exchange.set_up(far_orders);
  for (int i = 0; i < commands && found.empty(); ++i) {
    constexpr int kTakeUpEvery = 97;
    if (i % kTakeUpEvery == 0) {
      if (reloads) {
        taken_up.emplace(reloaded(*engine));
      } else {
        taken_up.emplace(*engine);
      }
      found = difference(*engine, *taken_up);
    }
    exchange.step();
  }
  EXPECT_EQ(found, "") << "seed " << seed << ", after transaction " << engine->last_tx_id().value();
}

// What a group loses goes: what rests, what takes, and what waits for its delay.
TEST(MarketBooks, LoseTheOrdersThatAGroupLoses) {
  const matching::EventHeader market{.market = MarketId{1}};
  WrittenLog log;
  MarketBooks books{Engine{}};
  const auto happen = [&](const auto&... events) { books.apply(log.write(events...).view()); };
  const auto accepted = [&](std::uint64_t order, matching::Entry entry) {
    const matching::Quantity quantity{1'000};
    return matching::OrderAccepted{.header = market,
                                   .order = matching::OrderId{order},
                                   .account = matching::AccountId{1},
                                   .session = matching::SessionId{1},
                                   .instrument = InstrumentId{1},
                                   .tick = matching::Tick{10},
                                   .side = matching::Side::Ask,
                                   .entry = entry,
                                   .order_group = 1,
                                   .values = {.order_qty = quantity, .leaves_qty = quantity}};
  };
  happen(matching::MarketCreated{.header = market,
                                 .kind = matching::MarketKind::ExchangeOdds,
                                 .ladder = matching::LadderKind::Classic,
                                 .runners = 1,
                                 .name = matching::Name{"M"}},
         matching::RunnerAdded{
             .header = market, .instrument = InstrumentId{1}, .symbol = matching::Name{"A"}});
  happen(accepted(1, matching::Entry::Rests), accepted(2, matching::Entry::Rests));
  happen(accepted(3, matching::Entry::Delayed));
  const auto volume = [&] {
    const BookState::Levels offers = state_of(books, InstrumentId{1}).offers;
    return offers.empty() ? 0 : offers.front().second;
  };
  EXPECT_EQ(volume(), 20'000'000);
  EXPECT_EQ(books.open_orders(), 3U);
  const std::uint64_t changes = books.standing(MarketId{1}).public_changes;
  using Cancelled = matching::OrderGroupCancelled;
  happen(
      accepted(4, matching::Entry::Takes),
      Followed<Cancelled>{.event = {.header = market, .group = 1},
                          .tail = {matching::OrderId{1}, matching::OrderId{3}}},
      Followed<Cancelled>{.event = {.header = market, .group = 1}, .tail = {matching::OrderId{4}}});
  EXPECT_EQ(volume(), 10'000'000);
  EXPECT_EQ(books.open_orders(), 1U);
  EXPECT_EQ(books.standing(MarketId{1}).public_changes, changes + 1) << "of what rested";
}

// Levels have a place for each tick of the ladder: of all markets that there ever were they would
// add up.
TEST(MarketBooks, KeepNoLevelsOfMarketsThatAreOver) {
  const matching::Name horse{"HORSE"};
  const matching::Name rain{"RAIN"};
  matching::testing::Exchange x;
  x.back("alice", "10", "2.02");
  x.lay("bob", "3", "1.9");
  x.buy("alice", "5", "0.40");
  MarketBooks books{x.engine};
  std::size_t taken = x.log.size();
  const auto run = [&](const matching::CommandBody& body) {
    x.run(body);
    for (; taken < x.log.size(); ++taken) {
      books.apply(x.log[taken].view());
    }
  };
  const auto bytes_of = [&books](const char* symbol) {
    const InstrumentId id = books.securities().find_instrument(matching::Name{symbol});
    return books.book(id).levels.allocated_bytes();
  };
  const auto markets_of = [](const MarketBooks& some) {
    return std::vector<MarketId>{some.markets().begin(), some.markets().end()};
  };
  EXPECT_GT(bytes_of("A"), 0U);
  EXPECT_GT(bytes_of("RAIN"), 0U);
  run(matching::CloseMarket{.market = horse});
  run(matching::DetermineMarket{
      .market = horse,
      .shares = std::vector<matching::RunnerShare>{
          {.symbol = matching::Name{"A"}, .numerator = 1, .denominator = 1}}});
  run(matching::SettleMarket{.market = horse});
  EXPECT_EQ(bytes_of("A"), 0U);
  EXPECT_GT(bytes_of("RAIN"), 0U);
  run(matching::VoidMarket{.market = rain, .price = matching::testing::decimal("0.25")});
  EXPECT_EQ(bytes_of("RAIN"), 0U);
  EXPECT_EQ(markets_of(books), (std::vector{MarketId{1}, MarketId{2}}));
  run(matching::ArchiveMarket{.market = horse});
  EXPECT_EQ(markets_of(books), std::vector{MarketId{2}});
  EXPECT_EQ(markets_of(MarketBooks{x.engine}), std::vector{MarketId{2}});
  EXPECT_EQ(difference(x.engine, books), "");
}

TEST(MarketBooks, AreTheEnginesAfterEveryTransaction) {
  for (std::uint64_t seed = 1; seed <= 6 && !HasFailure(); ++seed) {
    run_stream(seed, 0, 400);
  }
}

TEST(MarketBooks, AreTheEnginesWhileProcessesOfManyChunksRun) {
  run_stream(100, 9'000, 500, 60);
}

// An exception ends market data, and an assertion would end the process.
TEST(MarketBooks, WhatThereIsNotIsAnException) {
  const MarketBooks books{Engine{}};
  EXPECT_THROW(static_cast<void>(books.securities().instrument(InstrumentId{7})), std::logic_error);
  EXPECT_THROW(static_cast<void>(books.securities().market(MarketId{7})), std::logic_error);
  EXPECT_THROW(static_cast<void>(books.book(InstrumentId{7})), std::logic_error);
  EXPECT_THROW(static_cast<void>(books.standing(MarketId{7})), std::logic_error);
  Securities securities;
  matching::MarketOpened opened;
  opened.header.market = MarketId{7};
  EXPECT_THROW(securities.apply(opened), std::logic_error);
  matching::RunnerAdded added;
  added.header.market = MarketId{7};
  added.instrument = InstrumentId{1};
  EXPECT_THROW(securities.apply(added), std::logic_error);
}

TEST(MarketBooks, AreTheSameAfterARestartFromASavedState) {
  for (std::uint64_t seed = 20; seed <= 23 && !HasFailure(); ++seed) {
    run_stream(seed, 0, 800, 3, true);
  }
}

}  // namespace
}  // namespace betex::gateway::testing
