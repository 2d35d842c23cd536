// What is sent again, in slices; what is proven to have arrived; receipts.
#include <chrono>
#include <ctime>
#include <future>

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using matching::EventSeq;
using matching::SessionInfo;

constexpr auto kNothing = 150ms;

class SessionResendTest : public testing::Test {
 protected:
  void start(TestGatewayOptions options = {}) {
    gateway_ = std::make_unique<TestGateway>(pipeline_, folder_.path(), options);
    peer_ = gateway_->log_on("BROKER1");
    session_ = pipeline_.sessions()[0].session;
  }

  void make_reports(int count) {
    first_ = pipeline_.last_seq().next();
    pipeline_.make_reports(session_, static_cast<std::size_t>(count));
  }

  // Reads reports with these numbers, in order.
  void expect_reports(int first, int last, const std::string& poss_dup) {
    for (int number = first; number <= last; ++number) {
      const RawFixMessage report = peer_->read_type("8");
      ASSERT_EQ(report.number(), number) << report.text();
      ASSERT_EQ(report.value(43), poss_dup) << report.text();
    }
  }

  // Processor time that the gateway's only I/O thread has used.
  [[nodiscard]] std::chrono::nanoseconds time_of_io_thread() {
    std::promise<std::chrono::nanoseconds> time;
    boost::asio::post(gateway_->io(), [&time] {
      timespec now{};
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
      time.set_value(std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec});
    });
    return time.get_future().get();
  }

  [[nodiscard]] bool wait_for_delivered(EventSeq event) const {
    return pipeline_.wait_for_session(
        "BROKER1", [event](const SessionInfo& s) { return s.delivered >= event; });
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
  std::unique_ptr<RawFixPeer> peer_;
  matching::SessionId session_;
  EventSeq first_;  // of the last make_reports()
};

