// Order groups that are bound to a session: what becomes of their orders when it is gone (RULES.md
// section 3), and that an engine goes on with all this from a snapshot of any moment.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matching/order_groups_fixture.h"

namespace betex::matching::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BoundGroups : public OrderGroups {
 protected:
  void log_on(const char* session, bool cancels = false, std::uint32_t grace_ms = 0) {
    x.run(
        SessionUp{.comp_id = Name{session}, .cancel_on_disconnect = cancels, .grace_ms = grace_ms});
  }

  Lines log_off(std::uint32_t session, SessionDownReason reason = SessionDownReason::Disconnect) {
    Lines lines = x.run(
        SessionDown{.session = SessionId{session}, .epoch = SessionEpoch{1}, .reason = reason});
    lines.erase(lines.begin());
    return lines;
  }

  void bind(const char* session, const char* name = kBrake, const char* limit = "5000") {
    OrderGroupRequest asked = request(OrderGroupAction::Create, limit, "alice", name);
    asked.cancel_on_disconnect = true;
    x.ask(session, asked);
  }
};

TEST_F(BoundGroups, GoAtOnceWhereTheSessionHasNoCancelOfItsOwn) {
  log_on("ONE");
  log_on("TWO");
  bind("ONE");
  x.ask("ONE", order("alice", "RAIN", Side::Ask, "5", "0.55"));    // #1
  x.ask("TWO", order("alice", "A", Side::Bid, "5", "3"));          // #2
  x.ask("ONE", x.order("alice", "RAIN", Side::Ask, "5", "0.55"));  // of no group
  EXPECT_THAT(log_off(1), IsEmpty());
  EXPECT_TRUE(x.engine.is_due(x.now()));
  EXPECT_THAT(
      x.pass(0),
      ElementsAre("group 1 disconnected cancelled 1 #2", "group 1 disconnected cancelled 1 #1"));
  EXPECT_EQ(group()->standing.state, OrderGroupState::Active);
  EXPECT_EQ(x.find_order(1).cancel_cause, CancelCause::Disconnected);
  EXPECT_TRUE(x.find_order(3).live);
  EXPECT_EQ(x.ask("TWO", order("alice", "A", Side::Bid, "5", "3")).size(), 1U);
  EXPECT_THAT(x.pass(kSecond), IsEmpty()) << "what comes later stays";
}

