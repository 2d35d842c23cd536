#include "gateway/reports/report_cursors.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

using fix::ReportId;
using matching::EventSeq;
using matching::SessionId;

constexpr SessionId kOne{1};
constexpr SessionId kTwo{2};

constexpr ReportId report(std::uint64_t event, std::uint32_t leg = 1) {
  return {.event = EventSeq{event}, .leg = leg};
}

TEST(ReportCursors, WithoutReportsNothingIsNeeded) {
  ReportCursors cursors;
  EXPECT_FALSE(cursors.needed_after());
  cursors.delivered(kOne, EventSeq{7});
  EXPECT_FALSE(cursors.needed_after());
  EXPECT_EQ(cursors.last(kTwo), ReportId{});
}

TEST(ReportCursors, TheFirstReportThatIsNotDeliveredIsNeeded) {
  ReportCursors cursors;
  cursors.delivered(kOne, EventSeq{7});
  cursors.reported(kOne, report(20));
  cursors.reported(kOne, report(30));
  EXPECT_EQ(cursors.needed_after(), EventSeq{19});
  EXPECT_EQ(cursors.last(kOne), report(30));
}

TEST(ReportCursors, WhatIsDeliveredIsNotNeeded) {
  ReportCursors cursors;
  cursors.reported(kOne, report(20));
  cursors.reported(kOne, report(30));
  cursors.reported(kTwo, report(40));
  cursors.delivered(kOne, EventSeq{25});
  EXPECT_EQ(cursors.needed_after(), EventSeq{25});
  cursors.delivered(kOne, EventSeq{30});
  EXPECT_EQ(cursors.needed_after(), EventSeq{39});
  cursors.delivered(kTwo, EventSeq{50});
  EXPECT_FALSE(cursors.needed_after());
}

TEST(ReportCursors, SaysWhoNeedsTheOldest) {
  ReportCursors cursors;
  EXPECT_FALSE(cursors.oldest_need());
  cursors.reported(kTwo, report(20));
  cursors.reported(kOne, report(30));
  ASSERT_TRUE(cursors.oldest_need());
  EXPECT_EQ(cursors.oldest_need()->session, kTwo);
  EXPECT_EQ(cursors.oldest_need()->after, EventSeq{19});
  cursors.delivered(kTwo, EventSeq{20});
  ASSERT_TRUE(cursors.oldest_need());
  EXPECT_EQ(cursors.oldest_need()->session, kOne);
  EXPECT_EQ(cursors.oldest_need()->after, EventSeq{29});
  cursors.give_up(EventSeq{30});
  EXPECT_FALSE(cursors.oldest_need());
}

TEST(ReportCursors, ASessionLacksWhatItWasNotProvenToHave) {
  ReportCursors cursors;
  cursors.delivered(kOne, EventSeq{7});
  EXPECT_FALSE(cursors.lacks(kOne, EventSeq{100}));
  cursors.reported(kOne, report(20));
  EXPECT_FALSE(cursors.lacks(kOne, EventSeq{19}));
  EXPECT_TRUE(cursors.lacks(kOne, EventSeq{20}));
  EXPECT_TRUE(cursors.lacks(kOne, EventSeq{100}));
  EXPECT_FALSE(cursors.lacks(kTwo, EventSeq{100}));
  EXPECT_EQ(cursors.find_lacking(EventSeq{20}), kOne);
  cursors.give_up(EventSeq{20});
  EXPECT_FALSE(cursors.lacks(kOne, EventSeq{100}));
  EXPECT_FALSE(cursors.find_lacking(EventSeq{100}));
}

TEST(ReportCursors, ADeliveryNeverGoesBack) {
  ReportCursors cursors;
  cursors.reported(kOne, report(20));
  cursors.delivered(kOne, EventSeq{20});
  cursors.delivered(kOne, EventSeq{5});
  EXPECT_FALSE(cursors.needed_after());
}

TEST(ReportCursors, AQuietSessionHoldsNothingBackWhenItGetsAReport) {
  ReportCursors cursors;
  cursors.delivered(kOne, EventSeq{3});
  cursors.reported(kOne, report(2));
  EXPECT_FALSE(cursors.needed_after());
  cursors.reported(kOne, report(1000));
  EXPECT_EQ(cursors.needed_after(), EventSeq{999});
}

TEST(ReportCursors, WhatIsGivenUpIsNotNeededButNotForgotten) {
  ReportCursors cursors;
  cursors.reported(kOne, report(20));
  cursors.reported(kTwo, report(50));
  cursors.reported(kOne, report(60));
  cursors.give_up(EventSeq{40});
  EXPECT_EQ(cursors.needed_after(), EventSeq{40}) << "the first has one behind it";
  cursors.give_up(EventSeq{60});
  EXPECT_FALSE(cursors.needed_after());

  ReportCursors restored;
  ASSERT_TRUE(restored.read_note(cursors.note(EventSeq{100})));
  EXPECT_EQ(restored.needed_after(), EventSeq{19});
}

