#include "gateway/start/retention.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/log_capture.h"

namespace betex::gateway {
namespace {

using matching::EventSeq;
using matching::SessionId;
using matching::Timestamp;

constexpr SessionId kOne{1};
constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000'000;

class RetentionTest : public testing::Test {
 protected:
  explicit RetentionTest(Retire retire = Retire::WhenUnneeded, std::chrono::nanoseconds replay = {})
      : retention_{retire, replay} {}

  void take(std::uint64_t seq, std::int64_t hours = 0) {
    retention_.reports_taken(cursors_, EventSeq{seq}, Timestamp{hours * kHour});
  }

  void report(std::uint64_t event) {
    cursors_.reported(kOne, {.event = EventSeq{event}, .leg = 1});
  }

  ReportCursors cursors_;
  Retention retention_;
};

TEST_F(RetentionTest, OneSnapshotIsNotEnoughToGiveAnythingFree) {
  take(1000);
  EXPECT_EQ(retention_.floor(), EventSeq{0});
  retention_.add_snapshot(EventSeq{100});
  EXPECT_EQ(retention_.floor(), EventSeq{0});
  EXPECT_EQ(retention_.newest_snapshot(), EventSeq{100});
}

TEST_F(RetentionTest, TheSecondNewestSnapshotIsTheFloor) {
  take(1000);
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}});
  EXPECT_EQ(retention_.floor(), EventSeq{100});
  retention_.add_snapshot(EventSeq{300});
  EXPECT_EQ(retention_.floor(), EventSeq{200});
  EXPECT_EQ(retention_.oldest_needed_snapshot(), EventSeq{200});
  EXPECT_EQ(retention_.kept_from(), EventSeq{201});
}

TEST_F(RetentionTest, AnUndeliveredReportKeepsASnapshotFromWhichItCanBeMade) {
  report(150);
  take(1000);
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}, EventSeq{300}, EventSeq{400}});
  EXPECT_EQ(retention_.floor(), EventSeq{100});
  cursors_.delivered(kOne, EventSeq{250});
  report(260);
  take(1001);
  EXPECT_EQ(retention_.floor(), EventSeq{200});
  cursors_.delivered(kOne, EventSeq{260});
  take(1002);
  EXPECT_EQ(retention_.floor(), EventSeq{300});
}

TEST_F(RetentionTest, TheFloorNeverGoesBack) {
  take(1000);
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}});
  EXPECT_EQ(retention_.floor(), EventSeq{100});
  cursors_.reported_unseen(kOne, EventSeq{50});
  take(1001);
  EXPECT_EQ(retention_.floor(), EventSeq{100});
}

TEST_F(RetentionTest, ReportsAreKeptForSevenDaysOfJournaledTime) {
  take(90, 0);
  retention_.set_snapshots({EventSeq{80}, EventSeq{200}, EventSeq{300}});
  report(150);
  take(250, 10);
  take(400, 7 * 24 + 9);
  EXPECT_EQ(retention_.floor(), EventSeq{80});
  EXPECT_EQ(retention_.sessions_behind(), 0U);
  take(401, 7 * 24 + 10);
  EXPECT_EQ(retention_.floor(), EventSeq{200});
  EXPECT_EQ(retention_.sessions_behind(), 1U);
  cursors_.delivered(kOne, EventSeq{150});
  take(402, 7 * 24 + 10);
  EXPECT_EQ(retention_.sessions_behind(), 0U);
}

TEST_F(RetentionTest, WhoseReportsAreNotKeptAnyMoreIsSaidByName) {
  const betex::test::LogCapture log;
  retention_.name_session(kOne, matching::Name{"BROKER1"});
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}});
  report(50);
  take(1000);
  take(2000, 8 * 24);
  EXPECT_EQ(retention_.floor(), EventSeq{100});
  EXPECT_NE(log.count("session BROKER1 has not taken reports"), 0U) << log.text();
}

TEST_F(RetentionTest, ReportsThatCannotBeMadeAreNotOffered) {
  EXPECT_EQ(retention_.kept_from(), EventSeq{1});
  retention_.reports_begin_after(EventSeq{70});
  EXPECT_EQ(retention_.kept_from(), EventSeq{71});
}

