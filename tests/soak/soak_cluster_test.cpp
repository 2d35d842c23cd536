// A replicated cluster for an hour, as soak_test.cpp does it with one gateway: its nodes, which are
// killed every few minutes, hold no more of the machine than the log and the orders that they have,
// and both journals, the clients, the statements and the books that were watched say the same.
//
// BETEX_SOAK_SECONDS=N as there; BETEX_FAILOVER_SEED=N repeats a run's random choices.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "journal/format.h"
#include "tests/crash/journal_account.h"
#include "tests/failover/failover_fixture.h"
#include "tests/soak/price_reader.h"
#include "tests/soak/process_figures.h"
#include "tests/soak/soak_audit.h"
#include "tests/soak/soak_operator.h"
#include "tests/soak/soak_plan.h"
#include "tests/soak/steady.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kFewBrokers = 4;
constexpr double kNodes = 2;
constexpr double kMiB = 1024 * 1024;
constexpr std::uint64_t kKillsPerStandby = 4;  // of all kills one of so many is the standby's

// As in soak_test.cpp. The log is kept for seven days here, and some twenty snapshots with it.
constexpr double kMemoryOfAnOrder = kMemoryFactor * kNodes * 600 / kMiB;
constexpr double kLogOfAMessage = kNodes * 600 / kMiB;
constexpr double kSnapshotsOfAnOrder = kNodes * 20 * 250 / kMiB;

class SoakClusterTest : public FailoverTest {
 protected:
  SoakClusterTest() {
    clients_ = {.comp_ids = plan_.brokers,
                .pace = plan_.pace,
                .day_file = folder_.path() / "day",
                .segment_events = plan_.interval_events};
    for (const std::string& comp_id : plan_.readers) {
      readers_.push_back(std::make_unique<PriceReader>(comp_id));
    }
  }

  ~SoakClusterTest() override { end_threads(); }

  void start_all() {
    FailoverOptions options;
    options.changes = {{"snapshot_every_events = 1_000_000",
                        "snapshot_every_events = " + std::to_string(5 * plan_.interval_events)}};
    make_cluster(options);
    for (const std::size_t node : {std::size_t{0}, std::size_t{1}}) {
      add_sessions(plan_, pair().config(node).parent_path());
    }
    pair().start(0, {"--init-quorum-log"});
    pair().wait_until_leads(0, kFailoverPatience);
    pair().start(1);
    pair().wait_for_standby(1, kFailoverPatience);
    start_trading();
    lead(0);
    for (const auto& reader : readers_) {
      reading_.emplace_back(
          [this, client = reader.get()] { client->watch(prices_port_, readers_close_); });
    }
    operator_ = std::make_unique<SoakOperator>(SoakOperator::Settings{
        .ports = [ports = std::vector<std::uint16_t>{pair().fix_port(0),
                                                     pair().fix_port(1)}] { return ports; },
        .state_file = folder_.path() / "OPS1",
        .day_file = clients_.day_file,
        .day = plan_.day});
    operating_ = std::thread{[this] { operator_->work(operator_closes_); }};
  }

  void end_operator() {
    operator_closes_ = true;
    if (operating_.joinable()) {
      operating_.join();
    }
  }

  void end_reading() {
    readers_close_ = true;
    for (std::thread& thread : reading_) {
      thread.join();
    }
    reading_.clear();
  }

  void end_threads() {
    end_operator();
    end_reading();
  }

  // This node leads: its market data is where it says.
  void lead(std::size_t node) {
    leader_ = node;
    const std::string said = pair().process(node).standard_output();
    const std::string name = " md=";
    const std::size_t found = said.rfind(name);
    if (found == std::string::npos) {
      throw std::runtime_error{"it does not say where market data is: " + said};
    }
    prices_port_ = static_cast<std::uint16_t>(std::stoul(said.substr(found + name.size())));
  }

  void make_it_whole() {
    prices_port_ = 0;
    lead(make_whole());
  }

  void kill_one() {
    const std::size_t node = pick(kKillsPerStandby) == 0 ? other(leader_) : leader_;
    pair().kill(node);
    pair().start(node);
    ++kills_;
    make_it_whole();
  }

