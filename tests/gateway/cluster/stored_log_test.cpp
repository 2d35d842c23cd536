// The quorum log over a store whose messages are lost, late or doubled, one case each;
// quorum_model_test.cpp has them all together.
#include "gateway/cluster/stored_log.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/cluster/log_texts.h"
#include "journal/errors.h"
#include "tests/gateway/cluster/fake_store.h"
#include "tests/gateway/cluster/log_capture.h"
#include "tests/gateway/cluster/log_parts.h"

namespace betex::test {
namespace {

using cluster::Head;
using cluster::LogMeta;
using cluster::OwnedBatch;
using cluster::StoredHead;
using cluster::StoredLog;
using cluster::StoredLogSettings;
using journal::JournalError;
using journal::Position;
using journal::WriterEpoch;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using JournalFault = journal::Fault;

const std::string kPrefix = "/betex/test/";

class StoredLogTest : public testing::Test {
 protected:
  StoredLogTest() {
    meta_.wal_id.fill(9);
    // What happens to the next messages, in order; later ones pass.
    store_.fault = [this](std::size_t) {
      if (script_.empty()) {
        return always_;
      }
      const Fault fault = script_.front();
      script_.pop_front();
      return fault;
    };
  }

  StoredLogSettings settings(const std::string& node) {
    return {.prefix = kPrefix,
            .node = node,
            .append_bytes = append_bytes_,
            .window_slots = window_slots_,
            .window_bytes = window_bytes_,
            .read_ahead = read_ahead_,
            .stall_exit = seconds{10},
            .pause =
                [this](milliseconds time) {
                  time_ += time;
                  if (on_pause_) {
                    on_pause_();
                  }
                },
            .halvings = &halvings_,
            .now = [this] { return std::chrono::steady_clock::time_point{} + time_; }};
  }

  void create(const Position& end = {}) {
    FakeClient client{store_};
    ASSERT_TRUE(cluster::create_log(client, settings("a"), meta_, WriterEpoch{1}, end));
  }

  std::unique_ptr<StoredLog> log(const std::string& node) {
    return std::make_unique<StoredLog>(client_, settings(node), meta_);
  }

  std::unique_ptr<StoredLog> leader(const std::string& node) {
    std::unique_ptr<StoredLog> log = this->log(node);
    static_cast<void>(log->take_over(WriterEpoch{1}));
    return log;
  }

  StoredHead head() const {
    return cluster::parse_head(store_.value(kPrefix + "head").value_or(""), "head");
  }

  // Appends one transaction behind what was appended last.
  void append(StoredLog& log, std::size_t noise = 16) {
    const OwnedBatch batch = batch_of(end_, {{.id = ++last_id_, .noise = noise}});
    log.append(batch.view());
    end_ = batch.after;
    ends_.push_back(end_);
  }

  // The ids of all transactions behind `after`.
  static std::vector<std::uint64_t> ids_behind(StoredLog& log, Position after) {
    std::vector<std::uint64_t> ids;
    while (const std::optional<OwnedBatch> batch = log.next(after)) {
      EXPECT_EQ(batch->before, after);
      for (const LoggedTransaction& transaction : transactions_of(batch->view())) {
        ids.push_back(id_of(transaction));
      }
      after = batch->after;
    }
    return ids;
  }

  std::vector<std::uint64_t> ids_from(std::uint64_t first) const {
    std::vector<std::uint64_t> ids;
    for (std::uint64_t id = first; id <= last_id_; ++id) {
      ids.push_back(id);
    }
    return ids;
  }

  FakeStore store_;
  FakeClient client_{store_};
  std::deque<Fault> script_;
  Fault always_ = Fault::None;  // when the script is over
  LogMeta meta_;
  std::size_t append_bytes_ = 65'536;
  std::uint64_t window_slots_ = 1'000;
  std::uint64_t read_ahead_ = 1;
  std::uint64_t window_bytes_ = 1U << 20U;
  std::atomic<std::uint32_t> halvings_{0};
  milliseconds time_{1'000};
  std::function<void()> on_pause_;
  Position end_;
  std::vector<Position> ends_;
  std::uint64_t last_id_ = 0;
};

// ---- Making it

TEST_F(StoredLogTest, AStoreWithoutALogHasNoMeta) {
  EXPECT_EQ(cluster::read_meta(client_, settings("a")), std::nullopt);
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("a")->head()); }), JournalFault::QuorumLogMissing);
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("a")->next({})); }),
            JournalFault::QuorumLogMissing);
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("a")->take_over(WriterEpoch{1})); }),
            JournalFault::QuorumLogMissing);
}

TEST_F(StoredLogTest, ALogIsMadeOnce) {
  create();
  EXPECT_EQ(cluster::read_meta(client_, settings("a")), meta_);
  EXPECT_FALSE(cluster::create_log(client_, settings("b"), meta_, WriterEpoch{1}, {}));
  EXPECT_EQ(head().head.node, "a");
}

