// Reports that are told again from a journal on disk: over restarts, from snapshots, and as far
// back as the log is kept.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/pipeline/journal_link.h"
#include "gateway/replay/replay_stage.h"
#include "journal/journal_reader.h"
#include "journal/retirement.h"
#include "journal/segment_catalog.h"
#include "tests/gateway/start/life.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway::testing {
namespace {

using namespace std::chrono_literals;
using matching::EventSeq;
using matching::SessionId;
using matching::Side;

using Reports = std::vector<fix::Report>;

// Takes what it is given at once.
class Taker final : public ReplaySink {
 public:
  explicit Taker(ReplayFeed& feed) : feed_{feed} {}

  void tell_again(SessionId session, ReplayPortion portion) override {
    if (!portion.last) {
      feed_.taken(session, portion.subscription, portion.number);
    }
    std::move(portion.reports.begin(), portion.reports.end(), std::back_inserter(reports));
  }

  Reports reports;

 private:
  ReplayFeed& feed_;
};

// What is told a session again of events from `first` on, and in front of it the answer.
std::pair<fix::ReplayAck, Reports> replay(Life& life,
                                          const std::filesystem::path& root,
                                          SessionId session,
                                          EventSeq first) {
  WaitStrategy wait;
  ReplayStage stage{
      {.wait = wait,
       .open_source = retiring_journal_sources(root, life.pool),
       .load_state =
           [&](EventSeq limit) { return reports_as_of(root, life.journal, life.config, limit); },
       .available_from = [&] { return life.retention.told_again_from(); }}};
  Taker taker{stage};
  stage.connect(taker);
  ReplayRequest request;
  request.query = {.session = session,
                   .msg_seq_num = {},
                   .request_id = matching::Name{"R"},
                   .known_application = true,
                   .first = first,
                   .last = {}};
  request.subscription = SubscriptionId{1};
  request.number = 1;
  const fix::ReplayAck answer = stage.ask(request, life.recovered.engine.last_seq());
  while (stage.do_work() > 0) {
  }
  return {answer, taker.reports};
}

// As Life decides it: what is told when it happens.
class Told final : public ReportReceiver {
 public:
  explicit Told(SessionId session) : session_{session} {}

  bool wants(SessionId session, fix::ReportId) override { return session == session_; }

  void receive(SessionId, fix::Report report) override {
    report.told_again = true;
    reports.push_back(std::move(report));
  }

  Reports reports;

 private:
  SessionId session_;
};

class StartReplayTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path root() const { return folder_.path() / "wal"; }

  static void trade(Life& life, const std::string& id) {
    life.place(kOne, "lay-" + id, Side::Ask);
    life.amend(kOne, "amend-" + id, "lay-" + id);
    life.place(kTwo, "back-" + id, Side::Bid);
    life.place(kTwo, "back-" + id, Side::Bid);  // refused
    life.confirm(kOne);
    life.confirm(kTwo);
  }

  // All that a session was told, from the log's first event on, by the log alone.
  Reports all_of(Life& life, SessionId session) const {
    ReportState state = reports_as_of(root(), life.journal, life.config, EventSeq{0});
    Told told{session};
    journal::JournalReader reader{root(), life.pool, EventSeq{1}};
    while (const auto transaction = reader.next()) {
      state.take(*transaction, told, [](const auto& /*event*/) {});
    }
    return told.reports;
  }

  // Behind `all`, of events from `first` on, the end.
  static Reports from(const Reports& all, EventSeq first, EventSeq last) {
    Reports some;
    for (const fix::Report& report : all) {
      if (report.id.event >= first && report.id.event <= last) {
        some.push_back(report);
      }
    }
    const std::uint64_t count = some.size();
    some.push_back({.id = {},
                    .body = fix::ReplayEnd{
                        .request_id = matching::Name{"R"}, .last = last, .reports = count}});
    return some;
  }

  betex::test::TempFolder folder_;
};