TEST_F(SessionResendTest, ManyMessagesComeAgainInOrder) {
  constexpr int kReports = 2000;
  start({.limits = {.outbound_queue_bytes = 100'000}});
  make_reports(kReports);
  expect_reports(2, kReports + 1, "");
  peer_->send("2", "7=1|16=0|");
  EXPECT_EQ(peer_->read().value(36), "2");
  expect_reports(2, kReports + 1, "Y");
}

TEST_F(SessionResendTest, NewReportsWaitForTheEndOfAResend) {
  constexpr int kReports = 1500;
  start({.limits = {.outbound_queue_bytes = 40'000}});
  make_reports(kReports);
  expect_reports(2, kReports + 1, "");
  peer_->send("2", "7=2|16=0|");
  expect_reports(2, 3, "Y");  // it has begun
  make_reports(10);
  expect_reports(4, kReports + 1, "Y");
  expect_reports(kReports + 2, kReports + 11, "");
}

// As engines ask that ask in pieces.
TEST_F(SessionResendTest, EveryRangeThatIsAskedForInOneGoIsAnsweredInOrder) {
  constexpr int kReports = 1500;
  start({.limits = {.outbound_queue_bytes = 100'000}});
  make_reports(kReports);
  expect_reports(2, kReports + 1, "");
  peer_->send_bytes(
      peer_->message("2", "7=2|16=501|", 2) + peer_->message("2", "7=502|16=1001|", 3) +
      peer_->message("2", "7=1002|16=1501|", 4) + peer_->message("D", order_fields("A1"), 5));
  expect_reports(2, kReports + 1, "Y");
  EXPECT_EQ(peer_->read_type("8").value(11), "A1") << "and what is new comes behind them";
  EXPECT_EQ(gateway_->server().metrics().resends.value(), 3U);
}

// What is behind the request that is one too many stays unread with it, and nothing is lost.
TEST_F(SessionResendTest, SixteenRequestsWaitAndOneMoreStaysUnread) {
  constexpr int kReports = 50'000;  // more than socket buffers hold
  constexpr int kFirst = 600;
  constexpr int kWaiting = 16;
  start({.limits = {.outbound_queue_bytes = std::size_t{13} << 20},
         .cache = {.file_bytes = std::size_t{64} << 20}});
  make_reports(kReports);
  ASSERT_TRUE(
      comes_to([&] { return gateway_->server().metrics().reports_out.value() == kReports; }));
  // The first one stays under way: nobody reads what its slices would stand behind.
  int number = 2;
  std::string requests =
      peer_->message("2", "7=2|16=" + std::to_string(kFirst + 1) + "|", number++);
  for (int i = 0; i < kWaiting; ++i) {
    const std::string one = std::to_string(i + 2);
    requests += peer_->message("2", "7=" + one + "|16=" + one + "|", number++);
  }
  requests += peer_->message("D", order_fields("A1"), number++);
  peer_->send_bytes(requests);
  ASSERT_TRUE(pipeline_.wait_for_submitted(1)) << "so many hold up nothing";
  const std::string one_more = peer_->message("2", "7=100|16=100|", number++);
  peer_->send_bytes(one_more + peer_->message("D", order_fields("A2"), number));
  std::this_thread::sleep_for(kNothing);
  EXPECT_EQ(pipeline_.submitted().size(), 1U);

  expect_reports(2, kReports + 1, "");
  expect_reports(2, kFirst + 1, "Y");
  for (int i = 0; i < kWaiting; ++i) {
    expect_reports(i + 2, i + 2, "Y");
  }
  std::vector<std::string> rest;  // a report that is new may come before a request that was unread
  for (int i = 0; i < 3; ++i) {
    const RawFixMessage report = peer_->read_type("8");
    rest.push_back(report.value(43) == "Y" ? report.value(34) : report.value(11));
  }
  EXPECT_THAT(rest, testing::UnorderedElementsAre("100", "A1", "A2"));
}

// However fast the machine is and however many resends wait: the thread has time for others. (On a
// machine that is busy with something else it has even more.)
TEST_F(SessionResendTest, ResendsLeaveMostOfTheThreadToOthers) {
  constexpr int kReports = 2000;
  constexpr int kRequests = 8;
  start();
  make_reports(kReports);
  expect_reports(2, kReports + 1, "");
  std::string requests;
  for (int i = 0; i < kRequests; ++i) {
    requests += peer_->message("2", "7=2|16=" + std::to_string(kReports + 1) + "|", i + 2);
  }
  const auto begin = std::chrono::steady_clock::now();
  const std::chrono::nanoseconds used_before = time_of_io_thread();
  peer_->send_bytes(requests);
  for (int i = 0; i < kRequests; ++i) {
    expect_reports(2, kReports + 1, "Y");
  }
  const std::chrono::nanoseconds used = time_of_io_thread() - used_before;
  EXPECT_LT(used * 2, std::chrono::steady_clock::now() - begin);
}

// Its fields are read when it has been answered, wherever they lie by then.
TEST_F(SessionResendTest, ARequestsOwnReceiptProvesDelivery) {
  start();
  make_reports(3);
  const EventSeq made = pipeline_.last_seq();
  expect_reports(2, 4, "");
  peer_->send_bytes(fix_message(
      "FIXT.1.1", "35=2|34=2|49=BROKER1|52=" + fix_now() + "|56=BETEX|369=4|7=4|16=4|"));
  expect_reports(4, 4, "Y");
  EXPECT_TRUE(wait_for_delivered(made));
}

TEST_F(SessionResendTest, RangesAreCheckedFirst) {
  start();
  make_reports(5);
  expect_reports(2, 6, "");
  const std::vector<std::string> bad{"7=0|16=0|",
                                     "7=-1|16=0|",
                                     "7=2|16=-1|",
                                     "7=5|16=2|",
                                     "7=4294967297|16=0|",
                                     "7=2|16=4294967297|",
                                     "7=999999999|16=0|",
                                     "7=2|",
                                     "16=0|"};
  for (const std::string& range : bad) {
    peer_->send("2", range);
    const RawFixMessage reject = peer_->read();
    EXPECT_EQ(reject.type(), "3") << range << " " << reject.text();
  }
  // Huge and overlapping ones are cut to what there is.
  const int last = 6 + static_cast<int>(bad.size());
  for (const auto* range : {"7=2|16=999999999|", "7=2|16=0|"}) {
    peer_->send("2", range);
    expect_reports(2, 6, "Y");
    const RawFixMessage fill = peer_->read();
    EXPECT_EQ(fill.value(34) + "-" + fill.value(36), "7-" + std::to_string(last + 1));
  }
  peer_->send("D", order_fields("A1"));
  EXPECT_EQ(peer_->read_type("8").value(11), "A1");
}

TEST_F(SessionResendTest, ARequestWithATooLowNumberEndsTheSession) {
  start();
  peer_->send("0");
  peer_->send_bytes(peer_->message("2", "7=1|16=0|", 2));
  EXPECT_THAT(peer_->read_type("5").value(58), testing::HasSubstr("expecting 3 but received 2"));
}

TEST_F(SessionResendTest, ARequestAboveAGapIsAnsweredBeforeWeAskInOurTurn) {
  start();
  make_reports(3);
  expect_reports(2, 4, "");
  peer_->send_bytes(peer_->message("2", "7=2|16=0|", 9));
  expect_reports(2, 4, "Y");
  const RawFixMessage asked = peer_->read_type("2");
  EXPECT_EQ(asked.value(7), "2");
  EXPECT_EQ(asked.number(), 5);

  // Once, however often it comes.
  peer_->send_bytes(peer_->message("2", "7=4|16=0|", 10));
  expect_reports(4, 4, "Y");
  peer_->send_bytes(peer_->message("4", "43=Y|122=" + fix_now() + "|123=Y|36=11|", 2));
  peer_->next_out = 11;
  peer_->send("1", "112=all is here|");
  EXPECT_EQ(peer_->read().value(36), "6");  // our own request, filled
  EXPECT_EQ(peer_->read_type("0").value(112), "all is here");
}

TEST_F(SessionResendTest, ARequestAboveAGapThatMakesNoSenseIsAskedForAgain) {
  start();
  peer_->send_bytes(peer_->message("2", "7=99|16=0|", 9));
  EXPECT_EQ(peer_->read_type("2").value(7), "2");
}

// ---- Proof --------------------------------------------------------------------------------------

TEST_F(SessionResendTest, TheAnswerToATestRequestProvesDelivery) {
  start({.delivery_proof_interval = 10ms});
  make_reports(3);
  const EventSeq made = pipeline_.last_seq();
  expect_reports(2, 4, "");
  const RawFixMessage request = peer_->read();
  ASSERT_EQ(request.type(), "1");
  EXPECT_EQ(request.value(112), request.value(34));
  EXPECT_LT(pipeline_.sessions()[0].delivered, made);
  peer_->send("0", "112=" + request.value(112) + "|");
  EXPECT_TRUE(wait_for_delivered(made));
  EXPECT_FALSE(peer_->try_read(1500ms).has_value()) << "all is proven, nothing is asked";
}

// One that stays for less than the interval would never be asked.
TEST_F(SessionResendTest, AClientThatComesBackIsAskedAtOnceForWhatItHadBefore) {
  start({.delivery_proof_interval = 1h});
  make_reports(3);
  const EventSeq made = pipeline_.last_seq();
  expect_reports(2, 4, "");
  peer_->close();
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) { return !s.up; }));
  peer_ = gateway_->log_on("BROKER1", 2);
  const RawFixMessage request = peer_->read();
  ASSERT_EQ(request.type(), "1");
  peer_->send("0", "112=" + request.value(112) + "|");
  peer_->send("1", "112=behind|");
  EXPECT_EQ(peer_->read().value(112), "behind");
  peer_->close();
  EXPECT_TRUE(wait_for_delivered(made));
}

// Under kills it would be told the same again and again.
TEST_F(SessionResendTest, AfterAResetAClientIsAskedAtOnceBehindWhatItIsToldAgain) {
  constexpr int kReports = 200;
  start({.delivery_proof_interval = 1h});
  make_reports(kReports);
  const EventSeq made = pipeline_.last_seq();
  expect_reports(2, kReports + 1, "");
  peer_->close();
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) { return !s.up; }));
  peer_ = gateway_->log_on("BROKER1", 1, "141=Y|");
  expect_reports(2, kReports + 1, "");
  const RawFixMessage request = peer_->read();
  ASSERT_EQ(request.type(), "1") << request.text();
  EXPECT_EQ(request.number(), kReports + 2);
  peer_->send("0", "112=" + request.value(112) + "|");
  peer_->send("1", "112=behind|");
  EXPECT_EQ(peer_->read().value(112), "behind");
  peer_->close();
  EXPECT_TRUE(wait_for_delivered(made));
}

TEST_F(SessionResendTest, AfterAResetWithNothingToTellAgainNothingIsAsked) {
  start({.delivery_proof_interval = 10ms});
  make_reports(3);
  const EventSeq made = pipeline_.last_seq();
  expect_reports(2, 4, "");
  const RawFixMessage request = peer_->read();
  ASSERT_EQ(request.type(), "1");
  peer_->send("0", "112=" + request.value(112) + "|");
  ASSERT_TRUE(wait_for_delivered(made));
  peer_->close();
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) { return !s.up; }));
  peer_ = gateway_->log_on("BROKER1", 1, "141=Y|");
  EXPECT_FALSE(peer_->try_read(1200ms).has_value());
}

