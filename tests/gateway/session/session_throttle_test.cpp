// What a session is told of its throttle, and what passes it.
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::OrderGroupRequest;
using matching::RefuseInbound;

std::string throttle_request(const std::string& id) {
  return "553=BROKER1|923=" + id + "|924=5|";
}

std::string group_request(const std::string& cl_ord_id, int action) {
  const bool states_all = action == 1 || action == 2;
  return "11=" + cl_ord_id + "|60=" + fix_now() + "|20080=MAKER|20081=" + std::to_string(action) +
         (states_all ? "|20082=100|20083=1000|20084=1|" : "|");
}

constexpr int kCreate = 1;
constexpr int kUpdate = 2;
constexpr int kReset = 3;
constexpr int kTrip = 4;

class SessionThrottleTest : public testing::Test {
 protected:
  // A session like BROKER1's, with this throttle.
  std::unique_ptr<RawFixPeer> log_on(const fix::ThrottleLimits& throttle) {
    auto settings = test_sessions()[0];
    settings.comp_id = "EAGER";
    settings.throttle = throttle;
    gateway_.server().add_session(settings, std::nullopt);
    auto peer = gateway_.connect("EAGER");
    peer->send("A", logon_fields("BROKER1"));
    EXPECT_EQ(peer->read().type(), "A");
    return peer;
  }

