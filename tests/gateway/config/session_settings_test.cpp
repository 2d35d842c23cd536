#include "gateway/config/session_settings.h"

#include <gmock/gmock.h>

#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

using ::testing::ElementsAre;

using SessionSettings = ConfigFixture;

TEST_F(SessionSettings, DefaultsAndOwnSettingsMakeTheSession) {
  sessions =
      "# a comment\n"
      "[DEFAULT]\n"
      "ConnectionType = acceptor\n"
      "SenderCompID=BETEX\n"
      "DefaultApplVerID=9\n"
      "ResetAllowed=Y\n"
      "AllowFrom=127.0.0.1, 10.0.0.0/8\n"
      "\n"
      "[SESSION]\n"
      "BeginString=FIXT.1.1\n"
      "TargetCompID=BOB\n"
      "Username=ANNA\n"
      "Role=Broker\n"
      "Accounts=BOB, BOB-2\n"
      "MinHeartBtInt=10\n"
      "MaxHeartBtInt=20\n"
      "ResetTime=21:30:00\n"
      "ResetDays=Sat, Wed\n"
      "[SESSION]\n"
      "BeginString=FIX.4.4\n"
      "TargetCompID=ANNA\n"
      "Role=DropCopy\n"
      "Accounts=ANNA,BOB\n"
      "ResetAllowed=N\n"
      "CancelOnDisconnect=Y\n"
      "CancelOnDisconnectGrace=0\n"
      "AllowFrom=::1\n"
      "[SESSION]\n"
      "BeginString=FIXT.1.1\n"
      "DefaultApplVerID=FIX.5.0SP2\n"
      "TargetCompID=OPS\n"
      "Username=ANNA\n"
      "Role=Ops\n";
  const Config config = load();
  ASSERT_EQ(config.sessions.size(), 3U);

  const SessionConfig& bob = config.sessions[0];
  EXPECT_EQ(bob.version, FixVersion::Fixt11);
  EXPECT_EQ(bob.sender_comp_id, "BETEX");
  EXPECT_EQ(bob.target_comp_id, "BOB");
  EXPECT_EQ(bob.username, "ANNA");
  EXPECT_EQ(bob.role, SessionRole::Broker);
  EXPECT_THAT(bob.accounts, ElementsAre("BOB", "BOB-2"));
  EXPECT_EQ(bob.min_heartbeat, std::chrono::seconds{10});
  EXPECT_EQ(bob.max_heartbeat, std::chrono::seconds{20});
  EXPECT_TRUE(bob.reset_allowed);
  ASSERT_TRUE(bob.reset_schedule.has_value());
  EXPECT_EQ(bob.reset_schedule->time_of_day, std::chrono::minutes{21 * 60 + 30});
  EXPECT_EQ(bob.reset_schedule->days_text(), "Wed, Sat");
  ASSERT_EQ(bob.allow_from.size(), 2U);
  EXPECT_TRUE(bob.allow_from[1].contains("10.1.2.3"));

  const SessionConfig& anna = config.sessions[1];
  EXPECT_EQ(anna.version, FixVersion::Fix44);
  EXPECT_EQ(anna.username, "ANNA");
  EXPECT_EQ(anna.role, SessionRole::DropCopy);
  EXPECT_EQ(anna.min_heartbeat, std::chrono::seconds{5});
  EXPECT_EQ(anna.max_heartbeat, std::chrono::seconds{60});
  EXPECT_FALSE(anna.reset_allowed);
  EXPECT_FALSE(anna.reset_schedule.has_value());
  EXPECT_FALSE(bob.cancel_on_disconnect);
  EXPECT_EQ(bob.cancel_grace, std::chrono::seconds{10});
  EXPECT_TRUE(anna.cancel_on_disconnect);
  EXPECT_EQ(anna.cancel_grace, std::chrono::seconds{0});
  ASSERT_EQ(anna.allow_from.size(), 1U);
  EXPECT_TRUE(anna.allow_from[0].contains("::1"));

  EXPECT_EQ(config.sessions[2].role, SessionRole::Ops);
  EXPECT_THAT(config.sessions[2].accounts, ElementsAre());
  EXPECT_THAT(names_of(config.accounts()), ElementsAre("ANNA", "BOB", "BOB-2"));
}

TEST_F(SessionSettings, OpsIsForFixtOnly) {
  replace(sessions, "BeginString=FIXT.1.1\nDefaultApplVerID=9\n", "BeginString=FIX.4.4\n");
  replace(sessions, "Role=Broker\nAccounts=ANNA\n", "Role=Ops\n");
  EXPECT_THAT(complaints(),
              ElementsAre("sessions.cfg:7: Role: Ops is not possible with FIX.4.4; give "
                          "BeginString=FIXT.1.1"));
}

TEST_F(SessionSettings, AnOpsSessionHasNoThrottle) {
  replace(sessions, "Role=Broker\nAccounts=ANNA\n", "Role=Ops\n");
  replace(sessions, "SenderCompID=BETEX\n", "SenderCompID=BETEX\nMaxMessagesPerSecond=5\n");
  EXPECT_EQ(load().sessions[0].max_messages_per_second, 0U) << "the others' is no mistake";
  sessions += "MaxMessagesPerSecond=7\n";
  EXPECT_THAT(complaints(),
              ElementsAre(::testing::HasSubstr(
                  "MaxMessagesPerSecond: is not for Ops, whose input is always read; remove it")));
}

