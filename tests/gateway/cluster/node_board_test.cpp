#include "gateway/cluster/node_board.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/cluster/lease.h"
#include "gateway/cluster/log_texts.h"
#include "journal/errors.h"
#include "tests/gateway/cluster/fake_store.h"
#include "tests/support/log_capture.h"
#include "tests/support/patience.h"

namespace betex::test {
namespace {

using cluster::ClusterFigures;
using cluster::NodeBoard;
using cluster::NodeBoardThread;
using cluster::NodeNote;
using cluster::Role;
using cluster::StateNote;
using journal::JournalError;

const std::string kPrefix = "/betex/test/";
const std::string kLeaseKey = kPrefix + "leader";

// The log is the same one for all, so an event has the same chain everywhere.
journal::SnapshotHeader snapshot(std::uint64_t seq, std::uint64_t hash) {
  journal::SnapshotHeader header;
  header.last_seq = journal::EventSeq{seq};
  header.chain = journal::Chain{seq * 1'000'003};
  header.state_hash = hash;
  return header;
}

std::string key_of(const std::string& node) {
  return cluster::node_key(kPrefix, node);
}

// What a node's process has.
struct Node {
  explicit Node(FakeStore& store,
                std::string its_name,
                std::string version = "1.0",
                std::uint64_t config = 7)
      : name{std::move(its_name)},
        client{store},
        board{{.prefix = kPrefix,
               .node = name,
               .lease_key = kLeaseKey,
               .version = std::move(version)},
              config,
              figures,
              [this](const JournalError& error) { stopped.push_back(error.what()); }} {
    figures.role = Role::Standby;
  }

  void look() { board.look(client); }

  std::string name;
  FakeClient client;
  ClusterFigures figures;
  std::vector<std::string> stopped;
  NodeBoard board;
};

class NodeBoardTest : public testing::Test {
 protected:
  void lead(Node& node) {
    a_.figures.role = Role::Standby;
    b_.figures.role = Role::Standby;
    node.figures.role = Role::Leader;
    store_.set(kLeaseKey, cluster::to_text({.node = node.name, .address = {}, .wall_clock = {}}));
  }

  [[nodiscard]] NodeNote note_of(const std::string& node) const {
    return cluster::parse_node(store_.value(key_of(node)).value_or("none"), key_of(node));
  }

