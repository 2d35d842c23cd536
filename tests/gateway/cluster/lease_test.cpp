#include "gateway/cluster/lease.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "tests/gateway/cluster/fake_store.h"

namespace betex::test {
namespace {

using cluster::Holder;
using cluster::Lease;
using cluster::LeaseThread;
using cluster::StoreUnknown;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using Renewal = Lease::Renewal;

const std::string kKey = "/betex/test/leader";

class LeaseTest : public testing::Test {
 protected:
  LeaseTest() {
    store_.fault = [this](std::size_t) {
      if (script_.empty()) {
        return always_;
      }
      const Fault fault = script_.front();
      script_.pop_front();
      return fault;
    };
  }

  std::unique_ptr<Lease> lease(bool take_anew = true) {
    return std::make_unique<Lease>(
        client_,
        cluster::LeaseSettings{
            .key = kKey, .ttl = seconds{2}, .margin = milliseconds{500}, .take_anew = take_anew},
        [this] { return boot_; });
  }

  Holder holder(const std::string& node) const {
    return {.node = node, .address = node + ":9880", .wall_clock = boot_};
  }

  // Of the store and of this machine.
  void pass(nanoseconds time) {
    boot_ += time;
    store_.advance(time);
  }

  void deliver_all() {
    while (store_.late() > 0) {
      store_.deliver(0);
    }
  }

