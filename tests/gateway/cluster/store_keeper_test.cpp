#include "gateway/cluster/store_keeper.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

#include <gtest/gtest.h>

#include "tests/gateway/cluster/fake_store.h"
#include "tests/support/log_capture.h"

namespace betex::test {
namespace {

using cluster::ClusterFigures;
using cluster::StoreKeeper;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kQuota = 1'000'000;

class StoreKeeperTest : public testing::Test {
 protected:
  StoreKeeperTest() {
    store_.fault = [this](std::size_t) {
      if (script_.empty()) {
        return Fault::None;
      }
      const Fault fault = script_.front();
      script_.pop_front();
      return fault;
    };
  }

  // So many revisions more: the newest is the appends'.
  void grow(std::uint64_t revisions) {
    for (std::uint64_t i = 0; i < revisions; ++i) {
      store_.set("key", "value");
    }
    revision_ = store_.revision();
  }

  // Rounds of a lease's thread.
  void pass(seconds time) {
    for (milliseconds passed{0}; passed < time; passed += milliseconds{500}) {
      now_ += milliseconds{500};
      const std::size_t before = store_.calls;
      keeper_.look_after(client_);
      EXPECT_LE(store_.calls, before + 1);
    }
  }

  FakeStore store_;
  FakeClient client_{store_};
  std::deque<Fault> script_;
  std::uint64_t revision_ = 0;
  milliseconds now_{seconds{100}};
  ClusterFigures figures_;
  StoreKeeper keeper_{{.quota_bytes = kQuota,
                       .revision = [this] { return revision_; },
                       .now = [this] { return std::chrono::steady_clock::time_point{} + now_; }},
                      figures_};
};

TEST_F(StoreKeeperTest, OnlyWhatIsOldIsForgotten) {
  pass(seconds{30});
  EXPECT_EQ(store_.compactions, 0U);  // it knows of no revision
  grow(500);
  const std::uint64_t first = revision_;
  pass(seconds{30});
  EXPECT_EQ(store_.compactions, 0U);  // fewer than a thousand have come since
  grow(999);
  pass(seconds{1});
  EXPECT_EQ(store_.compactions, 0U);
  grow(1);
  pass(seconds{30});
  EXPECT_EQ(store_.compacted(), first);
  EXPECT_EQ(store_.compactions, 1U);  // and not again for nothing
}

TEST_F(StoreKeeperTest, TheNewestIsNeverForgotten) {
  grow(1'000);
  for (int i = 0; i < 200; ++i) {
    grow(700);
    pass(seconds{1});
    EXPECT_LE(store_.compacted() + 1'000, store_.revision());
  }
  EXPECT_GT(store_.compacted() + 20'000, store_.revision());
  EXPECT_GT(store_.compactions, 10U);
  const std::uint64_t last = store_.revision();
  pass(seconds{60});  // nothing comes any more
  EXPECT_LE(store_.compacted() + 1'000, last);
}

TEST_F(StoreKeeperTest, ABurstIsNotForgottenBeforeFiveSeconds) {
  grow(10);
  pass(seconds{1});
  grow(100'000);
  pass(seconds{3});
  EXPECT_EQ(store_.compacted(), 0U);
  pass(seconds{10});
  EXPECT_EQ(store_.compacted(), 11U);
}

TEST_F(StoreKeeperTest, WhoWasQuickerIsNoFault) {
  grow(10);
  pass(seconds{1});
  grow(5'000);
  client_.compact(2'000);
  pass(seconds{30});
  EXPECT_EQ(store_.compacted(), 2'000U);
  EXPECT_EQ(store_.compactions, 1U);
  grow(5'000);
  pass(seconds{30});
  EXPECT_GT(store_.compacted(), 2'000U);
}

TEST_F(StoreKeeperTest, AStoreThatDoesNotAnswerIsAskedAgain) {
  store_.status.database_bytes = 77;
  script_.assign(3, Fault::RequestLost);
  const LogCapture logged;
  pass(seconds{25});
  EXPECT_EQ(figures_.store_bytes, 0U);
  EXPECT_EQ(logged.count("its state is not known"), 1U);
  pass(seconds{30});
  EXPECT_EQ(figures_.store_bytes, 77U);
}

TEST_F(StoreKeeperTest, WhatFailsForLongIsSaidOnceAlsoWhereSomethingElseSucceeds) {
  // Its state is asked for every ten seconds, from the first round on.
  store_.fault = [this](std::size_t) {
    return now_ % seconds{10} == milliseconds{500} ? Fault::None : Fault::RequestLost;
  };
  store_.status.database_bytes = 77;
  grow(10);
  pass(seconds{1});
  grow(5'000);
  const LogCapture logged;
  pass(seconds{120});
  EXPECT_EQ(figures_.store_bytes, 77U);
  EXPECT_EQ(store_.compactions, 0U);
  EXPECT_EQ(logged.count("it cannot be compacted, and grows"), 1U);
}

TEST_F(StoreKeeperTest, EachAlarmIsNamedOnce) {
  const LogCapture logged;
  store_.status.alarms = {"NOSPACE", "SOMETHING"};
  pass(seconds{60});
  EXPECT_EQ(logged.count("raises NOSPACE"), 1U);
  EXPECT_EQ(logged.count("raises an alarm: SOMETHING"), 1U);
  store_.status.alarms = {"CORRUPT"};
  pass(seconds{60});
  EXPECT_EQ(logged.count("raises CORRUPT"), 1U);
  store_.status.alarms = {"NOSPACE"};  // again
  pass(seconds{60});
  EXPECT_EQ(logged.count("raises NOSPACE"), 2U);
}

TEST_F(StoreKeeperTest, TheWindowFollowsTheQuota) {
  store_.status.database_bytes = kQuota;
  store_.status.database_bytes_in_use = kQuota / 2;
  pass(seconds{120});
  EXPECT_EQ(keeper_.halvings(), 0U);
  store_.status.database_bytes_in_use = kQuota / 2 + 1;
  pass(seconds{20});
  EXPECT_EQ(keeper_.halvings(), 1U);
  pass(seconds{20});  // it takes a while until it shows
  EXPECT_EQ(keeper_.halvings(), 1U);
  pass(seconds{60});
  EXPECT_EQ(keeper_.halvings(), 2U);
  pass(seconds{3'000});
  EXPECT_EQ(keeper_.halvings(), 6U);  // a small one stays
  store_.status.database_bytes_in_use = kQuota / 4;
  pass(seconds{300});
  EXPECT_EQ(keeper_.halvings(), 6U);
  store_.status.database_bytes_in_use = kQuota / 10;
  pass(seconds{3'000});
  EXPECT_EQ(keeper_.halvings(), 0U);
}

}  // namespace
}  // namespace betex::test