TEST_F(StoredLogTest, HalfALogIsNotMadeWhole) {
  store_.set(kPrefix + "head", "something");
  EXPECT_FALSE(cluster::create_log(client_, settings("a"), meta_, WriterEpoch{1}, {}));
  EXPECT_EQ(store_.value(kPrefix + "meta"), std::nullopt);
}

TEST_F(StoredLogTest, AMakingWhoseAnswerIsLostHasMadeIt) {
  for (const Fault fault : {Fault::RequestLost, Fault::AnswerLost, Fault::DoneButNoSpace}) {
    store_.erase(kPrefix + "head");
    store_.erase(kPrefix + "meta");
    script_ = {fault};
    EXPECT_TRUE(cluster::create_log(client_, settings("a"), meta_, WriterEpoch{1}, {}));
    EXPECT_EQ(head().head.node, "a");
  }
}

TEST_F(StoredLogTest, ALogThatBeginsBehindAJournalHasNothingOfIt) {
  const Position end = batch_of({}, {{.id = 1}}).after;
  create(end);
  EXPECT_EQ(log("b")->head().position, end);
  EXPECT_EQ(log("b")->next(end), std::nullopt);
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next({})); }),
            JournalFault::QuorumLogTooOld);
}

// ---- Appending and following

TEST_F(StoredLogTest, WhatIsAppendedIsFollowedFromAnyPlace) {
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 40; ++i) {
    append(*leading);
  }
  const auto following = log("b");
  EXPECT_EQ(ids_behind(*following, {}), ids_from(1));
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    EXPECT_EQ(ids_behind(*log("b"), ends_[i]), ids_from(i + 2)) << i;
    EXPECT_EQ(ids_behind(*following, ends_[i]), ids_from(i + 2)) << i;
  }
  append(*leading);
  EXPECT_EQ(ids_behind(*following, ends_[39]), ids_from(41));
  EXPECT_EQ(following->newest_known().position, end_);
  EXPECT_EQ(leading->revision(), store_.revision());
}

TEST_F(StoredLogTest, ALogWhoseEndIsReachedCostsOneCallToAsk) {
  create();
  const auto leading = leader("a");
  append(*leading);
  const auto following = log("b");
  ids_behind(*following, {});
  const std::size_t before = store_.calls;
  EXPECT_EQ(following->next(end_), std::nullopt);
  EXPECT_EQ(store_.calls, before + 1);
}

TEST_F(StoredLogTest, ALargeTransactionGoesInParts) {
  append_bytes_ = 300;
  create();
  const auto leading = leader("a");
  append(*leading);
  append(*leading, 5'000);
  append(*leading);
  EXPECT_GT(head().head.slot, 6U);
  EXPECT_EQ(ids_behind(*log("b"), {}), ids_from(1));
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    EXPECT_EQ(ids_behind(*log("b"), ends_[i]), ids_from(i + 2)) << i;
  }
}