TEST_F(BoundGroups, GoWithTheSessionsOwnOrdersAndBeforeThem) {
  log_on("ONE", true, 10'000);
  bind("ONE");
  x.ask("ONE", order("alice", "RAIN", Side::Ask, "5", "0.55"));
  x.ask("ONE", x.order("alice", "RAIN", Side::Ask, "5", "0.55"));
  log_off(1, SessionDownReason::Logout);
  EXPECT_THAT(x.pass(10 * kSecond - 1), IsEmpty());
  EXPECT_THAT(x.pass(1),
              ElementsAre("group 1 logged-out cancelled 1 #1",
                          "batch 1 logged-out to #2",
                          "batch 1 cancelled 1 #2",
                          "batch 1 completed 1"));
}

TEST_F(BoundGroups, StayWhereTheSessionComesBackInTimeOrIsShutDown) {
  log_on("ONE", true, 10'000);
  bind("ONE");
  x.ask("ONE", order("alice", "RAIN", Side::Ask, "5", "0.55"));
  log_off(1);
  x.pass(9 * kSecond);
  log_on("ONE");
  EXPECT_THAT(x.pass(kHour / 2), IsEmpty());
  log_off(1, SessionDownReason::Shutdown);
  EXPECT_THAT(x.pass(kHour / 2), IsEmpty());
  EXPECT_EQ(group()->standing.live_orders, 1U);
}

TEST_F(BoundGroups, GoOnWaitingAfterARestart) {
  log_on("ONE", true, 10'000);
  bind("ONE");
  x.ask("ONE", order("alice", "RAIN", Side::Ask, "5", "0.55"));
  log_off(1, SessionDownReason::Logout);
  x.pass(9 * kSecond);
  log_off(1, SessionDownReason::Restart);
  EXPECT_THAT(x.pass(9 * kSecond), IsEmpty());
  EXPECT_EQ(x.pass(kSecond).front(), "group 1 logged-out cancelled 1 #1");
}

// Without its own grace a restart finds nothing to begin anew but that of the groups.
TEST_F(BoundGroups, GoAtOnceAfterACrash) {
  log_on("ONE");
  bind("ONE");
  x.ask("ONE", order("alice", "RAIN", Side::Ask, "5", "0.55"));
  log_off(1, SessionDownReason::Restart);
  EXPECT_THAT(x.pass(0), ElementsAre("group 1 disconnected cancelled 1 #1"));
  EXPECT_THAT(
      x.run(SessionDown{
          .session = SessionId{1}, .epoch = SessionEpoch{1}, .reason = SessionDownReason::Restart}),
      ElementsAre("command rejected ONE: not possible in this state"));
}

TEST_F(BoundGroups, TheLastOneSaysThatItIsOver) {
  log_on("ONE");
  bind("ONE", "first");
  bind("ONE", "second");
  bind("ONE", "third");
  x.run(order("alice", "RAIN", Side::Ask, "5", "0.55", "second"));
  log_off(1);
  EXPECT_THAT(
      x.pass(0),
      ElementsAre("group 2 disconnected cancelled 1 #1", "group 3 disconnected cancelled 0"));
  EXPECT_EQ(all_of<OrderGroupCancelled>(x.log).back().header.market, MarketId{});
  log_on("ONE");
  log_off(1);
  EXPECT_THAT(x.pass(0), ElementsAre("group 3 disconnected cancelled 0"));
}

TEST_F(BoundGroups, AreBoundAnewByEachUpdate) {
  log_on("ONE");
  log_on("TWO");
  bind("ONE");
  sell("5", "0.55");
  OrderGroupRequest update = request(OrderGroupAction::Update, "5000");
  update.cancel_on_disconnect = true;
  x.ask("TWO", update);
  log_off(1);
  EXPECT_THAT(x.pass(0), IsEmpty()) << "it has none any more";
  log_off(2);
  TearDown();
  x.run(request(OrderGroupAction::Update, "5000"));
  EXPECT_THAT(x.pass(0), IsEmpty()) << "unbound before it was due";
  EXPECT_EQ(group()->standing.live_orders, 1U);
}

TEST_F(BoundGroups, AreNotWaitedForOnceTheyAreDeleted) {
  log_on("ONE", true, 10'000);
  bind("ONE", "first");
  bind("ONE", "second");
  log_off(1);
  x.run(request(OrderGroupAction::Delete, "10", "alice", "second"));
  TearDown();
  EXPECT_EQ(x.pass(10 * kSecond).front(), "group 1 disconnected cancelled 0");
  log_on("ONE", true, 10'000);
  log_off(1);
  x.run(request(OrderGroupAction::Delete, "10", "alice", "first"));
  EXPECT_EQ(x.pass(10 * kSecond).front(), "batch 2 disconnected to #0");
}

TEST_F(BoundGroups, GoInTransactionsOfABoundedSize) {
  log_on("ONE");
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
    bind("ONE", name);
    if (*name == 'g') {
      break;  // it has no orders
    }
    for (int i = 0; i < 1'000; ++i) {
      x.run(order("alice", "RAIN", Side::Ask, "1", "0.60", name));
    }
  }
  log_off(1);
  const std::size_t before = x.log.size();
  EXPECT_THAT(x.pass(0),
              ElementsAre("group 1 disconnected cancelled 1000",
                          "group 2 disconnected cancelled 1000",
                          "group 3 disconnected cancelled 1000",
                          "group 4 disconnected cancelled 1000",
                          "group 5 disconnected cancelled 1000",
                          "group 6 disconnected cancelled 1000",
                          "group 7 disconnected cancelled 0"));
  EXPECT_EQ(x.log.size() - before, 2U);
  EXPECT_EQ(x.log[before].header.event_count, 5U);
}

TEST_F(BoundGroups, AreNotTouchedByASuspension) {
  log_on("ONE");
  bind("ONE");
  sell("5", "0.55");
  x.run(SuspendSession{.comp_id = Name{"ONE"}, .cancel_orders = true});
  EXPECT_THAT(x.pass(kSecond), IsEmpty());
  EXPECT_EQ(group()->standing.live_orders, 1U);
}

// An engine that is loaded in the midst of a log goes on like the one that was saved.
TEST_F(BoundGroups, GoOnFromASnapshotOfAnyMoment) {
  log_on("ONE", true, 3'000);
  bind("ONE", kBrake, "30");
  bind("ONE", "other", "12");
  create("9", "bob");
  open_play();
  x.run(order("alice", "PLAY", Side::Ask, "10", "0.55"));
  turn_in_play();
  for (int i = 0; i < 40; ++i) {
    sell("2", "0.55");
    x.run(order("alice", "A", Side::Ask, "2.5", "3", "other"));
    x.run(order("bob", "RAIN", Side::Bid, "3", i % 3 == 0 ? "0.55" : "0.50"));
    x.run(order("carol", "A", Side::Bid, "1", "3", ""));
    if (i % 7 == 0) {
      x.run(amend("alice", 1, "10", i % 2 == 0 ? "0.56" : "0.57"));
    }
    x.pass(9 * kBucket + 7);
    if (i % 9 == 8) {
      x.run(request(OrderGroupAction::Reset, "9", "bob"));
      x.run(request(OrderGroupAction::Reset, "30"));
      x.run(request(OrderGroupAction::Trip, "12", "alice", "other"));
      x.run(request(OrderGroupAction::Delete, "12", "alice", "other"));
      bind("ONE", "other", "12");
    }
    if (i == 20) {
      log_off(1);
      x.pass(kSecond);
    }
  }
  ASSERT_FALSE(all_of<OrderGroupTripped>(x.log).empty());
  ASSERT_FALSE(all_of<OrderGroupDeleted>(x.log).empty());
  const auto saved = [](const Engine& engine) {
    std::vector<std::byte> bytes;
    engine.save([&bytes](std::span<const std::byte> piece) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    });
    return bytes;
  };
  Engine engine;
  Engine restarted;
  for (const StoredTransaction& transaction : x.log) {
    engine.apply(transaction.view());
    restarted.apply(transaction.view());
    restarted = Engine::load(saved(restarted));
    ASSERT_EQ(saved(restarted), saved(engine));
  }
  EXPECT_EQ(engine.state_hash(), x.engine.state_hash());
}

}  // namespace
}  // namespace betex::matching::testing