// Each may be as large as all that is in memory.
TEST_F(RetentionTest, OfManySnapshotsAFewAreKeptForASessionThatIsAway) {
  constexpr std::uint64_t kSnapshots = 1000;
  std::vector<EventSeq> left;
  report(150);
  for (std::uint64_t i = 1; i <= kSnapshots; ++i) {
    take(100 * i + 1);
    retention_.add_snapshot(EventSeq{100 * i});
    left.emplace_back(100 * i);
    EXPECT_EQ(retention_.oldest_needed_snapshot(), EventSeq{i < 2 ? 0U : 100U});
    for (const EventSeq superfluous : retention_.take_superfluous_snapshots()) {
      EXPECT_EQ(std::erase(left, superfluous), 1);
    }
    ASSERT_GE(left.size(), std::min<std::uint64_t>(i, 2));
    EXPECT_EQ(left.front(), EventSeq{100}) << "from which its reports are made";
    EXPECT_EQ(left.back(), EventSeq{100 * i});
    EXPECT_TRUE(i < 2 || left[left.size() - 2] == EventSeq{100 * (i - 1)}) << "a start needs both";
  }
  EXPECT_LT(left.size(), 60U);
  for (std::size_t i = 1; i + 1 < left.size(); ++i) {
    const std::uint64_t gap = left[i].value() - left[i - 1].value();
    EXPECT_LE(gap, std::max<std::uint64_t>(100, (left.back().value() - left[i].value()) / 4));
  }
  EXPECT_EQ(retention_.floor(), EventSeq{100});
  EXPECT_EQ(retention_.kept_from(), EventSeq{101});
  cursors_.delivered(kOne, EventSeq{150});
  take(100 * kSnapshots + 2);
  EXPECT_EQ(retention_.floor(), EventSeq{100 * (kSnapshots - 1)});
}

// What is older than all that is kept is forgotten, and nothing else is.
TEST_F(RetentionTest, SevenDaysAreSevenDaysAfterAYear) {
  constexpr std::int64_t kHours = 365 * 24;
  retention_.set_snapshots({EventSeq{1}, EventSeq{2}});
  report(3);
  for (std::int64_t hour = 1; hour <= kHours; ++hour) {
    const auto seq = static_cast<std::uint64_t>(10 * hour);
    take(seq, hour);
    retention_.add_snapshot(EventSeq{seq});
  }
  EXPECT_EQ(retention_.floor(), EventSeq{10 * (kHours - 7 * 24)});
}

// ---- Snapshots that nobody has read to their ends yet

TEST_F(RetentionTest, NothingIsGivenFreeForOneThatIsNotReadYet) {
  report(250);
  take(1000);
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}, EventSeq{300}, EventSeq{400}},
                           {EventSeq{100}, EventSeq{200}});
  EXPECT_EQ(retention_.newest_snapshot(), EventSeq{400});
  EXPECT_EQ(retention_.floor(), EventSeq{0});
  EXPECT_EQ(retention_.next_unread(), EventSeq{200});
  retention_.snapshot_was_read(EventSeq{200}, true);
  EXPECT_EQ(retention_.next_unread(), EventSeq{100});
  EXPECT_TRUE(retention_.take_superfluous_snapshots().empty());
  EXPECT_EQ(retention_.floor(), EventSeq{200});
}

// It is removed, and would be said to be damaged.
TEST_F(RetentionTest, OneThatIsGivenFreeIsNotReadAnyMore) {
  report(150);
  take(1000);
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}, EventSeq{300}, EventSeq{400}},
                           {EventSeq{100}, EventSeq{200}});
  retention_.snapshot_was_read(EventSeq{200}, true);
  EXPECT_EQ(retention_.oldest_needed_snapshot(), EventSeq{0});
  EXPECT_EQ(retention_.next_unread(), EventSeq{100});
  cursors_.delivered(kOne, EventSeq{150});
  take(1001);
  EXPECT_EQ(retention_.oldest_needed_snapshot(), EventSeq{300});
  EXPECT_EQ(retention_.next_unread(), std::nullopt);
}

TEST_F(RetentionTest, TheTwoNewestThatAreReadAreEnoughWhereNothingOlderIsNeeded) {
  take(1000);
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}, EventSeq{300}}, {EventSeq{100}});
  EXPECT_EQ(retention_.floor(), EventSeq{200});
}

TEST_F(RetentionTest, OneThatIsNotWholeIsForgotten) {
  report(250);
  take(1000);
  retention_.log_begins_after(EventSeq{100});
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}, EventSeq{300}, EventSeq{400}},
                           {EventSeq{100}, EventSeq{200}});
  EXPECT_EQ(retention_.told_again_from(), EventSeq{101});
  retention_.snapshot_was_read(EventSeq{200}, false);
  EXPECT_EQ(retention_.floor(), EventSeq{0});
  retention_.snapshot_was_read(EventSeq{100}, false);
  EXPECT_EQ(retention_.floor(), EventSeq{0}) << "none is left that is old enough";
  EXPECT_EQ(retention_.told_again_from(), EventSeq{301});
}

// ---- The operators' watermark -------------------------------------------------------------------

