// betex-journal on a log that a real engine wrote: accounts by name, and verify with its replay.
#include <cstdio>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/recovery.h"
#include "journal/retirement.h"
#include "tests/journal/disk_recording.h"
#include "tests/journal/shim.h"
#include "tests/journal/tool_run.h"
#include "tests/journal/wal_fixture.h"
#include "tests/matching/exchange.h"

namespace betex::journal {
namespace {

using test::DiskOp;
using test::run_tool;
using test::ToolOutput;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Matcher;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

// alice's and bob's orders, in several segments.
class EngineToolTest : public test::WalTest {
 protected:
  // Trades, commits it and starts a new opening's segments.
  void trade() {
    for (int i = 0; i < 10; ++i) {
      exchange_.lay("alice", "30.00", "2.04");
      exchange_.back("bob", "20.00", "2.04");
    }
    Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const matching::TransactionView&) {});
    write_rest(journal);
  }

  EventSeq snapshot() { return take_snapshot(root(), pool_, {}).value(); }

  [[nodiscard]] std::string state_hash() const {
    char text[17];
    std::snprintf(text,
                  sizeof(text),
                  "%016llx",
                  static_cast<unsigned long long>(exchange_.engine.state_hash()));
    return std::string{"state_hash=\""} + text + "\"";
  }

  [[nodiscard]] std::filesystem::path file_of(EventSeq seq) const {
    std::string name = std::to_string(seq.value());
    name.insert(0, 20 - name.size(), '0');
    return root() / kSnapshotsFolder / name / kSnapshotFile;
  }

  // The only line that verify prints.
  std::string verify(int code = 0) {
    const ToolOutput output = run_tool(root(), {"verify"});
    EXPECT_EQ(output.code, code);
    EXPECT_LE(output.lines.size(), 1U);
    return output.lines.empty() ? "" : output.lines[0];
  }

  static Matcher<std::string> replayed_after(EventSeq seq, int equal) {
    return HasSubstr(" replayed_after=" + std::to_string(seq.value()) +
                     " snapshots_equal=" + std::to_string(equal) + " ");
  }

  matching::testing::Exchange exchange_;

 private:
  void write_rest(Journal& journal) {
    while (written_ < exchange_.log.size()) {
      journal.append(exchange_.log[written_++].view());
      journal.commit();
    }
    journal.close();
  }

  std::size_t written_ = 0;
};

TEST_F(EngineToolTest, ASnapshotThatRootMakesBelongsToTheFoldersOwner) {
  constexpr uid_t kSomebody = 12345;
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can write into everybody's folders";
  }
  trade();
  const std::filesystem::path snapshots = root() / kSnapshotsFolder;
  ASSERT_EQ(::lchown(snapshots.c_str(), kSomebody, kSomebody), 0);
  EXPECT_EQ(run_tool(root(), {"snapshot"}).code, 0);
  const std::vector<EventSeq> made = list_snapshots(root());
  ASSERT_THAT(made, SizeIs(1));
  for (const auto& entry : std::filesystem::recursive_directory_iterator{snapshots}) {
    struct stat info {};

    ASSERT_EQ(::lstat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, kSomebody) << entry;
    EXPECT_EQ(info.st_gid, kSomebody) << entry;
  }
}

TEST_F(EngineToolTest, DumpFindsAnAccountByItsNameAndByItsNumber) {
  trade();
  const ToolOutput by_name = run_tool(root(), {"dump", "--account", "bob"});
  EXPECT_EQ(by_name.code, 0);
  EXPECT_THAT(by_name.lines, Contains(HasSubstr("AccountCreated")).Times(1));
  EXPECT_THAT(by_name.lines, Contains(HasSubstr("OrderAccepted")).Times(10));
  EXPECT_THAT(by_name.lines, Contains(HasSubstr("TradeMatched")));
  EXPECT_THAT(by_name.lines, Each(AnyOf(HasSubstr(" account=2 "), HasSubstr(".account=2 "))));
  EXPECT_EQ(run_tool(root(), {"dump", "--account", "2"}).lines, by_name.lines);
}

