// betex-journal as an operator runs it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <pty.h>

#include "tests/journal/child.h"
#include "tests/journal/scripted_lease.h"
#include "tests/journal/tool_run.h"
#include "tests/journal/wal_fixture.h"

namespace betex::journal {
namespace {

using test::Child;
using test::run_tool;
using test::ToolOutput;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A log of 8 batches of 4 transactions in 4 segments; transaction n has 1 + n % 4 events.
class ToolTest : public test::WalTest {
 protected:
  ToolTest() { write(8, 4); }

  // The lines that it prints; its exit code is in code_.
  std::vector<std::string> run(std::vector<std::string> arguments) {
    ToolOutput output = run_tool(root(), std::move(arguments));
    code_ = output.code;
    return output.lines;
  }

  int code_ = -1;
};

TEST_F(ToolTest, StatListsSegmentsAndNamesTheLog) {
  const std::vector<std::string> lines = run({"stat"});
  EXPECT_EQ(code_, 0);
  ASSERT_THAT(lines, SizeIs(5));
  EXPECT_THAT(lines[0],
              HasSubstr("segment name=\"00000000000000000001-0000000001\" first_seq=1 "
                        "last_seq=20 bytes="));
  EXPECT_THAT(lines[0], HasSubstr(" epoch=1"));
  EXPECT_THAT(lines[4], HasSubstr("writer_epoch=1 segments=4"));
}

// As a writer without the right leaves it, and as the opening before has set it aside.
TEST_F(ToolTest, StatShowsWhatIsVoid) {
  {
    test::ScriptedLease lease;
    JournalConfig leased = config();
    leased.authority = &lease;
    Journal journal{leased, pool_};  // adopts the newest segment
    journal.recover(EventSeq{0}, [](const auto&) {});
    commit(journal, 1, 4);
  }
  std::filesystem::create_directory(segments() / "00000000000000000085-0000000001");
  const std::vector<std::string> lines = run({"stat"});
  EXPECT_EQ(code_, 0);
  ASSERT_THAT(lines, SizeIs(8));
  EXPECT_THAT(lines[4], HasSubstr("name=\"00000000000000000081-0000000002\" first_seq=81 bytes="));
  EXPECT_EQ(lines[5], "void name=\"00000000000000000085-0000000001\"");
  EXPECT_EQ(lines[6], "void name=\"00000000000000000061-0000000001\" set_aside_by=2");
  EXPECT_THAT(run({"dump"}), SizeIs(90));
  EXPECT_THAT(run({"verify", "--no-replay"}), ElementsAre(HasSubstr("last_seq=90 ")));
}

// The last record's segment has to stay, as the next one's header will name it.
TEST_F(ToolTest, RetireLeavesTheSegmentBeforeEmptyOnes) {
  {
    test::ScriptedLease lease;
    JournalConfig leased = config();
    leased.authority = &lease;
    Journal journal{leased, pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
  }
  EXPECT_THAT(run({"retire", "--up-to", "1000", "--without-snapshots"}), SizeIs(4));
  EXPECT_THAT(segment_names(),
              ElementsAre("00000000000000000061-0000000001", "00000000000000000081-0000000002"));
}

TEST_F(ToolTest, DumpPrintsOneLineAnEventInTheRangeAskedFor) {
  const std::vector<std::string> lines = run({"dump", "--from", "2", "--to", "3"});
  EXPECT_THAT(
      lines,
      ElementsAre(
          "OrderRested seq=2 tx=1 time=1700000000000001000 market=1 market_seq=4 "
          "order=1 leaves_qty=100",
          "InboundRefused seq=3 tx=2 time=1700000000000002000 session=3 "
          "msg_seq_num=2 tag=0 fix_reason=0 reason=\"Throttled\" "
          "answer=\"BusinessReject\" retry_after_ms=0 msg_type=\"D\" cl_ord_id=\"order-2\""));
}

TEST_F(ToolTest, DumpSpeaksJsonAndFiltersByOrderAndMarket) {
  const std::vector<std::string> lines = run({"dump", "--json", "--order", "5"});
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0],
            R"({"kind":"OrderRested","seq":12,"tx":5,"time":1700000000000005000,"market":1,)"
            R"("market_seq":20,"order":5,"leaves_qty":500})");
  EXPECT_THAT(run({"dump", "--market", "1"}), SizeIs(48));
  EXPECT_THAT(run({"dump", "--market", "2"}), SizeIs(0));
  EXPECT_THAT(run({"dump", "--account", "nobody"}), SizeIs(0));
}

// 128 bits are more than most libraries have, and of two equal names a reader keeps one.
TEST_F(ToolTest, DumpsJsonHasWideNumbersWholeAndEachTailAsLists) {
  matching::PositionsSettled settled;
  settled.header.market = matching::MarketId{1};
  settled.header.market_seq = 200;
  settled.result = matching::SettlementResult::Void;
  settled.house = matching::WideMoney{matching::Int128{-1} << 100};
  test::EventBytes events;
  events.add(settled,
             {{.account = matching::AccountId{3}, .balance = matching::Money{-5}},
              {.account = matching::AccountId{4}, .balance = matching::Money{6}}});
  events.add(matching::OrderCancelledBatched{.cause = matching::CancelCause::MassCancel}, {});
  {
    Journal journal{config(), pool_};
    journal.recover(EventSeq{0}, [](const auto&) {});
    matching::TransactionView view;
    view.header = test::make_transaction_header(journal.position().last_tx_id.next(), events);
    view.first_seq = journal.position().last_seq.next();
    view.events = events.bytes();
    journal.append(view);
    journal.commit();
    journal.close();
  }
  EXPECT_THAT(
      run({"dump", "--json", "--from", "81"}),
      ElementsAre(
          R"({"kind":"PositionsSettled","seq":81,"tx":33,"time":1700000000000033000,"market":1,)"
          R"("market_seq":200,"batch":0,"round":0,"cursor_after":0,"result":"Void","price":0,)"
          R"("house":-1267650600228229401496703205376,"count":2,"row.account":[3,4],)"
          R"("row.discount_bp":[0,0],"row.position":[0,0],"row.gross":[0,0],"row.target":[0,0],)"
          R"("row.commission":[0,0],"row.commission_before":[0,0],"row.balance":[-5,6]})",
          R"({"kind":"OrderCancelledBatched","seq":82,"tx":33,"time":1700000000000033000,)"
          R"("batch":0,"cause":"MassCancel","cursor_after":0,"count":0})"));
}

TEST_F(ToolTest, VerifySaysHowFarTheLogIsWhole) {
  const std::vector<std::string> lines = run({"verify", "--no-replay"});
  EXPECT_EQ(code_, 0);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr("whole first_seq=1 last_seq=80 transactions=32 chain=\""));
}

