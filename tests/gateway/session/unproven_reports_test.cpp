// What a client makes us keep that proves nothing.
#include "gateway/session/unproven_reports.h"

#include <gtest/gtest.h>

#include "gateway/session/report_hold.h"

namespace betex::fix {
namespace {

using namespace std::chrono_literals;
using matching::EventSeq;

constexpr std::size_t kBig = 20'000;  // a step of its own

TEST(UnprovenReports, CountsUntilItIsProven) {
  CacheSpace space{{.of_a_session = 3 * kBig, .in_all = 10 * kBig}};
  UnprovenReports unproven{space, {{.last = EventSeq{5}, .bytes = kBig}}};
  EXPECT_EQ(unproven.bytes(), kBig) << "of an earlier life";
  unproven.sent(EventSeq{6}, kBig);
  unproven.sent(EventSeq{7}, kBig);
  EXPECT_FALSE(unproven.at_bound());
  unproven.sent(EventSeq{8}, kBig);
  EXPECT_TRUE(unproven.at_bound());
  EXPECT_EQ(space.unproven(), 4 * kBig);

  unproven.proven(EventSeq{4});
  EXPECT_EQ(unproven.bytes(), 4 * kBig);
  unproven.proven(EventSeq{6});
  EXPECT_EQ(unproven.bytes(), 2 * kBig);
  EXPECT_FALSE(unproven.at_bound());
  EXPECT_EQ(space.unproven(), 2 * kBig);
}

TEST(UnprovenReports, ANewEpochHasNone) {
  CacheSpace space{{}};
  UnprovenReports unproven{space, {}};
  unproven.sent(EventSeq{6}, kBig);
  unproven.begin_anew();
  EXPECT_EQ(unproven.bytes(), 0U);
  EXPECT_EQ(space.unproven(), 0U);
}

TEST(ReportHold, BeginsOnceAndIsPatient) {
  ReportHold::TimePoint now{1h};
  ReportHold hold;
  EXPECT_FALSE(hold.is_on());
  EXPECT_FALSE(hold.is_on_for(0s, now));
  EXPECT_TRUE(hold.begin(now));
  EXPECT_FALSE(hold.begin(now + 10s)) << "it has begun";
  EXPECT_FALSE(hold.is_on_for(30s, now + 29s));
  EXPECT_TRUE(hold.is_on_for(30s, now + 30s));
  hold.end();
  EXPECT_FALSE(hold.is_on());
  EXPECT_TRUE(hold.begin(now + 40s));
}

TEST(ReportHold, PatienceBeginsAnewWithAResend) {
  ReportHold::TimePoint now{1h};
  ReportHold hold;
  EXPECT_TRUE(hold.begin(now));
  hold.restart(now + 20s);
  EXPECT_FALSE(hold.is_on_for(30s, now + 49s));
  EXPECT_TRUE(hold.is_on_for(30s, now + 50s));
}

}  // namespace
}  // namespace betex::fix