  FakeStore store_;
  FakeClient client_{store_};
  std::deque<Fault> script_;
  Fault always_ = Fault::None;
  nanoseconds boot_{seconds{1'000}};
};

TEST_F(LeaseTest, OneHasIt) {
  const auto first = lease();
  const auto second = lease();
  EXPECT_FALSE(first->valid());
  EXPECT_EQ(first->holder(), std::nullopt);
  EXPECT_TRUE(first->try_take(holder("a")));
  EXPECT_TRUE(first->valid());
  EXPECT_EQ(first->left(), milliseconds{1'500});
  EXPECT_FALSE(second->try_take(holder("b")));
  EXPECT_FALSE(second->valid());
  const std::optional<Holder> found = second->holder();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->node, "a");
  EXPECT_EQ(found->address, "a:9880");
  EXPECT_EQ(found->wall_clock, boot_);
  EXPECT_EQ(store_.leases(), 1U);  // who did not get it has given its own back
}

TEST_F(LeaseTest, ItIsNotValidLongerThanTheStoreKeepsIt) {
  const auto held = lease();
  ASSERT_TRUE(held->try_take(holder("a")));
  pass(milliseconds{1'499});
  EXPECT_TRUE(held->valid());
  pass(milliseconds{1});
  EXPECT_FALSE(held->valid());
  EXPECT_TRUE(held->holder());
  pass(milliseconds{500});
  EXPECT_FALSE(held->holder());
  EXPECT_EQ(held->left(), milliseconds{-500});
}

TEST_F(LeaseTest, ItIsCountedFromWhenTheAnsweredRequestWasSent) {
  const auto held = lease();
  store_.before_answer = [this](std::size_t) { pass(milliseconds{100}); };
  ASSERT_TRUE(held->try_take(holder("a")));  // a grant and a transaction
  EXPECT_EQ(held->left(), milliseconds{1'300});
  pass(milliseconds{500});
  EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);  // two messages again
  EXPECT_EQ(held->left(), milliseconds{1'300});
}

TEST_F(LeaseTest, RenewalsKeepItAndSayTheTime) {
  const auto held = lease();
  ASSERT_TRUE(held->try_take(holder("a")));
  for (int i = 0; i < 20; ++i) {
    pass(milliseconds{500});
    EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
    EXPECT_EQ(held->left(), milliseconds{1'500});
    EXPECT_EQ(held->holder()->wall_clock, boot_);
  }
}

TEST_F(LeaseTest, ARenewalThatIsNotAnsweredProlongsNothing) {
  const auto held = lease();
  ASSERT_TRUE(held->try_take(holder("a")));
  for (const Fault fault : {Fault::RequestLost, Fault::AnswerLost, Fault::Late}) {
    pass(milliseconds{100});
    const nanoseconds left = held->left();
    script_ = {fault};  // of the lease
    EXPECT_EQ(held->renew(holder("a")), Renewal::Unknown);
    EXPECT_EQ(held->left(), left);
    script_ = {Fault::None, fault};  // of the key
    EXPECT_EQ(held->renew(holder("a")), Renewal::Unknown);
    EXPECT_EQ(held->left(), left);
    EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
    EXPECT_EQ(held->left(), milliseconds{1'500});
    deliver_all();
    EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
  }
}

TEST_F(LeaseTest, MessagesThatComeTwiceDoNoHarm) {
  const auto held = lease();
  always_ = Fault::Doubled;
  ASSERT_TRUE(held->try_take(holder("a")));
  for (int i = 0; i < 10; ++i) {
    deliver_all();
    pass(milliseconds{500});
    EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
  }
  held->give_back();
  deliver_all();
  EXPECT_FALSE(held->holder());
}

TEST_F(LeaseTest, ATakingWhoseAnswerIsLostIsLookedUp) {
  const auto held = lease();
  script_ = {Fault::None, Fault::AnswerLost};
  EXPECT_TRUE(held->try_take(holder("a")));
  EXPECT_EQ(held->left(), milliseconds{1'500});
  pass(milliseconds{500});
  EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
}

TEST_F(LeaseTest, ATakingThatIsNotKnownIsNone) {
  const auto held = lease();
  const auto other = lease();
  // Of the grant.
  script_ = {Fault::AnswerLost};
  EXPECT_FALSE(held->try_take(holder("a")));
  // Of the key, which comes late: the lease is gone by then.
  script_ = {Fault::None, Fault::Late};
  EXPECT_FALSE(held->try_take(holder("a")));
  deliver_all();
  EXPECT_FALSE(held->holder());
  // Done, and the look at it is not answered, either.
  script_ = {Fault::None, Fault::AnswerLost, Fault::RequestLost};
  EXPECT_FALSE(held->try_take(holder("a")));
  EXPECT_FALSE(held->valid());
  EXPECT_FALSE(held->holder());
  EXPECT_TRUE(other->try_take(holder("b")));
  // Nor is what nobody could give back for ever.
  other->give_back();
  script_ = {Fault::None, Fault::AnswerLost, Fault::RequestLost, Fault::RequestLost};
  EXPECT_FALSE(held->try_take(holder("a")));
  EXPECT_FALSE(other->try_take(holder("b")));
  pass(seconds{2});
  EXPECT_TRUE(other->try_take(holder("b")));
}

TEST_F(LeaseTest, ATakingOfAFullStoreIsNone) {
  const auto held = lease();
  store_.has_space = false;
  EXPECT_FALSE(held->try_take(holder("a")));
  store_.has_space = true;
  script_ = {Fault::None, Fault::DoneButNoSpace};
  EXPECT_FALSE(held->try_take(holder("a")));
  EXPECT_FALSE(held->holder());
  EXPECT_TRUE(held->try_take(holder("a")));
}

TEST_F(LeaseTest, AFullStoreKeepsTheLeaseThatItHas) {
  const auto held = lease();
  ASSERT_TRUE(held->try_take(holder("a")));
  store_.has_space = false;
  for (int i = 0; i < 20; ++i) {
    pass(milliseconds{500});
    EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
    EXPECT_TRUE(held->valid());
  }
  store_.has_space = true;
  script_ = {Fault::None, Fault::DoneButNoSpace};
  EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
  EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
}

TEST_F(LeaseTest, AnotherHolderIsALoss) {
  const auto held = lease();
  const auto other = lease();
  ASSERT_TRUE(held->try_take(holder("a")));
  pass(seconds{3});
  ASSERT_TRUE(other->try_take(holder("b")));
  EXPECT_EQ(held->renew(holder("a")), Renewal::Lost);
  EXPECT_FALSE(held->valid());
  EXPECT_EQ(other->renew(holder("b")), Renewal::Renewed);
}

TEST_F(LeaseTest, AKeyThatWasOverwrittenIsALoss) {
  const auto held = lease();
  ASSERT_TRUE(held->try_take(holder("a")));
  store_.set(kKey, cluster::to_text(holder("b")));
  EXPECT_TRUE(held->valid());
  EXPECT_EQ(held->renew(holder("a")), Renewal::Lost);
  EXPECT_FALSE(held->valid());
}

TEST_F(LeaseTest, WhatHasEndedAndIsFreeIsTakenAnew) {
  const auto held = lease();
  const auto other = lease();
  ASSERT_TRUE(held->try_take(holder("a")));
  pass(seconds{5});
  EXPECT_FALSE(held->valid());
  EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
  EXPECT_EQ(held->left(), milliseconds{1'500});
  EXPECT_FALSE(other->try_take(holder("b")));
  // The same of a key that somebody has deleted.
  store_.erase(kKey);
  EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
  EXPECT_FALSE(other->try_take(holder("b")));
}

TEST_F(LeaseTest, WhatIsTakenAnewWithoutAnAnswerIsItsOwn) {
  const auto held = lease();
  ASSERT_TRUE(held->try_take(holder("a")));
  for (const Fault fault : {Fault::RequestLost, Fault::AnswerLost, Fault::Late}) {
    pass(seconds{5});
    // The lease is gone, a new one is there; the key, and the look at it.
    script_ = {Fault::None, Fault::None, fault, Fault::RequestLost};
    EXPECT_EQ(held->renew(holder("a")), Renewal::Unknown);
    EXPECT_FALSE(held->valid());
    EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
    EXPECT_TRUE(held->valid());
    deliver_all();
    EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
  }
}

TEST_F(LeaseTest, OnASharedDiskWhatHasEndedIsLost) {
  const auto held = lease(false);
  ASSERT_TRUE(held->try_take(holder("a")));
  pass(milliseconds{500});
  EXPECT_EQ(held->renew(holder("a")), Renewal::Renewed);
  pass(seconds{5});
  // Somebody may have had it, written, and given it back.
  EXPECT_EQ(held->renew(holder("a")), Renewal::Lost);
  EXPECT_FALSE(held->holder());
}

TEST_F(LeaseTest, WhatIsGivenBackIsFreeAtOnce) {
  const auto held = lease();
  const auto other = lease();
  ASSERT_TRUE(held->try_take(holder("a")));
  held->give_back();
  EXPECT_FALSE(held->valid());
  EXPECT_TRUE(other->try_take(holder("b")));
  held->give_back();  // of nothing
  EXPECT_TRUE(other->holder());
  always_ = Fault::RequestLost;
  other->give_back();  // nobody hears of it
  EXPECT_FALSE(other->valid());
}

TEST_F(LeaseTest, SomebodyOfWhomNothingIsKnownHasIt) {
  const auto held = lease();
  store_.set(kKey, "nonsense");
  EXPECT_TRUE(held->holder());
  EXPECT_FALSE(held->try_take(holder("a")));
  always_ = Fault::RequestLost;
  EXPECT_THROW(static_cast<void>(held->holder()), StoreUnknown);
}

TEST_F(LeaseTest, HoldersAreWrittenAndRead) {
  const Holder odd{.node = "a \"b\" \\ \n", .address = "[::1]:9880", .wall_clock = nanoseconds{-7}};
  const std::optional<Holder> read = cluster::parse_holder(cluster::to_text(odd));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->node, odd.node);
  EXPECT_EQ(read->address, odd.address);
  EXPECT_EQ(read->wall_clock, odd.wall_clock);
  for (const char* const text :
       {"", "nonsense", "7", "[]", "{}", "{\"node\":1,\"address\":\"\"}"}) {
    EXPECT_FALSE(cluster::parse_holder(text)) << text;
  }
}

TEST_F(LeaseTest, BootTimeGoesOn) {
  const nanoseconds first = cluster::boot_time();
  EXPECT_GT(first, nanoseconds{0});
  EXPECT_GE(cluster::boot_time(), first);
}

// ---- The thread

// What a thread does and a test waits for.
class Counter {
 public:
  void add() {
    const std::lock_guard lock{mutex_};
    ++count_;
    changed_.notify_all();
  }

  [[nodiscard]] int value() const {
    const std::lock_guard lock{mutex_};
    return count_;
  }

  [[nodiscard]] bool reaches(int count) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, seconds{60}, [&] { return count_ >= count; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

// The store is the thread's while that one lives; the test looks at it only afterwards.
class LeaseThreadTest : public testing::Test {
 protected:
  LeaseThread::Calls calls() {
    return {.holder =
                [this] {
                  holders_.add();
                  return Holder{.node = "a", .address = {}, .wall_clock = {}};
                },
            .healthy =
                [this] {
                  looks_.add();
                  return healthy_.load();
                },
            .lost = [this] { lost_.add(); },
            .idle = [this](cluster::KeyValueStore&) { idle_.add(); }};
  }

  FakeStore store_;
  FakeClient client_{store_};
  Lease lease_{client_, {.key = kKey, .ttl = seconds{1}, .margin = milliseconds{100}}, [] {
                 return nanoseconds{seconds{1}};
               }};
  Counter holders_;
  Counter looks_;
  Counter lost_;
  Counter idle_;
  std::atomic<bool> healthy_{true};
};

TEST_F(LeaseThreadTest, RenewsAndKeepsHouse) {
  ASSERT_TRUE(lease_.try_take({.node = "a", .address = {}, .wall_clock = {}}));
  {
    const LeaseThread thread{lease_, client_, calls()};
    EXPECT_TRUE(idle_.reaches(3));
  }
  EXPECT_GE(holders_.value(), 3);
  EXPECT_EQ(lost_.value(), 0);
  EXPECT_TRUE(store_.value(kKey));  // it is not given back
}

TEST_F(LeaseThreadTest, DoesNotRenewWhatIsNotHealthy) {
  ASSERT_TRUE(lease_.try_take({.node = "a", .address = {}, .wall_clock = {}}));
  healthy_ = false;
  {
    const LeaseThread thread{lease_, client_, calls()};
    EXPECT_TRUE(looks_.reaches(3));
    EXPECT_EQ(holders_.value(), 0);
    healthy_ = true;
    EXPECT_TRUE(holders_.reaches(1));
  }
  EXPECT_EQ(lost_.value(), 0);
}

TEST_F(LeaseThreadTest, SaysOnceThatItIsLost) {
  store_.set(kKey, "somebody else's");
  const LeaseThread thread{lease_, client_, calls()};
  EXPECT_TRUE(lost_.reaches(1));
  EXPECT_FALSE(lease_.valid());
  EXPECT_EQ(lost_.value(), 1);
}

TEST_F(LeaseThreadTest, WhatItDoesNotExpectIsALoss) {
  ASSERT_TRUE(lease_.try_take({.node = "a", .address = {}, .wall_clock = {}}));
  LeaseThread::Calls broken = calls();
  broken.idle = [](cluster::KeyValueStore&) { throw std::runtime_error{"broken"}; };
  const LeaseThread thread{lease_, client_, broken};
  EXPECT_TRUE(lost_.reaches(1));
}

TEST_F(LeaseThreadTest, EndsAtOnce) {
  // A renewal each hour and a half: it would not end by itself within this test.
  Lease slow{client_, {.key = kKey, .ttl = seconds{6 * 3600}, .margin = milliseconds{100}}, [] {
               return nanoseconds{seconds{1}};
             }};
  ASSERT_TRUE(slow.try_take({.node = "a", .address = {}, .wall_clock = {}}));
  {
    const LeaseThread thread{slow, client_, calls()};
    EXPECT_TRUE(idle_.reaches(1));
  }
  EXPECT_EQ(lost_.value(), 0);
}

}  // namespace
}  // namespace betex::test