TEST_F(StoredLogTest, PartsWithoutTheirLastAreNotThere) {
  append_bytes_ = 300;
  create();
  const auto leading = leader("a");
  append(*leading);
  const Position end = end_;
  // The second part of the next one never comes to the store, and its leader gives up.
  on_pause_ = [] { throw std::runtime_error{"enough"}; };
  script_ = {Fault::None, Fault::RequestLost};
  EXPECT_THROW(append(*leading, 5'000), std::runtime_error);
  on_pause_ = nullptr;
  EXPECT_NE(store_.value(kPrefix + "log/000002"), std::nullopt);
  EXPECT_EQ(log("b")->next(end), std::nullopt);
  EXPECT_EQ(fault_of([&] { append(*leading); }), JournalFault::AuthorityLost);

  last_id_ = 1;
  const auto next = leader("b");
  append(*next);
  EXPECT_EQ(ids_behind(*log("a"), {}), ids_from(1));
}

TEST_F(StoredLogTest, ALargeBatchIsCutBetweenItsTransactions) {
  append_bytes_ = 400;
  create();
  const auto leading = leader("a");
  std::vector<SampleTransaction> samples;
  for (std::uint64_t id = 1; id <= 60; ++id) {
    samples.push_back({.id = id, .noise = id % 7 == 0 ? 1'500U : 80U});
  }
  const OwnedBatch batch = batch_of({}, samples);
  leading->append(batch.view());
  last_id_ = 60;
  EXPECT_EQ(head().head.position, batch.after);
  EXPECT_EQ(ids_behind(*log("b"), {}), ids_from(1));
  // A journal that was cut off in the middle of its commit goes on behind any transaction.
  const std::vector<LoggedTransaction> all = transactions_of(batch.view());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(ids_behind(*log("b"), all[i].after), ids_from(i + 2)) << i;
  }
}

TEST_F(StoredLogTest, ABatchThatDoesNotFollowIsNotAppended) {
  create();
  const auto leading = leader("a");
  append(*leading);
  const OwnedBatch early = batch_of({}, {{.id = 7}});
  EXPECT_EQ(fault_of([&] { leading->append(early.view()); }), JournalFault::QuorumLogDamaged);
  append(*leading);
  EXPECT_EQ(ids_behind(*log("b"), {}), ids_from(1));
}

TEST_F(StoredLogTest, WhoDoesNotLeadAppendsAndConfirmsNothing) {
  create();
  const auto following = log("a");
  EXPECT_EQ(fault_of([&] { append(*following); }), JournalFault::AuthorityLost);
  EXPECT_EQ(fault_of([&] { following->confirm(); }), JournalFault::AuthorityLost);
}

// ---- Messages

TEST_F(StoredLogTest, AnAppendThatIsNotAnsweredIsMadeOnce) {
  create();
  const auto leading = leader("a");
  for (const Fault fault : {Fault::RequestLost,
                            Fault::AnswerLost,
                            Fault::Late,
                            Fault::Doubled,
                            Fault::NoSpace,
                            Fault::DoneButNoSpace,
                            Fault::Unauthorised}) {
    script_ = {fault, fault};
    append(*leading);
    while (store_.late() > 0) {
      store_.deliver(0);
    }
    script_.clear();
    append(*leading);
  }
  EXPECT_EQ(ids_behind(*log("b"), {}), ids_from(1));
}

TEST_F(StoredLogTest, ATakeOverThatIsNotAnsweredIsMadeOnce) {
  create();
  std::uint32_t epoch = 1;
  for (const Fault fault : {Fault::RequestLost, Fault::AnswerLost, Fault::Late, Fault::Doubled}) {
    script_ = {Fault::None, fault};
    EXPECT_EQ(log("a")->take_over(WriterEpoch{1}).epoch, WriterEpoch{++epoch});
    while (store_.late() > 0) {
      store_.deliver(0);
    }
    EXPECT_EQ(head().head.epoch, WriterEpoch{epoch});
    script_.clear();
  }
}

TEST_F(StoredLogTest, ReadsAreMadeAgain) {
  create();
  const auto leading = leader("a");
  append(*leading);
  append(*leading);
  const auto following = log("b");
  script_ = {Fault::RequestLost,
             Fault::AnswerLost,
             Fault::None,
             Fault::RequestLost,
             Fault::None,
             Fault::Late,
             Fault::None,
             Fault::Unauthorised};
  EXPECT_EQ(ids_behind(*following, {}), ids_from(1));
  script_ = {Fault::RequestLost};
  leading->confirm();
}

TEST_F(StoredLogTest, NobodyAnsweringForTooLongEndsIt) {
  create();
  const auto leading = leader("a");
  append(*leading);
  always_ = Fault::RequestLost;
  const milliseconds before = time_;
  try {
    append(*leading);
    ADD_FAILURE() << "it was appended";
  } catch (const JournalError& error) {
    EXPECT_EQ(error.fault(), JournalFault::AuthorityLost);
    EXPECT_THAT(error.sentence(), HasSubstr("ms; the last try: the request was lost"));
  }
  EXPECT_GE(time_ - before, seconds{10});
  EXPECT_LT(time_ - before, seconds{11});
  always_ = Fault::None;
  // Whether it was done is not known, so it can't go on.
  EXPECT_EQ(fault_of([&] { append(*leading); }), JournalFault::AuthorityLost);
  EXPECT_EQ(fault_of([&] { leading->confirm(); }), JournalFault::AuthorityLost);
}

TEST_F(StoredLogTest, AStallIsCountedFromTheFirstTryAndEndsWithAnAnswer) {
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 5; ++i) {
    script_.assign(30, Fault::RequestLost);  // some five seconds each
    append(*leading);
  }
  EXPECT_EQ(ids_behind(*log("b"), {}), ids_from(1));
}

TEST_F(StoredLogTest, AFullStoreIsWaitedForAndNamedOnce) {
  create();
  const auto leading = leader("a");
  LogCapture logged;
  store_.has_space = false;
  int pauses = 0;
  on_pause_ = [&] { store_.has_space = ++pauses == 20; };
  append(*leading);
  EXPECT_EQ(pauses, 20);
  EXPECT_EQ(logged.count("no space left"), 1U);
  EXPECT_EQ(logged.count("[error]"), 1U);
  EXPECT_EQ(ids_behind(*log("b"), {}), ids_from(1));

  on_pause_ = nullptr;
  store_.has_space = false;
  EXPECT_EQ(log("b")->next(end_), std::nullopt);  // reading goes on
  EXPECT_EQ(fault_of([&] { append(*leading); }), JournalFault::AuthorityLost);
  EXPECT_EQ(logged.count("no space left"), 2U);
}

TEST_F(StoredLogTest, WrongCredentialsAreNamedOnce) {
  create();
  const auto following = log("b");
  LogCapture logged;
  script_.assign(9, Fault::Unauthorised);
  EXPECT_EQ(following->next({}), std::nullopt);
  EXPECT_EQ(logged.count("does not let this node in"), 1U);
}

// ---- Two who lead

TEST_F(StoredLogTest, WhoIsTakenOverAppendsAndConfirmsNothing) {
  create();
  const auto first = leader("a");
  append(*first);
  first->confirm();
  const auto second = log("b");
  const StoredLog::TakenOver taken = second->take_over(WriterEpoch{1});
  EXPECT_EQ(taken.before.position, end_);
  EXPECT_EQ(taken.before.node, "a");
  EXPECT_EQ(taken.before.epoch, WriterEpoch{2});
  EXPECT_EQ(taken.epoch, WriterEpoch{3});
  const OwnedBatch late = batch_of(end_, {{.id = 99}});
  try {
    first->append(late.view());
    ADD_FAILURE() << "it was appended";
  } catch (const JournalError& error) {
    EXPECT_EQ(error.fault(), JournalFault::AuthorityLost);
    EXPECT_THAT(error.sentence(), HasSubstr("node b has taken the quorum log over"));
  }
  EXPECT_EQ(fault_of([&] { first->confirm(); }), JournalFault::AuthorityLost);
  append(*second);
  second->confirm();
  EXPECT_EQ(ids_behind(*log("a"), {}), ids_from(1));
}

TEST_F(StoredLogTest, AConfirmationIsRefusedToWhoWasTakenOver) {
  create();
  const auto first = leader("a");
  const auto second = leader("b");
  EXPECT_EQ(fault_of([&] { first->confirm(); }), JournalFault::AuthorityLost);
  // Looking at the log does not make it the leader again.
  static_cast<void>(first->head());
  EXPECT_EQ(fault_of([&] { append(*first); }), JournalFault::AuthorityLost);
  second->confirm();
}

TEST_F(StoredLogTest, LookingAtTheHeadDoesNotUnfenceALeader) {
  create();
  const auto first = leader("a");
  const auto second = leader("b");
  EXPECT_EQ(first->head().node, "b");
  EXPECT_EQ(first->next(end_), std::nullopt);
  EXPECT_EQ(fault_of([&] { append(*first); }), JournalFault::AuthorityLost);
}

TEST_F(StoredLogTest, TwoNodesOfOneNameAreNotTakenForEachOther) {
  create();
  const auto first = leader("a");
  script_ = {Fault::None, Fault::RequestLost};  // of the head; of the take-over
  bool once = true;
  std::unique_ptr<StoredLog> second;
  on_pause_ = [&] {
    if (std::exchange(once, false)) {
      // While the other waits, this one takes the epoch that it wanted.
      second = leader("a");
    }
  };
  const auto third = log("a");
  EXPECT_EQ(third->take_over(WriterEpoch{1}).epoch, WriterEpoch{4});
  EXPECT_EQ(fault_of([&] { append(*second); }), JournalFault::AuthorityLost);
  last_id_ = 0;
  append(*third);
  EXPECT_EQ(ids_behind(*log("b"), {}), ids_from(1));
}

TEST_F(StoredLogTest, AnEpochIsNeverBelowWhatTheJournalHasSeen) {
  create();
  EXPECT_EQ(log("a")->take_over(WriterEpoch{40}).epoch, WriterEpoch{40});
  EXPECT_EQ(log("b")->take_over(WriterEpoch{3}).epoch, WriterEpoch{41});
}

TEST_F(StoredLogTest, TheTailIsThereForWhoHasTakenOver) {
  create();
  const auto first = leader("a");
  append(*first);
  append(*first);
  const auto second = leader("b");
  EXPECT_EQ(ids_behind(*second, {}), ids_from(1));
  append(*second);
  EXPECT_EQ(ids_behind(*second, ends_[1]), ids_from(3));
}

// It has lost the lease before it had the tail, say.
TEST_F(StoredLogTest, WhoHasTakenOverInVainFollowsWhoHasDoneSoSince) {
  create();
  const auto first = leader("a");
  append(*first);
  append(*first);
  const auto second = leader("b");
  ASSERT_TRUE(second->next({}).has_value());  // and no more of it
  const auto third = leader("c");
  append(*third);
  EXPECT_EQ(ids_behind(*second, ends_[0]), ids_from(2));
  append(*third);
  EXPECT_EQ(ids_behind(*second, ends_[2]), ids_from(4));
  EXPECT_EQ(second->newest_known().node, "c");
  EXPECT_EQ(fault_of([&] { second->confirm(); }), JournalFault::AuthorityLost);
  third->confirm();
}

// ---- The window

TEST_F(StoredLogTest, ALapOverwritesTheOldest) {
  window_slots_ = 10;
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 37; ++i) {
    append(*leading);
    EXPECT_LE(head().head.slot - head().head.oldest + 1, 10U);
  }
  EXPECT_EQ(head().head.oldest, 28U);
  EXPECT_EQ(ids_behind(*log("b"), ends_[26]), ids_from(28));
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next(ends_[25])); }),
            JournalFault::QuorumLogTooOld);
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next({})); }),
            JournalFault::QuorumLogTooOld);
}

