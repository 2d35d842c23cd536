// What a lease promises to who asks the log only now and then: its term, and that nobody takes the
// log over without it.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/cluster/key_value_store.h"
#include "gateway/cluster/lease.h"
#include "gateway/cluster/stored_log.h"
#include "journal/errors.h"

namespace betex::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using Renewal = Lease::Renewal;

const std::string kPrefix = "/betex/test/";
const std::string kLeaseKey = kPrefix + "leader";

// Leases end only when a test says so.
class TinyStore final : public KeyValueStore {
 public:
  TransactionResult transact(std::span<const KeyIs> conditions,
                             std::span<const Put> puts,
                             std::span<const std::string> otherwise) override {
    if (std::exchange(loses_transaction, false)) {
      throw StoreUnknown{"the request is lost"};
    }
    TransactionResult result{.succeeded = true, .revision = ++revision_, .found = {}};
    for (const KeyIs& condition : conditions) {
      result.succeeded = result.succeeded && value(condition.key) == condition.value;
    }
    if (!result.succeeded) {
      for (const std::string& key : otherwise) {
        result.found.push_back(value(key));
      }
      return result;
    }
    for (const Put& put : puts) {
      if (put.lease != 0 && !leases_.contains(put.lease)) {
        throw StoreRefused{StoreRefused::Why::LeaseGone, "no such lease"};
      }
      keys_[put.key] = {put.value, put.lease};
    }
    if (std::exchange(loses_answer, false)) {
      throw StoreUnknown{"the answer is lost"};
    }
    return result;
  }

  std::optional<std::string> get(const std::string& key) override {
    if (std::exchange(loses_get, false)) {
      throw StoreUnknown{"the request is lost"};
    }
    return value(key);
  }

  std::vector<KeyValue> range(const std::string& prefix) override {
    std::vector<KeyValue> values;
    for (const auto& [key, entry] : keys_) {
      if (key.starts_with(prefix)) {
        values.push_back({.key = key, .value = entry.first});
      }
    }
    return values;
  }

  LeaseId grant(seconds) override {
    if (std::exchange(loses_grant, false)) {
      throw StoreUnknown{"the request is lost"};
    }
    leases_.insert(++last_lease_);
    return last_lease_;
  }

  seconds keep_alive(LeaseId lease) override {
    if (!leases_.contains(lease)) {
      throw StoreRefused{StoreRefused::Why::LeaseGone, "no such lease"};
    }
    return seconds{2};
  }

  void revoke(LeaseId lease) override {
    leases_.erase(lease);
    std::erase_if(keys_, [&](const auto& entry) { return entry.second.second == lease; });
  }

  void compact(std::uint64_t) override {}

  StoreStatus status() override { return {}; }

  [[nodiscard]] std::optional<std::string> value(const std::string& key) const {
    const auto found = keys_.find(key);
    return found == keys_.end() ? std::nullopt : std::optional{found->second.first};
  }

  void end_leases() {
    while (!leases_.empty()) {
      revoke(*leases_.begin());
    }
  }

  void set(const std::string& key, const std::string& value) { keys_[key] = {value, 0}; }

  void erase(const std::string& key) { keys_.erase(key); }

  // Each once.
  bool loses_transaction = false;
  bool loses_answer = false;  // of a transaction that has put something
  bool loses_get = false;
  bool loses_grant = false;

 private:
  std::map<std::string, std::pair<std::string, LeaseId>> keys_;
  std::set<LeaseId> leases_;
  LeaseId last_lease_ = 0;
  std::uint64_t revision_ = 0;
};

class LeaseTermTest : public testing::Test {
 protected:
  Holder holder(const std::string& node) {
    wall_clock_ += milliseconds{1};
    return {.node = node, .address = {}, .wall_clock = wall_clock_};
  }

  // The time stands still: by its clock a lease that was given once is valid for ever.
  LeaseSettings settings() const {
    return {.key = kLeaseKey, .ttl = seconds{2}, .margin = milliseconds{500}};
  }