// The numbers of a market data session live as long as its connection, whatever the others' do.
TEST_F(SessionSettings, AMarketDataSessionHasNeitherAccountsNorOrdersNorAHistory) {
  replace(sessions, "Role=Broker\nAccounts=ANNA\n", "Role=MarketData\n");
  replace(sessions,
          "SenderCompID=BETEX\n",
          "SenderCompID=BETEX\nMaxMessagesPerSecond=5\nResetTime=22:00:00\nResetAllowed=N\n"
          "CancelOnDisconnect=Y\n");
  const Config config = load();
  const SessionConfig& session = config.sessions[0];
  EXPECT_EQ(session.role, SessionRole::MarketData);
  EXPECT_THAT(session.accounts, ElementsAre());
  EXPECT_TRUE(session.reset_allowed);
  EXPECT_FALSE(session.reset_schedule.has_value());
  EXPECT_FALSE(session.cancel_on_disconnect);
  EXPECT_EQ(session.max_messages_per_second, 0U) << "the others' is no mistake";
  const std::string printed = print(config);
  EXPECT_NE(printed.find("\nRole=MarketData\n"), std::string::npos);
  for (const char* const key : {"\nReset", "\nCancelOnDisconnect", "\nMaxMessages"}) {
    EXPECT_EQ(printed.find(key, printed.find("[SESSION]")), std::string::npos) << key;
  }
}

TEST_F(SessionSettings, AMarketDataSessionIsToldOfSettingsThatItHasNot) {
  replace(sessions, "Role=Broker\nAccounts=ANNA\n", "Role=MarketData\n");
  const std::string good = sessions;
  for (const std::string setting : {"ResetAllowed=Y",
                                    "ResetTime=22:00:00",
                                    "ResetDays=Mon",
                                    "CancelOnDisconnect=N",
                                    "CancelOnDisconnectGrace=5",
                                    "MaxMessagesPerSecond=5",
                                    "MessageBurst=5"}) {
    sessions = good + setting + "\n";
    const std::string key = setting.substr(0, setting.find('='));
    EXPECT_THAT(complaints(), ElementsAre(::testing::HasSubstr(key + ": is not for MarketData")));
  }
}

TEST_F(SessionSettings, MarketDataIsForFixtOnly) {
  replace(sessions, "BeginString=FIXT.1.1\nDefaultApplVerID=9\n", "BeginString=FIX.4.4\n");
  replace(sessions, "Role=Broker\nAccounts=ANNA\n", "Role=MarketData\n");
  EXPECT_THAT(complaints(),
              ElementsAre("sessions.cfg:7: Role: MarketData is not possible with FIX.4.4; give "
                          "BeginString=FIXT.1.1"));
}

TEST_F(SessionSettings, OneSessionForEachCompId) {
  sessions += "[SESSION]\nBeginString=FIX.4.4\nTargetCompID=ANNA\nRole=Broker\nAccounts=ANNA\n";
  EXPECT_THAT(complaints(),
              ElementsAre("sessions.cfg:12: TargetCompID: 'ANNA' has a session already; give each "
                          "session a CompID of its own"));
}

TEST_F(SessionSettings, MistakeInTheDefaultsIsSaidOnce) {
  replace(sessions, "AllowFrom=127.0.0.1", "AllowFrom=anywhere");
  sessions +=
      "[SESSION]\nBeginString=FIX.4.4\nTargetCompID=BERT\nUsername=ANNA\nRole=Broker\n"
      "Accounts=BERT\n";
  EXPECT_EQ(complaints().size(), 1U);
}

TEST_F(SessionSettings, AThrottleHasABurstOfASecondUnlessItIsSaid) {
  EXPECT_EQ(load().sessions[0].max_messages_per_second, 0U);
  sessions += "MaxMessagesPerSecond=50\n";
  EXPECT_EQ(load().sessions[0].message_burst, 50U);
  sessions += "MessageBurst=200\n";
  EXPECT_EQ(load().sessions[0].message_burst, 200U);
}

TEST_F(SessionSettings, TlsIsRequiredWhereItIsSaid) {
  replace(gateway, "[fix]\n", "[fix]\ntls_port = 0\n");
  EXPECT_FALSE(load().sessions[0].require_tls);
  sessions += "RequireTls=Y\n";
  EXPECT_TRUE(load().sessions[0].require_tls);
  EXPECT_NE(print(load()).find("\nRequireTls=Y\n"), std::string::npos);
}

// Its port is not the others'.
TEST_F(SessionSettings, TlsOfAMarketDataSessionIsOnItsPort) {
  write_file(folder.path() / "ca.pem", "");
  replace(gateway, "[fix]\n", "[fix]\ntls_port = 0\ntls_client_ca = \"ca.pem\"\n");
  replace(sessions, "Role=Broker\nAccounts=ANNA\n", "Role=MarketData\n");
  const std::string before = sessions;
  for (const std::string setting : {"RequireTls=Y\n", "Authentication=Certificate\n"}) {
    sessions = before + setting;
    EXPECT_THAT(complaints(), ElementsAre(::testing::HasSubstr("give tls_port in [market_data]")))
        << setting;
  }
  gateway += "[market_data]\ntls_port = 0\n";
  EXPECT_EQ(load().sessions[0].proof, LogonProof::Certificate);
}

TEST_F(SessionSettings, ACertificateNeedsAnAuthorityAndNoPassword) {
  sessions += "Authentication=Certificate\nCertificateName=anna@example.com\nUsername=NOBODY\n";
  EXPECT_THAT(complaints(),
              ::testing::ElementsAre(::testing::HasSubstr(
                  "Authentication: needs client certificates, and none are asked for")));
  write_file(folder.path() / "ca.pem", "");
  replace(gateway, "[fix]\n", "[fix]\ntls_port = 0\ntls_client_ca = \"ca.pem\"\n");
  const Config config = load();
  EXPECT_EQ(config.sessions[0].proof, LogonProof::Certificate);
  EXPECT_EQ(config.sessions[0].certificate_name, "anna@example.com");
}

}  // namespace
}  // namespace betex::gateway