TEST_F(StoredLogTest, AFollowerIsOvertakenByALap) {
  window_slots_ = 10;
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 8; ++i) {
    append(*leading);
  }
  const auto following = log("b");
  ASSERT_TRUE(following->next({}));
  ASSERT_TRUE(following->next(ends_[0]));
  for (int i = 0; i < 8; ++i) {
    append(*leading);
  }
  // By what it knows the log goes on, but not any more there.
  EXPECT_EQ(fault_of([&] { static_cast<void>(following->next(ends_[1])); }),
            JournalFault::QuorumLogTooOld);
}

TEST_F(StoredLogTest, PartsOfALapAreSeenBeforeTheirHead) {
  window_slots_ = 10;
  append_bytes_ = 300;
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 10; ++i) {
    append(*leading);
  }
  const auto following = log("b");
  ASSERT_TRUE(following->next({}));
  const OwnedBatch large = batch_of(end_, {{.id = 50, .noise = 1'500}});
  // Its first message makes room, its second is a first part; no other comes through.
  script_ = {Fault::None, Fault::None};
  always_ = Fault::RequestLost;
  EXPECT_EQ(fault_of([&] { leading->append(large.view()); }), JournalFault::AuthorityLost);
  always_ = Fault::None;
  EXPECT_GT(head().head.oldest, 2U);
  EXPECT_EQ(head().head.position, end_);
  EXPECT_EQ(fault_of([&] { static_cast<void>(following->next(ends_[0])); }),
            JournalFault::QuorumLogTooOld);
  // Who comes next goes on as if nothing had been there.
  const auto next = leader("b");
  append(*next);
  EXPECT_EQ(ids_behind(*log("c"), ends_[8]), ids_from(10));
}

TEST_F(StoredLogTest, AWindowOfTooManyBytesLosesItsOldest) {
  window_bytes_ = 4'000;
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 60; ++i) {
    append(*leading);
  }
  const StoredHead stored = head();
  EXPECT_LE(stored.window_bytes, 4'000U);
  EXPECT_GT(stored.head.oldest, 20U);
  std::uint64_t bytes = 0;
  for (const auto& [key, value] : store_.keys()) {
    bytes += key.find("/log/") == std::string::npos ? 0 : value.first.size();
  }
  EXPECT_EQ(bytes, stored.window_bytes);
  EXPECT_EQ(ids_behind(*log("b"), ends_[stored.head.oldest - 2]), ids_from(stored.head.oldest));
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next(ends_[stored.head.oldest - 3])); }),
            JournalFault::QuorumLogTooOld);
}

