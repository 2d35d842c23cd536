// What a market data session sends and gets: nothing of it is journaled, numbers have no gap, and a
// resend is a gap fill.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/wire/checksum.h"
#include "tests/gateway/session/test_gateway.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::EventSeq;
using matching::Name;
using matching::SessionInfo;
using testing::ElementsAre;

constexpr auto kNothing = 150ms;

class MarketDataSessionTest : public testing::Test {
 protected:
  void start(const TestGatewayOptions& options = {
                 .limits = {.first_refusal_delay = 20ms, .logon_interval = 0ms}}) {
    gateway_.reset();
    gateway_ = std::make_unique<TestGateway>(pipeline_, folder_.path(), options);
    peer_ = gateway_->log_on("MD1");
    last_seq_ = pipeline_.last_seq();
  }

  // An image with this id, from md.
  void send_image(const std::string& id) const {
    gateway_->feed().outlet()->send({market_data_body('W', "262=" + id + "|268=0|")});
  }

  void expect_ended(const std::string& text) {
    EXPECT_EQ(peer_->read_type("5").value(58), text);
    EXPECT_TRUE(peer_->wait_for_end());
    EXPECT_TRUE(pipeline_.wait_for_session("MD1", [](const SessionInfo& s) { return !s.up; }));
  }

  void expect_goes_on() {
    const std::string id = "G" + std::to_string(++requests_);
    peer_->send("V", market_data_fields(id));
    EXPECT_EQ(peer_->read_type("W").value(262), id);
    EXPECT_EQ(gateway_->failure(), "");
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
  std::unique_ptr<RawFixPeer> peer_;
  EventSeq last_seq_;  // behind the logon
  int requests_ = 0;
};

TEST_F(MarketDataSessionTest, RequestsReachTheFeedAndItsMessagesTheClient) {
  start();
  peer_->send("V",
              "262=R1|263=1|264=3|265=1|547=N|815=3|20051=60|267=3|269=0|269=1|269=2|"
              "1310=1|1300=EPL-ARS-CHE|");
  const RawFixMessage image = peer_->read_type("W");
  EXPECT_EQ(image.text_without({9, 52, 10}), "8=FIXT.1.1|35=W|34=2|49=BETEX|56=MD1|262=R1|268=0|");
  const std::string& bytes = image.bytes();
  const std::size_t trailer = bytes.size() - 7;
  EXPECT_EQ(std::stoi(image.value(10)), fix::checksum(bytes.substr(0, trailer)));
  EXPECT_EQ(std::stoul(image.value(9)), trailer - bytes.find("35="));
  const auto requests = gateway_->feed().requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].id, Name{"R1"});
  EXPECT_EQ(requests[0].msg_seq_num, matching::MsgSeqNum{2});
  EXPECT_EQ(requests[0].depth, 3U);
  EXPECT_TRUE(requests[0].log_out_when_slow);
  EXPECT_THAT(requests[0].markets, ElementsAre(Name{"EPL-ARS-CHE"}));

  peer_->send("x", "320=L1|559=4|263=1|");
  EXPECT_EQ(peer_->read_type("y").value(320), "L1");
  EXPECT_EQ(gateway_->feed().list_queries().size(), 1U);
}

TEST_F(MarketDataSessionTest, NothingIsJournaledAndNothingWaitsForTheJournal) {
  start();
  pipeline_.hold();
  peer_->send("V", market_data_fields("R1"));
  EXPECT_EQ(peer_->read_type("W").value(262), "R1");
  peer_->send("V", "262=R2|263=0|264=1|");
  const RawFixMessage reject = peer_->read_type("3");
  EXPECT_EQ(reject.value(45), "3");
  EXPECT_EQ(reject.value(372), "V");
  EXPECT_EQ(reject.value(371), "267");
  peer_->send("V", market_data_fields("R3") + "9999=x|");
  EXPECT_EQ(peer_->read_type("3").value(371), "9999");
  peer_->send("V", "262=R4|263=7|264=1|267=2|269=0|269=1|146=1|55=RAIN-LON|");
  const RawFixMessage refused = peer_->read_type("Y");
  EXPECT_EQ(refused.value(262) + " " + refused.value(281), "R4 4");
  peer_->send("D", order_fields("A1"));
  const RawFixMessage business = peer_->read_type("j");
  EXPECT_EQ(business.value(45), "6");
  EXPECT_EQ(business.value(372), "D");
  EXPECT_EQ(business.value(380), "6");
  EXPECT_EQ(business.value(379), "A1");
  pipeline_.set_full(true);  // nor does it need credits
  expect_goes_on();
  EXPECT_EQ(pipeline_.last_seq(), last_seq_);
  EXPECT_TRUE(pipeline_.submitted().empty());
  EXPECT_EQ(pipeline_.credits_out(), 0U);
}