  static nanoseconds no_time() { return seconds{1'000}; }

  TinyStore store_;
  Lease lease_{store_, settings(), &no_time};
  nanoseconds wall_clock_{0};
};

TEST_F(LeaseTermTest, ARenewalIsNoNewTerm) {
  EXPECT_EQ(lease_.term(), 0U);
  ASSERT_TRUE(lease_.try_take(holder("a")));
  EXPECT_EQ(lease_.term(), 1U);
  EXPECT_EQ(lease_.renew(holder("a")), Renewal::Renewed);
  store_.loses_answer = true;
  EXPECT_EQ(lease_.renew(holder("a")), Renewal::Unknown);
  EXPECT_EQ(lease_.renew(holder("a")), Renewal::Renewed);
  EXPECT_EQ(lease_.term(), 1U);
}

TEST_F(LeaseTermTest, WhatIsTakenAnewIsOfANewTerm) {
  ASSERT_TRUE(lease_.try_take(holder("a")));
  store_.end_leases();
  EXPECT_EQ(lease_.renew(holder("a")), Renewal::Renewed);
  EXPECT_EQ(lease_.term(), 2U);
  // So is what somebody has deleted: another node may have had it since.
  store_.erase(kLeaseKey);
  EXPECT_EQ(lease_.renew(holder("a")), Renewal::Renewed);
  EXPECT_EQ(lease_.term(), 3U);
  lease_.give_back();
  EXPECT_FALSE(lease_.valid());
  ASSERT_TRUE(lease_.try_take(holder("a")));
  EXPECT_EQ(lease_.term(), 4U);
}

TEST_F(LeaseTermTest, WhatWasTakenAnewUnheardIsOfANewTermToo) {
  ASSERT_TRUE(lease_.try_take(holder("a")));
  store_.end_leases();
  store_.loses_answer = true;
  store_.loses_get = true;
  EXPECT_EQ(lease_.renew(holder("a")), Renewal::Unknown);
  EXPECT_FALSE(lease_.valid());
  EXPECT_EQ(lease_.term(), 1U);
  EXPECT_EQ(lease_.renew(holder("a")), Renewal::Renewed);
  EXPECT_TRUE(lease_.valid());
  EXPECT_EQ(lease_.term(), 2U);
}

TEST_F(LeaseTermTest, WhatTheStoreSaysIsGoneIsNotValidWhateverTheClockSays) {
  ASSERT_TRUE(lease_.try_take(holder("a")));
  store_.end_leases();
  store_.loses_grant = true;
  ASSERT_TRUE(lease_.valid());
  EXPECT_EQ(lease_.renew(holder("a")), Renewal::Unknown);
  EXPECT_FALSE(lease_.valid());

  EXPECT_EQ(lease_.renew(holder("a")), Renewal::Renewed);
  store_.erase(kLeaseKey);
  Lease other{store_, settings(), &no_time};
  ASSERT_TRUE(other.try_take(holder("b")));
  EXPECT_EQ(lease_.renew(holder("a")), Renewal::Lost);
  EXPECT_FALSE(lease_.valid());
}

TEST_F(LeaseTermTest, TheClaimIsWhatTheStoreHas) {
  EXPECT_FALSE(lease_.claim());
  ASSERT_TRUE(lease_.try_take(holder("a")));
  for (int i = 0; i < 2; ++i) {
    const std::optional<KeyIs> claim = lease_.claim();
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->key, kLeaseKey);
    EXPECT_EQ(claim->value, store_.value(kLeaseKey));
    EXPECT_EQ(lease_.renew(holder("a")), Renewal::Renewed);
  }
  lease_.give_back();
  EXPECT_FALSE(lease_.claim());
}

TEST(HolderTest, AWallClockThatNobodyCanReckonWithIsNone) {
  const auto text = [](const std::string& clock) {
    return R"({"address":"","node":"a","wall_clock_ns":)" + clock + '}';
  };
  for (const char* const good : {"0", "-7", "1700000000000000000"}) {
    EXPECT_TRUE(parse_holder(text(good))) << good;
  }
  for (const char* const bad :
       {"9223372036854775807", "-9223372036854775808", "18446744073709551615", "1e30", "\"1\""}) {
    EXPECT_FALSE(parse_holder(text(bad))) << bad;
  }
}

// ---- The log

class TakeOverTest : public LeaseTermTest {
 protected:
  TakeOverTest() { EXPECT_TRUE(create_log(store_, log_settings("-", {}), {}, epoch(1), {})); }

  static journal::WriterEpoch epoch(std::uint32_t number) { return journal::WriterEpoch{number}; }

  static StoredLogSettings log_settings(const std::string& node,
                                        std::function<std::optional<KeyIs>()> claim) {
    StoredLogSettings settings;
    settings.prefix = kPrefix;
    settings.node = node;
    settings.pause = [](milliseconds) {};
    settings.claim = std::move(claim);
    return settings;
  }

  // What `call` has thrown.
  template <typename Call>
  static std::optional<journal::Fault> fault_of(const Call& call) {
    try {
      call();
    } catch (const journal::JournalError& error) {
      return error.fault();
    }
    return std::nullopt;
  }