TEST_F(StoredLogTest, WhoHasTakenOverGoesOnTrimming) {
  window_bytes_ = 30'000;
  create();
  for (int i = 0; i < 400; ++i) {
    append(*leader(i % 2 == 0 ? "a" : "b"));
    if (i % 50 == 49) {
      const auto leading = leader("c");
      for (int k = 0; k < 90; ++k) {
        append(*leading);
      }
    }
  }
  const StoredHead stored = head();
  EXPECT_LE(stored.window_bytes, 30'000U);
  std::uint64_t bytes = 0;
  for (const auto& [key, value] : store_.keys()) {
    bytes += key.find("/log/") == std::string::npos ? 0 : value.first.size();
  }
  EXPECT_EQ(bytes, stored.window_bytes);
  EXPECT_EQ(ids_behind(*log("d"), ends_[stored.head.oldest - 2]), ids_from(stored.head.oldest));
}

TEST_F(StoredLogTest, TheWindowShrinksWhenItIsToldTo) {
  window_bytes_ = 40'000;
  create();
  const auto leading = leader("a");
  for (int i = 0; i < 150; ++i) {
    append(*leading);
  }
  EXPECT_GT(head().window_bytes, 20'000U);
  halvings_ = 2;
  for (int i = 0; i < 10; ++i) {
    append(*leading);
  }
  EXPECT_LE(head().window_bytes, 10'000U);
  halvings_ = 64;  // no more than that is kept, whatever is asked for
  append(*leading);
  append(*leading);
  EXPECT_EQ(ids_behind(*log("b"), ends_[ends_.size() - 2]), ids_from(last_id_));
}

TEST_F(StoredLogTest, NothingGoesThatTheLeadersJournalMayNotHave) {
  append_bytes_ = 300;
  window_bytes_ = 1'000;
  create();
  const auto leading = leader("a");
  append(*leading);
  std::vector<SampleTransaction> samples;
  for (std::uint64_t id = 2; id <= 30; ++id) {
    samples.push_back({.id = id, .noise = 200});
  }
  const OwnedBatch batch = batch_of(end_, samples);
  leading->append(batch.view());
  last_id_ = 30;
  // If it were killed now, its journal would end before all of it.
  EXPECT_EQ(ids_behind(*log("b"), end_), ids_from(2));
  end_ = batch.after;
  append(*leading);
  append(*leading);
  EXPECT_LE(head().window_bytes, 1'000U);
}

TEST_F(StoredLogTest, ATransactionThatNeedsMoreSlotsThanThereAreIsRefused) {
  append_bytes_ = 100;
  window_slots_ = 4;
  create();
  const auto leading = leader("a");
  append(*leading);
  EXPECT_EQ(fault_of([&] { append(*leading, 10'000); }), JournalFault::BadConfiguration);
}

TEST_F(StoredLogTest, TheRingIsTheLogsOwn) {
  window_slots_ = 10;
  create();
  append(*leader("a"));
  window_slots_ = 7;
  const auto other = leader("b");
  for (int i = 0; i < 12; ++i) {
    append(*other);
  }
  EXPECT_EQ(head().ring, 10U);
  window_slots_ = 1'000;
  EXPECT_EQ(ids_behind(*log("c"), ends_[4]), ids_from(6));
}

// ---- What is wrong with it

TEST_F(StoredLogTest, ALogThatEndsBeforeTheJournalWentBack) {
  create();
  append(*leader("a"));
  const Position far = batch_of(end_, {{.id = 5}}).after;
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next(far)); }),
            JournalFault::QuorumLogWentBack);
}

TEST_F(StoredLogTest, AFollowerSeesThatTheStoreWasPutBack) {
  create();
  const auto leading = leader("a");
  append(*leading);
  const std::string old = *store_.value(kPrefix + "head");
  for (int i = 0; i < 5; ++i) {
    append(*leading);
  }
  const auto following = log("b");
  ASSERT_TRUE(following->next({}));
  ASSERT_TRUE(following->next(ends_[0]));
  store_.set(kPrefix + "head", old);
  EXPECT_EQ(fault_of([&] { static_cast<void>(following->next(ends_[1])); }),
            JournalFault::QuorumLogWentBack);
}

// Else who follows would not reach a leader whose entries are small.
TEST_F(StoredLogTest, SeveralSlotsAreReadAtOnce) {
  create();
  const auto leading = leader("a");
  constexpr std::size_t kBatches = 41;
  for (std::size_t i = 0; i < kBatches; ++i) {
    append(*leading);
  }
  const auto calls_to_follow = [&] {
    const auto following = log("b");
    const std::size_t before = store_.calls;
    Position at;
    for (std::size_t i = 0; i < kBatches; ++i) {
      const auto batch = following->next(at);
      EXPECT_TRUE(batch.has_value());
      at = ends_[i];
    }
    EXPECT_FALSE(following->next(at).has_value());
    return store_.calls - before;
  };
  const std::size_t one_by_one = calls_to_follow();
  read_ahead_ = 8;
  EXPECT_LT(calls_to_follow() * 2, one_by_one);
}

TEST_F(StoredLogTest, AnotherHistoryIsNotFollowed) {
  create();
  const auto leading = leader("a");
  append(*leading);
  append(*leading);
  Position other = ends_[0];
  other.chain = journal::Chain{other.chain.value() + 1};
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next(other)); }),
            JournalFault::QuorumLogDamaged);
  other = ends_[1];
  other.chain = journal::Chain{other.chain.value() + 1};
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next(other)); }),
            JournalFault::QuorumLogDamaged);
}

