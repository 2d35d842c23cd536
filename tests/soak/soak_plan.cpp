#include "tests/soak/soak_plan.h"

#include <algorithm>
#include <fstream>
#include <random>

#include "gateway/config/credentials.h"
#include "tests/support/environment.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;

constexpr int kShippedBrokers = 4;
constexpr int kManyBrokers = 50;
constexpr int kReaders = 3;
constexpr std::chrono::seconds kAnHour{3'600};
constexpr std::chrono::seconds kHalfAMinute{30};
constexpr auto kBetweenRequests = 5ms;  // of all together: 200 a second

std::string numbered(const std::string& name, int number) {
  return name + std::to_string(number);
}

void add_session(std::ofstream& settings,
                 std::ofstream& credentials,
                 const std::string& comp_id,
                 const std::string& role) {
  const auto hash = gateway::hash_password("demo", gateway::kMinPasswordIterations);
  settings << "\n[SESSION]\nBeginString=FIXT.1.1\nTargetCompID=" << comp_id << "\n" << role << "\n";
  credentials << gateway::credential_line(comp_id, hash) << "\n";
}

}  // namespace

SoakPlan SoakPlan::from_environment(int few) {
  const auto otherwise =
      static_cast<std::uint64_t>((is_long_run() ? kAnHour : kHalfAMinute).count());
  const std::chrono::seconds lasts{number_from_environment("BETEX_SOAK_SECONDS", otherwise)};
  const int brokers = lasts >= kAnHour ? kManyBrokers : few;
  SoakPlan plan{.lasts = lasts,
                .between_samples = std::max<std::chrono::milliseconds>(100ms, lasts / 400),
                .between_kills = std::max<std::chrono::milliseconds>(8s, lasts / 20),
                .day = std::min<std::chrono::milliseconds>(60s, lasts / 8),
                .pace = brokers * kBetweenRequests,
                .interval_events =
                    std::max<std::uint64_t>(1'000, static_cast<std::uint64_t>(lasts.count()) * 6),
                .brokers = {},
                .readers = {},
                .seed = number_from_environment("BETEX_SOAK_SEED", std::random_device{}())};
  for (int i = 1; i <= brokers; ++i) {
    plan.brokers.push_back(numbered(i <= kShippedBrokers ? "BROKER" : "SOAK", i));
  }
  for (int i = 1; i <= kReaders; ++i) {
    plan.readers.push_back(numbered("MD", i));
  }
  return plan;
}

void add_sessions(const SoakPlan& plan, const std::filesystem::path& config) {
  std::ofstream settings{config / "sessions.cfg", std::ios::app};
  std::ofstream credentials{config / "credentials", std::ios::app};
  for (std::size_t i = kShippedBrokers; i < plan.brokers.size(); ++i) {
    add_session(settings, credentials, plan.brokers[i], "Role=Broker\nAccounts=" + plan.brokers[i]);
  }
  for (std::size_t i = 1; i < plan.readers.size(); ++i) {
    add_session(settings, credentials, plan.readers[i], "Role=MarketData");
  }
}

}  // namespace betex::test
