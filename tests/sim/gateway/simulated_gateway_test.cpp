// The gateway without threads, on a simulated machine: that it is the gateway that it stands for.
#include "tests/sim/gateway/simulated_gateway.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "gateway/client/error.h"
#include "gateway/client/order_entry.h"
#include "gateway/client/session.h"
#include "gateway/client/session_store.h"
#include "tests/sim/gateway/acknowledged.h"
#include "tests/sim/gateway/lease_scenario.h"
#include "tests/sim/gateway/simulated_exchange.h"
#include "tests/support/temp_folder.h"

namespace betex::sim {
namespace {

using namespace std::chrono_literals;

const fix::Dictionaries& dictionaries() {
  static const fix::Dictionaries kDictionaries{BETEX_DICTIONARIES_DIR};
  return kDictionaries;
}

// What one process after the other has said to be durable is one log.
class Witness final : public SimulatedGateway::Observer {
 public:
  void durable(const matching::TransactionView& transaction) override {
    acknowledged.take("a gateway", transaction);
  }

  Acknowledged acknowledged;
};

class Trader {
 public:
  explicit Trader(unsigned number)
      : session_{{.dialect = version_of_trader(number) == fix::FixVersion::Fix44
                                 ? client::Dialect::Fix44
                                 : client::Dialect::Fixt11,
                  .sender = trader_name(number),
                  .target = std::string{kExchange},
                  .password = client::Password{kPassword}},
                 store_} {}

  void log_on() {
    for (;;) {
      try {
        session_.logon(
            client::Connection::open("127.0.0.1", kFixPort, 5s), client::ResetNumbers::No, 5s);
        return;
      } catch (const client::ClientError&) {
        session_.disconnect();  // it is not there yet
      }
      Machine& machine = *Machine::current();
      machine.wait([] { return false; }, machine.clocks.now() + 50ms);
    }
  }

  void place(const std::string& id, client::Side side) {
    session_.send(to_message(client::NewOrder{.cl_ord_id = id,
                                              .symbol = "MATCH.HOME",
                                              .side = side,
                                              .quantity = "5",
                                              .price = "2.02",
                                              .account = session_.sender()}));
  }

  // ExecType(150) by ClOrdID(11), until there are `count`, or the gateway is gone.
  bool take(std::size_t count) {
    try {
      while (told.size() < count) {
        const auto message = session_.receive(30s);
        if (!message) {
          return false;
        }
        const client::Report report = to_report(*message);
        if (const auto* const execution = std::get_if<client::ExecutionReport>(&report)) {
          told[execution->exec_id] = execution->cl_ord_id + " " + execution->exec_type;
        }
      }
      return true;
    } catch (const client::Disconnected&) {
      return false;
    }
  }

  [[nodiscard]] client::Session& session() noexcept { return session_; }

  std::map<std::string, std::string> told;  // by ExecID

 private:
  client::SessionStore store_;
  client::Session session_;
};

std::vector<std::string> values_of(const std::map<std::string, std::string>& told) {
  std::vector<std::string> values;
  for (const auto& [id, value] : told) {
    values.push_back(value);
  }
  return values;
}

// tmpfs, as in the simulator.
class SimulatedGatewayTest : public ::testing::Test {
 protected:
  SimulatedGatewayTest() { spdlog::set_level(spdlog::level::off); }

  SimulatedExchange::Settings settings(std::uint64_t seed = 1) {
    return {.folder = folder_.path(),
            .dictionaries = dictionaries(),
            .dictionaries_folder = BETEX_DICTIONARIES_DIR,
            .seed = seed,
            .observer = &witness_};
  }