TEST_F(StoredLogTest, DamagedEntriesAreNotFollowed) {
  create();
  const auto leading = leader("a");
  append(*leading);
  append(*leading);
  append(*leading);
  const std::string entry = kPrefix + "log/000002";
  const std::string note = kPrefix + "at/000002";
  const std::string good_entry = *store_.value(entry);
  const std::string good_note = *store_.value(note);
  const auto next = [&] { return fault_of([&] { static_cast<void>(log("b")->next(ends_[0])); }); };
  ASSERT_EQ(next(), std::nullopt);
  store_.set(entry, "");
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  std::string changed = good_entry;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  store_.set(entry, changed);
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  store_.set(entry, *store_.value(kPrefix + "log/000003"));
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  store_.erase(entry);
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  store_.set(entry, good_entry);
  store_.erase(note);
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  store_.set(note, "1 slot=2");
  EXPECT_EQ(next(), JournalFault::QuorumLogDamaged);
  store_.set(note, "2 slot=2");
  EXPECT_EQ(next(), JournalFault::QuorumLogNewer);
  store_.set(note, good_note);
  EXPECT_EQ(next(), std::nullopt);
}

TEST_F(StoredLogTest, AnotherLogsEntriesAreForeign) {
  create();
  append(*leader("a"));
  meta_.wal_id.fill(1);
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next({})); }),
            JournalFault::QuorumLogForeign);
}