TEST_F(EngineToolTest, DumpFindsOrdersByTheirReferenceAndByTheirGroup) {
  using namespace matching;  // NOLINT(google-build-using-namespace)
  using matching::testing::decimal;
  exchange_.run(OrderGroupRequest{.account = matching::Name{"alice"},
                                  .cl_ord_id = exchange_.fresh_id(),
                                  .group = Reference{"makers"},
                                  .limit = decimal("1000"),
                                  .window_ms = 60'000,
                                  .counted = CountedFills::All,
                                  .action = OrderGroupAction::Create,
                                  .transact_time = exchange_.now()});
  const auto lay = [this](const char* symbol, const char* reference, const char* group) {
    PlaceOrder order = exchange_.order("alice", symbol, Side::Ask, "10", "2.04");
    order.extras = OrderExtras{
        .reference = Reference{reference}, .order_group = Reference{group}, .max_cost = {}};
    exchange_.run(order);
  };
  lay("B", "north", "makers");  // order 1
  lay("B", "north", "");        // 2
  lay("B", "", "makers");       // 3
  lay("B", "south", "");        // 4
  exchange_.run(exchange_.order("bob", "B", Side::Bid, "10", "2.04"));
  const std::string trade_seq = std::to_string(exchange_.engine.last_seq().value());
  lay("NOWHERE", "north", "makers");
  exchange_.run(MassCancel{.account = matching::Name{"alice"},
                           .cl_ord_id = exchange_.fresh_id(),
                           .reference = Reference{"north"}});
  trade();
  const ToolOutput north = run_tool(root(), {"dump", "--reference", "north"});
  EXPECT_EQ(north.code, 0);
  EXPECT_THAT(north.lines,
              ElementsAre(AllOf(HasSubstr("OrderAccepted "), HasSubstr(" order=1 ")),
                          AllOf(HasSubstr("OrderAccepted "), HasSubstr(" order=2 ")),
                          HasSubstr("TradeMatched "),
                          AllOf(HasSubstr("OrderRejected "), HasSubstr(" reference=\"north\"")),
                          AllOf(HasSubstr("BatchStarted "), HasSubstr(" reference=\"north\"")),
                          AllOf(HasSubstr("OrderCancelledBatched "), HasSubstr(" order=2"))));
  EXPECT_EQ(run_tool(root(), {"dump", "--reference", "north", "--from", trade_seq}).lines,
            std::vector(north.lines.begin() + 2, north.lines.end()));

  const ToolOutput makers = run_tool(root(), {"dump", "--order-group", "makers"});
  EXPECT_EQ(makers.code, 0);
  EXPECT_THAT(makers.lines,
              ElementsAre(HasSubstr("OrderGroupSet "),
                          AllOf(HasSubstr("OrderAccepted "), HasSubstr(" order=1 ")),
                          AllOf(HasSubstr("OrderAccepted "), HasSubstr(" order=3 ")),
                          HasSubstr("TradeMatched "),
                          AllOf(HasSubstr("OrderRejected "), HasSubstr("\"makers\""))));
  const ToolOutput first = run_tool(root(), {"dump", "--order-group", "1"});
  EXPECT_EQ(first.lines, std::vector(makers.lines.begin(), makers.lines.end() - 1));
  EXPECT_THAT(run_tool(root(), {"dump", "--order-group", "nobody"}).lines, SizeIs(0));
  EXPECT_THAT(run_tool(root(), {"dump", "--reference", "nort"}).lines, SizeIs(0));
}

TEST_F(EngineToolTest, AnAccountsNameIsKnownAlsoWhereTheDumpBeginsLater) {
  trade();
  const ToolOutput all = run_tool(root(), {"dump", "--account", "bob"});
  const std::string from = std::to_string(exchange_.engine.last_seq().value() - 5);
  const ToolOutput late = run_tool(root(), {"dump", "--account", "bob", "--from", from});
  ASSERT_FALSE(late.lines.empty());
  EXPECT_LT(late.lines.size(), all.lines.size());
  EXPECT_EQ(late.lines.back(), all.lines.back());
}

TEST_F(EngineToolTest, SnapshotWritesOneAndSaysWhenNothingIsNew) {
  EXPECT_THAT(run_tool(root(), {"snapshot"}).code, kExitConfiguration) << "no log";
  trade();
  const std::string seq = std::to_string(exchange_.engine.last_seq().value());
  ToolOutput output = run_tool(root(), {"snapshot"});
  EXPECT_EQ(output.code, 0);
  EXPECT_THAT(output.lines, ElementsAre("snapshot seq=" + seq));
  EXPECT_EQ(load_snapshot(root(), exchange_.engine.last_seq()).engine.state_hash(),
            exchange_.engine.state_hash());
  output = run_tool(root(), {"snapshot", "--json"});
  EXPECT_EQ(output.code, 0);
  EXPECT_THAT(output.lines, ElementsAre(R"({"kind":"nothing_new","seq":)" + seq + "}"));
}

