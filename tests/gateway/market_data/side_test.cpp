// Market data as the gateway wires it: what a failure of it is to the rest, and the journal and the
// snapshots that md goes on by.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/market_data_side.h"
#include "gateway/pipeline/event_slot.h"
#include "gateway/pipeline/journal_link.h"
#include "gateway/pipeline/ring_command_port.h"
#include "gateway/process/market_data_metrics.h"
#include "gateway/session/dictionaries.h"
#include "gateway/start/fix_settings.h"
#include "journal/recovery.h"
#include "tests/gateway/market_data/book_state.h"
#include "tests/gateway/start/life.h"
#include "tests/support/manual_clock.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

using namespace std::chrono_literals;
using betex::test::comes_to;

constexpr std::size_t kSlots = 64;

// Nobody's sessions; the ports are any that are free.
Config config_in(const std::filesystem::path& wal_root) {
  Config config;
  config.wal.root = wal_root;
  config.fix.dictionaries = std::filesystem::path{BETEX_SOURCE_DIR} / "fix_spec";
  config.market_data.port = 0;
  return config;
}

class SideTest : public ::testing::Test {
 protected:
  SideTest()
      : life{folder.path()},
        config{config_in(folder.path())},
        dictionaries{config.fix.dictionaries} {
    life.open_market();
    ports.emplace(config.market_data);
    side.emplace(MarketDataSide::Parts{.config = config,
                                       .ports = *ports,
                                       .events = events,
                                       .journal_events = journal_events,
                                       .journal = life.journal,
                                       .segments = life.pool,
                                       .engine = life.recovered.engine,
                                       .dictionaries = dictionaries,
                                       .commands = command_port,
                                       .authenticator = authenticator,
                                       .clock = clock},
                 market_data_limits(config),
                 std::vector<matching::SessionInfo>{});
    side->start(health);
    health.enter(Phase::Accepting);
  }

  ~SideTest() override {
    side.reset();
    ports.reset();
  }

  [[nodiscard]] bool lost() const { return side->metrics().lost.load(std::memory_order_relaxed); }

  // As the match stage and the journal do; false: the ring is full.
  bool pass_an_event() {
    life.place(kOne, "O" + std::to_string(++orders_), matching::Side::Ask);
    const Claim claim = events.try_claim(8);
    if (claim.outcome != ClaimOutcome::Claimed) {
      return false;
    }
    events.publish(static_cast<std::uint32_t>(SlotTag::NetworkBarrier));  // that md passes over
    journal_events.release(journal_events.poll().end_seq());
    return true;
  }

  test::TempFolder folder;
  Life life;
  Config config;
  const fix::Dictionaries dictionaries;
  WaitStrategy wait;
  CommandRing<RingCommand> commands{64, wait};
  RingCommandPort command_port{commands, life.journal, {}};
  EventRing events{{.capacity = kSlots, .arena_size = std::size_t{1} << 16U}, wait};
  EventConsumer& journal_events = events.add_consumer({.name = "journal", .wait = wait});
  fix::PasswordAuthenticator authenticator{{}};
  test::ManualClock clock{std::chrono::sys_days{std::chrono::January / 1 / 2027}};
  Health health;
  std::optional<MarketDataPorts> ports;
  std::optional<MarketDataSide> side;

 private:
  int orders_ = 0;
};

class BrokenPicture final : public PictureOutlet {
 public:
  void show(std::shared_ptr<const MarketsPicture> /*picture*/) override {
    throw std::runtime_error{"broken"};
  }
};

TEST_F(SideTest, ListensOnAPortOfItsOwn) {
  const MarketDataSide::Listening listening = side->listen();
  ASSERT_TRUE(listening.plain.has_value());
  EXPECT_NE(*listening.plain, 0);
  EXPECT_FALSE(listening.tls.has_value());
}

TEST_F(SideTest, AFailureOfMdEndsMarketDataAndNothingElse) {
  const auto broken = std::make_shared<BrokenPicture>();
  side->pictures().watch(broken, "");
  ASSERT_TRUE(comes_to([this] { return lost(); }));
  for (std::size_t i = 0; i < 3 * kSlots; ++i) {
    ASSERT_TRUE(pass_an_event()) << "nobody waits for it";
  }
  EXPECT_EQ(health.why_not_ready(), std::nullopt);
  EXPECT_EQ(health.why_not_live(), std::nullopt);
  const auto families = market_data_metrics(side->metrics());
  EXPECT_EQ(families.front().name, "betex_md_up");
  EXPECT_EQ(families.front().metric.front().gauge.value, 0);
}