TEST_F(MarketDataSessionTest, WhatIsForOtherRolesIsRefused) {
  start();
  int number = 2;
  for (const std::string type :
       {"D", "F", "G", "q", "H", "AF", "AN", "UOC", "c", "CA", "DH", "B", "BC"}) {
    peer_->send(type, "11=X|58=any|");
    const RawFixMessage answer = peer_->read();
    EXPECT_EQ(answer.type(), "j") << type << ": " << answer.text();
    EXPECT_EQ(answer.value(380), "6") << type << ": " << answer.text();
    EXPECT_EQ(answer.value(45), std::to_string(number++));
  }
  peer_->send("AE", "571=1|");
  EXPECT_EQ(peer_->read_type("j").value(380), "3") << "nobody may";
  peer_->send("ZZ");
  EXPECT_EQ(peer_->read_type("3").value(373), "11") << "FIX has no such type";
  EXPECT_EQ(pipeline_.last_seq(), last_seq_);
  expect_goes_on();
}

// ---- Resends ------------------------------------------------------------------------------------

TEST_F(MarketDataSessionTest, AResendIsOneGapFillAndThenImages) {
  start();
  constexpr int kImages = 5;
  for (int i = 0; i < kImages; ++i) {
    send_image("I" + std::to_string(i));
    EXPECT_EQ(peer_->read_type("W").number(), 2 + i);
  }
  peer_->send("2", "7=2|16=0|");
  const RawFixMessage fill = peer_->read();
  EXPECT_EQ(fill.type() + " " + fill.value(34) + "-" + fill.value(36), "4 2-7");
  EXPECT_EQ(fill.value(43) + fill.value(123), "YY");
  EXPECT_TRUE(comes_to([&] { return gateway_->feed().filled() == 1; }));
  send_image("again");
  EXPECT_EQ(peer_->read_type("W").number(), 7) << "the fill has used no number";
  EXPECT_EQ(pipeline_.last_seq(), last_seq_);
  expect_goes_on();
}

TEST_F(MarketDataSessionTest, OneThatIsBoundedIsFilledAsFarAsItAsks) {
  start();
  for (int i = 0; i < 5; ++i) {
    send_image("I" + std::to_string(i));
    (void)peer_->read_type("W");
  }
  peer_->send("2", "7=3|16=4|");
  const RawFixMessage fill = peer_->read_type("4");
  EXPECT_EQ(fill.value(34) + "-" + fill.value(36), "3-5");
}

TEST_F(MarketDataSessionTest, ResendsAreServedOnceASecondAndWhatIsBehindWaits) {
  start();
  const auto began = std::chrono::steady_clock::now();
  std::string burst;
  for (int i = 0; i < 3; ++i) {
    burst += peer_->message("2", "7=1|16=0|", peer_->next_out++);
  }
  burst += peer_->message("V", market_data_fields("R1"), peer_->next_out++);
  peer_->send_bytes(burst);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(peer_->read_type("4").value(36), "2");
  }
  EXPECT_EQ(peer_->read_type("W").value(262), "R1");
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1950ms);
  EXPECT_EQ(gateway_->feed().filled(), 3U);
}

TEST_F(MarketDataSessionTest, ARangeThatMakesNoSenseIsRefused) {
  start();
  for (const auto& [range, tag] : {std::pair{"7=9|16=0|", "7"},
                                   std::pair{"7=0|16=0|", "7"},
                                   std::pair{"16=0|", "7"},
                                   std::pair{"7=1|", "16"}}) {
    peer_->send("2", range);
    EXPECT_EQ(peer_->read_type("3").value(371), tag) << range;
  }
  EXPECT_EQ(gateway_->feed().filled(), 0U);
  expect_goes_on();
}

// ---- Numbers ------------------------------------------------------------------------------------

TEST_F(MarketDataSessionTest, ANumberThatIsTooHighEndsTheSession) {
  start();
  peer_->send_bytes(peer_->message("V", market_data_fields("R1"), 4));
  expect_ended("MsgSeqNum too high, expecting 2 but received 4");
  EXPECT_TRUE(gateway_->feed().requests().empty());
}