  // Of both nodes together: which of them leads changes.
  void sample() {
    const auto first = figures_of(pair().process(0).pid());
    const auto second = figures_of(pair().process(1).pid());
    if (!first || !second) {
      return;  // one has been demoted
    }
    const std::uint64_t told = messages_told();
    memory_.sample(first->memory + second->memory, told);
    descriptors_.sample(first->descriptors + second->descriptors, told);
    threads_.sample(first->threads + second->threads, told);
    cache_.sample(mib_of_session_caches(folder_of_both()), told);
    segments_.sample(mib_of_both(journal::kSegmentsFolder), told);
    snapshots_.sample(mib_of_both(journal::kSnapshotsFolder), told);
  }

  [[nodiscard]] std::filesystem::path folder_of_both() {
    return std::filesystem::canonical(pair().wal(0).parent_path().parent_path());
  }

  [[nodiscard]] double mib_of_both(std::string_view name) {
    return mib_in(pair().wal(0) / name) + mib_in(pair().wal(1) / name);
  }

  [[nodiscard]] Steady::time_point next_kill() {
    return Steady::now() + between(plan_.between_kills / 2, 3 * plan_.between_kills / 2);
  }

  void let_it_last() {
    const auto end = Steady::now() + plan_.lasts;
    auto killed_at = next_kill();
    while (!HasFailure() && (Steady::now() < end || kills_ == 0 || !memory_.has_enough())) {
      std::this_thread::sleep_for(plan_.between_samples);
      sample();
      if (Steady::now() >= killed_at) {
        kill_one();
        killed_at = next_kill();
      } else if (!pair().running(0) || !pair().running(1)) {
        make_it_whole();
      }
    }
  }

  void compare_prices() {
    end_operator();
    EXPECT_EQ(operator_->fault(), "");
    make_it_whole();
    stop_trading();
    end_reading();
    for (const auto& reader : readers_) {
      EXPECT_EQ(reader->fault(), "") << reader->comp_id();
      EXPECT_GT(reader->messages(), 0U) << reader->comp_id();
      if (reader->fault().empty()) {
        reader->be_on(prices_port_);
        expect_books_equal(reader->watcher(), pair().wal(leader_), soak_symbols());
      }
    }
  }

  // Beside what finish() holds against the journals.
  void audit_money() {
    const std::size_t survivor = expect_equal_journals();
    const JournalAccount journal = read_journal(pair().wal(survivor));
    traders().expect_same_money(journal);
    EXPECT_GT(journal.corrections, 0U) << "no market was settled again";
    expect_statements_equal(pair().wal(survivor), journal, plan_.brokers);
    std::cout << kills_ << " kills; " << journal.rounds << " rounds of settlements\n";
  }

  void expect_steady() const {
    for (const SteadyFigure* figure :
         {&memory_, &descriptors_, &threads_, &cache_, &segments_, &snapshots_}) {
      std::cout << figure->told() << "\n";
      EXPECT_EQ(figure->fault(), "");
    }
  }

  const SoakPlan plan_ = SoakPlan::from_environment(kFewBrokers);
  TempFolder folder_;
  std::atomic<std::uint16_t> prices_port_{0};
  std::atomic<bool> readers_close_{false};
  std::atomic<bool> operator_closes_{false};
  std::vector<std::unique_ptr<PriceReader>> readers_;
  std::unique_ptr<SoakOperator> operator_;
  std::vector<std::thread> reading_;
  std::thread operating_;
  std::size_t leader_ = 0;
  int kills_ = 0;

  // What a leader's rings and arenas take when all of it was used once, 150 MiB or so, for each node.
  SteadyFigure memory_{
      "memory", "MiB", {.slack = 512 * kMemoryFactor, .per_message = kMemoryOfAnOrder}};
  SteadyFigure descriptors_{"descriptors", "", {.slack = 48}};
  SteadyFigure threads_{"threads", "", {.slack = 8}};
  SteadyFigure cache_{"session caches", "MiB", {.slack = 768}};  // one may be made ahead of time
  SteadyFigure segments_{"segments", "MiB", {.slack = 128, .per_message = kLogOfAMessage}};
  SteadyFigure snapshots_{"snapshots", "MiB", {.slack = 32, .per_message = kSnapshotsOfAnOrder}};
};

TEST_F(SoakClusterTest, NothingGrowsAndAllAgreeAtTheEnd) {
  start_all();
  let_it_last();
  compare_prices();
  ASSERT_FALSE(HasFailure());
  start_trading();
  finish();
  ASSERT_FALSE(HasFailure());
  audit_money();
  expect_steady();
}

}  // namespace
}  // namespace betex::test
