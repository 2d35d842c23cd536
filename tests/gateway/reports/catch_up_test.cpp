// Many sessions that come back at once share the reading of the journal, and none waits for one
// that has more to read than itself.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/pipeline/pipeline_fixture.h"

namespace betex::gateway::testing {
namespace {

constexpr std::uint32_t kSessions = 40;
constexpr SubscriptionId kFirst{1};

SessionId session_number(std::uint32_t i) {
  return SessionId{i + 1};
}

class CatchUpTest : public ::testing::Test {
 protected:
  CatchUpTest() {
    pipeline.open_market();
    for (std::uint32_t i = 2; i < kSessions; ++i) {
      pipeline.submit(matching::SessionUp{.comp_id = Name{"S" + std::to_string(i)}});
    }
    pipeline.run();
  }

  // Each order is one transaction, and one report.
  void place(std::uint32_t session, int count) {
    for (int i = 0; i < count; ++i) {
      pipeline.place(session_number(session), std::to_string(++last_id), Side::Ask, 204, 100);
      expected[session].push_back({pipeline.engine.last_seq().next(), 1});
      pipeline.run();
      expected[session].back().event = pipeline.engine.last_seq();
    }
  }

  // Everybody takes what comes, until nothing does any more.
  void consume_all() {
    std::vector<std::size_t> seen(kSessions);
    for (bool more = true; more;) {
      more = false;
      const auto got = ids();
      for (std::uint32_t i = 0; i < kSessions; ++i) {
        if (got[i].size() > seen[i]) {
          pipeline.feed.consumed(session_number(i), kFirst, got[i].size() - seen[i]);
          seen[i] = got[i].size();
          more = true;
        }
      }
      pipeline.run();
    }
  }

  [[nodiscard]] std::vector<std::vector<fix::ReportId>> ids() const {
    std::vector<std::vector<fix::ReportId>> found(kSessions);
    for (const auto& delivery : pipeline.sink.reports) {
      found[delivery.session.value() - 1].push_back(delivery.report.id);
    }
    return found;
  }

