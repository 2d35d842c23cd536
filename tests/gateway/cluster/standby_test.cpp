// A node that follows the quorum log, and the moment when it leads.
#include "gateway/cluster/standby.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/cluster/key_value_store.h"
#include "gateway/cluster/log_position.h"
#include "tests/gateway/cluster/fake_quorum_log.h"
#include "tests/gateway/cluster/fake_store.h"
#include "tests/journal/wal_fixture.h"

namespace betex::cluster {
namespace {

using namespace std::chrono_literals;
using journal::EventSeq;
using journal::Fault;
using journal::JournalError;
using journal::WriterEpoch;
using std::chrono::milliseconds;
using ::testing::Contains;
using ::testing::SizeIs;
using ::testing::StartsWith;

[[noreturn]] void throw_fault(Fault fault) {
  throw JournalError{{.fault = fault, .what = "as the test wants it", .segment = {}}};
}

class StandbyTest : public test::WalTest {
 protected:
  StandbyTest() {
    journal_.emplace(config(), pool_);
    journal_->recover(EventSeq{0}, [](const matching::TransactionView&) {});
  }

  // With so many batches in the log.
  void fill(std::size_t batches, std::size_t transactions = 3) {
    for (std::size_t i = 0; i < batches; ++i) {
      log_.add(maker_.next(transactions));
    }
  }

  std::optional<QuorumLog::TakenOver> follow() {
    const auto deadline = std::chrono::steady_clock::now() + 40s;
    return follow_until_leader(
        {.journal = *journal_,
         .quorum = log_,
         .lease = lease_,
         .figures = figures_,
         .self = {.node = "a", .address = "127.0.0.1:1"},
         .taken =
             [&](const matching::TransactionView& each) {
               EXPECT_TRUE(test::is_genuine(each));
               EXPECT_LE(each.last_seq(), journal_->durable_seq()) << "it is committed first";
               taken_.push_back(each.header.tx_id.value());
             },
         .pause =
             [this, deadline](milliseconds time) {
               std::this_thread::sleep_for(std::min(time, milliseconds{5}));
               ++pauses_;
               const bool go_on = !on_pause || on_pause();
               const bool in_time = std::chrono::steady_clock::now() < deadline;
               EXPECT_TRUE(in_time) << "it follows for ever";
               return go_on && in_time;
             },
         .waiting = [this](const std::string& what) { waited_for_.push_back(what); }});
  }

  // This node's journal is the quorum log's copy, in order.
  void expect_copy() {
    EXPECT_EQ(without_segment(journal_->position()), log_.end.position);
    std::vector<std::uint64_t> all(log_.end.position.last_tx_id.value());
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] = i + 1;
    }
    EXPECT_EQ(taken_, all);
  }

  Lease make_lease(KeyValueStore& client) {
    return Lease{
        client, {.key = "/leader", .ttl = 2s, .margin = 500ms}, [this] { return store_.now(); }};
  }

  std::optional<journal::Journal> journal_;
  test::FakeStore store_;
  test::FakeClient client_{store_, 0};
  test::FakeClient other_client_{store_, 1};
  Lease lease_{make_lease(client_)};
  Lease other_lease_{make_lease(other_client_)};
  test::FakeQuorumLog log_;
  test::BatchMaker maker_;
  ClusterFigures figures_;
  std::vector<std::uint64_t> taken_;
  std::vector<std::string> waited_for_;
  std::size_t pauses_ = 0;
  std::function<bool()> on_pause;
};

const Holder kOther{.node = "b", .address = "127.0.0.1:2"};

TEST_F(StandbyTest, TakesAllThatIsThereAndLeadsWhereNobodyDoes) {
  fill(5);
  const auto taken_over = follow();
  ASSERT_TRUE(taken_over.has_value());
  expect_copy();
  EXPECT_TRUE(lease_.valid());
  EXPECT_EQ(taken_over->before.epoch, WriterEpoch{1});
  EXPECT_EQ(taken_over->epoch, log_.end.epoch);
  EXPECT_EQ(journal_->epoch(), taken_over->epoch) << "what is written now is of the new epoch";
  EXPECT_EQ(figures_.role.load(), Role::Leader);
  EXPECT_EQ(figures_.epoch.load(), taken_over->epoch.value());
  EXPECT_EQ(figures_.lag_events.load(), 0U);
  EXPECT_TRUE(waited_for_.empty()) << "it waited for nobody";
}

TEST_F(StandbyTest, AnEmptyLogIsALogToo) {
  ASSERT_TRUE(follow().has_value());
  expect_copy();
}