class UpToWatermarkTest : public RetentionTest {
 protected:
  UpToWatermarkTest() : RetentionTest{Retire::UpToWatermark} {}
};

TEST_F(RetentionTest, TheWatermarkHoldsNothingBackWhereNobodyWaitsForIt) {
  take(1000);
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}});
  retention_.watermark_moved(EventSeq{50});
  EXPECT_EQ(retention_.watermark(), EventSeq{50});
  EXPECT_EQ(retention_.floor(), EventSeq{100});
  EXPECT_EQ(retention_.held_back_by(EventSeq{100}), fix::HeldBackBy{});
}

TEST_F(UpToWatermarkTest, WhatIsAboveItStaysThoughNothingNeedsIt) {
  take(1000);
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}, EventSeq{300}});
  EXPECT_EQ(retention_.floor(), EventSeq{0});
  retention_.watermark_moved(EventSeq{150});
  EXPECT_EQ(retention_.floor(), EventSeq{150});
  retention_.watermark_moved(EventSeq{120});
  EXPECT_EQ(retention_.floor(), EventSeq{150});
}

TEST_F(UpToWatermarkTest, WhatIsNeededStaysThoughItIsBelowIt) {
  take(1000);
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}, EventSeq{300}});
  retention_.watermark_moved(EventSeq{1000});
  EXPECT_EQ(retention_.floor(), EventSeq{200});
}

TEST_F(UpToWatermarkTest, SnapshotsAndReportsDoNotWaitForIt) {
  take(1000);
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}, EventSeq{300}});
  EXPECT_EQ(retention_.oldest_needed_snapshot(), EventSeq{200});
  EXPECT_EQ(retention_.kept_from(), EventSeq{201});
}

TEST_F(UpToWatermarkTest, ItIsSaidWhatHoldsASegmentBack) {
  using What = fix::HeldBackBy::What;
  const auto held_back = [this](std::uint64_t last) {
    return retention_.held_back_by(EventSeq{last}).what;
  };
  retention_.name_session(kOne, matching::Name{"BROKER1"});
  take(1000);
  EXPECT_EQ(held_back(1), What::Snapshot);
  retention_.set_snapshots({EventSeq{100}, EventSeq{200}, EventSeq{300}, EventSeq{400}});
  EXPECT_EQ(held_back(1), What::Watermark);
  EXPECT_EQ(held_back(300), What::Watermark);
  EXPECT_EQ(held_back(301), What::Snapshot);
  retention_.watermark_moved(EventSeq{150});
  EXPECT_EQ(held_back(150), What::Nothing);
  EXPECT_EQ(held_back(151), What::Watermark);

  report(250);  // a start would begin at the snapshot after event 200
  take(1001);
  EXPECT_EQ(held_back(200), What::Watermark);
  EXPECT_EQ(held_back(201), What::Session);
  EXPECT_EQ(retention_.held_back_by(EventSeq{300}).session, matching::Name{"BROKER1"});
  EXPECT_EQ(held_back(301), What::Snapshot);
  retention_.watermark_moved(EventSeq{1000});
  EXPECT_EQ(held_back(200), What::Nothing);
  EXPECT_EQ(held_back(201), What::Session);
  cursors_.delivered(kOne, EventSeq{250});
  take(1002);
  EXPECT_EQ(held_back(300), What::Nothing);
}

TEST_F(RetentionTest, ASessionHoldsNothingBackForLongerThanReportsAreKept) {
  using What = fix::HeldBackBy::What;
  take(90, 0);
  retention_.set_snapshots({EventSeq{80}, EventSeq{200}, EventSeq{300}});
  report(150);
  take(250, 10);
  take(400, 7 * 24 + 9);
  EXPECT_EQ(retention_.held_back_by(EventSeq{100}).what, What::Session);
  take(401, 7 * 24 + 10);
  EXPECT_EQ(retention_.held_back_by(EventSeq{100}).what, What::Nothing);
}

// ---- What may be told again ---------------------------------------------------------------------

class ReplayRetentionTest : public RetentionTest {
 protected:
  static constexpr std::int64_t kDay = 24;  // in hours

  ReplayRetentionTest() : RetentionTest{Retire::WhenUnneeded, std::chrono::days{2}} {}

  void know_times(const std::vector<std::pair<std::uint64_t, std::int64_t>>& past) {
    std::vector<Retention::PastEvent> times;
    for (const auto& [seq, hours] : past) {
      times.push_back({.time = Timestamp{hours * kHour}, .seq = EventSeq{seq}});
    }
    retention_.know_times(times);
  }
};