TEST_F(MarketDataSessionTest, ANumberThatIsTooLowEndsTheSessionUnlessItIsARepetition) {
  start();
  const std::string again = "43=Y|122=" + fix_now() + "|";
  peer_->send_bytes(peer_->message("V", again + market_data_fields("R1"), 1));
  EXPECT_FALSE(peer_->try_read(kNothing).has_value());
  peer_->send_bytes(peer_->message("V", market_data_fields("R1"), 1));
  expect_ended("MsgSeqNum too low, expecting 2 but received 1");
  EXPECT_TRUE(gateway_->feed().requests().empty());
}

TEST_F(MarketDataSessionTest, ASequenceResetMovesTheNumber) {
  start();
  peer_->send("4", "123=Y|36=10|");
  peer_->next_out = 10;
  expect_goes_on();
  peer_->send("4", "36=20|");
  peer_->next_out = 20;
  expect_goes_on();
  peer_->send("4", "123=Y|36=22|");
  expect_goes_on();
}

TEST_F(MarketDataSessionTest, AReceiptForWhatWasNeverSentEndsTheSession) {
  start();
  peer_->send("V", "369=1|" + market_data_fields("R1"));
  EXPECT_EQ(peer_->read_type("W").value(262), "R1");
  peer_->send("0", "369=3|");
  expect_ended("LastMsgSeqNumProcessed(369) is 3, but our last number is 2");
}

TEST_F(MarketDataSessionTest, WhoGoesIsLetGoWhateverHisNumber) {
  for (const int number : {1, 2, 9}) {
    start();
    peer_->send_bytes(peer_->message("5", "", number));
    EXPECT_EQ(peer_->read_type("5").number(), 2);
    EXPECT_TRUE(peer_->wait_for_end());
    EXPECT_TRUE(pipeline_.wait_for_session("MD1", [](const SessionInfo& s) { return !s.up; }));
  }
}

TEST_F(MarketDataSessionTest, TheSessionLayerAnswersAsEver) {
  start();
  peer_->send("1", "112=hello|");
  EXPECT_EQ(peer_->read_type("0").value(112), "hello");
  peer_->send_bytes(fix_message(
      "FIXT.1.1", "35=V|34=3|49=MD2|52=" + fix_now() + "|56=BETEX|" + market_data_fields("R1")));
  EXPECT_EQ(peer_->read_type("3").value(373), "9");
  EXPECT_EQ(peer_->read_type("5").value(58), "SenderCompID(49) is not this session's");
}

TEST_F(MarketDataSessionTest, WhoIsSilentIsAskedAndThenLeft) {
  start();
  peer_->close();
  peer_ = gateway_->connect("MD2");
  peer_->send("A", "98=0|108=1|141=Y|553=BROKER1|554=secret|1137=9|");
  ASSERT_EQ(peer_->read().type(), "A");
  bool asked = false;
  while (const auto message = peer_->try_read(kPatience)) {
    asked = asked || message->type() == "1";
  }
  EXPECT_TRUE(asked);
  EXPECT_TRUE(pipeline_.wait_for_session("MD2", [](const SessionInfo& s) { return !s.up; }));
}

TEST_F(MarketDataSessionTest, OneThatAsksMoreThanItMay) {
  start();
  auto sessions = test_market_data_sessions();
  sessions.front().throttle = {
      .messages_per_second = 1, .burst = 5, .refusals_before_a_pause = 1000};
  gateway_->market_data().reload({}, sessions, std::nullopt);
  constexpr int kRequests = 30;
  std::string burst;
  for (int i = 0; i < kRequests; ++i) {
    burst += peer_->message("V", market_data_fields("R" + std::to_string(i)), peer_->next_out++);
  }
  peer_->send_bytes(burst);
  int refused = 0;
  for (int i = 0; i < kRequests; ++i) {
    const RawFixMessage answer = peer_->read();
    if (answer.value(380) == "8") {
      ++refused;
      EXPECT_NE(answer.value(20074), "") << "when it may come again";
    }
  }
  EXPECT_GE(refused, 15);
  EXPECT_LT(refused, kRequests);
  EXPECT_EQ(pipeline_.last_seq(), last_seq_);
}

// ---- Slow readers, and the outlet ---------------------------------------------------------------