TEST_F(StandbyTest, GoesOnWhereItsJournalEnds) {
  fill(2);
  ASSERT_TRUE(follow().has_value());
  journal_->close();
  journal_.reset();
  lease_.give_back();
  fill(2);
  journal_.emplace(config(), pool_);
  journal_->recover(EventSeq{0}, [](const matching::TransactionView&) {});
  const WriterEpoch before = log_.end.epoch;
  const auto taken_over = follow();
  ASSERT_TRUE(taken_over.has_value());
  expect_copy();
  EXPECT_GT(taken_over->epoch, before);
}

// A node's own openings raise its epoch, also beyond the quorum log's.
TEST_F(StandbyTest, ItsEpochIsAboveItsJournals) {
  for (int opening = 0; opening < 4; ++opening) {
    journal_.reset();
    journal_.emplace(config(), pool_);
    journal_->recover(EventSeq{0}, [](const matching::TransactionView&) {});
  }
  ASSERT_GT(journal_->epoch(), log_.end.epoch.next());
  const WriterEpoch own = journal_->epoch();
  const auto taken_over = follow();
  ASSERT_TRUE(taken_over.has_value());
  EXPECT_GT(taken_over->epoch, own);
}

TEST_F(StandbyTest, FollowsWhileAnotherNodeLeads) {
  ASSERT_TRUE(other_lease_.try_take(kOther));
  fill(1);
  on_pause = [&] {
    EXPECT_FALSE(lease_.valid());
    EXPECT_EQ(figures_.role.load(), Role::Standby);
    if (pauses_ < 40) {
      fill(1, 1 + pauses_ % 3);
    } else if (pauses_ == 40) {
      other_lease_.give_back();
    }
    return true;
  };
  ASSERT_TRUE(follow().has_value());
  expect_copy();
  EXPECT_EQ(waited_for_, std::vector<std::string>{"node b leads"});
}

TEST_F(StandbyTest, AClockThatIsFarFromTheLeadersIsNoReasonNotToLead) {
  const auto ahead = [] {
    Holder holder = kOther;
    holder.wall_clock = std::chrono::system_clock::now().time_since_epoch() + std::chrono::hours{1};
    return holder;
  };
  ASSERT_TRUE(other_lease_.try_take(ahead()));
  std::chrono::nanoseconds seen{0};
  on_pause = [&] {
    seen = std::chrono::nanoseconds{figures_.clock_offset_ns.load()};
    if (seen > 30min) {
      other_lease_.give_back();
    } else {
      EXPECT_EQ(other_lease_.renew(ahead()), Lease::Renewal::Renewed);
    }
    return true;
  };
  ASSERT_TRUE(follow().has_value());
  EXPECT_GT(seen, 30min);
}

TEST_F(StandbyTest, EndsWhenItIsAskedTo) {
  ASSERT_TRUE(other_lease_.try_take(kOther));
  fill(2);
  on_pause = [&] { return pauses_ < 20; };
  EXPECT_EQ(follow(), std::nullopt);
  expect_copy();
  EXPECT_EQ(log_.end.epoch, WriterEpoch{1});
  journal_->close();  // nothing is pending
}

TEST_F(StandbyTest, EndsInTheMidstOfALongLogToo) {
  fill(3);
  on_pause = [] { return false; };
  EXPECT_EQ(follow(), std::nullopt);
  EXPECT_FALSE(taken_.empty());
  EXPECT_FALSE(lease_.valid());
  journal_->close();
}

// ---- Batches that are not what they should be

struct Damage {
  const char* what;
  std::function<void(OwnedBatch&)> act;
};

matching::TransactionHeader header_of(const OwnedBatch& batch) {
  matching::TransactionHeader header;
  std::memcpy(&header, batch.bytes.data(), sizeof header);
  return header;
}

template <typename Change>
std::function<void(OwnedBatch&)> to_header(const Change& change) {
  return [change](OwnedBatch& batch) {
    matching::TransactionHeader header = header_of(batch);
    change(header);
    std::memcpy(batch.bytes.data(), &header, sizeof header);
  };
}

// The chain over its bytes as they are, so that it is not the chain that tells.
void mend_chain(OwnedBatch& batch) {
  batch.after.chain = journal::extend(batch.before.chain, batch.bytes);
}

