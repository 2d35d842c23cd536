// What sessions do by the clock: it is session time's, not the machine's, for QuickFIX as for us.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/session/quickfix.h"
#include "gateway/session/quickfix_clock.h"
#include "gateway/session/sending_time.h"
#include "gateway/wire/utc_time.h"
#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using ::testing::StartsWith;

// Runs with the machine, but may be away from its clock, jump as after a suspension, and be
// uncertain.
class MovedClock final : public gateway::Clock {
 public:
  void move(nanoseconds by) { moved_ += by.count(); }

  void set_certain(bool certain) { certain_ = certain; }

  [[nodiscard]] matching::Timestamp now() const override {
    return gateway::SystemClock{}.now() + matching::Timestamp{moved_};
  }

  [[nodiscard]] bool certain() const override { return certain_; }

 private:
  std::atomic<std::int64_t> moved_{0};
  std::atomic<bool> certain_{true};
};

std::string utc(matching::Timestamp time) {
  std::string text;
  fix::append_utc_timestamp(text, time);
  return text;
}

class SessionTimeTest : public testing::Test {
 protected:
  void start() {
    gateway_ = std::make_unique<TestGateway>(
        pipeline_, folder_.path(), TestGatewayOptions{.clock = &clock_});
  }

  [[nodiscard]] std::unique_ptr<RawFixPeer> log_on_with(const std::string& heart_bt_int) const {
    auto peer = gateway_->connect("BROKER1");
    peer->send("A", "98=0|108=" + heart_bt_int + "|553=BROKER1|554=" + kTestPassword + "|1137=9|");
    EXPECT_EQ(peer->read().type(), "A");
    return peer;
  }

  // How far the message's 52 is from session time, and it has just come.
  [[nodiscard]] nanoseconds age(const RawFixMessage& message) const {
    const auto sent = fix::parse_utc_timestamp(message.value(52));
    EXPECT_TRUE(sent) << message.text();
    return nanoseconds{(clock_.now() - sent.value_or(matching::Timestamp{})).value()};
  }

  // A TestRequest whose 52 is this.
  static std::string dated(int number, matching::Timestamp sending_time) {
    return fix_message("FIXT.1.1",
                       "35=1|49=BROKER1|56=BETEX|34=" + std::to_string(number) +
                           "|52=" + utc(sending_time) + "|112=T|");
  }

  MovedClock clock_;
  TempFolder folder_;
  FakePipeline pipeline_;
  std::unique_ptr<TestGateway> gateway_;
};

TEST_F(SessionTimeTest, AllThatIsSentBearsIt) {
  clock_.move(12h);
  start();
  const auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  const RawFixMessage report = peer->read_type("8");
  EXPECT_LT(age(report), kPatience);
  EXPECT_GE(age(report), 0s);
  peer->send("1", "112=T|");
  const RawFixMessage heartbeat = peer->read_type("0");  // QuickFIX's
  EXPECT_LT(age(heartbeat), kPatience);
  EXPECT_GE(age(heartbeat), 0s);
  peer->send("2", "7=" + report.value(34) + "|16=0|");
  const RawFixMessage resent = peer->read_type("8");
  EXPECT_EQ(resent.value(43), "Y");
  EXPECT_EQ(resent.value(122), report.value(52));
  EXPECT_LT(age(resent), kPatience);
}

// In steps so small that nobody can have been away. By the machine's clock it would take longer.
TEST_F(SessionTimeTest, ASilentPeerIsAskedByIt) {
  start();
  const auto peer = log_on_with("20");
  std::string seen;
  for (int i = 0; i < 12 && !seen.ends_with("1"); ++i) {
    clock_.move(3s);
    if (const auto message = peer->try_read(1100ms)) {
      seen += message->type();
    }
  }
  EXPECT_EQ(seen, "01") << "a Heartbeat after 20 s, a TestRequest after 24";
}

TEST_F(SessionTimeTest, AMachineThatWasSuspendedCutsNobodyBeforeItHasListened) {
  start();
  const auto peer = log_on_with("30");
  clock_.move(1h);
  EXPECT_EQ(peer->read().type(), "0") << "nothing was sent for long";
  peer->send("1", "112=ALIVE|");
  EXPECT_EQ(peer->read_type("0").value(112), "ALIVE");
}

TEST_F(SessionTimeTest, ASendingTimeMayBeNearSessionTimeOrTheMachinesClock) {
  clock_.move(12h);
  start();
  const gateway::SystemClock machine;
  const auto peer = gateway_->log_on("BROKER1");  // by the machine's clock
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  peer->send_bytes(dated(3, machine.now()));
  EXPECT_EQ(peer->read_type("0").value(112), "T");
  peer->send_bytes(dated(4, clock_.now()));
  EXPECT_EQ(peer->read_type("0").value(112), "T");
  peer->send_bytes(dated(5, machine.now() + matching::Timestamp{nanoseconds{6h}.count()}));
  EXPECT_EQ(peer->read_type("3").value(373), "10");
  EXPECT_EQ(peer->read_type("5").type(), "5");
}

