// Every number of the configuration, at both ends of what it may be. That a gateway with each of
// them works, tests/e2e/limits_test.cpp shows.
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "gateway/config/credentials.h"
#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Limit {
  std::string name;
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::int64_t step = 1;          // of what may be written
  std::string section = {};       // of gateway.toml; for a session's or a market's: empty
  std::string beside_least = {};  // what it needs beside it
  std::string beside_most = {};

  friend void PrintTo(const Limit& limit, std::ostream* out) { *out << limit.name; }
};

class LimitTest : public ConfigFixture, public ::testing::WithParamInterface<Limit> {
 protected:
  // What is said of the configuration with `lines` in the place where the number belongs.
  [[nodiscard]] std::vector<std::string> said_of(const std::string& lines,
                                                 const std::string& section) {
    const std::string before = gateway;
    if (const auto at = gateway.find("[" + section + "]\n"); at == std::string::npos) {
      gateway += "[" + section + "]\n" + lines;
    } else {
      gateway.insert(at + section.size() + 3, lines);
    }
    auto said = complaints();
    gateway = before;
    return said;
  }

  [[nodiscard]] std::vector<std::string> said_of_number(std::int64_t number,
                                                        const std::string& beside = {}) {
    const Limit& limit = GetParam();
    return said_of(limit.name + " = " + std::to_string(number) + "\n" + beside, limit.section);
  }
};

TEST_P(LimitTest, IsTakenAtItsEndsAndNotBeyond) {
  const Limit& limit = GetParam();
  EXPECT_THAT(said_of_number(limit.min, limit.beside_least), IsEmpty());
  EXPECT_THAT(said_of_number(limit.max, limit.beside_most), IsEmpty());
  for (const std::int64_t beyond : {limit.min - limit.step, limit.max + limit.step}) {
    const auto said = said_of_number(beyond);
    ASSERT_FALSE(said.empty()) << beyond;
    EXPECT_THAT(said[0],
                HasSubstr(limit.name + ": " + std::to_string(beyond) +
                          " is out of range; give a whole number from " +
                          std::to_string(limit.min) + " to " + std::to_string(limit.max)));
  }
}

constexpr std::int64_t kTrillion = 1'000'000'000'000;
constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kGiB = 1 << 30;