TEST_F(ToolTest, VerifyOfADamagedLogFailsWithTheExitCodeOfTheFault) {
  const std::filesystem::path file = data_file(segment_names()[2]);
  std::string content = load(file);
  content.resize(content.size() / 2);
  store(file, content);
  run({"verify", "--no-replay"});
  EXPECT_EQ(code_, 65);
}

TEST_F(ToolTest, RetireTakesTheLockAndHeedsTheSnapshots) {
  run({"retire", "--up-to", "40"});
  EXPECT_EQ(code_, 0);
  EXPECT_THAT(segment_names(), SizeIs(4));
  {
    const Journal journal{config(), pool_};
    run({"retire", "--up-to", "40", "--without-snapshots"});
    EXPECT_EQ(code_, 75);
  }
  EXPECT_THAT(run({"retire", "--up-to", "40", "--without-snapshots"}), SizeIs(3));
  EXPECT_THAT(segment_names(), SizeIs(2));
}

TEST_F(ToolTest, EveryCommandSpeaksJson) {
  const std::string first = segment_names()[0];
  EXPECT_THAT(run({"stat", "--json"})[0],
              HasSubstr(R"({"kind":"segment","name":")" + first + R"(","first_seq":1,)"));
  EXPECT_THAT(run({"verify", "--no-replay", "--json"}),
              ElementsAre(HasSubstr(R"({"kind":"whole","first_seq":1,"last_seq":80,)")));
  EXPECT_THAT(run({"retire", "--up-to", "20", "--without-snapshots", "--json"}),
              ElementsAre(R"({"kind":"retired","name":")" + first + R"("})",
                          R"({"kind":"limit","seq":20})"));
}

