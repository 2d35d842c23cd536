// Drives the engine and the reference engine with one stream and compares what they say, event by
// event, with the invariants checked after every command, and replayed in lockstep.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "matching/engine.h"
#include "tests/matching/facts.h"
#include "tests/matching/random_commands.h"
#include "tests/matching/reference_engine.h"

namespace betex::matching::testing {

// One engine, its reference and its replica, driven as the gateway drives an engine.
class Comparison {
 public:
  explicit Comparison(RandomCommands::Source source) : commands_{std::move(source)} {}

  // False, with the reason told to GoogleTest, at the first difference.
  bool run(std::uint64_t count) {
    for (const CommandBody& body : commands_.setup()) {
      if (!step(body)) {
        return false;
      }
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      now_ += Timestamp{commands_.pause_ns()};
      if (!advance_time() || !step(next_command()) || !continue_batch()) {
        return false;
      }
      if (i % 1'000 == 0 && !compare_states()) {
        return false;
      }
    }
    return compare_states();
  }

 private:
  CommandBody next_command() {
    const auto& orders = reference_.orders();
    return commands_.next(now_, orders.size(), [&orders](std::uint64_t id) {
      const auto found = orders.find(id);
      return found == orders.end() ? nullptr : &found->second.asked;
    });
  }

  Facts decide(const CommandBody& body) {
    const TransactionView transaction = engine_.decide({.timestamp = now_, .body = body});
    if (transaction.header.event_count == 0) {
      return {};
    }
    follow_log(transaction);
    replica_.apply(transaction);
    return facts_of(transaction);
  }

  // seq and market_seq are gapless, and no trade happens outside an open market.
  void follow_log(const TransactionView& transaction) {
    EXPECT_EQ(transaction.first_seq.value(), last_seq_ + 1);
    last_seq_ = transaction.last_seq().value();
    for_each_event(transaction, [this](EventSeq, const auto& event) {
      using Event = std::decay_t<decltype(event)>;
      const MarketId market = event.header.market;
      if (market != MarketId{}) {
        EXPECT_EQ(event.header.market_seq, ++market_seqs_[market]);
      }
      if constexpr (std::is_same_v<Event, MarketOpened> || std::is_same_v<Event, MarketResumed>) {
        closed_.erase(market);
      } else if constexpr (std::is_same_v<Event, MarketUnhalted>) {
        if (closed_at_halt_.erase(market) == 0) {
          closed_.erase(market);
        }
      } else if constexpr (std::is_same_v<Event, MarketHalted>) {
        if (!closed_.insert(market).second) {
          closed_at_halt_.insert(market);
        }
      } else if constexpr (std::is_same_v<Event, MarketSuspended> ||
                           std::is_same_v<Event, MarketClosed>) {
        closed_.insert(market);
      } else if constexpr (std::is_same_v<Event, TradeMatched>) {
        EXPECT_FALSE(closed_.contains(market));
        EXPECT_GT(event.quantity, Quantity{});
      }
    });
  }

  bool same(const Facts& expected, const Facts& facts, const char* what) {
    if (expected != facts) {
      ADD_FAILURE() << what << ": the reference says\n"
                    << to_string(expected) << "the engine says\n"
                    << to_string(facts);
      return false;
    }
    const std::string broken = reference_.broken_invariant();
    EXPECT_EQ(broken, "");
    return broken.empty() && !::testing::Test::HasFailure();
  }

  bool step(const CommandBody& body) {
    const Facts expected = reference_.run({.timestamp = now_, .body = body});
    return same(expected, decide(body), "command");
  }

  bool advance_time() {
    Facts facts;
    for (auto due = engine_.next_deadline(); due && *due <= now_; due = engine_.next_deadline()) {
      const Facts more = decide(AdvanceTime{});
      if (more.empty()) {
        ADD_FAILURE() << "a deadline with nothing to do";
        return false;
      }
      facts.insert(facts.end(), more.begin(), more.end());
    }
    return same(reference_.run({.timestamp = now_, .body = AdvanceTime{}}), facts, "time");
  }

  bool continue_batch() { return !engine_.batch_pending() || step(ContinueBatch{}); }

  // All orders, and the whole state: live, replayed, and saved and loaded.
  bool compare_states() {
    engine_.visit_orders([this](const OrderInfo& info) {
      const ReferenceEngine::RefOrder& order = reference_.orders().at(info.order.value());
      EXPECT_EQ(info.values.leaves_qty.value(), order.leaves) << order.id;
      EXPECT_EQ(info.values.cum_qty.value(), order.filled) << order.id;
      EXPECT_EQ(info.values.order_qty.value(), order.quantity) << order.id;
      EXPECT_EQ(info.live, order.leaves > 0) << order.id;
      EXPECT_EQ(info.chain.size(), info.values.chain_index + 1U) << order.id;
    });
    const std::uint64_t hash = engine_.state_hash();
    EXPECT_EQ(replica_.state_hash(), hash);
    std::vector<std::byte> bytes;
    engine_.save([&bytes](std::span<const std::byte> piece) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    });
    replica_ = Engine::load(bytes);
    EXPECT_EQ(replica_.state_hash(), hash);
    return !::testing::Test::HasFailure();
  }

  RandomCommands commands_;
  Engine engine_;
  Engine replica_;
  ReferenceEngine reference_;
  Timestamp now_{1'700'000'000'000'000'000};
  std::uint64_t last_seq_ = 0;
  std::map<MarketId, std::uint64_t> market_seqs_;
  std::set<MarketId> closed_;
  std::set<MarketId> closed_at_halt_;
};

}  // namespace betex::matching::testing