INSTANTIATE_TEST_SUITE_P(
    All,
    LimitTest,
    ::testing::Values(
        Limit{"max_segment_events", 1, kTrillion, 1, "wal"},
        Limit{"segment_map_size_bytes", kMiB, 16'384 * kGiB, 4096, "wal"},
        Limit{"snapshot_every_events", 0, kTrillion, 1, "wal"},
        Limit{"low_disk_bytes", 0, 1024 * 1024 * kGiB, 1, "wal"},
        Limit{"replay_days", 0, 3650, 1, "reports"},
        Limit{"size_bytes", 0, 64 * kGiB, 1, "session_cache"},
        Limit{"command_slots", 512, kMiB, 256, "rings"},
        Limit{"event_slots", 64, kMiB, 32, "rings"},
        Limit{"arena_bytes", kMiB, kGiB, 1, "rings"},
        Limit{"live_orders", 0, 5'000'000, 1, "engine"},
        Limit{"finished_orders", 0, 5'000'000, 1, "engine"},
        Limit{"cl_ord_ids", 0, 5'000'000, 1, "engine"},
        Limit{"port", 0, 65'535, 1, "fix"},
        Limit{"tls_port", 0, 65'535, 1, "fix"},
        Limit{"port", 0, 65'535, 1, "http"},
        Limit{"port", 0, 65'535, 1, "market_data"},
        Limit{"sessions", 1, 100'000, 1, "market_data.limits"},
        Limit{"instruments_per_session", 1, 100'000, 1, "market_data.limits"},
        Limit{"requests", 1, 100'000, 1, "market_data.limits"},
        Limit{"requests_a_second", 1, 100'000, 1, "market_data.limits"},
        Limit{"slow_bytes", 16'384, 64 * kMiB, 1, "market_data.limits"},
        Limit{"normal_bytes",
              0,
              64 * kMiB - 1,
              1,
              "market_data.limits",
              "",
              "slow_bytes = 67108864\n"},
        Limit{"message_bytes", 1024, kMiB, 1, "fix.limits"},
        Limit{"fields", 32, 512, 1, "fix.limits"},
        Limit{"outbound_queue_bytes", 65'536, kGiB, 1, "fix.limits"},
        Limit{"logon_deadline_ms", 100, 60'000, 1, "fix.limits"},
        Limit{"connections", 1, 100'000, 1, "fix.limits"},
        Limit{"connections_per_address", 1, 100'000, 1, "fix.limits", "", "connections = 100000\n"},
        Limit{
            "connections_before_logon", 1, 100'000, 1, "fix.limits", "", "connections = 100000\n"},
        Limit{"sending_time_tolerance_s", 1, 86'400, 1, "fix.limits"}),
    [](const auto& test) {
      std::string name = test.param.section + "_" + test.param.name;
      std::ranges::replace(name, '.', '_');
      return name;
    });

struct Bounds {
  std::string name;
  std::int64_t min = 0;
  std::int64_t max = 0;

  friend void PrintTo(const Bounds& bounds, std::ostream* out) { *out << bounds.name; }
};

class SessionLimitTest : public ConfigFixture, public ::testing::WithParamInterface<Bounds> {};

TEST_P(SessionLimitTest, IsTakenAtItsEndsAndNotBeyond) {
  const auto& [name, min, max] = GetParam();
  const std::string before = sessions;
  // So that one of the heartbeats does not contradict the other.
  const std::string beside = name == "MinHeartBtInt"   ? "MaxHeartBtInt=3600\n"
                             : name == "MaxHeartBtInt" ? "MinHeartBtInt=1\n"
                                                       : "";
  for (const std::int64_t number : {min, max}) {
    sessions = before + beside + name + "=" + std::to_string(number) + "\n";
    EXPECT_THAT(complaints(), IsEmpty()) << number;
  }
  for (const std::int64_t number : {min - 1, max + 1}) {
    sessions = before + beside + name + "=" + std::to_string(number) + "\n";
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr(": " + name + ": '"))) << number;
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         SessionLimitTest,
                         ::testing::Values(Bounds{"MinHeartBtInt", 1, 3600},
                                           Bounds{"MaxHeartBtInt", 1, 3600},
                                           Bounds{"CancelOnDisconnectGrace", 0, 3600},
                                           Bounds{"MaxMessagesPerSecond", 0, 1'000'000},
                                           Bounds{"MessageBurst", 1, 1'000'000}),
                         [](const auto& test) { return test.param.name; });

class MarketLimitTest : public ConfigFixture, public ::testing::WithParamInterface<Bounds> {};

TEST_P(MarketLimitTest, IsTakenAtItsEndsAndNotBeyond) {
  const auto& [name, min, max] = GetParam();
  markets =
      "[[market]]\nname = \"RACE\"\nkind = \"odds\"\nladder = \"Classic\"\n"
      "instruments = [\"A\", \"B\", \"C\"]\n";
  const std::string before = markets;
  for (const std::int64_t number : {min, max}) {
    markets = before + name + " = " + std::to_string(number) + "\n";
    EXPECT_THAT(complaints(), IsEmpty()) << number;
  }
  for (const std::int64_t number : {min - 1, max + 1}) {
    markets = before + name + " = " + std::to_string(number) + "\n";
    EXPECT_THAT(complaints(),
                ElementsAre(HasSubstr(name + ": " + std::to_string(number) + " is out of range")))
        << number;
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         MarketLimitTest,
                         ::testing::Values(Bounds{"winners", 1, 2},
                                           Bounds{"commission_bp", 0, 10'000},
                                           Bounds{"bet_delay_ms", 0, 60'000}),
                         [](const auto& test) { return test.param.name; });

using Limits = ConfigFixture;

std::string odds_market(int runners, const std::string& more) {
  std::string instruments;
  for (int i = 0; i < runners; ++i) {
    instruments += (i == 0 ? "\"R" : ", \"R") + std::to_string(i) + "\"";
  }
  return "[[market]]\nname = \"RACE\"\nkind = \"odds\"\nladder = \"Classic\"\ninstruments = [" +
         instruments + "]\n" + more;
}

TEST_F(Limits, NumbersOfRunnersAndWinners) {
  for (const auto& [runners, winners] : {std::pair{2, 1}, std::pair{9, 8}, std::pair{100, 8}}) {
    markets = odds_market(runners, "winners = " + std::to_string(winners) + "\n");
    EXPECT_THAT(complaints(), IsEmpty()) << runners;
    markets = odds_market(runners, "winners = " + std::to_string(winners + 1) + "\n");
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr("from 1 to " + std::to_string(winners))));
  }
  for (const int runners : {1, 101}) {
    markets = odds_market(runners, "");
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr("give 2 to 100")));
  }
}

TEST_F(Limits, Quantities) {
  const std::string binary =
      "[[market]]\nname = \"RAIN\"\nkind = \"binary\"\nladder = \"LinearCent\"\n";
  for (const std::string key : {"min_quantity", "quantity_step"}) {
    const auto with = [&](const char* value) { return key + " = \"" + value + "\"\n"; };
    for (const char* const good : {"0.01", "1000000000.00", "1000000000"}) {
      markets = odds_market(2, with(good));
      EXPECT_THAT(complaints(), IsEmpty()) << good;
    }
    for (const char* const bad : {"0", "0.001", "1000000000.01", "9999999999999.99"}) {
      markets = odds_market(2, with(bad));
      EXPECT_THAT(complaints(), ElementsAre(HasSubstr("at most 1000000000.00"))) << bad;
    }
    for (const char* const good : {"1", "1000000000000"}) {
      markets = binary + with(good);
      EXPECT_THAT(complaints(), IsEmpty()) << good;
    }
    for (const char* const bad : {"0", "1.5", "1000000000001", "9999999999999", "99999999999999"}) {
      markets = binary + with(bad);
      EXPECT_THAT(complaints(), ElementsAre(HasSubstr("at most 1000000000000"))) << bad;
    }
  }
}

TEST_F(Limits, IterationsOfAPassword) {
  const auto with = [](std::uint32_t iterations) {
    return "ANNA:pbkdf2-sha256:" + std::to_string(iterations) +
           ":000102030405060708090a0b0c0d0e0f:" + std::string(64, 'a') + "\n";
  };
  for (const std::uint32_t good : {kMinPasswordIterations, kMaxPasswordIterations}) {
    credentials = with(good);
    EXPECT_THAT(complaints(), IsEmpty()) << good;
  }
  for (const std::uint32_t bad : {kMinPasswordIterations - 1, kMaxPasswordIterations + 1}) {
    credentials = with(bad);
    EXPECT_THAT(complaints(), testing::Contains(HasSubstr("iterations"))) << bad;
  }
}

TEST_F(Limits, ThoseOfConnectionsFollowTheirNumberWhereTheyAreLeftOut) {
  gateway += "[fix.limits]\nconnections = 7\n";
  const FixLimits limits = load().fix.limits;
  EXPECT_EQ(limits.connections_per_address, 7U);
  EXPECT_EQ(limits.connections_before_logon, 4U);
}

TEST_F(Limits, TooFewConnectionsForAllSessionsAreWarnedOf) {
  EXPECT_THAT(warnings(load()), IsEmpty());
  gateway += "[fix.limits]\nconnections = 20\nconnections_before_logon = 20\n";
  EXPECT_THAT(warnings(load()),
              ElementsAre("fix.limits.connections is 20, fewer than 1 sessions and "
                          "connections_before_logon, 20: strangers may keep out clients"));
}

// They have places of their own.
TEST_F(Limits, MarketDataSessionsTakeNoneOfTheConnectionsOfOthers) {
  gateway += "[fix.limits]\nconnections = 21\nconnections_before_logon = 20\n";
  sessions +=
      "[SESSION]\nBeginString=FIXT.1.1\nDefaultApplVerID=9\nTargetCompID=MD\nUsername=ANNA\nRole="
      "MarketData\n";
  EXPECT_THAT(warnings(load()), IsEmpty());
}

TEST_F(Limits, HttpBeyondLoopbackIsWarnedOf) {
  gateway += "[http]\naddress = \"0.0.0.0\"\n";
  EXPECT_THAT(warnings(load()),
              ElementsAre("http.address is 0.0.0.0, reachable from other machines: whoever is "
                          "there may read /metrics"));
  gateway += "enabled = false\n";
  EXPECT_THAT(warnings(load()), IsEmpty());
}

}  // namespace
}  // namespace betex::gateway
