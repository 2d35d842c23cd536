// The quorum log over a store whose messages are lost, late or doubled, one case each;
// quorum_model_test.cpp has them all together. Making it, its calls, its texts, adopting it;
// following and leading it have files of their own.
#include "gateway/cluster/stored_log.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/cluster/log_texts.h"
#include "journal/errors.h"
#include "tests/gateway/cluster/fake_store.h"
#include "tests/gateway/cluster/log_parts.h"
#include "tests/gateway/cluster/stored_log_fixture.h"
#include "tests/support/log_capture.h"

namespace betex::test {
namespace {

using cluster::Head;
using cluster::StoredHead;
using journal::JournalError;
using journal::Position;
using journal::WriterEpoch;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using JournalFault = journal::Fault;

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
  store_.set(kLogPrefix + "head", "something");
  EXPECT_FALSE(cluster::create_log(client_, settings("a"), meta_, WriterEpoch{1}, {}));
  EXPECT_EQ(store_.value(kLogPrefix + "meta"), std::nullopt);
}

TEST_F(StoredLogTest, AMakingWhoseAnswerIsLostHasMadeIt) {
  for (const Fault fault : {Fault::RequestLost, Fault::AnswerLost, Fault::DoneButNoSpace}) {
    store_.erase(kLogPrefix + "head");
    store_.erase(kLogPrefix + "meta");
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
    store_.set(kLogPrefix + "meta", text);
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
  const std::string old = *store_.value(kLogPrefix + "head");
  append(*leading);
  append(*leading);
  store_.set(kLogPrefix + "head", old);  // a backup's

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
  store_.set(kLogPrefix + "head", "nonsense");
  const Head adopted = cluster::adopt_log(client_, settings("b"), meta_, WriterEpoch{9}, end_);
  EXPECT_EQ(adopted.epoch, WriterEpoch{9});
  EXPECT_EQ(adopted.slot, 0U);
  const auto next = leader("b");
  append(*next);
  EXPECT_EQ(ids_behind(*log("c"), ends_[0]), ids_from(2));

  store_.set(kLogPrefix + "head", "2 of a later program");
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
  const std::string before = *store_.value(kLogPrefix + "head");
  const auto adopt = [&](const Position& end) {
    return fault_of([&] {
      static_cast<void>(cluster::adopt_log(client_, settings("b"), meta_, WriterEpoch{9}, end));
    });
  };
  EXPECT_EQ(adopt(ends_[0]), JournalFault::BadConfiguration);
  EXPECT_EQ(store_.value(kLogPrefix + "head"), before);
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
