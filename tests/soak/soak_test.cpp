// One gateway for an hour: brokers in both dialects trade, hang up and come back, an operator makes
// and settles a market a minute, others watch prices, the gateway is killed every few minutes, and
// what is retired is taken away as an archive does. What it holds of the machine stays where it is,
// but for what its orders take; at the end every client's record, the journal, the statements, the
// engine and the books that were watched say the same.
//
// BETEX_SOAK_SECONDS=N: so long; an hour with BETEX_LONG=1, else half a minute.
// BETEX_SOAK_SEED=N repeats a run's random choices.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "journal/format.h"
#include "tests/crash/crash_traders.h"
#include "tests/crash/journal_account.h"
#include "tests/soak/price_reader.h"
#include "tests/soak/process_figures.h"
#include "tests/soak/soak_audit.h"
#include "tests/soak/soak_operator.h"
#include "tests/soak/soak_plan.h"
#include "tests/soak/steady.h"
#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kFewBrokers = 8;
constexpr double kMiB = 1024 * 1024;

// An order takes memory while it is known, which is longer than this test lasts, and a place in
// each snapshot, of which there are two, and a third one while it is made (OPERATING.md, Sizing).
// Each makes a message at least.
constexpr double kMemoryOfAnOrder = kMemoryFactor * 600 / kMiB;
constexpr double kSnapshotsOfAnOrder = 3 * 250 / kMiB;

class SoakTest : public testing::Test {
 protected:
  SoakTest() {
    std::cout << "BETEX_SOAK_SEED=" << plan_.seed << ", " << plan_.lasts.count() / 1'000 << " s, "
              << plan_.brokers.size() << " brokers\n";
    for (const std::string& comp_id : plan_.brokers) {
      traders_.add(comp_id, random_(), day_file());
    }
    for (const std::string& comp_id : plan_.readers) {
      readers_.push_back(std::make_unique<PriceReader>(comp_id));
    }
    add_sessions(plan_, config_.parent_path());
    traders_.address().pace = plan_.pace;
    std::filesystem::create_directory(archive());
  }

  ~SoakTest() override { end_threads(); }

  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  [[nodiscard]] std::filesystem::path archive() const { return folder_.path() / "archive"; }

  [[nodiscard]] std::filesystem::path day_file() const { return folder_.path() / "day"; }

  // ---- The gateway

  void start_gateway() {
    gateway_ = std::make_unique<GatewayProcess>(
        wal(), std::vector<std::string>{"--config", config_.string()});
    prices_port_ = gateway_->market_data_port();
    traders_.address().port = gateway_->fix_port();
  }

  void kill_gateway() {
    traders_.address().port = 0;
    prices_port_ = 0;
    gateway_->kill();
    ++kills_;
  }

  // ---- Everybody else, each with a thread

  void start_everybody() {
    traders_.start();
    for (const auto& reader : readers_) {
      reading_.emplace_back(
          [this, client = reader.get()] { client->watch(prices_port_, readers_close_); });
    }
    operating_ = std::thread{[this] { operator_.work(operator_closes_); }};
  }

  static void join(std::vector<std::thread>& threads) {
    for (std::thread& thread : threads) {
      thread.join();
    }
    threads.clear();
  }

  void end_operator() {
    operator_closes_ = true;
    if (operating_.joinable()) {
      operating_.join();
    }
  }

  void end_trading() {
    traders_.stop();
  }

  void end_reading() {
    readers_close_ = true;
    join(reading_);
  }

  void end_threads() {
    end_operator();
    end_trading();
    end_reading();
  }

  // ---- While it lasts

  void sample() {
    const auto figures = figures_of(gateway_->process().pid());
    if (!figures) {
      ADD_FAILURE() << "the gateway has ended: " << gateway_->process().standard_error();
      return;
    }
    const std::uint64_t told = traders_.messages_told();
    memory_.sample(figures->memory, told);
    descriptors_.sample(figures->descriptors, told);
    threads_.sample(figures->threads, told);
    cache_.sample(mib_of_session_caches(canonical_folder_), told);
    segments_.sample(mib_in(wal() / journal::kSegmentsFolder), told);
    snapshots_.sample(mib_in(wal() / journal::kSnapshotsFolder), told);
  }

  // What is retired is the operators': moved, not copied.
  void take_away_what_is_retired() const {
    move_segments(wal() / journal::kRetiredFolder, archive());
  }

  static void move_segments(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::vector<std::filesystem::path> segments;
    for (const auto& entry : std::filesystem::directory_iterator{from}) {
      segments.push_back(entry.path());
    }
    for (const std::filesystem::path& segment : segments) {
      std::filesystem::rename(segment, to / segment.filename());
    }
  }

  // About every so often.
  [[nodiscard]] Steady::time_point next_kill() {
    const auto most = static_cast<std::uint64_t>(plan_.between_kills.count());
    return Steady::now() + std::chrono::milliseconds{most / 2 + random_() % most};
  }

