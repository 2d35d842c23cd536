#include <gtest/gtest.h>

#include "gateway/session/session_end.h"

namespace betex::fix {
namespace {

using namespace std::chrono_literals;
using matching::SessionDownReason;

TEST(SessionEnding, TheFirstCauseCounts) {
  SessionEnding ending;
  EXPECT_EQ(ending.cause(), std::nullopt);
  ending.note(SessionEnd::SlowReader);
  ending.note(SessionEnd::ConnectionLost);
  EXPECT_EQ(ending.cause(), SessionEnd::SlowReader);
}

TEST(SessionEnding, ALogoutIsNoLossOfAConnection) {
  SessionEnding ending;
  EXPECT_EQ(ending.down_reason(), SessionDownReason::Disconnect);
  ending.by_logout();
  ending.disconnect();
  EXPECT_EQ(ending.down_reason(), SessionDownReason::Logout);
}

TEST(SessionEnding, WaitsForTheClientForATime) {
  const SessionEnding::TimePoint now{1h};
  SessionEnding ending;
  ending.disconnect_if_time_is_over(now);
  EXPECT_FALSE(ending.is_to_disconnect()) << "nobody has said Logout";

  ending.leave_by(now + 2s);
  ending.disconnect_if_time_is_over(now + 1999ms);
  EXPECT_FALSE(ending.is_to_disconnect());
  ending.disconnect_if_time_is_over(now + 2s);
  EXPECT_TRUE(ending.is_to_disconnect());
  ending.disconnect_if_time_is_over(now);
  EXPECT_TRUE(ending.is_to_disconnect()) << "it is not taken back";
}

TEST(SessionEnding, TheFirstLogoutThatWaitsForARejectCounts) {
  SessionEnding ending;
  EXPECT_EQ(ending.logout_behind_reject(), std::nullopt);
  ending.log_out_behind_reject(
      {.number = matching::MsgSeqNum{7}, .text = "first", .at_the_latest = {}});
  ending.log_out_behind_reject(
      {.number = matching::MsgSeqNum{8}, .text = "second", .at_the_latest = {}});
  ASSERT_TRUE(ending.logout_behind_reject().has_value());
  EXPECT_EQ(ending.logout_behind_reject()->number, matching::MsgSeqNum{7});
  EXPECT_EQ(ending.logout_behind_reject()->text, "first");
}

}  // namespace
}  // namespace betex::fix