  std::optional<journal::Fault> take_over(StoredLog& log) {
    return fault_of([&] { static_cast<void>(log.take_over(epoch(1))); });
  }

  Lease other_lease_{store_, settings(), &no_time};
  StoredLog log_{store_, log_settings("a", [this] { return lease_.claim(); }), {}};
  StoredLog other_log_{store_, log_settings("b", [this] { return other_lease_.claim(); }), {}};
};

TEST_F(TakeOverTest, WhoHasNoLeaseTakesNothing) {
  const std::optional<std::string> head = store_.value(kPrefix + "head");
  EXPECT_EQ(take_over(log_), journal::Fault::AuthorityLost);
  EXPECT_EQ(store_.value(kPrefix + "head"), head);
}

// It had the lease, was asleep, and does not know that another node leads by now: that one may tell
// its clients what it knows without asking the log, while its lease is valid.
TEST_F(TakeOverTest, WhoHasLostTheLeaseUnawaresTakesNothing) {
  ASSERT_TRUE(lease_.try_take(holder("a")));
  store_.end_leases();
  ASSERT_TRUE(other_lease_.try_take(holder("b")));
  EXPECT_EQ(take_over(other_log_), std::nullopt);
  const std::optional<std::string> head = store_.value(kPrefix + "head");
  ASSERT_TRUE(lease_.valid());  // by its own clock

  EXPECT_EQ(take_over(log_), journal::Fault::AuthorityLost);
  EXPECT_EQ(store_.value(kPrefix + "head"), head);
  EXPECT_EQ(fault_of([&] { other_log_.confirm(); }), std::nullopt);

  other_lease_.give_back();
  EXPECT_EQ(lease_.renew(holder("a")), Renewal::Renewed);
  EXPECT_EQ(take_over(log_), std::nullopt);
  EXPECT_EQ(fault_of([&] { log_.confirm(); }), std::nullopt);
  EXPECT_EQ(fault_of([&] { other_log_.confirm(); }), journal::Fault::AuthorityLost);
}

TEST_F(TakeOverTest, AHeadWhoseSlotsCannotBeCountedOnIsDamaged) {
  const std::string head = store_.value(kPrefix + "head").value();
  const std::string slots = " slot=0 oldest=1 ";
  const std::size_t at = head.find(slots);
  ASSERT_NE(at, std::string::npos);
  std::string last = head;
  last.replace(at, slots.size(), " slot=18446744073709551615 oldest=18446744073709551615 ");
  store_.set(kPrefix + "head", last);
  EXPECT_EQ(fault_of([&] { static_cast<void>(log_.head()); }), journal::Fault::QuorumLogDamaged);
}

TEST_F(TakeOverTest, ATakeOverThatWasNotAnsweredIsKnown) {
  ASSERT_TRUE(lease_.try_take(holder("a")));
  store_.loses_answer = true;
  EXPECT_EQ(take_over(log_), std::nullopt);
  store_.loses_transaction = true;
  EXPECT_EQ(take_over(log_), std::nullopt);
  EXPECT_EQ(fault_of([&] { log_.confirm(); }), std::nullopt);
}

// ---- The thread

// An unanswered renewal has taken a good part of the lease's time already: neither another pause
// nor housekeeping may take the rest of it.
TEST(LeaseThreadTermTest, TriesAgainSoonWhereNobodyHasAnswered) {
  TinyStore store;
  Lease lease{store, {.key = kLeaseKey, .ttl = seconds{120}, .margin = milliseconds{500}}};
  ASSERT_TRUE(lease.try_take({.node = "a", .address = {}, .wall_clock = nanoseconds{1}}));
  store.loses_transaction = true;  // of the first renewal
  int renewals = 0;                // by the thread only
  std::promise<int> kept_house;    // after so many renewals, the first time
  std::future<int> first = kept_house.get_future();
  {
    const LeaseThread thread{lease,
                             store,
                             {.holder =
                                  [&] {
                                    ++renewals;
                                    return Holder{
                                        .node = "a", .address = {}, .wall_clock = nanoseconds{2}};
                                  },
                              .healthy = [] { return true; },
                              .lost = [] { ADD_FAILURE() << "nobody else has it"; },
                              .idle =
                                  [&](KeyValueStore&) {
                                    if (renewals <= 2) {
                                      kept_house.set_value(renewals);
                                    }
                                  }}};
    // The usual pause is 30 seconds.
    ASSERT_EQ(first.wait_for(seconds{20}), std::future_status::ready);
  }
  EXPECT_EQ(first.get(), 2);
}

}  // namespace
}  // namespace betex::cluster