  int last_id = 0;
  std::vector<std::vector<fix::ReportId>> expected{kSessions};
  Pipeline pipeline;
};

TEST_F(CatchUpTest, AllGetWhatTheyLackAndTheJournalIsReadAboutOnce) {
  constexpr int kRounds = 100;
  for (int round = 0; round < kRounds; ++round) {
    for (std::uint32_t i = 0; i < kSessions; ++i) {
      place(i, 1);
    }
  }
  const std::size_t transactions = pipeline.log.committed.size();
  for (std::uint32_t i = 0; i < kSessions; ++i) {
    // They stopped at places all over the journal.
    auto& lacking = expected[i];
    const fix::ReportId sent = lacking[i];
    lacking.erase(lacking.begin(), lacking.begin() + i + 1);
    pipeline.feed.subscribe(session_number(i), kFirst, sent);
  }
  pipeline.run();
  consume_all();
  EXPECT_EQ(ids(), expected);
  EXPECT_LT(pipeline.log.read, 3 * transactions);  // each on its own: 32 times
}

TEST_F(CatchUpTest, SessionsThatConsumeAtTheirOwnPaceStillShare) {
  constexpr int kOrders = 4000;
  for (int i = 0; i < kOrders; ++i) {
    // One session has half of all reports: it has to consume many portions.
    place(i % 2 == 0 ? 0 : 1 + static_cast<std::uint32_t>(i / 2) % (kSessions - 1), 1);
  }
  const std::size_t transactions = pipeline.log.committed.size();
  for (std::uint32_t i = 0; i < kSessions; ++i) {
    pipeline.feed.subscribe(session_number(i), kFirst, {});
  }
  pipeline.run();
  consume_all();
  EXPECT_EQ(ids(), expected);
  EXPECT_LT(pipeline.log.read, 3 * transactions);
}

TEST_F(CatchUpTest, WhoIsALittleBehindDoesNotWaitForWhoIsFar) {
  constexpr int kFar = 20'000;
  place(0, 1);
  place(1, kFar);
  pipeline.feed.subscribe(session_number(0), kFirst, {});
  place(0, 1);
  place(2, 10);
  pipeline.feed.subscribe(session_number(2), kFirst, {});
  for (int turn = 0; turn < 3; ++turn) {
    pipeline.report.do_work();
  }
  EXPECT_EQ(ids()[2], expected[2]);
}

TEST_F(CatchUpTest, InATurnEachDistanceIsServed) {
  place(0, 1);
  place(3, 6'000);
  place(1, 1);
  place(3, 3'000);
  place(2, 1);
  for (const std::uint32_t i : {0U, 1U, 2U}) {
    pipeline.feed.subscribe(session_number(i), kFirst, {});
  }
  pipeline.report.do_work();
  for (const std::uint32_t i : {0U, 1U, 2U}) {
    EXPECT_EQ(ids()[i], expected[i]);
  }
}

TEST_F(CatchUpTest, ASessionIsReadForOnlyFromWhereItLacksReports) {
  place(0, 1);
  pipeline.submit(matching::ConfirmDelivery{.session = session_number(0),
                                            .delivered = pipeline.engine.last_seq()});
  pipeline.run();
  const fix::ReportId sent = expected[0].back();
  place(1, 2000);
  place(0, 1);
  pipeline.log.read = 0;
  pipeline.feed.subscribe(session_number(0), kFirst, sent);
  pipeline.run();
  EXPECT_EQ(ids()[0], (std::vector{expected[0].back()}));
  EXPECT_LT(pipeline.log.read, 10U);
}

TEST_F(CatchUpTest, OneThatConsumesAndGoesOnOpensTheJournalOnce) {
  place(0, 1000);
  pipeline.log.opened = 0;
  pipeline.feed.subscribe(session_number(0), kFirst, {});
  pipeline.run();
  consume_all();
  EXPECT_EQ(ids()[0], expected[0]);
  EXPECT_LE(pipeline.log.opened, 2U);
}

// Checks each delivery when it comes.
class ProgressSink final : public SessionSink {
 public:
  explicit ProgressSink(const std::vector<std::vector<fix::ReportId>>& expected)
      : expected_{expected} {}

  void deliver(SessionId session, ReportDelivery delivery) override {
    const std::size_t index = session.value() - 1;
    handed_over[index] += delivery.reports.size();
    complete[index] = static_cast<std::size_t>(std::ranges::count_if(
        expected_[index],
        [&delivery](const fix::ReportId& id) { return id.event <= delivery.complete_to; }));
    EXPECT_LE(complete[index], handed_over[index]);
  }

  void notify(const Name& /*comp_id*/, SessionNotice /*notice*/) override {}

  std::vector<std::size_t> handed_over = std::vector<std::size_t>(kSessions);
  std::vector<std::size_t> complete = std::vector<std::size_t>(kSessions);

 private:
  const std::vector<std::vector<fix::ReportId>>& expected_;
};

TEST_F(CatchUpTest, ProgressIsNeverToldBeyondWhatWasHandedOver) {
  for (int i = 0; i < 500; ++i) {
    place(static_cast<std::uint32_t>(i % 2), 1);
  }
  ProgressSink sink{expected};
  pipeline.report.connect(sink);
  pipeline.feed.subscribe(session_number(0), kFirst, {});
  pipeline.feed.subscribe(session_number(1), kFirst, {});
  std::array<std::size_t, 2> consumed{};
  for (int turn = 0; sink.complete[0] + sink.complete[1] < 500; ++turn) {
    ASSERT_LT(turn, 10'000);
    pipeline.run();
    for (const std::uint32_t i : {0U, 1U}) {
      ASSERT_GE(sink.handed_over[i], consumed[i]);
      pipeline.feed.consumed(session_number(i), kFirst, sink.handed_over[i] - consumed[i]);
      consumed[i] = sink.handed_over[i];
    }
  }
}

}  // namespace
}  // namespace betex::gateway::testing