const std::vector<Damage>& damages() {
  using Header = matching::TransactionHeader;
  static const std::vector<Damage> kDamages{
      {"another history before it", [](OwnedBatch& batch) { batch.before.chain = {}; }},
      {"another time before it", [](OwnedBatch& batch) { batch.before.last_timestamp = {}; }},
      {"another transaction before it", [](OwnedBatch& batch) { batch.before.last_tx_id = {}; }},
      {"another chain behind it",
       [](OwnedBatch& batch) { batch.after.chain = batch.before.chain; }},
      {"another end", [](OwnedBatch& batch) { batch.after.last_seq += EventSeq{1}; }},
      {"no bytes", [](OwnedBatch& batch) { batch.bytes.clear(); }},
      {"half of a header", [](OwnedBatch& batch) { batch.bytes.resize(24); }},
      {"an end in the midst of events",
       [](OwnedBatch& batch) { batch.bytes.resize(batch.bytes.size() - 8); }},
      {"an odd length", [](OwnedBatch& batch) { batch.bytes.resize(batch.bytes.size() - 1); }},
      {"more bytes than transactions", [](OwnedBatch& batch) { batch.bytes.resize(8000); }},
      {"a wrong count", [](OwnedBatch& batch) { batch.transactions = 2; }},
      {"another byte", [](OwnedBatch& batch) { batch.bytes.back() ^= std::byte{1}; }},
      {"no kind of event",
       [](OwnedBatch& batch) {
         const std::uint16_t kind = 0xfff0;
         std::memcpy(batch.bytes.data() + sizeof(Header), &kind, sizeof kind);
         mend_chain(batch);
       }},
      {"a tx id that was there", to_header([](Header& header) { header.tx_id = {}; })},
      {"a time that runs backwards", to_header([](Header& header) { header.timestamp = {}; })},
      {"no events", to_header([](Header& header) { header.event_count = 0; })},
      {"another number of events", to_header([](Header& header) { header.event_count += 1; })},
      {"more than there is",
       to_header([](Header& header) { header.events_size = ~std::uint32_t{0}; })},
      {"less than there is", to_header([](Header& header) { header.events_size -= 8; })},
      {"something reserved", to_header([](Header& header) { header.reserved = 1; })},
      {"no command",
       to_header([](Header& header) { header.command_kind = std::uint16_t{0xffff}; })},
  };
  return kDamages;
}

TEST_F(StandbyTest, TakesNothingOfABatchThatIsNotWhatItShouldBe) {
  fill(2);
  for (const Damage& damage : damages()) {
    SCOPED_TRACE(damage.what);
    test::BatchMaker further = maker_;
    OwnedBatch bad = further.next(1);
    damage.act(bad);
    log_.add(std::move(bad));
    log_.end.position.last_seq += EventSeq{100};  // whatever it says, there is more
    const auto error = error_of([&] { static_cast<void>(follow()); });
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->fault(), Fault::QuorumLogDamaged) << error->what();
    EXPECT_EQ(without_segment(journal_->position()), log_.batches[1].after);
    EXPECT_EQ(without_segment(journal_->appended()), log_.batches[1].after);
    EXPECT_EQ(log_.end.epoch, WriterEpoch{1}) << "nobody leads on such a log";
    log_.batches.pop_back();
    log_.end.position = log_.batches.back().after;
  }
  expect_copy();
}

TEST_F(StandbyTest, AWholeBatchIsTakenOrNothingOfIt) {
  OwnedBatch bad = maker_.next(3);
  bad.bytes.back() ^= std::byte{1};  // of the last of them
  log_.add(std::move(bad));
  EXPECT_TRUE(error_of([&] { static_cast<void>(follow()); }).has_value());
  EXPECT_EQ(journal_->appended().last_seq, EventSeq{0});
  EXPECT_TRUE(taken_.empty());
}