  void let_it_last() {
    const auto end = Steady::now() + plan_.lasts;
    auto killed_at = next_kill();
    // On a machine that stands still for a while, as long as it takes.
    while (!HasFailure() && (Steady::now() < end || kills_ == 0 || !memory_.has_enough())) {
      std::this_thread::sleep_for(plan_.between_samples);
      sample();
      take_away_what_is_retired();
      if (Steady::now() >= killed_at) {
        kill_gateway();
        start_gateway();
        killed_at = next_kill();
      }
    }
  }

  // ---- The end

  void come_to_rest() {
    end_operator();
    EXPECT_EQ(operator_.fault(), "");
    end_trading();
    traders_.catch_up(gateway_->fix_port());
    end_reading();
  }

  void compare_prices() {
    for (const auto& reader : readers_) {
      EXPECT_EQ(reader->fault(), "") << reader->comp_id();
      EXPECT_GT(reader->messages(), 0U) << reader->comp_id();
      if (reader->fault().empty()) {
        reader->be_on(gateway_->market_data_port());
        expect_books_equal(reader->watcher(), wal(), soak_symbols());
      }
    }
  }

  void end_gateway() {
    traders_.settle(gateway_->fix_port());
    EXPECT_EQ(gateway_->terminate(), 0) << gateway_->process().standard_error();
  }

  // Of the whole log: what was taken away comes back.
  void audit() {
    take_away_what_is_retired();
    move_segments(archive(), wal() / journal::kSegmentsFolder);
    const JournalAccount journal = read_journal(wal());
    const Told told = traders_.expect_agreement(journal);
    EXPECT_EQ(journal.refused_messages, 0U);
    traders_.expect_same_money(journal);
    EXPECT_TRUE(journal.sums_up) << "money came from nowhere, or went there";
    EXPECT_EQ(replay_in_pieces(wal()), journal.state_hash);
    expect_statements_equal(wal(), journal, plan_.brokers);
    std::cout << told.orders << " orders, " << told.reports << " execution reports, "
              << journal.transactions << " transactions; " << journal.rounds
              << " rounds of settlements, " << journal.corrections << " of them corrections; "
              << kills_ << " kills, " << told.resent << " messages sent again, "
              << told.repeated << " reports repeated\n";
    EXPECT_GT(kills_, 0);
    EXPECT_GT(journal.corrections, 0U) << "no market was settled again";
    EXPECT_GT(told.orders, plan_.brokers.size()) << "hardly any load";
  }

  void expect_steady() const {
    for (const SteadyFigure* figure :
         {&memory_, &descriptors_, &threads_, &cache_, &segments_, &snapshots_}) {
      std::cout << figure->told() << "\n";
      EXPECT_EQ(figure->fault(), "");
    }
  }

  const SoakPlan plan_ = SoakPlan::from_environment(kFewBrokers);
  std::mt19937_64 random_{plan_.seed};
  TempFolder folder_;
  std::filesystem::path canonical_folder_ = std::filesystem::canonical(folder_.path());
  std::filesystem::path config_ =
      changed_config(folder_.path() / "config",
                     {{"max_segment_events = 1_000_000",
                       "max_segment_events = " + std::to_string(plan_.interval_events)},
                      {"snapshot_every_events = 1_000_000",
                       "snapshot_every_events = " + std::to_string(plan_.interval_events)},
                      {"replay_days = 7", "replay_days = 0"}});
  std::atomic<std::uint16_t> prices_port_{0};
  std::atomic<bool> readers_close_{false};
  std::atomic<bool> operator_closes_{false};
  CrashTraders traders_;
  std::vector<std::unique_ptr<PriceReader>> readers_;
  SoakOperator operator_{{.ports =
                              [this] {
                                const std::uint16_t port = traders_.address().port;
                                return port == 0 ? std::vector<std::uint16_t>{}
                                                 : std::vector<std::uint16_t>{port};
                              },
                          .state_file = folder_.path() / "OPS1",
                          .day_file = day_file(),
                          .day = plan_.day}};
  std::vector<std::thread> reading_;
  std::thread operating_;
  std::unique_ptr<GatewayProcess> gateway_;
  int kills_ = 0;

  // What the rings and arenas take when all of it was used once, 150 MiB or so.
  SteadyFigure memory_{
      "memory", "MiB", {.slack = 256 * kMemoryFactor, .per_message = kMemoryOfAnOrder}};
  SteadyFigure descriptors_{"descriptors", "", {.slack = 24}};
  SteadyFigure threads_{"threads", "", {.slack = 4}};
  SteadyFigure cache_{"session cache", "MiB", {.slack = 16}};
  SteadyFigure segments_{"segments", "MiB", {.slack = 64}};
  SteadyFigure snapshots_{"snapshots", "MiB", {.slack = 16, .per_message = kSnapshotsOfAnOrder}};
};

TEST_F(SoakTest, NothingGrowsAndAllAgreeAtTheEnd) {
  start_gateway();
  start_everybody();
  let_it_last();
  come_to_rest();
  ASSERT_FALSE(HasFailure()) << gateway_->process().standard_error();
  compare_prices();
  end_gateway();
  ASSERT_FALSE(HasFailure());
  audit();
  expect_steady();
}

}  // namespace
}  // namespace betex::test