TEST(ReportCursors, WhatIsLostIsWhatASessionHasNotAndIsNotKept) {
  ReportCursors cursors;
  cursors.reported(kOne, report(20));
  cursors.reported(kOne, report(60));
  const auto lost = cursors.lost(kOne, EventSeq{5}, EventSeq{41});
  ASSERT_TRUE(lost.has_value());
  EXPECT_EQ(lost->first, EventSeq{20});
  EXPECT_EQ(lost->last, EventSeq{40});
  EXPECT_EQ(cursors.lost(kOne, EventSeq{5}, EventSeq{100})->last, EventSeq{60});
  EXPECT_FALSE(cursors.lost(kOne, EventSeq{5}, EventSeq{20})) << "all is kept";
  EXPECT_FALSE(cursors.lost(kOne, EventSeq{40}, EventSeq{41})) << "it was sent";
  EXPECT_FALSE(cursors.lost(kTwo, EventSeq{5}, EventSeq{41})) << "there was none";
  EXPECT_EQ(cursors.behind(EventSeq{40}), std::vector{kOne});
  EXPECT_TRUE(cursors.behind(EventSeq{19}).empty());

  cursors.delivered(kOne, EventSeq{60});
  EXPECT_FALSE(cursors.lost(kOne, EventSeq{5}, EventSeq{41}));
  EXPECT_TRUE(cursors.behind(EventSeq{40}).empty());
}

TEST(ReportCursors, ANoteKeepsWhatIsNotDelivered) {
  ReportCursors cursors;
  cursors.reported(kOne, report(20, 2));
  cursors.reported(kTwo, report(30));
  cursors.delivered(kTwo, EventSeq{30});
  ReportCursors restored;
  ASSERT_TRUE(restored.read_note(cursors.note(EventSeq{100})));
  EXPECT_EQ(restored.last(kOne), report(20, 2));
  EXPECT_EQ(restored.last(kTwo), ReportId{});
  EXPECT_EQ(restored.needed_after(), EventSeq{19});
}

TEST(ReportCursors, ANoteThatIsTakenLaterSpeaksOnlyOfWhatWasBeforeTheSnapshot) {
  ReportCursors cursors;
  cursors.reported(kOne, report(20));
  cursors.reported(kOne, report(120));
  cursors.reported(kTwo, report(130));
  ReportCursors restored;
  ASSERT_TRUE(restored.read_note(cursors.note(EventSeq{100})));
  EXPECT_EQ(restored.last(kOne).event, EventSeq{100});
  EXPECT_GT(restored.last(kOne), report(100, 2)) << "any leg of it may be missing";
  EXPECT_EQ(restored.last(kTwo), ReportId{});
}

matching::MarketsWatched watched(SessionId session, bool on) {
  return {.header = {}, .session = session, .on = on, .reserved = {}};
}

TEST(ReportCursors, ANoteKeepsWhoWatchesMarkets) {
  ReportCursors cursors;
  cursors.reported(kTwo, report(5));
  cursors.apply(EventSeq{10}, watched(kOne, true));
  cursors.apply(EventSeq{20}, watched(kTwo, true));
  cursors.apply(EventSeq{30}, watched(kOne, false));
  cursors.apply(EventSeq{120}, watched(kOne, true));
  ReportCursors restored;
  ASSERT_TRUE(restored.read_note(cursors.note(EventSeq{100})));
  EXPECT_EQ(restored.last(kTwo), report(5));
  for (std::uint64_t seq = 1; seq <= 100; ++seq) {
    for (const SessionId session : {kOne, kTwo}) {
      EXPECT_EQ(restored.watches().told(session, EventSeq{seq}),
                cursors.watches().told(session, EventSeq{seq}))
          << seq;
    }
  }
  EXPECT_FALSE(restored.watches().told(kOne, EventSeq{121})) << "which the log says again";
  cursors.delivered(kOne, EventSeq{120});
  EXPECT_TRUE(cursors.watches().told(kOne, EventSeq{121}));
  EXPECT_EQ(cursors.watches().changes().size(), 2U) << "what nobody will ask for is forgotten";
}

// As an older program wrote it: without how many sessions there are, and without the changes.
TEST(ReportCursors, ANoteOfVersion1IsTaken) {
  ReportCursors cursors;
  cursors.reported(kOne, report(20, 2));
  std::string note = cursors.note(EventSeq{100});
  ASSERT_EQ(note.size(), 8U + 8U + 24U);
  note.erase(8, 8);
  note[0] = 1;
  ReportCursors restored;
  ASSERT_TRUE(restored.read_note(note));
  EXPECT_EQ(restored.last(kOne), report(20, 2));
  EXPECT_EQ(restored.needed_after(), EventSeq{19});
  EXPECT_FALSE(restored.read_note(note + "x"));
}

TEST(ReportCursors, OtherBytesAreNoNote) {
  ReportCursors cursors;
  cursors.reported(kOne, report(20, 2));
  cursors.apply(EventSeq{10}, watched(kOne, true));
  const std::string note = cursors.note(EventSeq{100});
  ReportCursors restored;
  EXPECT_FALSE(restored.read_note(""));
  EXPECT_FALSE(restored.read_note("12345678"));
  EXPECT_FALSE(restored.read_note(note + "x"));
  for (std::size_t size = 0; size < note.size() - 16; ++size) {  // the last part may lack
    EXPECT_FALSE(restored.read_note(note.substr(0, size))) << size;
  }
  std::string more = note;
  more[8] = 2;  // sessions
  EXPECT_FALSE(restored.read_note(more));
  more.replace(8, 8, std::string(8, '\xff'));
  EXPECT_FALSE(restored.read_note(more));
  std::string newer = note;
  newer[0] = 3;
  EXPECT_FALSE(restored.read_note(newer));
  EXPECT_EQ(restored.last(kOne), ReportId{}) << "nothing was taken";
  EXPECT_TRUE(restored.watches().changes().empty());
  EXPECT_TRUE(restored.read_note(note));
}

}  // namespace
}  // namespace betex::gateway
