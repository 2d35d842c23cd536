#include "tests/soak/soak_audit.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/client/client_book.h"
#include "gateway/client/message.h"
#include "journal/environment_pool.h"
#include "journal/epoch_file.h"
#include "journal/errors.h"
#include "journal/journal_reader.h"
#include "journal/recovery.h"
#include "matching/engine.h"
#include "tests/crash/trading_record.h"
#include "tests/support/gateway_process.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::Side;

constexpr auto kPatience = 120s;
constexpr auto kPause = 100ms;
constexpr std::size_t kMostLevels = 1'000;

// In the engine's units.
struct PlainLevel {
  std::int64_t price = 0;
  std::int64_t size = 0;

  friend bool operator==(const PlainLevel&, const PlainLevel&) = default;
};

struct PlainBook {
  std::vector<PlainLevel> bids;  // the best first, as offers
  std::vector<PlainLevel> offers;

  friend bool operator==(const PlainBook&, const PlainBook&) = default;
};

std::string text_of(const PlainBook& book) {
  std::ostringstream text;
  for (const auto* levels : {&book.bids, &book.offers}) {
    text << (levels == &book.bids ? "bids" : "; offers");
    for (const PlainLevel& level : *levels) {
      text << " " << level.price << "x" << level.size;
    }
  }
  return text.str();
}

// As a start would find it, beside who writes the log.
matching::Engine engine_of(const std::filesystem::path& wal_root) {
  journal::EnvironmentPool pool;
  std::vector<std::string> warnings;
  const auto epoch = journal::read_epoch_file(wal_root);
  if (!epoch) {
    throw std::runtime_error{"no log in " + wal_root.string()};
  }
  auto snapshot =
      journal::newest_snapshot({wal_root, epoch->wal_id, warnings},
                               matching::EventSeq{std::numeric_limits<std::uint64_t>::max()});
  matching::Engine engine = snapshot ? std::move(snapshot->engine) : matching::Engine{};
  journal::JournalReader reader{wal_root, pool, engine.last_seq().next()};
  while (const auto transaction = reader.next()) {
    engine.apply(*transaction);
  }
  return engine;
}

std::vector<PlainLevel> levels_of(const matching::Engine& engine,
                                  matching::InstrumentId instrument,
                                  Side side) {
  std::array<matching::PriceLevel, kMostLevels> levels;
  const std::size_t count = engine.best_levels(instrument, side, levels);
  std::vector<PlainLevel> plain;
  for (std::size_t i = 0; i < count; ++i) {
    plain.push_back({.price = levels[i].price.value(), .size = levels[i].volume.value()});
  }
  return plain;
}

PlainBook book_of(const matching::Engine& engine, const std::string& symbol) {
  PlainBook book;
  engine.visit_instruments([&](const matching::InstrumentInfo& info) {
    if (info.symbol.view() == symbol) {
      book = {.bids = levels_of(engine, info.instrument, Side::Bid),
              .offers = levels_of(engine, info.instrument, Side::Ask)};
    }
  });
  return book;
}

PlainBook book_of(const client::ClientBook& told, const std::string& symbol) {
  constexpr int kOddsDecimals = 2;
  constexpr int kProbabilityDecimals = 4;  // a price is in mu
  const auto plain = [&symbol](const std::vector<client::Level>& levels) {
    std::vector<PlainLevel> all;
    for (const client::Level& level : levels) {
      all.push_back({.price = client::parse_decimal(
                         level.price, is_binary(symbol) ? kProbabilityDecimals : kOddsDecimals),
                     .size = quantity_units(symbol, level.size)});
    }
    return all;
  };
  return {.bids = plain(told.bids()), .offers = plain(told.offers())};
}

// What the last line of the account's statement says, in mu.
std::int64_t balance_by_statement(const std::filesystem::path& wal_root,
                                  const std::string& account) {
  ChildProcess tool{
      {BETEX_JOURNAL_PROGRAM, "statement", "--json", "--account", account, wal_root.string()}};
  const int code = tool.wait(kPatience);
  if (code != 0) {
    throw std::runtime_error{"betex-journal statement ended with " + std::to_string(code) + ": " +
                             tool.standard_error()};
  }
  std::istringstream lines{tool.standard_output()};
  std::int64_t balance = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line);
    if (entry.contains("balance")) {
      balance = entry.at("balance").get<std::int64_t>();
    }
  }
  return balance;
}

}  // namespace

void expect_books_equal(PriceWatcher& watcher,
                        const std::filesystem::path& wal_root,
                        const std::vector<std::string>& symbols) {
  std::string differs = "nothing was compared";
  std::size_t levels = 0;
  for (const auto end = std::chrono::steady_clock::now() + kPatience;
       !differs.empty() && std::chrono::steady_clock::now() < end;) {
    differs.clear();
    levels = 0;
    watcher.take_what_is_here();
    try {
      const matching::Engine engine = engine_of(wal_root);
      for (const std::string& symbol : symbols) {
        const PlainBook told = book_of(watcher.book(symbol), symbol);
        const PlainBook held = book_of(engine, symbol);
        levels += held.bids.size() + held.offers.size();
        if (told != held) {
          differs +=
              symbol + ": told " + text_of(told) + ", but the engine has " + text_of(held) + "\n";
        }
      }
    } catch (const journal::JournalError& error) {  // a segment was retired meanwhile
      differs = error.what();
    }
    if (!differs.empty()) {
      std::this_thread::sleep_for(kPause);
    }
  }
  EXPECT_TRUE(differs.empty()) << differs;
  EXPECT_GT(levels, 0U) << "all of these books are empty, of which there should be some left";
}

void expect_statements_equal(const std::filesystem::path& wal_root,
                             const JournalAccount& journal,
                             const std::vector<std::string>& accounts) {
  for (const std::string& account : accounts) {
    const auto balance = journal.balances.find(account);
    ASSERT_NE(balance, journal.balances.end()) << account;
    EXPECT_EQ(balance_by_statement(wal_root, account), balance->second) << account;
  }
}

}  // namespace betex::test