TEST_F(EngineToolTest, ASnapshotIsOnTheDiskBeforeItHasItsName) {
  trade();
  const std::filesystem::path log = folder_.path() / "disk.log";
  const std::vector<std::string> shim = test::with_shim(root(), {"BETEX_DISK_LOG=" + log.string()});
  ASSERT_EQ(run_tool(root(), {"snapshot"}, shim).code, 0);
  const std::filesystem::path folder = file_of(exchange_.engine.last_seq()).parent_path();
  const std::filesystem::path temporary =
      folder.parent_path() / (std::string{kNewPrefix} + folder.filename().string());
  std::vector<std::pair<DiskOp, std::filesystem::path>> order;
  for (const test::Operation& operation : test::load_operations(log)) {
    if (operation.op != DiskOp::Acknowledge && operation.op != DiskOp::Map &&
        operation.path.starts_with(folder.parent_path().string()) &&
        (order.empty() || order.back().first != DiskOp::Write || operation.op != DiskOp::Write)) {
      order.emplace_back(operation.op, operation.path);
    }
  }
  EXPECT_THAT(order,
              ElementsAre(Pair(DiskOp::MakeFolder, temporary),
                          Pair(DiskOp::SyncFolder, folder.parent_path()),
                          Pair(DiskOp::Create, temporary / kSnapshotFile),
                          Pair(DiskOp::Write, temporary / kSnapshotFile),
                          Pair(DiskOp::SyncFile, temporary / kSnapshotFile),
                          Pair(DiskOp::SyncFolder, temporary),
                          Pair(DiskOp::Rename, temporary),
                          Pair(DiskOp::SyncFolder, folder.parent_path())));
}

TEST_F(EngineToolTest, VerifyReplaysFromTheFirstEventAndComparesTheSnapshots) {
  trade();
  snapshot();
  trade();
  snapshot();
  trade();
  const std::string line = verify();
  EXPECT_THAT(line, replayed_after(EventSeq{0}, 2));
  EXPECT_THAT(line, HasSubstr(state_hash()));
}

TEST_F(EngineToolTest, VerifyReplaysFromTheOldestSnapshotThatTheLogGoesOnFrom) {
  trade();
  const EventSeq first = snapshot();
  trade();
  const EventSeq second = snapshot();
  trade();
  retire_up_to(root(), first);
  std::string line = verify();
  EXPECT_THAT(line, replayed_after(first, 1));
  EXPECT_THAT(line, HasSubstr(state_hash()));
  retire_up_to(root(), second);
  line = verify();
  EXPECT_THAT(line, replayed_after(second, 0));
  EXPECT_THAT(line, HasSubstr(state_hash()));
}

TEST_F(EngineToolTest, VerifySaysWhenNothingIsLeftToReplayFrom) {
  trade();
  const EventSeq end = exchange_.engine.last_seq();
  trade();
  retire_up_to(root(), end);
  const std::string line = verify();
  EXPECT_THAT(line, HasSubstr(" not_replayed=\""));
  EXPECT_THAT(line, Not(HasSubstr("state_hash")));
}

TEST_F(EngineToolTest, VerifyPassesOverADamagedSnapshotAndFailsAtTheEnd) {
  trade();
  const EventSeq first = snapshot();
  trade();
  const EventSeq second = snapshot();
  retire_up_to(root(), first);
  store(file_of(first), "damaged");
  const ToolOutput output = run_tool(root(), {"verify"});
  EXPECT_EQ(output.code, 65);
  ASSERT_THAT(output.lines, SizeIs(2));
  EXPECT_THAT(output.lines[0], HasSubstr("damaged_snapshot seq=" + std::to_string(first.value())));
  EXPECT_THAT(output.lines[1], replayed_after(second, 0));
}

TEST_F(EngineToolTest, VerifyFindsASnapshotOfAnotherState) {
  trade();
  const EventSeq seq = snapshot();
  Snapshot other = load_snapshot(root(), seq);
  std::filesystem::remove_all(file_of(seq).parent_path());
  // Of the same events, and yet another state.
  matching::testing::Exchange elsewhere;
  while (elsewhere.engine.last_seq() < seq) {
    elsewhere.lay("carol", "10.00", "3.00");
  }
  ASSERT_EQ(elsewhere.engine.last_seq(), seq);
  ASSERT_NE(elsewhere.engine.state_hash(), exchange_.engine.state_hash());
  other.engine = std::move(elsewhere.engine);
  other.position.last_seq = other.engine.last_seq();
  other.position.last_tx_id = other.engine.last_tx_id();
  write_snapshot(root(), other);
  verify(65);
}

TEST_F(EngineToolTest, VerifyMissesTheEndThatASnapshotKnowsOf) {
  trade();
  const std::filesystem::path copy = folder_.path() / "copy";
  std::filesystem::copy(segments(), copy, std::filesystem::copy_options::recursive);
  trade();
  snapshot();
  std::filesystem::remove_all(segments());
  std::filesystem::rename(copy, segments());
  verify(65);
}

}  // namespace
}  // namespace betex::journal