TEST_F(MarketDataSessionTest, WhatIsUnsentIsKnownToMd) {
  start();
  const auto outlet = gateway_->feed().outlet();
  EXPECT_EQ(outlet->unsent_bytes(), 0U);
  const std::string entries(16'000, 'x');
  constexpr std::size_t kMuch = 1 << 20;
  std::size_t sent = 0;
  while (outlet->unsent_bytes() < kMuch && sent < 10'000) {
    outlet->send({market_data_body('X', "58=" + entries + "|")});
    ++sent;
  }
  ASSERT_GE(outlet->unsent_bytes(), kMuch) << "the system's buffers have taken it all";
  const auto other = gateway_->log_on("MD2");
  other->send("V", market_data_fields("R1"));
  EXPECT_EQ(other->read_type("W").value(262), "R1") << "nobody else waits";
  for (std::size_t i = 0; i < sent; ++i) {
    ASSERT_EQ(peer_->read_type("X").value(58).size(), entries.size());
  }
  EXPECT_TRUE(comes_to([&] { return outlet->unsent_bytes() == 0; }));
  expect_goes_on();
}

TEST_F(MarketDataSessionTest, OneThatReadsNothingAtAllIsClosedAtItsBound) {
  start({.limits = {.outbound_queue_bytes = 100'000,
                    .first_refusal_delay = 20ms,
                    .slow_reader_grace = 200ms}});
  const auto outlet = gateway_->feed().outlet();
  const std::string entries(16'000, 'x');
  for (int i = 0; i < 1000 && gateway_->feed().joined() != 0; ++i) {
    outlet->send({market_data_body('X', "58=" + entries + "|")});
  }
  EXPECT_TRUE(pipeline_.wait_for_session("MD1", [](const SessionInfo& s) { return !s.up; }));
  EXPECT_EQ(gateway_->market_data().metrics().slow_readers.value(), 1U);
  EXPECT_EQ(gateway_->feed().joined(), 0U);
}

TEST_F(MarketDataSessionTest, OneThatReadsNothingIsNotReadEither) {
  start({.limits = {.outbound_queue_bytes = 100'000,
                    .first_refusal_delay = 20ms,
                    .slow_reader_grace = 200ms}});
  const auto test_requests = [&] {
    std::string many;
    for (int i = 0; i < 100; ++i) {
      many += peer_->message("1", "112=" + std::string(1000, 'x') + "|", peer_->next_out++);
    }
    return many;
  };
  bool closed = false;
  for (int i = 0; i < 1000 && !closed; ++i) {  // until it is read no more, and then closed
    try {
      peer_->send_bytes(test_requests());
    } catch (const std::exception&) {
      closed = true;
    }
  }
  EXPECT_TRUE(closed);
  EXPECT_TRUE(pipeline_.wait_for_session("MD1", [](const SessionInfo& s) { return !s.up; }));
}

TEST_F(MarketDataSessionTest, MdLogsOutWhoReadsTooSlowly) {
  start();
  gateway_->feed().outlet()->log_out("too slow");
  EXPECT_EQ(peer_->read_type("5").value(58), "too slow");
  peer_->send("5");
  EXPECT_TRUE(peer_->wait_for_end());
  EXPECT_TRUE(pipeline_.wait_for_session("MD1", [](const SessionInfo& s) { return !s.up; }));
}

TEST_F(MarketDataSessionTest, WhatComesForAnEarlierLogonIsDropped) {
  start();
  const auto earlier = gateway_->feed().outlet();
  peer_->close();
  ASSERT_TRUE(pipeline_.wait_for_session("MD1", [](const SessionInfo& s) { return !s.up; }));
  peer_ = gateway_->log_on("MD1");
  earlier->send({market_data_body('W', "262=old|268=0|")});
  earlier->log_out("not this one");
  expect_goes_on();
  EXPECT_TRUE(comes_to([&] { return earlier->unsent_bytes() == 0; }));
  gateway_.reset();
  earlier->send({market_data_body('W', "262=old|268=0|")});  // md may outlive the server
  earlier->log_out("nobody");
}

TEST_F(MarketDataSessionTest, MessagesOfManyThreadsAreWhole) {
  start();
  constexpr int kThreads = 4;
  constexpr int kEach = 200;
  const auto outlet = gateway_->feed().outlet();
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        outlet->send({market_data_body('X', "262=T" + std::to_string(thread) + "|268=0|"),
                      market_data_body('W', "262=T" + std::to_string(thread) + "|268=0|")});
      }
    });
  }
  for (int i = 0; i < kThreads * kEach; ++i) {
    const RawFixMessage first = peer_->read_type("X");
    EXPECT_EQ(first.number(), 2 + 2 * i);
    EXPECT_EQ(peer_->read_type("W").value(262), first.value(262)) << "they stay together";
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace betex::test
