// md's stage behind the pipeline's journal stage, all of it stepped by hand on the test's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/market_data/market_data_stage.h"
#include "tests/gateway/market_data/book_state.h"
#include "tests/gateway/market_data/recorded_outlet.h"
#include "tests/gateway/market_data/venue.h"
#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {

inline std::unique_ptr<const matching::Engine> copy_of(const matching::Engine& engine) {
  std::vector<std::byte> bytes;
  engine.save([&bytes](std::span<const std::byte> piece) {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  });
  return std::make_unique<const matching::Engine>(matching::Engine::load(bytes));
}

// The journal from an event on, as if what is before it were retired.
class KeptFrom final : public TransactionSource {
 public:
  KeptFrom(std::unique_ptr<TransactionSource> source, bool kept)
      : source_{std::move(source)}, kept_{kept} {}

  [[nodiscard]] std::optional<matching::TransactionView> next() override {
    return kept_ ? source_->next() : throw TransactionsNotKept{"retired"};
  }

 private:
  std::unique_ptr<TransactionSource> source_;
  bool kept_;
};

class StageBed {
 public:
  // A pace that lets it leave the ring as soon as more than half of `ring_slots` wait, which may be
  // fewer than there are.
  static constexpr MarketDataPace kHasty{.behind_above = 100,
                                         .in_step_below = 50,
                                         .turn_every = std::chrono::milliseconds{0},
                                         .patience = std::chrono::milliseconds{0},
                                         .hold_at_most = std::chrono::milliseconds{0}};

  explicit StageBed(const MarketDataPace& pace = {}, std::size_t ring_slots = kSlots)
      : consumer{pipeline.events.add_consumer({.name = "md",
                                               .wait = wait,
                                               .behind = {&pipeline.journal_consumer},
                                               .may_leave = true})},
        stage{{.events = consumer,
               .ring_slots = ring_slots,
               .wait = wait,
               .open_source =
                   [this](matching::EventSeq first) {
                     ++opened;
                     return std::make_unique<KeptFrom>(pipeline.log.sources()(first),
                                                       first >= kept_from);
                   },
               .load_state = [this] { return copy_of(pipeline.engine); }},
              pipeline.engine,
              {},
              pace} {}

  // Until it has nothing to do.
  void run_md() {
    constexpr int kEnough = 100'000;
    int rounds = 0;
    while (stage.do_work() > 0 && ++rounds < kEnough) {
    }
    ASSERT_LT(rounds, kEnough);
  }

  // `count` orders that rest, and what else the pipeline does, without md, which holds the ring
  // only where another thread runs it.
  void place(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const int price = 202 + static_cast<int>(placed++ % 50) * 2;
      pipeline.place(SessionId{1}, "O" + std::to_string(placed), Side::Ask, price, 100);
      pipeline.run();
      while (pipeline.commands.fill() > 0) {  // md is on another thread, and holds the ring
        std::this_thread::yield();
        pipeline.run();
      }
    }
  }

  [[nodiscard]] std::shared_ptr<RecordedOutlet> subscribe() {
    auto outlet = std::make_shared<RecordedOutlet>();
    const SubscriberId id = stage.join(outlet);
    stage.ask(id, levels_of("a", {"RUN"}));
    return outlet;
  }

  // Equal, level by level.
  void expect_books_as_engine() const {
    const Securities& securities = stage.books().securities();
    ASSERT_EQ(stage.books().last_seq(), pipeline.engine.last_seq());
    pipeline.engine.visit_instruments([&](const matching::InstrumentInfo& info) {
      EXPECT_EQ(state_of(stage.books(), info.instrument),
                state_of(pipeline.engine, securities, info.instrument, info.traded, 0));
    });
  }

  static constexpr std::size_t kSlots = 1024;

  Pipeline pipeline{kSlots};
  WaitStrategy wait;
  matching::EventSeq kept_from{1};
  std::size_t opened = 0;  // sources
  std::size_t placed = 0;
  EventConsumer& consumer;
  MarketDataStage stage;
};

}  // namespace betex::gateway::testing
