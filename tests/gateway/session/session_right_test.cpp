// A reload ends the sessions whose right to be on is gone, and no other.
#include "gateway/session/session_right.h"

#include <functional>

#include <gtest/gtest.h>

#include "gateway/transport/tls_revocation.h"
#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using fix::SessionSettings;
using matching::SessionInfo;

class SessionRightTest : public testing::Test {
 protected:
  void reload(const std::vector<SessionSettings>& sessions) const {
    gateway_.server().reload({}, sessions, std::nullopt);
  }

  // With BROKER1 as `change` makes it.
  void reload_with(const std::function<void(SessionSettings&)>& change) const {
    auto sessions = test_sessions();
    change(sessions.front());
    reload(sessions);
  }

  void expect_logged_out(RawFixPeer& peer) {
    const RawFixMessage logout = peer.read_type("5");
    EXPECT_EQ(logout.value(58), "Not allowed to be logged on any more");
    EXPECT_TRUE(peer.wait_for_end());
    EXPECT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) { return !s.up; }));
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  mutable TestGateway gateway_{pipeline_, folder_.path()};
  std::unique_ptr<RawFixPeer> peer_ = gateway_.log_on("BROKER1");
  std::unique_ptr<RawFixPeer> other_ = gateway_.log_on("BROKER2");
};

TEST_F(SessionRightTest, AReloadThatTakesNothingAwayEndsNothing) {
  reload(test_sessions());
  reload_with([](SessionSettings& session) {
    session.throttle = {.messages_per_second = 1, .burst = 1, .refusals_before_a_pause = 1};
    session.allow_from.push_back(*gateway::AddressRange::parse("10.0.0.1"));
    session.certificate_name = "of no use";
  });
  peer_->send("D", order_fields("A1"));
  EXPECT_EQ(peer_->read_type("8").value(11), "A1");
}

TEST_F(SessionRightTest, WhoIsNotConfiguredAnyMoreIsLoggedOutUntilHeIsAgain) {
  auto sessions = test_sessions();
  sessions.erase(sessions.begin());
  reload(sessions);
  expect_logged_out(*peer_);
  const auto again = gateway_.connect("BROKER1");
  again->next_out = 2;
  again->send("A", logon_fields("BROKER1"));
  EXPECT_TRUE(again->wait_for_end());
  other_->send("D", order_fields("A1"));
  EXPECT_EQ(other_->read_type("8").value(11), "A1") << "nobody else is";

  reload(test_sessions());
  EXPECT_NO_THROW((void)gateway_.log_on("BROKER1", 2));
}

TEST_F(SessionRightTest, WhoComesFromWhereHeMayNotAnyMoreIsLoggedOut) {
  reload_with([](SessionSettings& session) {
    session.allow_from = {*gateway::AddressRange::parse("10.0.0.1")};
  });
  expect_logged_out(*peer_);
}

TEST_F(SessionRightTest, WhoIsOnWithoutTlsWhereItIsRequiredIsLoggedOut) {
  reload_with([](SessionSettings& session) { session.require_tls = true; });
  expect_logged_out(*peer_);
}

TEST_F(SessionRightTest, WhoHasShownNoCertificateWhereOneIsNeededIsLoggedOut) {
  reload_with(
      [](SessionSettings& session) { session.proof = fix::LogonProof::PasswordAndCertificate; });
  expect_logged_out(*peer_);
}

TEST_F(SessionRightTest, WhoHasLoggedOnAsAnotherUserIsLoggedOut) {
  reload_with([](SessionSettings& session) { session.username = "BROKER2"; });
  expect_logged_out(*peer_);
}

// What has been sent meanwhile does not act: it is asked for again if there is a next time.
TEST_F(SessionRightTest, NothingActsAnyMore) {
  pipeline_.hold();
  reload_with([](SessionSettings& session) { session.require_tls = true; });
  EXPECT_EQ(peer_->read_type("5").type(), "5");
  peer_->send("D", order_fields("A1"));
  pipeline_.go_on();
  EXPECT_TRUE(peer_->wait_for_end());
  EXPECT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) {
    return !s.up && s.next_in == matching::MsgSeqNum{2};
  }));
}

// ---- The right itself ---------------------------------------------------------------------------

class RightToBeOnTest : public testing::Test {
 protected:
  RightToBeOnTest() {
    settings_.allow_from = {*gateway::AddressRange::parse("10.1.0.0/16")};
    settings_.username = "trader";
  }

  std::string why_not(const std::string& username = "trader") const {
    return why_not_let_in(settings_, peer(), username, nullptr);
  }

  std::string why_refused() const { return why_refused_unasked(settings_, peer()); }

  fix::SessionPeer peer() const {
    return {.address = address_, .is_tls = is_tls_, .certificate = no_certificate_};
  }

  SessionSettings settings_;
  std::string address_ = "10.1.2.3";
  bool is_tls_ = false;
  const fix::ClientCertificate no_certificate_;
};

TEST_F(RightToBeOnTest, IsThatOfWhoHasShownThePassword) {
  EXPECT_EQ(why_refused(), "") << "its password decides";
  EXPECT_EQ(why_not(), "");
  EXPECT_NE(why_not("other"), "");
  EXPECT_NE(why_not(""), "");
}

TEST_F(RightToBeOnTest, DependsOnTheAddress) {
  address_ = "10.2.2.3";
  EXPECT_NE(why_not(), "");
  EXPECT_EQ(why_refused(), "") << "that is for the directory to say";
  settings_.allow_from.clear();
  EXPECT_EQ(why_not(), "the session is not configured any more");
}

TEST_F(RightToBeOnTest, MayNeedTls) {
  settings_.require_tls = true;
  EXPECT_NE(why_refused(), "");
  EXPECT_NE(why_not(), "");
  is_tls_ = true;
  EXPECT_EQ(why_refused(), "");
  EXPECT_EQ(why_not(), "");
}

TEST_F(RightToBeOnTest, MayNeedACertificate) {
  is_tls_ = true;
  settings_.certificate_name = "client";
  settings_.proof = fix::LogonProof::PasswordAndCertificate;
  EXPECT_NE(why_refused(), "");
  EXPECT_NE(why_not(), "");
  settings_.proof = fix::LogonProof::Certificate;
  EXPECT_NE(why_refused(), "");
  settings_.certificate_name = "";
  EXPECT_NE(why_refused(), "") << "no name is nobody's";
}

}  // namespace
}  // namespace betex::test