// Whatever this program could write: what others follow must be what they know.
TEST_F(StoredLogTest, EntriesAreOfTheFormatThatTheLogHas) {
  ++meta_.format;
  create();
  append(*leader("a"));
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("b")->next({})); }), JournalFault::QuorumLogNewer);
  EXPECT_EQ(fault_of([&] { static_cast<void>(cluster::read_meta(client_, settings("b"))); }),
            JournalFault::QuorumLogNewer);
}

TEST_F(StoredLogTest, AHeadThatIsGoneIsMissing) {
  create();
  const auto leading = leader("a");
  append(*leading);
  store_.erase(kPrefix + "head");
  EXPECT_EQ(fault_of([&] { leading->append(batch_of(end_, {{.id = 9}}).view()); }),
            JournalFault::QuorumLogMissing);
  EXPECT_EQ(store_.value(kPrefix + "head"), std::nullopt);
}

// ---- Texts

TEST_F(StoredLogTest, TextsAreReadStrictly) {
  StoredHead stored{.head = {.epoch = WriterEpoch{7},
                             .slot = 12,
                             .oldest = 3,
                             .position = {.last_seq = journal::EventSeq{400},
                                          .last_tx_id = journal::TxId{90},
                                          .last_timestamp = journal::Timestamp{-5},
                                          .chain = journal::Chain{0xabc},
                                          .segment = {}},
                             .node = "a node = b"},
                    .ring = 64,
                    .window_bytes = 1'000,
                    .writer = 0x123};
  const std::string text = cluster::to_text(stored);
  EXPECT_EQ(text,
            "1 epoch=7 slot=12 oldest=3 ring=64 bytes=1000 seq=400 tx=90 time=-5 "
            "chain=0000000000000abc writer=0000000000000123 node=a node = b");
  EXPECT_EQ(cluster::parse_head(text, "head"), stored);
  const auto fault = [](const std::string& changed) {
    return fault_of([&] { static_cast<void>(cluster::parse_head(changed, "head")); });
  };
  EXPECT_EQ(fault("2 anything"), JournalFault::QuorumLogNewer);
  EXPECT_EQ(fault("17"), JournalFault::QuorumLogNewer);
  const auto replaced = [&](const std::string& what, const std::string& with) {
    std::string changed = text;
    changed.replace(changed.find(what), what.size(), with);
    return changed;
  };
  for (const std::string& changed : {std::string{},
                                     std::string{"1"},
                                     std::string{"0 epoch=1"},
                                     std::string{"nonsense"},
                                     " " + text,
                                     replaced("1 epoch", "01 epoch"),
                                     replaced("epoch=7", "epoch=07"),
                                     replaced("epoch=7", "epoch=+7"),
                                     replaced("epoch=7", "epoch=4294967296"),
                                     replaced("epoch=7", "epoch="),
                                     replaced("slot=12", "Slot=12"),
                                     replaced(" slot=12", ""),
                                     replaced("oldest=3", "oldest=0"),
                                     replaced("oldest=3", "oldest=14"),
                                     replaced("ring=64", "ring=0"),
                                     replaced("ring=64", "ring=9"),
                                     replaced("abc", "ABC"),
                                     replaced(" node=a node = b", "")}) {
    EXPECT_EQ(fault(changed), JournalFault::QuorumLogDamaged) << changed;
  }
  for (std::size_t size = 0; size < text.find("node="); ++size) {
    EXPECT_EQ(fault(text.substr(0, size)), JournalFault::QuorumLogDamaged) << size;
  }
}

TEST_F(StoredLogTest, MetaIsReadStrictly) {
  const auto fault = [&](const std::string& text) {
    store_.set(kPrefix + "meta", text);
    return fault_of([&] { static_cast<void>(cluster::read_meta(client_, settings("a"))); });
  };
  const std::string good = cluster::to_text(meta_);
  EXPECT_EQ(good, "1 wal_id=09090909090909090909090909090909");
  EXPECT_EQ(fault(good), std::nullopt);
  EXPECT_EQ(fault("2 wal_id=09090909090909090909090909090909"), JournalFault::QuorumLogNewer);
  EXPECT_EQ(fault("2"), JournalFault::QuorumLogNewer);
  for (const std::string& text : {std::string{},
                                  std::string{"0 wal_id=09090909090909090909090909090909"},
                                  good + "0",
                                  good + " more=1",
                                  good.substr(0, good.size() - 1),
                                  std::string{"1 wal_id=0909090909090909090909090909090G"},
                                  std::string{"1 wal_id=0A090909090909090909090909090909"}}) {
    EXPECT_EQ(fault(text), JournalFault::QuorumLogDamaged) << text;
  }
}