TEST_F(ToolTest, ReadsBesideALiveWriter) {
  Journal journal{config(), pool_};
  journal.recover(EventSeq{0}, [](const auto&) {});
  commit(journal, 1, 4);
  EXPECT_THAT(run({"verify", "--no-replay"}), ElementsAre(HasSubstr("last_seq=90 ")));
  EXPECT_EQ(code_, 0);
  EXPECT_THAT(run({"dump", "--from", "90"}), SizeIs(1));
  EXPECT_THAT(run({"stat"}), SizeIs(6));
  commit(journal, 1, 4);
  EXPECT_EQ(journal.durable_seq(), EventSeq{100});
}

TEST_F(ToolTest, AFolderWithoutAJournalHasItsOwnExitCode) {
  std::filesystem::remove_all(root());
  for (const std::string command : {"stat", "dump", "verify"}) {
    run({command});
    EXPECT_EQ(code_, kExitConfiguration) << command;
  }
}

TEST_F(ToolTest, WrongUseHasItsOwnExitCode) {
  run({"dump", "--no-such-option"});
  EXPECT_EQ(code_, 64);
}

// A terminal on which the tool runs, with its lines going to it as well or elsewhere.
class TerminalTest : public ToolTest {
 protected:
  enum class Lines : std::uint8_t { OnTheTerminal, Elsewhere };

  // What the terminal shows.
  std::string run_on_terminal(const std::string& command, Lines lines) {
    int terminal = -1;
    const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (pid == 0) {
      if (lines == Lines::Elsewhere) {
        ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
      }
      ::execl(BETEX_JOURNAL_TOOL,
              BETEX_JOURNAL_TOOL,
              command.c_str(),
              root().c_str(),
              command == "verify" ? "--no-replay" : nullptr,
              nullptr);
      ::_exit(127);
    }
    std::string shown;
    char buffer[4096];
    // At the end of its program a terminal gives EIO.
    for (ssize_t size = 0; (size = ::read(terminal, buffer, sizeof(buffer))) > 0;) {
      shown.append(buffer, static_cast<std::size_t>(size));
    }
    ::close(terminal);
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << shown;
    return shown;
  }

  static constexpr std::string_view kFullBar =
      "[##################################################] 100 %";
};

TEST_F(TerminalTest, VerifyShowsABarThatFillsUp) {
  const std::string shown = run_on_terminal("verify", Lines::OnTheTerminal);
  EXPECT_THAT(shown, HasSubstr("\r["));
  EXPECT_LT(shown.find(" ] "), shown.find(kFullBar));
  EXPECT_LT(shown.find(kFullBar), shown.find("whole first_seq=1"));
}

TEST_F(TerminalTest, DumpShowsABarWhereItsLinesGoElsewhere) {
  EXPECT_THAT(run_on_terminal("dump", Lines::Elsewhere), HasSubstr(std::string{kFullBar}));
  const std::string both = run_on_terminal("dump", Lines::OnTheTerminal);
  EXPECT_THAT(both, HasSubstr("OrderRested seq=2 "));
  EXPECT_EQ(both.find("##"), std::string::npos);
}

TEST_F(TerminalTest, WithoutATerminalThereIsNoBar) {
  const std::filesystem::path shown = folder_.path() / "shown";
  for (const std::string command : {"verify --no-replay", "dump"}) {
    const std::string line = std::string{"exec " BETEX_JOURNAL_TOOL " "} + command + " " +
                             root().string() + " >" + shown.string() + " 2>&1";
    Child child{{"/bin/sh", "-c", line}};
    EXPECT_EQ(child.wait(), 0) << command;
    EXPECT_THAT(load(shown), HasSubstr("seq=")) << command;
    EXPECT_EQ(load(shown).find("##"), std::string::npos) << command;
  }
}

}  // namespace
}  // namespace betex::journal
