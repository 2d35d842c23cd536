// That what is planted is a fault, and that without it nothing is different.
#include "tests/sim/gateway/planted.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "matching/engine.h"
#include "tests/gateway/session/boxed_command_port.h"
#include "tests/support/temp_folder.h"

namespace betex::sim {
namespace {

using matching::Name;

TEST(Planted, HasNames) {
  for (const Planted fault : kAllPlanted) {
    EXPECT_EQ(planted_by_name(name_of(fault)), fault);
  }
  EXPECT_EQ(planted_by_name("none"), Planted::None);
  EXPECT_FALSE(planted_by_name("nothing"));
}

// ---- LockNotReleased

class Locks : public ::testing::Test {
 protected:
  Locks() {
    run(matching::CreateAccount{.account = Name{"A"},
                                .kind = matching::AccountKind::Collateralised,
                                .opening_balance = matching::Decimal{100'000'000}});
    run(matching::CreateMarket{.market = Name{"M"}});
    run(matching::AddRunner{.market = Name{"M"}, .symbol = Name{"R"}});
    run(matching::AddRunner{.market = Name{"M"}, .symbol = Name{"S"}});
    run(matching::OpenMarket{.market = Name{"M"}});
  }

  ~Locks() override { keep_locks(false); }

  void run(matching::CommandBody body) {
    time_ = matching::Timestamp{time_.value() + 1'000'000};
    engine_.decide({.timestamp = time_, .origin = {}, .body = std::move(body)});
  }

  // What is locked while the order is open, and after it was cancelled.
  std::pair<std::int64_t, std::int64_t> locked() {
    run(matching::PlaceOrder{.account = Name{"A"},
                             .cl_ord_id = matching::ClOrdId{"1"},
                             .symbol = Name{"R"},
                             .transact_time = time_,
                             .price = matching::Decimal{2'000'000},
                             .quantity = matching::Decimal{10'000'000},
                             .side = matching::Side::Bid,
                             .time_in_force = matching::TimeInForce::Gtc,
                             .self_trade_prevention = matching::SelfTradePrevention::None});
    const std::int64_t open = exposure();
    run(matching::CancelOrder{.account = Name{"A"},
                              .cl_ord_id = matching::ClOrdId{"2"},
                              .orig_cl_ord_id = matching::ClOrdId{"1"}});
    return {open, exposure()};
  }

  [[nodiscard]] std::int64_t exposure() const {
    return engine_.account_info(Name{"A"})->exposure.value();
  }

  matching::Engine engine_;
  matching::Timestamp time_{1'800'000'000'000'000'000};
};

TEST_F(Locks, AreReleased) {
  const auto [open, cancelled] = locked();
  EXPECT_GT(open, 0);
  EXPECT_EQ(cancelled, 0);
}

TEST_F(Locks, StayWhereThatIsPlanted) {
  keep_locks(true);
  const auto [open, cancelled] = locked();
  EXPECT_GT(open, 0);
  EXPECT_EQ(cancelled, open);
}

// ---- OldIdActs

std::string id_of(const gateway::RingCommand& command) {
  const auto& for_engine = std::get<matching::Command>(command);
  return std::string{std::get<matching::PlaceOrder>(for_engine.body).cl_ord_id.view()};
}

class TakingPort final : public test::BoxedCommandPort {
 public:
  [[nodiscard]] bool try_reserve(std::size_t /*count*/, gateway::RingShare /*share*/) override {
    return true;
  }

  void release(std::size_t /*count*/) override {}

  [[nodiscard]] bool accepts_orders() const override { return true; }

  std::vector<std::string> ids;

 private:
  void take(gateway::RingCommand command) override { ids.push_back(id_of(command)); }
};

TEST(OldIdActs, AnIdThatComesAgainIsAnotherOne) {
  TakingPort port;
  ForgetfulPort forgetful{port};
  for (const char* const id : {"1", "2", "1", "1"}) {
    forgetful.submit(matching::Command{
        .origin = {},
        .body = matching::PlaceOrder{.account = Name{"A"}, .cl_ord_id = matching::ClOrdId{id}}});
  }
  ASSERT_EQ(port.ids.size(), 4U);
  EXPECT_EQ(port.ids[0], "1");
  EXPECT_EQ(port.ids[1], "2");
  std::ranges::sort(port.ids);
  EXPECT_EQ(std::ranges::adjacent_find(port.ids), port.ids.end());
}

// ---- ReportDroppedAtStart

class TakingSink final : public gateway::SessionSink {
 public:
  void deliver(matching::SessionId /*session*/, gateway::ReportDelivery delivery) override {
    for (const fix::Report& report : delivery.reports) {
      events.push_back(report.id.event.value());
    }
  }

  void notify(const Name& /*comp_id*/, gateway::SessionNotice /*notice*/) override { ++notices; }

  std::vector<std::uint64_t> events;
  int notices = 0;
};

gateway::ReportDelivery delivery_of(const std::vector<std::uint64_t>& events) {
  gateway::ReportDelivery delivery;
  for (const std::uint64_t event : events) {
    delivery.reports.push_back(
        {.id = {.event = matching::EventSeq{event}}, .body = fix::ExecutionReport{}});
  }
  return delivery;
}

TEST(ReportDroppedAtStart, TheFirstOneOfAnOldEventIsLost) {
  TakingSink sink;
  ForgetfulSink forgetful{sink, matching::EventSeq{20}};
  forgetful.deliver(matching::SessionId{1}, delivery_of({0, 30}));
  forgetful.deliver(matching::SessionId{1}, delivery_of({0, 10, 11}));
  forgetful.deliver(matching::SessionId{1}, delivery_of({12}));
  forgetful.notify(Name{"T1"}, matching::SessionSuspended{});
  EXPECT_EQ(sink.events, (std::vector<std::uint64_t>{0, 30, 0, 11, 12}));
  EXPECT_EQ(sink.notices, 1);
}

// ---- NumberUsedTwice

TEST(NumberUsedTwice, TheLastNumberCountsAsNotUsed) {
  matching::Engine engine;
  engine.decide(
      {.timestamp = matching::Timestamp{1}, .body = matching::SessionUp{.comp_id = Name{"T1"}}});
  std::vector<matching::SessionInfo> sessions;
  engine.visit_sessions([&](const auto& session) { sessions.push_back(session); });
  ASSERT_EQ(sessions.size(), 1U);
  const test::TempFolder folder;
  fix::SessionCache cache{
      folder.path() / "cache", {.boot_id = "boot", .wal_id = "wal"}, {.sessions = sessions}};
  const matching::SessionId session = sessions.front().session;
  fix::OutboundState state = *cache.state(session);
  state.last_number = matching::MsgSeqNum{7};
  ASSERT_TRUE(cache.use_number(session, state));
  forget_last_numbers(cache, engine);
  EXPECT_EQ(cache.state(session)->last_number, matching::MsgSeqNum{6});
}

}  // namespace
}  // namespace betex::sim