// ---- Adopting it

TEST_F(StoredLogTest, ALogThatWentBackIsAdopted) {
  create();
  const auto leading = leader("a");
  append(*leading);
  const std::string old = *store_.value(kPrefix + "head");
  append(*leading);
  append(*leading);
  store_.set(kPrefix + "head", old);  // a backup's

  window_slots_ = 50;
  const Head adopted = cluster::adopt_log(client_, settings("b"), meta_, WriterEpoch{2}, end_);
  EXPECT_EQ(adopted.epoch, WriterEpoch{3});
  EXPECT_EQ(adopted.position, end_);
  EXPECT_EQ(adopted.slot, 1U);
  EXPECT_EQ(adopted.oldest, 2U);
  EXPECT_EQ(head().head, adopted);
  EXPECT_EQ(head().ring, 50U);
  EXPECT_EQ(fault_of([&] { leading->append(batch_of(end_, {{.id = 9}}).view()); }),
            JournalFault::AuthorityLost);
  EXPECT_EQ(fault_of([&] { static_cast<void>(log("c")->next(ends_[0])); }),
            JournalFault::QuorumLogTooOld);

  const auto next = leader("b");
  append(*next);
  EXPECT_EQ(ids_behind(*log("c"), ends_[2]), ids_from(4));
}

TEST_F(StoredLogTest, AnAdoptionIsAboveBothEpochs) {
  create();
  script_ = {Fault::None, Fault::None, Fault::AnswerLost};
  EXPECT_EQ(cluster::adopt_log(client_, settings("b"), meta_, WriterEpoch{30}, {}).epoch,
            WriterEpoch{30});
  EXPECT_EQ(cluster::adopt_log(client_, settings("b"), meta_, WriterEpoch{1}, {}).epoch,
            WriterEpoch{31});
}

TEST_F(StoredLogTest, AHeadThatCannotBeReadIsAdopted) {
  create();
  append(*leader("a"));
  store_.set(kPrefix + "head", "nonsense");
  const Head adopted = cluster::adopt_log(client_, settings("b"), meta_, WriterEpoch{9}, end_);
  EXPECT_EQ(adopted.epoch, WriterEpoch{9});
  EXPECT_EQ(adopted.slot, 0U);
  const auto next = leader("b");
  append(*next);
  EXPECT_EQ(ids_behind(*log("c"), ends_[0]), ids_from(2));

  store_.set(kPrefix + "head", "2 of a later program");
  EXPECT_EQ(
      fault_of([&] {
        static_cast<void>(cluster::adopt_log(client_, settings("b"), meta_, WriterEpoch{9}, end_));
      }),
      JournalFault::QuorumLogNewer);
}

TEST_F(StoredLogTest, AnAdoptionLosesNothingThatTheLogHas) {
  create();
  const auto leading = leader("a");
  append(*leading);
  append(*leading);
  const std::string before = *store_.value(kPrefix + "head");
  const auto adopt = [&](const Position& end) {
    return fault_of([&] {
      static_cast<void>(cluster::adopt_log(client_, settings("b"), meta_, WriterEpoch{9}, end));
    });
  };
  EXPECT_EQ(adopt(ends_[0]), JournalFault::BadConfiguration);
  EXPECT_EQ(store_.value(kPrefix + "head"), before);
  // Its first try was done, but not answered, and another node goes on from there already.
  script_ = {Fault::None, Fault::None, Fault::AnswerLost};
  on_pause_ = [this, is_first = true]() mutable {
    if (std::exchange(is_first, false)) {
      append(*leader("c"));
    }
  };
  EXPECT_EQ(adopt(ends_[1]), JournalFault::BadConfiguration);
  EXPECT_EQ(ids_behind(*log("d"), ends_[1]), ids_from(3));
}

TEST_F(StoredLogTest, OnlyThisLogIsAdopted) {
  const auto adopt = [&] {
    return fault_of([&] {
      static_cast<void>(cluster::adopt_log(client_, settings("b"), meta_, WriterEpoch{9}, {}));
    });
  };
  EXPECT_EQ(adopt(), JournalFault::QuorumLogMissing);
  create();
  meta_.wal_id.fill(1);
  EXPECT_EQ(adopt(), JournalFault::QuorumLogForeign);
  EXPECT_EQ(head().head.epoch, WriterEpoch{1});
}

}  // namespace
}  // namespace betex::test
