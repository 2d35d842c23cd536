// The right to write to a shared disk, by a store of keys: in which order it is given, when it is
// not, and that it never comes back once it has ended.
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/cluster/lease_authority.h"
#include "journal/errors.h"
#include "tests/gateway/cluster/candidate.h"
#include "tests/gateway/cluster/leased_store.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::cluster {
namespace {

using namespace std::chrono_literals;
using journal::Fault;
using journal::JournalError;
using journal::WriterEpoch;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using test::Candidate;
using test::comes_to;
using test::LeasedStore;
using test::refusal;

class EtcdAuthorityTest : public testing::Test {
 protected:
  [[nodiscard]] EtcdAuthority::Place place() const {
    return {.epoch_key = LeasedStore::kEpochKey,
            .lease_key = LeasedStore::kLeaseKey,
            .node = "a",
            .address = "a:9880"};
  }

  [[nodiscard]] EtcdAuthority& authority() {
    if (!authority_) {
      authority_ =
          std::make_unique<EtcdAuthority>(store_, place(), settings_, node_.calls(), node_.clock());
    }
    return *authority_;
  }

  [[nodiscard]] std::string written() const {
    std::ifstream file{folder_.path() / "said"};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  [[nodiscard]] std::string epoch_value() {
    return store_.peek(LeasedStore::kEpochKey).value_or("none");
  }

  test::TempFolder folder_;
  Candidate node_;
  LeasedStore store_{node_.time};
  AuthoritySettings settings_{.ttl = 5s,
                              .margin = 1500ms,
                              .fence_command = "",
                              .fence_limit = 1h,  // the clock of the test is quicker than a command
                              .look_every = 100ms};
  std::unique_ptr<EtcdAuthority> authority_;  // ends before what its thread uses
};

TEST_F(EtcdAuthorityTest, GivesTheFirstEpochInAnEmptyStore) {
  EXPECT_FALSE(authority().still_held());
  EXPECT_TRUE(authority().is_external());
  EXPECT_EQ(authority().acquire(WriterEpoch{0}), WriterEpoch{1});
  EXPECT_TRUE(authority().still_held());
  EXPECT_EQ(node_.granted, std::vector{WriterEpoch{1}});
  EXPECT_TRUE(epoch_value().starts_with("1 a ")) << epoch_value();
  EXPECT_TRUE(store_.peek(LeasedStore::kLeaseKey));
}

TEST_F(EtcdAuthorityTest, TheEpochIsAboveTheStoresAndTheFiles) {
  store_.put(LeasedStore::kEpochKey, "9 b 0123");
  EXPECT_EQ(authority().acquire(WriterEpoch{4}), WriterEpoch{10});
  authority().release();
  EXPECT_EQ(authority().acquire(WriterEpoch{40}), WriterEpoch{41});
}

TEST_F(EtcdAuthorityTest, WaitsForTheMarginBeforeItRaisesTheEpoch) {
  const nanoseconds before = node_.time.now();
  std::optional<nanoseconds> raised;
  store_.before_epoch([&](LeasedStore&) { raised = node_.time.now(); });
  static_cast<void>(authority().acquire(WriterEpoch{0}));
  ASSERT_TRUE(raised);
  EXPECT_GE(*raised - before, settings_.margin);
}

TEST_F(EtcdAuthorityTest, TheFenceCommandIsToldBothEpochsAndTheNode) {
  settings_.fence_command =
      "printf '%s|%s|%s' \"$1\" \"$2\" \"$3\" > " + (folder_.path() / "said").string();
  store_.put(LeasedStore::kEpochKey, "9 node-b 0123");
  bool fenced_first = false;
  store_.before_epoch([&](LeasedStore&) { fenced_first = written() == "9|10|node-b"; });
  EXPECT_EQ(authority().acquire(WriterEpoch{4}), WriterEpoch{10});
  EXPECT_TRUE(fenced_first) << written();
}

TEST_F(EtcdAuthorityTest, AFenceCommandThatFailsGivesNoRight) {
  settings_.fence_command = "echo the switch does not answer >&2; exit 3";
  store_.put(LeasedStore::kEpochKey, "9 b 0123");
  const JournalError error = refusal(authority());
  EXPECT_EQ(error.fault(), Fault::AuthorityLost);
  EXPECT_NE(error.sentence().find("exit code 3"), std::string::npos) << error.sentence();
  EXPECT_NE(error.sentence().find("the switch does not answer"), std::string::npos)
      << error.sentence();
  EXPECT_EQ(epoch_value(), "9 b 0123");
  EXPECT_FALSE(store_.peek(LeasedStore::kLeaseKey)) << "the next one would wait for nothing";
  EXPECT_FALSE(authority().still_held());
}

TEST_F(EtcdAuthorityTest, AFenceCommandThatHangsIsKilledAndGivesNoRight) {
  settings_.fence_limit = 10s;  // twice the time to live: the lease is kept meanwhile
  settings_.fence_command = "echo $$ > " + (folder_.path() / "said").string() + "; exec sleep 1000";
  const JournalError error = refusal(authority());
  EXPECT_EQ(error.fault(), Fault::AuthorityLost);
  EXPECT_NE(error.sentence().find("within 10 s"), std::string::npos) << error.sentence();
  EXPECT_EQ(epoch_value(), "none");
  if (const std::string group = written(); !group.empty()) {  // it had come so far
    EXPECT_TRUE(comes_to([&] { return ::kill(-std::stoi(group), 0) == -1; })) << "it goes on";
  }
}

TEST_F(EtcdAuthorityTest, ALeaseThatIsLostBeforeTheEpochIsRaisedGivesNoRight) {
  store_.before_epoch([&](LeasedStore&) { node_.time.pass(10s); });
  const JournalError error = refusal(authority());
  EXPECT_EQ(error.fault(), Fault::AuthorityLost);
  EXPECT_TRUE(node_.granted.empty());
}

TEST_F(EtcdAuthorityTest, WaitsWhileAnotherNodeHasTheLeaseAndSaysSoOnce) {
  store_.put(LeasedStore::kLeaseKey,
             to_text(Holder{.node = "b", .address = "b:1", .wall_clock = 1s}));
  int turns = 0;
  node_.stand_by = [&] {
    if (++turns == 5) {
      store_.put(LeasedStore::kLeaseKey, std::nullopt);
    }
  };
  EXPECT_EQ(authority().acquire(WriterEpoch{3}), WriterEpoch{4});
  EXPECT_EQ(turns, 5);
  ASSERT_EQ(node_.waited_for.size(), 1U);
  EXPECT_NE(node_.waited_for.front().find("node b"), std::string::npos);
}

TEST_F(EtcdAuthorityTest, AStopWhileItWaitsTakesNothing) {
  store_.put(LeasedStore::kLeaseKey, to_text(Holder{.node = "b", .address = "", .wall_clock = 1s}));
  int pauses = 0;
  node_.stop_when = [&] { return ++pauses == 3; };
  EXPECT_THROW(static_cast<void>(authority().acquire(WriterEpoch{3})), std::runtime_error);
  EXPECT_EQ(epoch_value(), "none");
  EXPECT_FALSE(authority().still_held());
}

TEST_F(EtcdAuthorityTest, AStopWithTheLeaseInHandGivesItBack) {
  int pauses = 0;
  node_.stop_when = [&] { return ++pauses == 2; };  // within the margin
  EXPECT_THROW(static_cast<void>(authority().acquire(WriterEpoch{3})), std::runtime_error);
  EXPECT_FALSE(store_.peek(LeasedStore::kLeaseKey));
  EXPECT_EQ(epoch_value(), "none");
}

TEST_F(EtcdAuthorityTest, AnAnswerThatIsLostRaisesTheEpochOnce) {
  store_.lose_epoch_answer();
  EXPECT_EQ(authority().acquire(WriterEpoch{6}), WriterEpoch{7});
  EXPECT_TRUE(epoch_value().starts_with("7 a ")) << epoch_value();
}

TEST_F(EtcdAuthorityTest, ACallThatIsLostIsMadeAgain) {
  store_.lose_epoch_call();
  EXPECT_EQ(authority().acquire(WriterEpoch{6}), WriterEpoch{7});
  EXPECT_TRUE(epoch_value().starts_with("7 a ")) << epoch_value();
}

// Of the same name, even: another life of this node.
TEST_F(EtcdAuthorityTest, WhoeverElseRaisesTheEpochMeanwhileHasIt) {
  store_.before_epoch(
      [&](LeasedStore& store) { store.put_within(LeasedStore::kEpochKey, "7 a another-life"); });
  const JournalError error = refusal(authority());
  EXPECT_EQ(error.fault(), Fault::AuthorityLost);
  EXPECT_EQ(epoch_value(), "7 a another-life");
}

TEST_F(EtcdAuthorityTest, AnEpochThatNobodyHasWrittenIsNotGuessedAt) {
  store_.put(LeasedStore::kEpochKey, "seven");
  const JournalError error = refusal(authority());
  EXPECT_EQ(error.fault(), Fault::BadConfiguration);
  EXPECT_NE(error.sentence().find("seven"), std::string::npos);
  EXPECT_EQ(epoch_value(), "seven");
}

TEST_F(EtcdAuthorityTest, WrongCredentialsAreNotWaitedFor) {
  store_.refuse(true);
  const JournalError error = refusal(authority());
  EXPECT_EQ(error.fault(), Fault::BadConfiguration);
  EXPECT_NE(error.sentence().find("wrong password"), std::string::npos);
}

TEST_F(EtcdAuthorityTest, AStoreThatDoesNotAnswerIsWaitedFor) {
  store_.cut(true);
  int turns = 0;
  node_.stand_by = [&] { store_.cut(++turns < 3); };
  EXPECT_EQ(authority().acquire(WriterEpoch{0}), WriterEpoch{1});
}

TEST_F(EtcdAuthorityTest, AReleaseGivesTheLeaseBackAndEndsTheRight) {
  static_cast<void>(authority().acquire(WriterEpoch{0}));
  authority().release();
  EXPECT_FALSE(authority().still_held());
  EXPECT_FALSE(store_.peek(LeasedStore::kLeaseKey));
  authority().release();
  EXPECT_EQ(node_.lost, 0);
}

TEST_F(EtcdAuthorityTest, TheThreadRenewsTheLease) {
  settings_ = {.ttl = 1s, .margin = 200ms, .fence_command = "", .fence_limit = 1s};
  static_cast<void>(authority().acquire(WriterEpoch{0}));
  for (int round = 0; round < 4; ++round) {
    const nanoseconds left = authority().left();
    node_.time.pass(300ms);
    EXPECT_TRUE(comes_to([&] { return authority().left() > left - 300ms; })) << round;
  }
  EXPECT_TRUE(authority().still_held());
  EXPECT_EQ(node_.lost, 0);
}

TEST_F(EtcdAuthorityTest, ALeaseThatCannotBeRenewedIsLostWhenItsTimeIsOver) {
  settings_ = {.ttl = 1s, .margin = 200ms, .fence_command = "", .fence_limit = 1s};
  static_cast<void>(authority().acquire(WriterEpoch{0}));
  store_.cut(true);
  EXPECT_TRUE(comes_to([&] {
    node_.time.pass(1ms);
    return node_.lost == 1;
  }));
  EXPECT_FALSE(authority().still_held());
}

// It could be taken anew: but another node may have led and gone in between.
TEST_F(EtcdAuthorityTest, ALeaseThatHasEndedNeverComesBack) {
  settings_ = {.ttl = 1s, .margin = 200ms, .fence_command = "", .fence_limit = 1s};
  static_cast<void>(authority().acquire(WriterEpoch{0}));
  node_.time.pass(10s);  // the machine stood still; the store answers all the time
  EXPECT_FALSE(authority().still_held());
  EXPECT_TRUE(comes_to([&] { return node_.lost == 1; }));
  EXPECT_FALSE(authority().still_held());
}

TEST_F(EtcdAuthorityTest, WhoeverHasNoThreadsKeepsTheLeaseHimself) {
  settings_.keeps_itself = false;
  static_cast<void>(authority().acquire(WriterEpoch{0}));
  for (int round = 0; round < 8; ++round) {  // twice the time to live
    node_.time.pass(authority().pause_between_renewals());
    EXPECT_EQ(authority().keep(), authority().pause_between_renewals());
    EXPECT_TRUE(authority().still_held()) << round;
  }
  store_.cut(true);
  const auto sooner = authority().keep();
  ASSERT_TRUE(sooner);
  EXPECT_LT(*sooner, authority().pause_between_renewals());
  store_.cut(false);
  node_.time.pass(10s);
  EXPECT_FALSE(authority().keep());
  EXPECT_EQ(node_.lost, 1);
  EXPECT_FALSE(authority().still_held());
}

// An operator has revoked it, say: also by this node's own clock it could not be another's yet.
TEST_F(EtcdAuthorityTest, ALeaseThatIsGoneBeforeItsTimeIsNotTakenAnew) {
  settings_ = {.ttl = 1s, .margin = 200ms, .fence_command = "", .fence_limit = 1s};
  static_cast<void>(authority().acquire(WriterEpoch{0}));
  store_.revoke(store_.last_lease());
  EXPECT_TRUE(comes_to([&] { return node_.lost == 1; }));
  EXPECT_FALSE(authority().still_held());
  EXPECT_FALSE(store_.peek(LeasedStore::kLeaseKey)) << "it is anybody's";
}

TEST_F(EtcdAuthorityTest, WhoDoesNotGetOnWithItsWorkLosesTheLease) {
  settings_ = {.ttl = 1s, .margin = 200ms, .fence_command = "", .fence_limit = 1s};
  static_cast<void>(authority().acquire(WriterEpoch{0}));
  node_.healthy = false;
  EXPECT_TRUE(comes_to([&] {
    node_.time.pass(1ms);
    return node_.lost == 1;
  }));
  EXPECT_FALSE(authority().still_held());
}

TEST_F(EtcdAuthorityTest, OfManyWhoWantTheRightEachHasAnEpochOfItsOwn) {
  constexpr int kNodes = 8;
  std::mutex mutex;
  std::vector<WriterEpoch> epochs;
  std::atomic<int> holders{0};
  std::vector<std::thread> nodes;
  for (int node = 0; node < kNodes; ++node) {
    nodes.emplace_back([&, node] {
      Candidate own;
      AuthorityCalls calls = own.calls();
      calls.pause = [&](milliseconds) {
        node_.time.pass(1ms);
        std::this_thread::sleep_for(1ms);
      };
      EtcdAuthority::Place of_node = place();
      of_node.node = "node-" + std::to_string(node);
      // Long against what the threads of all move the clock by.
      const AuthoritySettings settings{
          .ttl = 3600s, .margin = 5ms, .fence_command = "", .fence_limit = 1h};
      EtcdAuthority authority{store_, of_node, settings, calls, node_.clock()};
      const WriterEpoch epoch = authority.acquire(WriterEpoch{0});
      EXPECT_EQ(++holders, 1);
      {
        const std::lock_guard lock{mutex};
        epochs.push_back(epoch);
      }
      --holders;
      authority.release();
    });
  }
  for (std::thread& node : nodes) {
    node.join();
  }
  for (std::uint32_t i = 0; i < kNodes; ++i) {
    EXPECT_EQ(epochs.at(i), WriterEpoch{i + 1});
  }
}

}  // namespace
}  // namespace betex::cluster