TEST_F(StartReplayTest, IsTheSameOverRestartsAndFromWhicheverSnapshot) {
  std::vector<EventSeq> snapshots;
  {
    Life life{root(), Retire::WhenUnneeded, 24h * 7};
    life.open_market();
    trade(life, "1");
    snapshots.push_back(life.snapshot());
    trade(life, "2");
  }
  {
    Life life{root(), Retire::WhenUnneeded, 24h * 7};
    trade(life, "3");
    life.place(kOne, "rests", Side::Ask);
    snapshots.push_back(life.snapshot());
    life.amend(kOne, "moved", "rests");
    trade(life, "4");
  }
  Life life{root(), Retire::WhenUnneeded, 24h * 7};
  trade(life, "5");
  const EventSeq last = life.recovered.engine.last_seq();
  for (const SessionId session : {kOne, kTwo}) {
    const Reports all = all_of(life, session);
    for (const EventSeq first : {EventSeq{1},
                                 snapshots[0].next(),
                                 EventSeq{snapshots[1].value() - 3},
                                 snapshots[1].next(),
                                 EventSeq{last.value() - 4}}) {
      SCOPED_TRACE(first.value());
      const auto [answer, told] = replay(life, root(), session, first);
      EXPECT_EQ(answer.response, fix::ReplayResponse::Begins);
      EXPECT_EQ(told, from(all, first, last));
      EXPECT_GT(told.size(), 1U);
    }
  }
}

TEST_F(StartReplayTest, WhatIsRetiredCannotBeHadAndTheRestCan) {
  {
    Life life{root()};
    life.open_market();
    trade(life, "1");
    life.snapshot();
    trade(life, "2");
    life.snapshot();
    ASSERT_EQ(journal::list_segments(root() / journal::kSegmentsFolder).front().first_seq,
              EventSeq{1});
    for (const char* const id : {"3", "4", "5"}) {
      trade(life, id);
      life.snapshot();
    }
  }
  ASSERT_FALSE(journal::list_segments(root() / journal::kRetiredFolder).empty());
  for (int start = 0; start < 2; ++start) {
    Life life{root()};
    const EventSeq last = life.recovered.engine.last_seq();
    const EventSeq from_there = life.retention.told_again_from();
    EXPECT_GT(from_there, EventSeq{1});
    const auto [refused, nothing] = replay(life, root(), kOne, EventSeq{from_there.value() - 1});
    EXPECT_EQ(refused.response, fix::ReplayResponse::Unavailable);
    EXPECT_EQ(refused.available_from, from_there);
    EXPECT_TRUE(nothing.empty());
    const auto [answer, told] = replay(life, root(), kOne, from_there);
    EXPECT_EQ(answer.response, fix::ReplayResponse::Begins);
    ASSERT_FALSE(told.empty());
    ASSERT_TRUE(std::holds_alternative<fix::ReplayEnd>(told.back().body));
    EXPECT_EQ(std::get<fix::ReplayEnd>(told.back().body).last, last);
    EXPECT_GT(told.size(), 2U);
  }
}

TEST_F(StartReplayTest, TheLogIsKeptForAsLongAsIsConfigured) {
  const auto first_segment = [this] {
    return journal::list_segments(root() / journal::kSegmentsFolder).front().first_seq;
  };
  EventSeq second;
  {
    Life life{root(), Retire::WhenUnneeded, 48h};
    life.open_market();
    trade(life, "1");
    life.snapshot();
    for (const char* const id : {"2", "3", "4"}) {
      life.wait(10h);
      trade(life, id);
      const EventSeq taken = life.snapshot();
      second = second == EventSeq{} ? taken : second;
    }
    EXPECT_EQ(first_segment(), EventSeq{1}) << "a day and a half has gone by";
    EXPECT_EQ(life.retention.told_again_from(), EventSeq{1});
  }
  {
    // How old the snapshots are is known after a restart.
    Life life{root(), Retire::WhenUnneeded, 48h};
    EXPECT_EQ(first_segment(), EventSeq{1});
    life.wait(30h);
    trade(life, "5");
    life.snapshot();
    trade(life, "6");
    trade(life, "7");
    EXPECT_GT(first_segment(), EventSeq{1});
    EXPECT_GE(life.retention.told_again_from(), second);
    const auto [answer, told] = replay(life, root(), kTwo, life.retention.told_again_from());
    EXPECT_EQ(answer.response, fix::ReplayResponse::Begins);
    EXPECT_TRUE(std::holds_alternative<fix::ReplayEnd>(told.back().body));
  }
}

}  // namespace
}  // namespace betex::gateway::testing