TEST_F(SessionResendTest, AClientThatHasHadAResendIsAskedAtItsEnd) {
  start({.delivery_proof_interval = 1h});
  make_reports(3);
  const EventSeq made = pipeline_.last_seq();
  expect_reports(2, 4, "");
  peer_->send("2", "7=2|16=0|");
  expect_reports(2, 4, "Y");
  const RawFixMessage request = peer_->read();
  ASSERT_EQ(request.type(), "1") << request.text();
  peer_->send("0", "112=" + request.value(112) + "|");
  EXPECT_TRUE(wait_for_delivered(made));
}

TEST_F(SessionResendTest, TheClientsReceiptProvesDelivery) {
  start();
  make_reports(3);
  const EventSeq made = pipeline_.last_seq();
  expect_reports(2, 4, "");
  peer_->send_bytes(
      fix_message("FIXT.1.1", "35=0|34=2|49=BROKER1|52=" + fix_now() + "|56=BETEX|369=4|"));
  EXPECT_TRUE(wait_for_delivered(made));
}

TEST_F(SessionResendTest, AReceiptForWhatWasNeverSentProvesNothing) {
  start();
  make_reports(3);
  expect_reports(2, 4, "");
  peer_->send_bytes(
      fix_message("FIXT.1.1", "35=0|34=2|49=BROKER1|52=" + fix_now() + "|56=BETEX|369=400|"));
  peer_->send_bytes(peer_->message("1", "112=behind|", 3));
  EXPECT_EQ(peer_->read().value(112), "behind");
  std::this_thread::sleep_for(1200ms);
  EXPECT_LT(pipeline_.sessions()[0].delivered, first_);
}