TEST_F(SideTest, AFailureOfItsIoThreadEndsMarketDataAndNothingElse) {
  boost::asio::post(ports->io().context(), [] { throw std::runtime_error{"broken"}; });
  ASSERT_TRUE(comes_to([this] { return lost(); }));
  std::atomic<bool> goes_on{false};
  boost::asio::post(ports->io().context(), [&goes_on] { goes_on = true; });
  EXPECT_TRUE(comes_to([&goes_on] { return goes_on.load(); })) << "to tell its sessions";
  EXPECT_EQ(health.why_not_ready(), std::nullopt);
}

TEST_F(SideTest, StopsWithoutAFailure) {
  side->stop_reading();
  side->stop();
  side->log_out(10ms, [] { return false; });
  EXPECT_FALSE(lost());
}

// ---- md by the journal itself

class ByTheJournal : public ::testing::Test {
 protected:
  // A ring that md leaves as soon as a slot waits, and of which it is told what it has missed by
  // the journal alone.
  ByTheJournal() : life{folder.path()} {
    life.open_market();
    stage.emplace(
        MarketDataStage::Parts{.events = consumer,
                               .ring_slots = 0,
                               .wait = wait,
                               .open_source = retiring_journal_sources(folder.path(), life.pool),
                               .load_state = newest_state(folder.path(), life.journal)},
        life.recovered.engine,
        MarketDataLimits{},
        MarketDataPace{.patience = 0ms});
  }

  void publish() {
    for (std::size_t i = 0; i < 300; ++i) {
      ASSERT_EQ(events.try_claim(8).outcome, ClaimOutcome::Claimed);
      events.publish(static_cast<std::uint32_t>(SlotTag::NetworkBarrier));
    }
    journal_events.release(journal_events.poll().end_seq());
  }

  void expect_books_as_engine() const {
    const MarketBooks& books = stage->books();
    ASSERT_EQ(books.last_seq(), life.recovered.engine.last_seq());
    life.recovered.engine.visit_instruments([&](const matching::InstrumentInfo& info) {
      EXPECT_EQ(
          state_of(books, info.instrument),
          state_of(life.recovered.engine, books.securities(), info.instrument, info.traded, 0));
    });
  }

  test::TempFolder folder;
  Life life;
  WaitStrategy wait;
  EventRing events{{.capacity = 1024, .arena_size = std::size_t{1} << 16U}, wait};
  EventConsumer& journal_events = events.add_consumer({.name = "journal", .wait = wait});
  EventConsumer& consumer = events.add_consumer(
      {.name = "md", .wait = wait, .behind = {&journal_events}, .may_leave = true});
  std::optional<MarketDataStage> stage;
};

TEST_F(ByTheJournal, GoesOnAndComesBack) {
  publish();
  stage->do_work();
  ASSERT_TRUE(consumer.away());
  for (int i = 0; i < 100; ++i) {
    life.place(kOne, "O" + std::to_string(i), matching::Side::Ask);
  }
  for (int i = 0; i < 100 && consumer.away(); ++i) {
    stage->do_work();
  }
  EXPECT_FALSE(consumer.away());
  expect_books_as_engine();
}

TEST_F(ByTheJournal, GoesOnFromTheNewestSnapshotWhereSegmentsAreGone) {
  publish();
  stage->do_work();
  ASSERT_TRUE(consumer.away());
  for (int i = 0; i < 100; ++i) {
    life.place(kOne, "O" + std::to_string(i), matching::Side::Ask);
  }
  life.snapshot();
  for (int i = 0; i < 5; ++i) {
    life.place(kTwo, "P" + std::to_string(i), matching::Side::Ask);
  }
  const std::filesystem::path segments = folder.path() / "segments";
  std::vector<std::filesystem::path> names;
  for (const auto& entry : std::filesystem::directory_iterator{segments}) {
    names.push_back(entry.path());
  }
  std::ranges::sort(names);
  ASSERT_GT(names.size(), 3U);
  std::filesystem::create_directories(folder.path() / "retired");
  for (std::size_t i = 0; i + 3 < names.size(); ++i) {
    std::filesystem::rename(names[i], folder.path() / "retired" / names[i].filename());
  }
  for (int i = 0; i < 100 && consumer.away(); ++i) {
    stage->do_work();
  }
  EXPECT_FALSE(consumer.away());
  EXPECT_EQ(stage->figures().reloads.value(), 1U);
  expect_books_as_engine();
}

}  // namespace
}  // namespace betex::gateway::testing
