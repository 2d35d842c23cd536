#include "gateway/reports/market_watches.h"

#include <cstdint>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

using matching::EventSeq;
using matching::SessionId;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SessionId kOne{1};
constexpr SessionId kTwo{2};

MarketWatches::Change change(SessionId session, std::uint64_t seq, bool on) {
  return {.session = session, .seq = EventSeq{seq}, .on = on};
}

TEST(MarketWatches, BeginBehindTheirEventAndEndWithTheEndsOwn) {
  MarketWatches watches;
  EXPECT_FALSE(watches.told(kOne, EventSeq{1}));
  watches.note(change(kOne, 10, true));
  watches.note(change(kOne, 20, false));
  watches.note(change(kOne, 30, true));
  EXPECT_FALSE(watches.told(kOne, EventSeq{10}));
  EXPECT_TRUE(watches.told(kOne, EventSeq{11}));
  EXPECT_TRUE(watches.told(kOne, EventSeq{20}));
  EXPECT_FALSE(watches.told(kOne, EventSeq{21}));
  EXPECT_FALSE(watches.told(kOne, EventSeq{30}));
  EXPECT_TRUE(watches.told(kOne, EventSeq{1'000'000}));
  EXPECT_FALSE(watches.told(kTwo, EventSeq{15}));
}

TEST(MarketWatches, WhatChangesNothingIsNotKept) {
  MarketWatches watches;
  watches.note(change(kOne, 5, false));
  watches.note(change(kOne, 10, true));
  watches.note(change(kOne, 12, true));
  watches.note(change(kTwo, 13, true));
  EXPECT_THAT(watches.changes(), ElementsAre(change(kOne, 10, true), change(kTwo, 13, true)));
}

TEST(MarketWatches, OfWhatASessionHasAllReportsOfOnlyTheLastWordIsKept) {
  MarketWatches watches;
  watches.note(change(kOne, 10, true));
  watches.note(change(kTwo, 11, true));
  watches.note(change(kOne, 20, false));
  watches.note(change(kOne, 30, true));
  watches.forget(kOne, EventSeq{9});
  EXPECT_THAT(watches.changes().size(), 4U);
  watches.forget(kOne, EventSeq{25});
  EXPECT_THAT(watches.changes(), ElementsAre(change(kTwo, 11, true), change(kOne, 30, true)));
  watches.forget(kOne, EventSeq{40});
  EXPECT_THAT(watches.changes(), ElementsAre(change(kTwo, 11, true), change(kOne, 30, true)));
  watches.note(change(kOne, 50, false));
  watches.forget(kOne, EventSeq{50});
  watches.forget(kTwo, EventSeq{50});
  EXPECT_THAT(watches.changes(), ElementsAre(change(kTwo, 11, true)));
  watches.note(change(kTwo, 60, false));
  watches.forget(kTwo, EventSeq{60});
  EXPECT_THAT(watches.changes(), IsEmpty());
}

// Whatever was forgotten, all later events are told to the same sessions.
TEST(MarketWatches, ForgettingChangesNothingOfWhatComesLater) {
  std::mt19937 random{1};
  for (int run = 0; run < 200; ++run) {
    MarketWatches all;
    MarketWatches forgetful;
    std::uint64_t delivered[3] = {};
    for (std::uint64_t seq = 1; seq <= 60; ++seq) {
      const SessionId session{1 + static_cast<std::uint32_t>(random() % 2)};
      if (random() % 3 == 0) {
        const MarketWatches::Change next = change(session, seq, random() % 2 == 0);
        all.note(next);
        forgetful.note(next);
      } else if (random() % 3 == 0) {
        std::uint64_t& its = delivered[session.value()];
        its += random() % (seq - its);
        forgetful.forget(session, EventSeq{its});
      }
      for (const SessionId each : {kOne, kTwo}) {
        for (std::uint64_t later = delivered[each.value()] + 1; later <= seq + 1; ++later) {
          ASSERT_EQ(all.told(each, EventSeq{later}), forgetful.told(each, EventSeq{later}))
              << "run " << run << " session " << each.value() << " event " << later;
        }
      }
    }
  }
}

}  // namespace
}  // namespace betex::gateway