  FakeStore store_;
  Node a_{store_, "a"};
  Node b_{store_, "b"};
};

TEST_F(NodeBoardTest, ANodeSaysWhatItIs) {
  a_.look();
  EXPECT_EQ(store_.value(key_of("a")),
            "1 version=1.0 config=0000000000000007 layout=" +
                std::to_string(journal::kFormatVersion) + " states=");
  a_.board.note_snapshot(snapshot(20, 0xbb));
  a_.board.note_snapshot(snapshot(10, 0xaa));
  a_.board.note_snapshot(snapshot(20, 0xbb));
  a_.board.set_config(8);
  a_.look();
  EXPECT_EQ(note_of("a").config, 8U);
  EXPECT_EQ(
      note_of("a").states,
      (std::vector<StateNote>{
          {.seq = journal::EventSeq{10}, .chain = journal::Chain{10'000'030}, .hash = 0xaa},
          {.seq = journal::EventSeq{20}, .chain = journal::Chain{20'000'060}, .hash = 0xbb}}));
}

TEST_F(NodeBoardTest, ItWritesOnlyWhatIsNew) {
  a_.look();
  const std::uint64_t revision = store_.revision();
  a_.look();
  a_.look();
  EXPECT_EQ(store_.revision(), revision);
  store_.erase(key_of("a"));  // as where the store was restored from an older copy
  a_.look();
  EXPECT_TRUE(store_.value(key_of("a")));
}

TEST_F(NodeBoardTest, ItSaysTheNewestStatesAlone) {
  for (std::uint64_t i = 1; i <= NodeNote::kMostStates + 2; ++i) {
    a_.board.note_snapshot(snapshot(i, i));
  }
  journal::SnapshotHeader older = snapshot(100, 1);
  --older.format_version;
  a_.board.note_snapshot(older);
  a_.look();
  ASSERT_EQ(note_of("a").states.size(), NodeNote::kMostStates);
  EXPECT_EQ(note_of("a").states.front().seq, journal::EventSeq{3});
}

TEST_F(NodeBoardTest, WhoAgreesIsLeftAlone) {
  lead(a_);
  const LogCapture logged;
  for (std::uint64_t seq : {10U, 20U}) {
    a_.board.note_snapshot(snapshot(seq, seq));
    b_.board.note_snapshot(snapshot(seq, seq));
  }
  a_.board.note_snapshot(snapshot(30, 30));  // b is not so far yet
  b_.board.note_snapshot(snapshot(15, 99));  // a has none there
  for (int i = 0; i < 3; ++i) {
    a_.look();
    b_.look();
  }
  EXPECT_TRUE(a_.stopped.empty());
  EXPECT_TRUE(b_.stopped.empty());
  EXPECT_FALSE(a_.figures.state_differs);
  EXPECT_FALSE(b_.figures.state_differs);
  EXPECT_EQ(logged.count("node"), 0U);
}

TEST_F(NodeBoardTest, AStandbyWithAnotherStateThanTheLeaderMustNotLead) {
  lead(a_);
  const LogCapture logged;
  a_.board.note_snapshot(snapshot(10, 1));
  a_.board.note_snapshot(snapshot(20, 2));
  b_.board.note_snapshot(snapshot(10, 3));
  a_.look();
  b_.look();
  ASSERT_EQ(b_.stopped.size(), 1U);
  EXPECT_NE(b_.stopped.front().find("StateDiffers"), std::string::npos) << b_.stopped.front();
  EXPECT_NE(b_.stopped.front().find("after event 10 "), std::string::npos) << b_.stopped.front();
  EXPECT_NE(b_.stopped.front().find("node a, which leads"), std::string::npos);
  // The leader hears of it although the other one has ended, and goes on.
  for (int i = 0; i < 3; ++i) {
    a_.look();
  }
  EXPECT_TRUE(a_.stopped.empty());
  EXPECT_TRUE(a_.figures.state_differs);
  EXPECT_EQ(logged.count("after event 10 node b has the state"), 1U);
}

// Its snapshots go on, and of old ones it knows nothing any more; what was found stays until the
// other node has begun anew.
TEST_F(NodeBoardTest, ADifferenceStaysUntilTheOtherNodeHasBegunAnew) {
  lead(a_);
  b_.board.note_snapshot(snapshot(1, 99));
  b_.look();
  for (std::uint64_t i = 1; i <= 3 * NodeNote::kMostStates; ++i) {
    a_.board.note_snapshot(snapshot(i, i));
    a_.look();
  }
  EXPECT_TRUE(a_.figures.state_differs);
  Node again{store_, "b"};
  again.board.note_snapshot(snapshot(1, 1));
  again.look();
  a_.look();
  EXPECT_FALSE(a_.figures.state_differs);
  EXPECT_TRUE(again.stopped.empty());

  again.board.note_snapshot(snapshot(24, 99));
  again.look();
  a_.look();
  EXPECT_TRUE(a_.figures.state_differs);
  store_.erase(key_of("b"));
  a_.look();
  EXPECT_FALSE(a_.figures.state_differs);
}

// The key of who has ended stays: nobody keeps off for it, or nobody would lead at all.
TEST_F(NodeBoardTest, WhereNobodyLeadsWhoDiffersMay) {
  a_.board.note_snapshot(snapshot(10, 1));
  b_.board.note_snapshot(snapshot(10, 2));
  a_.look();
  b_.look();
  EXPECT_TRUE(b_.figures.state_differs);
  Node c{store_, "c"};  // agrees with a
  c.board.note_snapshot(snapshot(10, 1));
  lead(c);
  c.look();
  b_.figures.role = Role::Leader;  // by now
  b_.look();
  EXPECT_TRUE(b_.stopped.empty());
  b_.figures.role = Role::Standby;
  a_.look();
  EXPECT_TRUE(a_.stopped.empty()) << "it differs from b alone, which does not lead";
  b_.look();
  EXPECT_EQ(b_.stopped.size(), 1U);
}

TEST_F(NodeBoardTest, OtherEventsOrAnotherLayoutAreNoDifference) {
  lead(a_);
  a_.board.note_snapshot(snapshot(10, 1));
  journal::SnapshotHeader other_log = snapshot(10, 2);
  other_log.chain = journal::Chain{1};
  b_.board.note_snapshot(other_log);
  a_.look();
  b_.look();
  EXPECT_TRUE(b_.stopped.empty());
  b_.board.note_snapshot(snapshot(10, 2));
  NodeNote later = note_of("a");
  ++later.layout;
  store_.set(key_of("a"), cluster::to_text(later));
  b_.look();
  EXPECT_TRUE(b_.stopped.empty());
  EXPECT_FALSE(b_.figures.state_differs);
}

TEST_F(NodeBoardTest, WhatElseDiffersIsToldOnce) {
  const LogCapture logged;
  Node other{store_, "other", "1.1", 8};
  for (int i = 0; i < 3; ++i) {
    other.look();
    a_.look();
  }
  EXPECT_EQ(logged.count("node other has another configuration"), 1U);
  EXPECT_EQ(logged.count("node other runs version 1.1 of the program, this one 1.0"), 1U);
  EXPECT_EQ(logged.count("node a has another configuration"), 1U);
  EXPECT_TRUE(a_.stopped.empty());
  EXPECT_FALSE(a_.figures.state_differs);

  a_.board.set_config(8);  // reloaded
  a_.look();
  other.look();
  EXPECT_EQ(logged.count("another configuration"), 2U);
  a_.board.set_config(9);
  a_.look();
  a_.look();
  EXPECT_EQ(logged.count("node other has another configuration"), 2U);
}

TEST_F(NodeBoardTest, WhatCannotBeReadIsPassedOver) {
  const LogCapture logged;
  store_.set(key_of("0"), "hello");
  store_.set(key_of("1"), "2 something=else");
  a_.board.note_snapshot(snapshot(10, 1));
  b_.board.note_snapshot(snapshot(10, 2));
  lead(a_);
  a_.look();
  a_.look();
  b_.look();
  EXPECT_EQ(b_.stopped.size(), 1U) << "what comes behind it is read";
  EXPECT_EQ(logged.count("what node 0 says of itself cannot be read"), 2U) << "each says so once";
  EXPECT_EQ(logged.count("what node 1 says of itself cannot be read"), 2U);
}

TEST_F(NodeBoardTest, AStoreThatDoesNotAnswerIsAskedAgain) {
  const LogCapture logged;
  Fault fault = Fault::RequestLost;
  store_.fault = [&](std::size_t) { return fault; };
  a_.look();
  EXPECT_EQ(logged.count("[warning]"), 0U);
  fault = Fault::Unauthorised;
  a_.look();
  a_.look();
  EXPECT_EQ(logged.count("does not hear what the others say"), 1U);
  EXPECT_FALSE(store_.value(key_of("a")));
  fault = Fault::None;
  a_.look();
  EXPECT_TRUE(store_.value(key_of("a")));
}

// Of three calls each is lost once: what was found is found again.
TEST_F(NodeBoardTest, ADifferenceIsFoundWhateverIsLost) {
  for (std::size_t lost = 1; lost <= 3; ++lost) {
    FakeStore store;
    Node leader{store, "a"};
    Node standby{store, "b"};
    store.set(kLeaseKey, cluster::to_text({.node = "a", .address = {}, .wall_clock = {}}));
    leader.board.note_snapshot(snapshot(10, 1));
    leader.look();
    standby.board.note_snapshot(snapshot(10, 2));
    const std::size_t before = store.calls;
    store.fault = [&](std::size_t) {
      return store.calls == before + lost ? Fault::RequestLost : Fault::None;
    };
    standby.look();
    EXPECT_TRUE(standby.stopped.empty()) << lost;
    standby.look();
    EXPECT_EQ(standby.stopped.size(), 1U) << lost;
    EXPECT_TRUE(store.value(key_of("b"))) << "the others see why";
  }
}

TEST(NodeBoardThreadTest, LooksAtOnceAndAgain) {
  FakeStore store;
  Node node{store, "a"};
  std::promise<void> put_twice;
  int puts = 0;
  store.on_put = [&](const std::string&, const std::optional<std::string>&, const std::string&) {
    node.board.note_snapshot(snapshot(10, 1));
    if (++puts == 2) {
      put_twice.set_value();
    }
  };
  {
    const NodeBoardThread thread{node.board, node.client, std::chrono::milliseconds{1}};
    ASSERT_EQ(put_twice.get_future().wait_for(kPatience), std::future_status::ready);
  }
  EXPECT_EQ(cluster::parse_node(store.value(key_of("a")).value_or("none"), "a").states.size(), 1U);
}

// Where it were, ctest would end it.
TEST(NodeBoardThreadTest, ItsEndIsNotWaitedForUntilTheNextLook) {
  FakeStore store;
  Node node{store, "a"};
  std::promise<void> put;
  store.on_put = [&](const std::string&, const std::optional<std::string>&, const std::string&) {
    put.set_value();
  };
  std::future<void> is_put = put.get_future();
  NodeBoardThread thread{node.board, node.client, std::chrono::hours{1}};
  ASSERT_EQ(is_put.wait_for(kPatience), std::future_status::ready);
  thread.ask_to_end();
}

TEST(NodeTextTest, IsReadStrictly) {
  NodeNote note;
  note.version = "0.1.0";
  note.config = 0x123456789abcdef0;
  note.layout = 4;
  const std::string none = "1 version=0.1.0 config=123456789abcdef0 layout=4 states=";
  EXPECT_EQ(to_text(note), none);
  EXPECT_EQ(cluster::parse_node(none, "key"), note);
  note.states = {{.seq = journal::EventSeq{9}, .chain = journal::Chain{1}, .hash = 0xff},
                 {.seq = journal::EventSeq{UINT64_MAX},
                  .chain = journal::Chain{UINT64_MAX},
                  .hash = UINT64_MAX}};
  const std::string first = none + "9:0000000000000001:00000000000000ff";
  const std::string both = first + ",18446744073709551615:ffffffffffffffff:ffffffffffffffff";
  EXPECT_EQ(to_text(note), both);
  EXPECT_EQ(cluster::parse_node(both, "key"), note);

  const auto fault_of = [](const std::string& text) -> std::optional<journal::Fault> {
    try {
      static_cast<void>(cluster::parse_node(text, "key"));
    } catch (const JournalError& error) {
      return error.fault();
    }
    return std::nullopt;
  };
  std::string many = none;
  for (std::size_t i = 1; i <= NodeNote::kMostStates + 1; ++i) {
    many += (i == 1 ? "" : ",") + std::to_string(i) + ":0000000000000001:0000000000000002";
  }
  for (const std::string& bad : {std::string{},
                                 "0" + none.substr(1),
                                 none.substr(0, none.size() - 1),
                                 none + " ",
                                 none + "9",
                                 none + "9:",
                                 none + "9:1:ff",
                                 none + ":0000000000000001:00000000000000ff",
                                 none + "-9:0000000000000001:00000000000000ff",
                                 none + "09:0000000000000001:00000000000000ff",
                                 none + "9:0000000000000001:00000000000000FF",
                                 none + "18446744073709551616:0000000000000001:00000000000000ff",
                                 first + ",",
                                 first + ", " + first.substr(none.size()),
                                 first + "," + first.substr(none.size()),  // twice
                                 many,
                                 std::string{"1 version=0.1.0 config=7 layout=4 states="}}) {
    EXPECT_EQ(fault_of(bad), journal::Fault::QuorumLogDamaged) << bad;
  }
  EXPECT_EQ(fault_of("2" + none.substr(1)), journal::Fault::QuorumLogNewer);
}

}  // namespace
}  // namespace betex::test
