#include "gateway/config/settings_in_force.h"

#include <gmock/gmock.h>

#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SettingsInForceTest : public ConfigFixture {
 protected:
  // Two sessions, so that one can change beside the other.
  SettingsInForceTest() {
    sessions +=
        "[SESSION]\nBeginString=FIX.4.4\nTargetCompID=BERT\nUsername=ANNA\nRole=Broker\n"
        "Accounts=BERT\n";
  }
};

TEST_F(SettingsInForceTest, WhatMayChangeIsTakenOverInSilence) {
  SettingsInForce in_force{load()};
  EXPECT_THAT(in_force.take_over(load()), IsEmpty());
  replace(gateway, "[exchange]\n", "[exchange]\nfour_eyes = [\"funds\"]\nstop_notice_s = 60\n");
  gateway +=
      "[fix.limits]\nconnections = 7\nconnections_per_address = 6\n[log]\nlevel = \"warn\"\n";
  sessions += "AllowFrom=10.0.0.1\nMaxMessagesPerSecond=5\nMessageBurst=9\n";
  credentials += "BERT" + credentials.substr(4);
  replace(sessions, "Username=ANNA", "Username=BERT");
  EXPECT_THAT(in_force.take_over(load()), IsEmpty());
}

TEST_F(SettingsInForceTest, WhatNeedsARestartIsNamedEachTime) {
  SettingsInForce in_force{load()};
  replace(gateway, "root = \"wal\"", "root = \"elsewhere\"");
  gateway += "[http]\nport = 1234\n";
  replace(sessions, "Accounts=ANNA\n", "Accounts=ANNA, BERT\nResetAllowed=Y\n");
  sessions += "ResetTime=10:00:00\n";
  const auto expected = ElementsAre("http.port",
                                    "session ANNA: Accounts",
                                    "session ANNA: ResetAllowed",
                                    "session BERT: ResetDays",
                                    "session BERT: ResetTime",
                                    "wal.root");
  EXPECT_THAT(in_force.take_over(load()), expected);
  EXPECT_THAT(in_force.take_over(load()), expected);
}

TEST_F(SettingsInForceTest, WhatTheFirstStartHasSettledIsNotSaidToNeedARestart) {
  SettingsInForce in_force{load()};
  replace(gateway, "[exchange]\n", "[exchange]\nmax_requests_a_day = 7\n");
  gateway += "[trading_day]\nend_utc = 04:00:00\n";
  EXPECT_THAT(in_force.take_over(load()), IsEmpty());
}

TEST_F(SettingsInForceTest, TlsThatWasNotThereNeedsARestart) {
  SettingsInForce in_force{load()};
  replace(gateway, "[fix]\n", "[fix]\ntls_port = 1\n");
  EXPECT_THAT(in_force.take_over(load()), ElementsAre("fix.tls_port"));
}

TEST_F(SettingsInForceTest, ASessionIsAddedWholeAndKeepsWhatItBeganWith) {
  const std::string before = sessions;
  SettingsInForce in_force{load()};
  sessions +=
      "[SESSION]\nBeginString=FIX.4.4\nTargetCompID=CARL\nUsername=ANNA\nRole=DropCopy\n"
      "Accounts=ANNA\n";
  EXPECT_THAT(in_force.take_over(load()), IsEmpty());
  const std::string with_carl = sessions;
  sessions = before;
  EXPECT_THAT(in_force.take_over(load()), IsEmpty()) << "a session that is gone";
  sessions = with_carl;
  replace(sessions, "Role=DropCopy", "Role=Broker");
  EXPECT_THAT(in_force.take_over(load()), ElementsAre("session CARL: Role"));
}

}  // namespace
}  // namespace betex::gateway
