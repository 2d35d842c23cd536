// Passwords against hashes: who is known at once, who waits for whom, and who is never checked.
#include "gateway/transport/authenticator.h"

#include <algorithm>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/transport/remembered_passwords.h"
#include "gateway/transport/turns_by_address.h"
#include "tests/support/patience.h"

namespace betex::fix {
namespace {

using gateway::hash_password;
using gateway::kMinPasswordIterations;
using gateway::Secret;

gateway::Credentials anna() {
  gateway::Credentials credentials;
  credentials.add("ANNA", hash_password("secret", kMinPasswordIterations));
  return credentials;
}

LogonCredentials as_anna(const std::string& password, const std::string& address = "10.0.0.1") {
  return {.expected_username = "ANNA",
          .username = "ANNA",
          .password = Secret{password},
          .address = address};
}

struct Answer {
  bool right = false;
  bool at_once = false;  // from within the call
};

Answer ask(PasswordAuthenticator& authenticator, LogonCredentials credentials) {
  std::promise<bool> told;
  std::future<bool> right = told.get_future();
  authenticator.authenticate(std::move(credentials),
                             [&](PasswordVerdict verdict) { told.set_value(verdict.right); });
  const bool at_once = right.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
  return {.right = right.get(), .at_once = at_once};
}

TEST(PasswordAuthenticator, KnowsWhoIsRight) {
  PasswordAuthenticator authenticator{anna()};
  EXPECT_TRUE(ask(authenticator, as_anna("secret")).right);
  EXPECT_FALSE(ask(authenticator, as_anna("Secret")).right);
  auto other = as_anna("secret");
  other.username = "BERT";
  EXPECT_FALSE(ask(authenticator, std::move(other)).right);
  auto nobody = as_anna("secret");
  nobody.expected_username.clear();
  EXPECT_FALSE(ask(authenticator, std::move(nobody)).right);
  auto unknown = as_anna("secret");
  unknown.expected_username = unknown.username = "BERT";
  EXPECT_FALSE(ask(authenticator, std::move(unknown)).right);
}

TEST(PasswordAuthenticator, OneThatWasRightIsKnownAtOnceUntilItsLineChanges) {
  PasswordAuthenticator authenticator{anna()};
  ASSERT_TRUE(ask(authenticator, as_anna("secret")).right);
  const Answer again = ask(authenticator, as_anna("secret"));
  EXPECT_TRUE(again.right && again.at_once);
  EXPECT_FALSE(ask(authenticator, as_anna("Secret")).right);

  gateway::Credentials changed;
  changed.add("ANNA", hash_password("changed", kMinPasswordIterations));
  authenticator.replace(changed);
  EXPECT_FALSE(ask(authenticator, as_anna("secret")).right);
  EXPECT_TRUE(ask(authenticator, as_anna("changed")).right);
}

TEST(PasswordAuthenticator, AGeneratedOneIsKnownAtOnce) {
  const Secret password = gateway::generate_password();
  gateway::Credentials credentials;
  credentials.add("ANNA", gateway::hash_generated_password(password.view()));
  PasswordAuthenticator authenticator{credentials};
  const Answer answer = ask(authenticator, as_anna(std::string{password.view()}));
  EXPECT_TRUE(answer.right && answer.at_once);
  EXPECT_FALSE(ask(authenticator, as_anna("secret")).right);
}

TEST(RememberedPasswords, AreBoundToUserAndLine) {
  RememberedPasswords remembered;
  const auto line = hash_password("secret", kMinPasswordIterations);
  EXPECT_FALSE(remembered.knows("ANNA", line, "secret"));
  remembered.remember("ANNA", line, "secret");
  EXPECT_TRUE(remembered.knows("ANNA", line, "secret"));
  EXPECT_FALSE(remembered.knows("ANNA", line, "Secret"));
  EXPECT_FALSE(remembered.knows("BERT", line, "secret"));
  EXPECT_FALSE(remembered.knows("ANNA", hash_password("secret", kMinPasswordIterations), "secret"));
  EXPECT_FALSE(RememberedPasswords{}.knows("ANNA", line, "secret")) << "another process";
}

// The first check is held, so that the others wait.
class WaitingPasswords : public testing::Test {
 protected:
  WaitingPasswords() {
    authenticator_.authenticate(as_anna("held"), [this](PasswordVerdict) {
      held_.set_value();
      go_on_.get_future().wait();
    });
    held_.get_future().wait();
  }

  ~WaitingPasswords() override { go_on(); }

  Authenticator::Job wait_as(const std::string& name, const std::string& address) {
    return authenticator_.authenticate(as_anna("wrong", address), [this, name](PasswordVerdict) {
      const std::lock_guard lock{mutex_};
      answered_.push_back(name);
    });
  }

  void go_on() {
    if (!std::exchange(gone_on_, true)) {
      go_on_.set_value();
    }
  }

  // Everybody before has been.
  std::vector<std::string> answered() {
    go_on();
    EXPECT_FALSE(ask(authenticator_, as_anna("last", "10.9.9.9")).right);
    const std::lock_guard lock{mutex_};
    return answered_;
  }

  std::promise<void> held_;
  std::promise<void> go_on_;
  bool gone_on_ = false;
  std::mutex mutex_;
  std::vector<std::string> answered_;  // guarded
  PasswordAuthenticator authenticator_{anna()};
};

TEST_F(WaitingPasswords, OneThatNobodyWaitsForIsNotChecked) {
  wait_as("first", "10.0.0.1");
  const auto job = wait_as("given up", "10.0.0.1");
  wait_as("second", "10.0.0.1");
  EXPECT_TRUE(authenticator_.drop(job));
  EXPECT_FALSE(authenticator_.drop(job));
  wait_as("other", "10.9.9.9");
  go_on();
  EXPECT_FALSE(ask(authenticator_, as_anna("last", "10.0.0.1")).right);
  const auto names = answered();
  EXPECT_EQ(std::ranges::count(names, "given up"), 0);
  EXPECT_EQ(names.size(), 3U);
}

TEST_F(WaitingPasswords, AddressesTakeTurns) {
  wait_as("flood 1", "10.0.0.1");
  wait_as("flood 2", "10.0.0.1");
  wait_as("flood 3", "10.0.0.1");
  wait_as("other", "10.0.0.2");
  go_on();
  EXPECT_FALSE(ask(authenticator_, as_anna("last", "10.0.0.1")).right);
  EXPECT_EQ(answered(), (std::vector<std::string>{"flood 1", "other", "flood 2", "flood 3"}));
}

TEST_F(WaitingPasswords, TheEndWaitsForNobody) {
  wait_as("never", "10.0.0.1");
}

TEST(TurnsByAddress, GivesBackWhatWasPutInUnlessItWasTakenOut) {
  TurnsByAddress<std::string> turns;
  EXPECT_TRUE(turns.empty());
  EXPECT_FALSE(turns.pop().has_value());
  turns.push("A", 1, "a1");
  turns.push("A", 2, "a2");
  turns.push("B", 3, "b1");
  turns.push("C", 4, "c1");
  EXPECT_TRUE(turns.erase(3));
  EXPECT_FALSE(turns.erase(3));
  EXPECT_EQ(turns.pop(), "a1");
  turns.push("B", 5, "b2");
  EXPECT_EQ(turns.pop(), "c1");
  EXPECT_EQ(turns.pop(), "a2");
  EXPECT_EQ(turns.pop(), "b2");
  EXPECT_TRUE(turns.empty());
}

}  // namespace
}  // namespace betex::fix
