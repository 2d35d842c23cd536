// How long a soak test goes on, and how often what happens in it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace betex::test {

struct SoakPlan {
  std::chrono::milliseconds lasts{};
  std::chrono::milliseconds between_samples{};
  std::chrono::milliseconds between_kills{};
  std::chrono::milliseconds day{};    // in which a market is traded on, before it is settled
  std::chrono::microseconds pace{};   // of each client, from one request to the next
  std::uint64_t interval_events = 0;  // of a segment, and from one snapshot to the next
  std::vector<std::string> brokers;   // CompIDs
  std::vector<std::string> readers;   // of prices
  std::uint64_t seed = 0;

  // BETEX_SOAK_SECONDS says how long; an hour with BETEX_LONG=1, else half a minute. With an hour
  // there are 50 brokers, else `few`. BETEX_SOAK_SEED repeats a run's random choices.
  static SoakPlan from_environment(int few);
};

// Adds the sessions of the plan that the shipped configuration does not have to its sessions.cfg
// and credentials in this folder, with the demo's password.
void add_sessions(const SoakPlan& plan, const std::filesystem::path& config);

}  // namespace betex::test