TEST_F(StandbyTest, ALogThatEndsBeforeItsJournalIsNotTheSame) {
  fill(2);
  ASSERT_TRUE(follow().has_value());
  lease_.give_back();
  log_.batches.pop_back();
  log_.end.position = log_.batches.back().after;
  const auto error = error_of([&] { static_cast<void>(follow()); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->fault(), Fault::QuorumLogWentBack);
  EXPECT_FALSE(lease_.valid());
}

// ---- The moment when it leads

TEST_F(StandbyTest, WhatCameBeforeTheTakeOverIsTakenAfterIt) {
  fill(1);
  log_.on_take_over = [&] { fill(4); };  // by who led before, at the last moment
  const auto taken_over = follow();
  ASSERT_TRUE(taken_over.has_value());
  EXPECT_EQ(taken_over->before.position, log_.end.position);
  expect_copy();
}

TEST_F(StandbyTest, ALogThatEndsBeforeItsHeadIsDamaged) {
  fill(1);
  log_.on_take_over = [&] {
    fill(2);
    log_.batches.pop_back();
  };
  const auto error = error_of([&] { static_cast<void>(follow()); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->fault(), Fault::QuorumLogDamaged);
  EXPECT_EQ(store_.leases(), 0U) << "another node may try";
}

TEST_F(StandbyTest, WhoLosesTheLeaseBeforeItLeadsFollowsOn) {
  fill(1);
  bool lost = false;
  log_.on_take_over = [&] {
    if (!std::exchange(lost, true)) {
      fill(3);
      store_.advance(3s);
      EXPECT_TRUE(other_lease_.try_take(kOther));
    }
  };
  bool other_leads = false;
  on_pause = [&] {
    if (lost && !std::exchange(other_leads, true)) {
      log_.end.epoch = WriterEpoch{50};
      log_.end.node = "b";
      fill(2);
      EXPECT_NE(figures_.role.load(), Role::Leader);
    } else if (other_leads && pauses_ > 20) {
      other_lease_.give_back();
    }
    return true;
  };
  const auto taken_over = follow();
  ASSERT_TRUE(taken_over.has_value());
  EXPECT_TRUE(other_leads);
  EXPECT_EQ(taken_over->before.epoch, WriterEpoch{50});
  EXPECT_GT(taken_over->epoch, WriterEpoch{50});
  EXPECT_TRUE(lease_.valid());
  expect_copy();
}

TEST_F(StandbyTest, ALeaseThatEndedThoughNobodyHasTakenItIsTakenAgain) {
  fill(1);
  log_.on_take_over = [&] {
    fill(1);
    store_.advance(3s);
  };
  ASSERT_TRUE(follow().has_value());
  EXPECT_TRUE(lease_.valid());
  expect_copy();
}

TEST_F(StandbyTest, TriesAgainWhereAnAttemptCameToNothing) {
  fill(1);
  bool is_to_fail = true;
  bool failed = false;
  bool looked = false;
  log_.on_take_over = [&] { fill(1); };
  log_.on_next = [&] {
    if (is_to_fail && log_.end.node == "a") {
      is_to_fail = false;
      failed = true;
      throw StoreUnknown{"no answer"};
    }
  };
  on_pause = [&] {
    if (failed && !std::exchange(looked, true)) {
      EXPECT_EQ(store_.leases(), 0U) << "it has given the lease back";
    }
    return true;
  };
  const auto taken_over = follow();
  ASSERT_TRUE(taken_over.has_value());
  EXPECT_TRUE(looked);
  EXPECT_GT(log_.end.epoch, WriterEpoch{2});
  EXPECT_EQ(journal_->epoch(), log_.end.epoch);
  expect_copy();
}

TEST_F(StandbyTest, EndsInTheMidstOfTheTailToo) {
  log_.on_take_over = [&] { fill(3); };
  on_pause = [&] { return log_.end.node != "a"; };
  EXPECT_EQ(follow(), std::nullopt);
  EXPECT_EQ(log_.end.node, "a");
  EXPECT_EQ(store_.leases(), 0U);
  EXPECT_NE(figures_.role.load(), Role::Leader);
  journal_->close();
}

// ---- A store that does not answer

TEST_F(StandbyTest, AStoreThatDoesNotAnswerIsWaitedFor) {
  fill(2);
  std::size_t calls = 0;
  log_.on_next = [&] {
    switch (++calls) {
      case 1:
      case 2:
        throw StoreUnknown{"timed out"};
      case 3:
        throw StoreRefused{StoreRefused::Why::Unauthorised, "who are you"};
      case 4:
        throw_fault(Fault::AuthorityLost);  // nobody has answered for long
      default:
        break;
    }
  };
  ASSERT_TRUE(follow().has_value());
  expect_copy();
  EXPECT_THAT(waited_for_, SizeIs(3)) << "said where it changes";
  EXPECT_THAT(waited_for_, Contains("the store does not answer: timed out"));
  EXPECT_THAT(waited_for_, Contains("the store refuses to answer: who are you"));
  EXPECT_THAT(waited_for_, Contains(StartsWith("this node does not lead: ")));
}

TEST_F(StandbyTest, AFasterNodeIsNoFault) {
  fill(1);
  bool refused = false;
  log_.on_take_over = [&] {
    if (!std::exchange(refused, true)) {
      throw_fault(Fault::AuthorityLost);
    }
  };
  ASSERT_TRUE(follow().has_value());
  EXPECT_TRUE(refused);
}

TEST_F(StandbyTest, WhatIsNotKeptAnyMoreEndsIt) {
  log_.on_next = [] { throw_fault(Fault::QuorumLogTooOld); };
  const auto error = error_of([&] { static_cast<void>(follow()); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->fault(), Fault::QuorumLogTooOld);
}

}  // namespace
}  // namespace betex::cluster