  test::TempFolder folder_{"/dev/shm"};
  Witness witness_;
};

TEST_F(SimulatedGatewayTest, ServesTradersAcrossAKillAndAnOrderlyStop) {
  SimulatedExchange exchange{settings()};
  exchange.start();
  Trader one{1};
  Trader two{2};
  unsigned done = 0;
  exchange.machine().spawn("T1", 101, [&] {
    one.log_on();
    one.place("a", client::Side::LayOrSell);
    EXPECT_TRUE(one.take(1));
    ++done;
    EXPECT_FALSE(one.take(99)) << "it was killed";
    one.log_on();
    EXPECT_TRUE(one.take(2));
    ++done;
  });
  ASSERT_TRUE(exchange.run_until([&] { return done == 1; }));
  exchange.kill();
  exchange.start();
  exchange.machine().spawn("T2", 102, [&] {
    two.log_on();
    two.place("b", client::Side::BackOrBuy);
    EXPECT_TRUE(two.take(2));
    ++done;
  });
  ASSERT_TRUE(exchange.run_until([&] { return done == 3; })) << exchange.failure();
  EXPECT_EQ(values_of(one.told), (std::vector<std::string>{"a 0", "a F"}));
  EXPECT_EQ(values_of(two.told), (std::vector<std::string>{"b 0", "b F"}));
  ASSERT_TRUE(exchange.run_until([&] { return exchange.gateway()->idle(); }));
  EXPECT_EQ(exchange.gateway()->why_books_differ(), "");
  EXPECT_EQ(exchange.gateway()->durable(), exchange.gateway()->engine().last_seq());
  EXPECT_EQ(witness_.acknowledged.last(), exchange.gateway()->durable());
  exchange.gateway()->begin_stop();
  exchange.machine().spawn("T1 waits", 101, [&] {
    EXPECT_FALSE(one.take(99)) << "it is told to log out";
    ++done;
  });
  ASSERT_TRUE(exchange.run_until([&] { return exchange.gateway() == nullptr && done == 4; }));
  EXPECT_EQ(exchange.failure(), "");
  EXPECT_EQ(witness_.acknowledged.faults(), std::vector<std::string>{});
}

TEST_F(SimulatedGatewayTest, APowerCutLosesNothingThatWasTold) {
  SimulatedExchange exchange{settings(2)};
  exchange.start();
  Trader one{1};
  unsigned done = 0;
  exchange.machine().spawn("T1", 101, [&] {
    one.log_on();
    for (int i = 1; i <= 40; ++i) {
      one.place("order" + std::to_string(i), client::Side::LayOrSell);
    }
    EXPECT_TRUE(one.take(40));
    ++done;
  });
  ASSERT_TRUE(exchange.run_until([&] { return done == 1; }));
  const auto before = exchange.gateway()->durable();
  exchange.cut_power();
  exchange.start();
  ASSERT_TRUE(exchange.run_until([&] { return exchange.gateway() != nullptr; }))
      << exchange.failure();
  EXPECT_GE(exchange.gateway()->durable(), before);
  EXPECT_EQ(witness_.acknowledged.faults(), std::vector<std::string>{});
  std::size_t orders = 0;
  exchange.gateway()->engine().visit_orders(
      [&](const matching::OrderInfo& order) { orders += order.live ? 1U : 0U; });
  EXPECT_EQ(orders, 40U);
}

// Of many events: segments, snapshots and retired ones come and go.
TEST_F(SimulatedGatewayTest, TakesSnapshotsAndStartsFromThem) {
  SimulatedExchange exchange{settings(3)};
  exchange.start();
  Trader one{1};
  constexpr std::size_t kOrders = 900;
  unsigned done = 0;
  exchange.machine().spawn("T1", 101, [&] {
    one.log_on();
    for (std::size_t i = 1; i <= kOrders; ++i) {
      one.place("order" + std::to_string(i), client::Side::LayOrSell);
      if (i % 20 == 0) {
        EXPECT_TRUE(one.take(i));
        one.session().synchronise(10s);
        exchange.machine().wait([] { return false; }, exchange.machine().clocks.now() + 50ms);
      }
    }
    ++done;
  });
  ASSERT_TRUE(exchange.run_until([&] { return done == 1; })) << exchange.failure();
  exchange.kill();
  const std::filesystem::path log = log_folder(exchange.machine().disk.root());
  EXPECT_FALSE(std::filesystem::is_empty(log / "snapshots"));
  EXPECT_FALSE(std::filesystem::is_empty(log / "retired"));
  exchange.start();
  ASSERT_TRUE(exchange.run_until([&] { return exchange.gateway() != nullptr; }))
      << exchange.failure();
  EXPECT_EQ(witness_.acknowledged.faults(), std::vector<std::string>{});
}

std::uint64_t trace_of_a_run(const std::filesystem::path& folder) {
  SimulatedExchange exchange{{.folder = folder,
                              .dictionaries = dictionaries(),
                              .dictionaries_folder = BETEX_DICTIONARIES_DIR,
                              .seed = 5}};
  exchange.start();
  Trader one{1};
  bool done = false;
  exchange.machine().spawn("T1", 101, [&] {
    one.log_on();
    for (int i = 1; i <= 20; ++i) {
      one.place("order" + std::to_string(i), client::Side::LayOrSell);
    }
    EXPECT_TRUE(one.take(20));
    done = true;
  });
  EXPECT_TRUE(exchange.run_until([&] { return done; }));
  exchange.gateway()->begin_stop();
  EXPECT_TRUE(exchange.run_until([&] { return exchange.gateway() == nullptr; }));
  return exchange.machine().trace_hash();
}

TEST_F(SimulatedGatewayTest, ASeedIsARun) {
  const std::uint64_t first = trace_of_a_run(folder_.path() / "first");
  EXPECT_EQ(trace_of_a_run(folder_.path() / "second"), first);
}

// ---- A log on a shared disk

LeaseOutcome outcome_of(std::uint64_t seed, bool late_renewal) {
  spdlog::set_level(spdlog::level::off);
  const test::TempFolder folder{"/dev/shm"};
  return run_lease_scenario(
      seed, late_renewal, folder.path(), dictionaries(), BETEX_DICTIONARIES_DIR);
}

TEST(LeaseScenario, WhatOneGatewayHasAcknowledgedTheOtherOneHas) {
  std::uint64_t leads = 0;
  std::uint64_t events = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const LeaseOutcome outcome = outcome_of(seed, false);
    EXPECT_EQ(outcome.faults_found, std::vector<std::string>{}) << "seed " << seed;
    leads += outcome.leads;
    events += outcome.events;
  }
  EXPECT_GT(leads, 10U);
  EXPECT_GT(events, 500U);
}

TEST(LeaseScenario, ASeedIsARun) {
  EXPECT_EQ(outcome_of(7, false).trace_hash, outcome_of(7, false).trace_hash);
}

TEST(LeaseScenario, ALateRenewalIsFound) {
  std::uint64_t seed = 1;
  while (seed < 50 && outcome_of(seed, true).faults_found.empty()) {
    ++seed;
  }
  EXPECT_LT(seed, 50U);
}

}  // namespace
}  // namespace betex::sim