TEST_F(ReplayRetentionTest, TheSnapshotBeforeTheHorizonStaysThoughNobodyLacksAReport) {
  take(100, 0);
  retention_.set_snapshots({EventSeq{90}, EventSeq{200}, EventSeq{300}, EventSeq{400}});
  take(250, kDay);
  take(500, 2 * kDay + 1);
  EXPECT_EQ(retention_.floor(), EventSeq{90});
  EXPECT_EQ(retention_.oldest_needed_snapshot(), EventSeq{90});
  EXPECT_EQ(retention_.told_again_from(), EventSeq{91});
  EXPECT_EQ(retention_.kept_from(), EventSeq{301}) << "reports that are late go by what is lacked";
  take(501, 3 * kDay);
  EXPECT_EQ(retention_.floor(), EventSeq{200});
  EXPECT_EQ(retention_.told_again_from(), EventSeq{201});
}

// Or each restart would begin the time anew, and nothing would ever be retired.
TEST_F(ReplayRetentionTest, HowOldSnapshotsAreIsKnownFromBefore) {
  retention_.set_snapshots({EventSeq{90}, EventSeq{200}, EventSeq{300}, EventSeq{400}});
  know_times({{90, 0}, {200, kDay}, {300, 3 * kDay}, {400, 4 * kDay}});
  take(410, 4 * kDay);
  EXPECT_EQ(retention_.floor(), EventSeq{200});
}

TEST_F(ReplayRetentionTest, WithoutThatAllIsKept) {
  retention_.set_snapshots({EventSeq{90}, EventSeq{200}, EventSeq{300}, EventSeq{400}});
  take(410, 4 * kDay);
  EXPECT_EQ(retention_.floor(), EventSeq{0});
}

TEST_F(ReplayRetentionTest, WhatASessionLacksStaysLonger) {
  report(95);
  take(100, 0);
  retention_.set_snapshots({EventSeq{90}, EventSeq{200}, EventSeq{300}, EventSeq{400}});
  take(250, kDay);
  take(500, 4 * kDay);
  EXPECT_EQ(retention_.floor(), EventSeq{90});
  EXPECT_EQ(retention_.kept_from(), EventSeq{91});
}

TEST_F(ReplayRetentionTest, ItIsToldFromWhereTheLogIsThere) {
  EXPECT_EQ(retention_.told_again_from(), EventSeq{1});
  retention_.log_begins_after(EventSeq{200});
  EXPECT_EQ(retention_.told_again_from(), EventSeq{201});
}

TEST_F(ReplayRetentionTest, ItIsSaidThatItHoldsASegmentBack) {
  using What = fix::HeldBackBy::What;
  take(100, 0);
  retention_.set_snapshots({EventSeq{90}, EventSeq{200}, EventSeq{300}, EventSeq{400}});
  take(500, kDay);
  EXPECT_EQ(retention_.held_back_by(EventSeq{90}).what, What::Replay);
  EXPECT_EQ(retention_.held_back_by(EventSeq{300}).what, What::Replay);
  EXPECT_EQ(retention_.held_back_by(EventSeq{301}).what, What::Snapshot);
  report(510);
  take(511, kDay);
  EXPECT_EQ(retention_.held_back_by(EventSeq{301}).what, What::Snapshot);
}

TEST_F(ReplayRetentionTest, OfManySnapshotsAFewAreKeptForIt) {
  constexpr std::uint64_t kSnapshots = 1000;
  take(1, 0);
  for (std::uint64_t i = 1; i <= kSnapshots; ++i) {
    take(100 * i, 1);
    retention_.add_snapshot(EventSeq{100 * i});
  }
  take(100 * kSnapshots + 1, 1);
  EXPECT_EQ(retention_.oldest_needed_snapshot(), EventSeq{0}) << "all is kept";
  const std::vector<EventSeq> superfluous = retention_.take_superfluous_snapshots();
  EXPECT_GT(superfluous.size(), kSnapshots - 50);
  EXPECT_EQ(std::ranges::count(superfluous, EventSeq{100 * kSnapshots}), 0);
  EXPECT_EQ(std::ranges::count(superfluous, EventSeq{100 * (kSnapshots - 1)}), 0)
      << "a start needs these two";
  // No event is further behind a snapshot than a sixteenth of them all.
  EventSeq before{0};
  for (std::uint64_t i = 1; i <= kSnapshots; ++i) {
    if (std::ranges::count(superfluous, EventSeq{100 * i}) == 0) {
      EXPECT_LE(100 * i - before.value(), 100 * kSnapshots / 16 + 100);
      before = EventSeq{100 * i};
    }
  }
  EXPECT_TRUE(retention_.take_superfluous_snapshots().empty());
  EXPECT_EQ(retention_.newest_snapshot(), EventSeq{100 * kSnapshots});
}

}  // namespace
}  // namespace betex::gateway
