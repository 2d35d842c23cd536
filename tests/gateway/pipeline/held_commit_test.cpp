// The durability gate with real threads: whatever the scheduling, no report leaves while the commit
// of its transaction is held back, and all leave after it.

#include <atomic>
#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "gateway/agent/agent_runner.h"
#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {
namespace {

// A log whose commits wait for the test.
class HeldLog final : public TransactionLog {
 public:
  void append(const matching::TransactionView& /*transaction*/) override {}

  void commit() override {
    std::unique_lock lock{mutex_};
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    --waiting_;
  }

  void wait_for_a_commit() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waiting_ > 0; });
  }

  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

class CountingSink final : public SessionSink {
 public:
  void deliver(SessionId, ReportDelivery delivery) override { count += delivery.reports.size(); }

  void notify(const Name&, SessionNotice) override { ++count; }

  std::atomic<std::size_t> count{0};
};

TEST(HeldCommit, NoReportLeavesUntilItReturns) {
  WaitStrategy match_wait;
  WaitStrategy journal_wait;
  WaitStrategy report_wait;
  SystemClock clock;
  HeldLog log;
  CountingSink sink;
  matching::Engine engine;
  CommandRing<RingCommand> commands{1024, match_wait};
  EventRing events{{.capacity = 64, .arena_size = std::size_t{1} << 16}, match_wait};
  EventConsumer& journal_consumer = events.add_consumer({.name = "journal", .wait = journal_wait});
  EventConsumer& report_consumer =
      events.add_consumer({.name = "report", .wait = report_wait, .behind = {&journal_consumer}});
  MatchStage match{commands, engine, events, clock};
  JournalStage journal{journal_consumer, log};
  ReportStage report{report_consumer, report_wait, {}, {}};
  report.connect(sink);

  const auto failed = [](std::string_view, const std::exception_ptr&) { std::abort(); };
  AgentRunner match_runner{{.thread_name = "match", .agents = {&match}}, match_wait, failed};
  AgentRunner journal_runner{
      {.thread_name = "journal", .agents = {&journal}}, journal_wait, failed};
  AgentRunner report_runner{{.thread_name = "report", .agents = {&report}}, report_wait, failed};
  match_runner.start();
  journal_runner.start();
  report_runner.start();

  // More than the event ring holds, so that the match stage has to wait with the journal.
  constexpr std::size_t kSessions = 200;
  for (std::size_t i = 0; i < kSessions; ++i) {
    ASSERT_TRUE(commands.try_reserve(1));
    commands.publish(
        matching::Command{.body = matching::SessionUp{.comp_id = Name{"S" + std::to_string(i)}}});
  }
  log.wait_for_a_commit();
  std::this_thread::sleep_for(std::chrono::milliseconds{50});  // a report would have time to leave
  EXPECT_EQ(sink.count, 0U);

  log.open();
  commands.close();
  match_runner.join();
  journal_runner.join();
  report_runner.join();
  EXPECT_EQ(sink.count, kSessions);
}

}  // namespace
}  // namespace betex::gateway::testing
