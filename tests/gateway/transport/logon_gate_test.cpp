// Who waits how long before he is let in or refused. No timer of these tests comes to its end
// unless it is meant to: a delay is none or an hour.
#include "gateway/transport/logon_gate.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/patience.h"

namespace betex::fix {
namespace {

using namespace std::chrono_literals;

TEST(RefusalDelay, DoublesUpToItsBound) {
  const TransportLimits limits{.first_refusal_delay = 500ms, .max_refusal_delay = 60s};
  EXPECT_EQ(refusal_delay(1, limits), 500ms);
  EXPECT_EQ(refusal_delay(2, limits), 1s);
  EXPECT_EQ(refusal_delay(3, limits), 2s);
  EXPECT_EQ(refusal_delay(7, limits), 32s);
  EXPECT_EQ(refusal_delay(8, limits), 60s);
  EXPECT_EQ(refusal_delay(4'000'000'000, limits), 60s);
}

// Answers when the test does.
class SlowAuthenticator final : public Authenticator {
 public:
  struct Asked {
    LogonCredentials credentials;
    Done done;
  };

  Job authenticate(LogonCredentials credentials, Done done) override {
    asked.emplace(++last_, Asked{std::move(credentials), std::move(done)});
    return last_;
  }

  bool drop(Job job) override { return asked.erase(job) != 0; }

  // The one that has waited longest.
  void answer(bool right) {
    ASSERT_FALSE(asked.empty());
    const auto done = asked.begin()->second.done;
    asked.erase(asked.begin());
    done({.right = right, .turn = std::chrono::steady_clock::now()});
  }

  std::map<Job, Asked> asked;

 private:
  Job last_ = 0;
};

class LogonGateTest : public testing::Test {
 protected:
  LogonGate::Ticket enter(const std::string& name,
                          const std::string& session = "BROKER1",
                          const std::string& address = "10.0.0.1",
                          bool known = true) {
    const auto ticket = gate_.enter({.session = session,
                                     .known = known,
                                     .credentials = {.address = address},
                                     .done = [this, name](bool right) {
                                       told_.push_back(name + (right ? " in" : " refused"));
                                     }});
    run();
    return ticket;
  }

  void answer(bool right) {
    authenticator_.answer(right);
    run();
  }

  void leave(LogonGate::Ticket ticket) {
    gate_.leave(ticket);
    run();
  }

  // What there is to do now.
  void run() {
    io_.restart();
    io_.poll();
  }

  // Until so many are told, in whatever time that takes.
  void run_until_told(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + test::kPatience;
    while (told_.size() < count && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_for(1ms);
    }
  }

  boost::asio::io_context io_;
  TransportLimits limits_{.first_refusal_delay = 1h, .max_refusal_delay = 2h};
  SlowAuthenticator authenticator_;
  TransportMetrics metrics_;
  std::vector<std::string> told_;
  LogonGate gate_{io_, limits_, authenticator_, metrics_};
};

using Told = std::vector<std::string>;

TEST_F(LogonGateTest, WhoIsRightIsLetInAtOnce) {
  enter("one");
  answer(true);
  EXPECT_EQ(told_, Told{"one in"});
}

// A wrong password and a session that there is not: neither is told before its time.
TEST_F(LogonGateTest, WhoIsWrongIsToldWhenItIsTime) {
  enter("wrong");
  enter("stranger", "NOBODY", "10.0.0.1", false);
  answer(false);
  answer(false);
  EXPECT_EQ(told_, Told{});
  EXPECT_EQ(metrics_.logons_unproven.value(), 2U);
}

TEST_F(LogonGateTest, ItIsTimeAtLast) {
  limits_.first_refusal_delay = 1ms;
  enter("wrong");
  answer(false);
  run_until_told(1);
  EXPECT_EQ(told_, Told{"wrong refused"});
}

TEST_F(LogonGateTest, TheNextFromThereWaitsAndNobodyElse) {
  enter("wrong");
  answer(false);
  enter("right, from there");
  EXPECT_TRUE(authenticator_.asked.empty());
  enter("right, from elsewhere", "BROKER1", "10.0.0.2");
  answer(true);
  enter("another session", "BROKER2");
  answer(true);
  EXPECT_EQ(told_, (Told{"right, from elsewhere in", "another session in"}));
}

TEST_F(LogonGateTest, TheNextFromThereComesWhenTheOneBeforeHasBeenTold) {
  limits_.first_refusal_delay = 1ms;
  enter("wrong");
  enter("right");
  answer(false);
  run_until_told(1);
  answer(true);
  EXPECT_EQ(told_, (Told{"wrong refused", "right in"}));
}

TEST_F(LogonGateTest, FewOfOneOriginWait) {
  for (int i = 0; i < 4; ++i) {
    enter("waits");
  }
  enter("one too many");
  EXPECT_EQ(told_, Told{}) << "not sooner than who is wrong";
  limits_.first_refusal_delay = 1ms;
  enter("one more");
  run_until_told(1);
  EXPECT_EQ(told_, Told{"one more refused"});
  EXPECT_EQ(authenticator_.asked.size(), 1U) << "unheard";
}

TEST_F(LogonGateTest, WhoHasGoneIsNotChecked) {
  const auto under_way = enter("gone");
  const auto waiting = enter("gone too");
  enter("there");
  leave(waiting);
  leave(under_way);
  ASSERT_EQ(authenticator_.asked.size(), 1U);
  answer(true);
  EXPECT_EQ(told_, Told{"there in"});
  leave(under_way);
  EXPECT_EQ(told_, Told{"there in"}) << "twice is once";
}

TEST_F(LogonGateTest, ToCloseTheConnectionIsNoWayToTryFaster) {
  const auto wrong = enter("wrong");
  answer(false);
  leave(wrong);
  enter("next");
  EXPECT_TRUE(authenticator_.asked.empty()) << "as if it had waited";
  EXPECT_EQ(told_, Told{});
}

TEST_F(LogonGateTest, ManyRefusalsOfASessionAreAnAlarm) {
  for (int i = 0; i < 4; ++i) {
    enter("wrong", "BROKER1", "10.0.0." + std::to_string(i));
    answer(false);
    enter("stranger", "NOBODY", "10.0.0." + std::to_string(i), false);
    answer(false);
  }
  EXPECT_EQ(metrics_.logon_alarms.value(), 0U);
  enter("wrong", "BROKER1", "10.0.0.5");
  answer(false);
  EXPECT_EQ(metrics_.logon_alarms.value(), 1U);
}

}  // namespace
}  // namespace betex::fix
