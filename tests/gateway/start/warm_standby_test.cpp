// A log that another machine writes, kept ready from its sealed segments, and the recovery that
// goes on from there.
#include "gateway/start/warm_standby.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "journal/segment_catalog.h"
#include "tests/gateway/start/life.h"
#include "tests/support/log_capture.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

using namespace std::chrono_literals;
using matching::EventSeq;
using matching::Side;

constexpr std::chrono::milliseconds kLong = 1h;  // to read as much as there is

class WarmStandbyTest : public ::testing::Test {
 protected:
  static void trade(Life& life, int number) {
    const std::string id = std::to_string(number);
    life.place(kOne, "lay-" + id, Side::Ask);
    life.amend(kOne, "amend-" + id, "lay-" + id);
    life.place(kTwo, "back-" + id, Side::Bid);
  }

  // The last event before the newest segment.
  [[nodiscard]] EventSeq sealed() const {
    const auto segments = journal::list_segments(root_ / journal::kSegmentsFolder);
    return EventSeq{segments.back().first_seq.value() - 1};
  }

  // A log of several segments, whose writer has ended.
  void write_log() {
    Life life{root_};
    life.open_market();
    for (int number = 0; number < 8; ++number) {
      trade(life, number);
    }
    hash_ = life.recovered.engine.state_hash();
    end_ = life.recovered.engine.last_seq();
  }

  [[nodiscard]] std::optional<WarmStart> warm_start() {
    WarmStandby standby{{.wal_root = root_, .pool = pool_, .config = config_}};
    standby.work(kLong);
    standby.finish();
    return standby.take();
  }

  // The engine's state that a recovery comes to, with this beginning.
  std::uint64_t hash_from(WarmStart& warm) {
    Retention retention;
    journal::Journal journal{{.wal_root = root_,
                              .max_segment_events = 8,
                              .segment_map_size_bytes = std::size_t{4} << 20U},
                             pool_};
    const Recovered recovered = recover({.journal = journal,
                                         .wal_root = root_,
                                         .pool = pool_,
                                         .config = config_,
                                         .key = {},
                                         .warm = &warm},
                                        retention);
    EXPECT_EQ(recovered.engine.last_seq(), end_);
    EXPECT_EQ(recovered.reports.last_seq, end_);
    EXPECT_EQ(recovered.left_up.size(), 2U);
    return recovered.engine.state_hash();
  }

  [[nodiscard]] bool says(const std::string& text) const { return log_.count(text) != 0; }

  const betex::test::LogCapture log_;
  betex::test::TempFolder folder_;
  const std::filesystem::path root_ = folder_.path() / "wal";
  const Config config_{
      .sessions = {{.target_comp_id = "ONE", .role = SessionRole::Broker, .accounts = {"ACC"}},
                   {.target_comp_id = "TWO", .role = SessionRole::Broker, .accounts = {"ACC"}}}};
  journal::EnvironmentPool pool_;
  std::uint64_t hash_ = 0;
  EventSeq end_;
};

TEST_F(WarmStandbyTest, HasTheLogUpToTheNewestSealedSegmentAndNotFurther) {
  Life life{root_};
  life.open_market();
  WarmStandby standby{{.wal_root = root_, .pool = life.pool, .config = config_}};
  for (int round = 0; round < 3; ++round) {
    trade(life, round);
    trade(life, round + 10);
    EXPECT_TRUE(betex::test::comes_to([&] {
      standby.work(kLong);
      return standby.last_seq() >= sealed();
    }));
    EXPECT_EQ(standby.last_seq(), sealed());
    EXPECT_LT(standby.last_seq(), life.recovered.engine.last_seq());
  }
  EXPECT_FALSE(says("standby:")) << log_.text();
}

TEST_F(WarmStandbyTest, IsNothingWhereThereIsNoLog) {
  EXPECT_FALSE(warm_start());
  EXPECT_FALSE(std::filesystem::exists(root_));
}

TEST_F(WarmStandbyTest, ReadsNothingMoreWhenItHasFinished) {
  write_log();
  WarmStandby standby{{.wal_root = root_, .pool = pool_, .config = config_}};
  standby.finish();
  standby.work(kLong);
  EXPECT_EQ(standby.last_seq(), EventSeq{0});
}

TEST_F(WarmStandbyTest, GivesUpWhatItCannotReadAndSaysSo) {
  write_log();
  const auto segments = journal::list_segments(root_ / journal::kSegmentsFolder);
  ASSERT_GT(segments.size(), 3U);
  std::filesystem::remove_all(root_ / journal::kSegmentsFolder / segments[1].text());
  EXPECT_FALSE(warm_start());
  EXPECT_TRUE(says("the log is not kept ready")) << log_.text();
}

TEST_F(WarmStandbyTest, ARecoveryGoesOnFromIt) {
  write_log();
  std::optional<WarmStart> warm = warm_start();
  ASSERT_TRUE(warm);
  EXPECT_EQ(warm->position.last_seq, sealed());
  EXPECT_EQ(hash_from(*warm), hash_);
  EXPECT_TRUE(says("recovery goes on from the standby's state after event " +
                   std::to_string(sealed().value())))
      << log_.text();
}

TEST_F(WarmStandbyTest, ItMayHaveStoppedWithinASegment) {
  write_log();
  WarmStandby standby{{.wal_root = root_, .pool = pool_, .config = config_}};
  standby.work(0ms);  // some transactions
  standby.finish();
  std::optional<WarmStart> warm = standby.take();
  ASSERT_TRUE(warm);
  ASSERT_LT(warm->position.last_seq, sealed()) << "the case did not come about";
  EXPECT_EQ(hash_from(*warm), hash_);
  EXPECT_TRUE(says("recovery goes on from the standby's state")) << log_.text();
}

TEST_F(WarmStandbyTest, AStateOfAnotherHistoryIsDropped) {
  write_log();
  std::optional<WarmStart> warm = warm_start();
  ASSERT_TRUE(warm);
  warm->position.chain = journal::Chain{warm->position.chain.value() + 1};
  warm->engine = matching::Engine{};
  EXPECT_EQ(hash_from(*warm), hash_);
  EXPECT_TRUE(says("is not of this log")) << log_.text();
}

TEST_F(WarmStandbyTest, AStateThatIsAheadOfTheLogIsDropped) {
  write_log();
  std::optional<WarmStart> warm = warm_start();
  ASSERT_TRUE(warm);
  warm->position.last_seq = EventSeq{end_.value() + 100};
  EXPECT_EQ(hash_from(*warm), hash_);
  EXPECT_TRUE(says("is not of this log")) << log_.text();
}

TEST_F(WarmStandbyTest, AStateOfAnotherLogIsDropped) {
  write_log();
  std::optional<WarmStart> warm = warm_start();
  ASSERT_TRUE(warm);
  warm->wal_id[0] ^= 1U;
  EXPECT_EQ(hash_from(*warm), hash_);
  EXPECT_TRUE(says("is not of this log")) << log_.text();
}

TEST_F(WarmStandbyTest, ASnapshotThatIsNewerIsBetter) {
  write_log();
  std::optional<WarmStart> warm = warm_start();
  ASSERT_TRUE(warm);
  ASSERT_TRUE(journal::take_snapshot(root_, pool_, {}));  // of the log's end
  EXPECT_EQ(hash_from(*warm), hash_);
  EXPECT_TRUE(says("recovery begins with a snapshot")) << log_.text();
}

}  // namespace
}  // namespace betex::gateway::testing