  template <typename Body>
  [[nodiscard]] std::size_t count() const {
    return pipeline_.submitted_bodies<Body>().size();
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  TestGateway gateway_{pipeline_, folder_.path()};
};

// ---- What is left -------------------------------------------------------------------------------

TEST_F(SessionThrottleTest, TellsWhatIsLeft) {
  const auto peer = log_on({.messages_per_second = 1, .burst = 1000});
  peer->send("BE", throttle_request("T1"));
  const RawFixMessage answer = peer->read_type("BF");
  EXPECT_EQ(answer.value(923), "T1");
  EXPECT_EQ(answer.value(553), "BROKER1");
  EXPECT_EQ(answer.value(926), "1");
  EXPECT_EQ(answer.value(1610), "1");
  EXPECT_EQ(answer.value(1611), "2");
  EXPECT_EQ(answer.value(1612), "0");
  EXPECT_EQ(answer.value(1613), "1");
  EXPECT_EQ(answer.value(1614), "1000");
  EXPECT_EQ(answer.value(1615), "3");
  EXPECT_EQ(answer.value(20075), "999") << "the request counts";
  EXPECT_EQ(answer.number(), 2);
  EXPECT_TRUE(pipeline_.queries().empty()) << "nobody else is asked";
  EXPECT_TRUE(pipeline_.submitted().empty());
  EXPECT_EQ(pipeline_.credits_out(), 0U);
}

TEST_F(SessionThrottleTest, TellsASessionWithoutALimitOfNone) {
  const auto peer = gateway_.log_on("BROKER1");
  peer->send("BE", throttle_request("T1"));
  const RawFixMessage answer = peer->read_type("BF");
  EXPECT_EQ(answer.value(923), "T1");
  EXPECT_EQ(answer.value(1610), "");
}

TEST_F(SessionThrottleTest, TheQuestionIsThrottledToo) {
  const auto peer = log_on({.messages_per_second = 1, .burst = 1});
  peer->send_bytes(peer->message("D", order_fields("A1"), peer->next_out) +
                   peer->message("BE", throttle_request("T1"), peer->next_out + 1));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  const RawFixMessage refused = peer->read_type("j");
  EXPECT_EQ(refused.value(380), "8");
  EXPECT_EQ(refused.value(379), "T1");
}

// The report stage counts what it has sent a session: an answer that it has not made would be one
// too many.
TEST_F(SessionThrottleTest, TheFeedKnowsNothingOfTheAnswer) {
  const auto peer = log_on({.messages_per_second = 1000, .burst = 1000});
  for (const char* id : {"T1", "T2", "T3"}) {
    peer->send("BE", throttle_request(id));
    EXPECT_EQ(peer->read_type("BF").value(923), id);
  }
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  EXPECT_TRUE(comes_to([&] { return pipeline_.consumed() >= 1; }));
  EXPECT_EQ(pipeline_.consumed(), 1U);
}

TEST_F(SessionThrottleTest, TheAnswerIsSentAgain) {
  const auto peer = log_on({.messages_per_second = 1000, .burst = 1000});
  peer->send("BE", throttle_request("T1"));
  const RawFixMessage answer = peer->read_type("BF");
  peer->send("2", "7=2|16=2|");
  const RawFixMessage again = peer->read_type("BF");
  EXPECT_EQ(again.value(43), "Y");
  EXPECT_EQ(again.number(), answer.number());
  EXPECT_EQ(again.value(923), "T1");
}

TEST_F(SessionThrottleTest, AnAnswerNeedsRoomOnTheDisk) {
  const auto peer = log_on({});
  pipeline_.set_disk_low(true);
  peer->send("BE", throttle_request("T1"));
  EXPECT_EQ(peer->read_type("j").value(380), "4");
  pipeline_.set_disk_low(false);
  peer->send("BE", throttle_request("T2"));
  EXPECT_EQ(peer->read_type("BF").value(923), "T2");
}

// ---- One too many -------------------------------------------------------------------------------

TEST_F(SessionThrottleTest, OneTooManyIsToldWhenItMayComeAgain) {
  const auto peer = log_on({.messages_per_second = 2, .burst = 1});
  peer->send_bytes(peer->message("D", order_fields("A1"), peer->next_out) +
                   peer->message("D", order_fields("A2"), peer->next_out + 1));
  peer->next_out += 2;
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  const RawFixMessage refused = peer->read_type("j");
  EXPECT_EQ(refused.value(379), "A2");
  const int wait = std::stoi(refused.value(20074));
  EXPECT_GE(wait, 1);
  EXPECT_LE(wait, 501);
  const auto journaled = pipeline_.submitted_bodies<RefuseInbound>();
  ASSERT_EQ(journaled.size(), 1U);
  EXPECT_EQ(journaled.front().retry_after_ms, static_cast<std::uint32_t>(wait));
  std::this_thread::sleep_for(std::chrono::milliseconds{wait});
  peer->send("D", order_fields("A3"));
  EXPECT_EQ(peer->read_type("8").value(11), "A3");
}

TEST_F(SessionThrottleTest, OtherRefusalsSayNothingOfATime) {
  const auto peer = log_on({.messages_per_second = 1000, .burst = 1000});
  pipeline_.set_disk_low(true);
  peer->send("D", order_fields("A1"));
  const RawFixMessage refused = peer->read_type("j");
  EXPECT_EQ(refused.value(380), "4");
  EXPECT_EQ(refused.value(20074), "");
}

// ---- Order groups -------------------------------------------------------------------------------

TEST_F(SessionThrottleTest, NothingHoldsUpATrip) {
  constexpr std::size_t kTrips = 150;  // more than mass cancels may come at once
  const auto peer = log_on({.messages_per_second = 1, .burst = 1});
  peer->send_bytes(peer->message("UOG", group_request("G0", kCreate), peer->next_out) +
                   peer->message("UOG", group_request("G1", kReset), peer->next_out + 1));
  peer->next_out += 2;
  ASSERT_TRUE(pipeline_.wait_for_submitted(2));
  EXPECT_EQ(count<RefuseInbound>(), 1U) << "all else counts like an order";
  pipeline_.set_disk_low(true);
  std::string burst;
  for (std::size_t i = 0; i < kTrips; ++i) {
    burst += peer->message("UOG", group_request("T" + std::to_string(i), kTrip), peer->next_out++);
  }
  peer->send_bytes(burst);
  ASSERT_TRUE(pipeline_.wait_for_submitted(2 + kTrips));
  const auto requests = pipeline_.submitted_bodies<OrderGroupRequest>();
  const auto trips =
      std::ranges::count(requests, matching::OrderGroupAction::Trip, &OrderGroupRequest::action);
  EXPECT_EQ(static_cast<std::size_t>(trips), kTrips);
  EXPECT_EQ(count<RefuseInbound>(), 1U);
}

TEST_F(SessionThrottleTest, AGroupIsMadeOrResetWhenTheDiskHasRoom) {
  const auto peer = log_on({});
  pipeline_.set_disk_low(true);
  peer->send("UOG", group_request("G1", kCreate));
  EXPECT_EQ(peer->read_type("j").value(380), "4");
  peer->send("UOG", group_request("G2", kReset));
  EXPECT_EQ(peer->read_type("j").value(380), "4");
  peer->send("UOG", group_request("G3", kUpdate));
  EXPECT_TRUE(comes_to([&] { return count<OrderGroupRequest>() == 1; }))
      << "it may lower the limit";
}

}  // namespace
}  // namespace betex::test