TEST(SendingTimeCheck, TakesWhatIsNearToOneOfTheClocks) {
  MovedClock session;
  MovedClock machine;
  session.move(1h);
  const fix::SendingTimeCheck check{session, machine, 120s};
  const auto passes = [&](nanoseconds after_machine) {
    return check.passes(utc(machine.now() + matching::Timestamp{after_machine.count()}));
  };
  EXPECT_TRUE(passes(-119s));
  EXPECT_TRUE(passes(119s));
  EXPECT_TRUE(passes(1h - 119s));
  EXPECT_TRUE(passes(1h + 118s));
  EXPECT_FALSE(passes(-121s));
  EXPECT_FALSE(passes(30min));
  EXPECT_FALSE(passes(1h + 122s));
  const std::string old = utc(machine.now() + matching::Timestamp{nanoseconds{-150s}.count()});
  EXPECT_FALSE(check.passes(old, 29s));
  EXPECT_TRUE(check.passes(old, 31s)) << "so long it has waited with us";
  EXPECT_FALSE(check.passes(""));
  EXPECT_FALSE(check.passes("20261128"));
}

TEST(SendingTimeCheck, ReadsTheFirst52OfAMessage) {
  EXPECT_EQ(fix::sending_time_of("8=X\00152=A\00158=B\00152=C\001"), "A");
  EXPECT_EQ(fix::sending_time_of("8=X\001152=A\001"), "");
}

TEST_F(SessionTimeTest, WhileItIsUncertainOrdersAreRefusedAndCancelsAct) {
  start();
  const auto peer = gateway_->log_on("BROKER1");
  peer->send("D", order_fields("A1"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");

  clock_.set_certain(false);
  const auto expect_refused = [&](const std::string& type, const std::string& id) {
    const RawFixMessage refused = peer->read_type("j");
    EXPECT_EQ(refused.value(372), type);
    EXPECT_EQ(refused.value(379), id);
    EXPECT_EQ(refused.value(380), "4");
    EXPECT_EQ(refused.value(20001), "145");
    EXPECT_EQ(refused.value(20002), "Y");
    EXPECT_THAT(refused.value(58), StartsWith("the exchange's clock is not certain"));
  };
  peer->send("D", order_fields("A2"));
  expect_refused("D", "A2");
  peer->send("G", "11=A3|38=20|40=2|41=A1|44=0.60|54=1|55=RAIN-LON|60=" + fix_now() + "|");
  expect_refused("G", "A3");
  EXPECT_TRUE(pipeline_.submitted_bodies<matching::AmendOrder>().empty());
  EXPECT_EQ(pipeline_.submitted_bodies<matching::PlaceOrder>().size(), 1U);

  peer->send("F", "11=A4|41=A1|54=1|55=RAIN-LON|60=" + fix_now() + "|");
  peer->send("q", "11=A5|530=7|60=" + fix_now() + "|");
  peer->send("1", "112=T|");
  EXPECT_EQ(peer->read_type("0").value(112), "T");
  EXPECT_EQ(pipeline_.submitted_bodies<matching::CancelOrder>().size(), 1U);
  EXPECT_EQ(pipeline_.submitted_bodies<matching::MassCancel>().size(), 1U);

  clock_.set_certain(true);
  peer->send("D", order_fields("A6"));
  EXPECT_TRUE(pipeline_.wait_for_submitted(6));
  EXPECT_EQ(pipeline_.submitted_bodies<matching::PlaceOrder>().size(), 2U);
}

TEST(QuickfixClock, IsWhatQuickfixGoesByWhileItLives) {
  MovedClock clock;
  clock.move(24h * 4000);
  const auto library_now = [] {
    FIX::MemoryStoreFactory factory;
    FIX::MessageStore* const store = factory.create({"FIX.4.4", "A", "B"});
    const auto made = store->getCreationTime().getTimeT();
    factory.destroy(store);
    return made;
  };
  const auto seconds = [](const gateway::Clock& of) { return of.now().value() / 1'000'000'000; };
  constexpr std::int64_t kSlack = 3600;
  const auto are_near = [](std::int64_t one, std::int64_t other) {
    return std::abs(one - other) < kSlack;
  };
  {
    const fix::QuickfixClock quickfix_clock{clock};
    EXPECT_TRUE(are_near(library_now(), seconds(clock))) << "inside the library";
    EXPECT_TRUE(are_near(FIX::UtcTimeStamp{}.getTimeT(), seconds(clock))) << "and in its headers";
  }
  EXPECT_TRUE(are_near(library_now(), seconds(gateway::SystemClock{})));
}

}  // namespace
}  // namespace betex::test