TEST_F(SessionResendTest, NeitherWritingNorALogoutProvesDelivery) {
  start();
  make_reports(3);
  expect_reports(2, 4, "");
  peer_->send("5");
  EXPECT_EQ(peer_->read_type("5").type(), "5");
  EXPECT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) { return !s.up; }));
  EXPECT_LT(pipeline_.sessions()[0].delivered, first_);
}

TEST_F(SessionResendTest, AnAnswerAfterAResendRequestProvesNothing) {
  start({.delivery_proof_interval = 10ms});
  make_reports(3);
  expect_reports(2, 4, "");
  const RawFixMessage request = peer_->read();
  ASSERT_EQ(request.type(), "1");
  peer_->send("2", "7=2|16=0|");
  peer_->send("0", "112=" + request.value(112) + "|");
  expect_reports(2, 4, "Y");
  EXPECT_EQ(peer_->read().type(), "4");
  const RawFixMessage again = peer_->read();
  ASSERT_EQ(again.type(), "1") << "the first answer did not count";
  EXPECT_LT(pipeline_.sessions()[0].delivered, first_);
}

TEST_F(SessionResendTest, AfterAResetWhatIsNotProvenIsToldAgain) {
  start({.delivery_proof_interval = 10ms});
  make_reports(2);
  expect_reports(2, 3, "");
  const RawFixMessage request = peer_->read();
  peer_->send("0", "112=" + request.value(112) + "|");
  ASSERT_TRUE(wait_for_delivered(first_));
  make_reports(2);
  std::vector<std::string> not_proven;
  for (int i = 0; i < 2; ++i) {
    not_proven.push_back(peer_->read_type("8").value(17));
  }
  peer_->close();
  ASSERT_TRUE(pipeline_.wait_for_session("BROKER1", [](const SessionInfo& s) { return !s.up; }));

  peer_ = gateway_->log_on("BROKER1", 1, "141=Y|");
  for (const std::string& exec_id : not_proven) {
    const RawFixMessage report = peer_->read_type("8");
    EXPECT_EQ(report.value(17), exec_id);
    EXPECT_EQ(report.value(97), "Y");
  }
  make_reports(1);
  RawFixMessage report = peer_->read();
  while (report.type() != "8") {
    report = peer_->read();
  }
  EXPECT_EQ(report.value(97), "") << "what is new is not marked";
}

// ---- Receipts -----------------------------------------------------------------------------------

TEST_F(SessionResendTest, ConfirmsWhatIsDurableAlone) {
  start();
  pipeline_.hold();
  peer_->send("D", order_fields("A1"));
  peer_->send("1", "112=T|");
  const RawFixMessage before = peer_->read();
  EXPECT_EQ(before.value(112), "T");
  EXPECT_EQ(before.value(369), "1") << "the order is not durable: nothing from it on";
  pipeline_.go_on();
  EXPECT_EQ(peer_->read_type("8").value(369), "3");
  peer_->send("2", "7=3|16=3|");
  const RawFixMessage again = peer_->read();
  EXPECT_EQ(again.value(43), "Y");
  EXPECT_TRUE(again.value(369).empty()) << "a receipt of its time";
}

}  // namespace
}  // namespace betex::test
