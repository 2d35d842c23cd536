#include "tests/sim/run/users.h"

#include <algorithm>

#include "tests/sim/clients/clients.h"
#include "tests/sim/gateway/exchange_config.h"
#include "tests/sim/machine/random.h"

namespace betex::sim {
namespace {

constexpr double kWithFourEyes = 30;  // of 100 plans that operate
constexpr double kWithDropCopy = 40;  // of 100 plans
constexpr int kFirstProcess = 100'000;

}  // namespace

bool has_four_eyes(const Plan& plan) {
  return plan.operates && Random{plan.seed, "four eyes"}.chance(kWithFourEyes);
}

Users::Users(const Plan& plan, Machine& machine, Judge& judge) : plan_{plan}, machine_{machine} {
  exchange_.fix_port = kFixPort;
  exchange_.market_data_port = kMarketDataPort;
  for (unsigned i = 0; i < plan_.traders; ++i) {
    traders_.push_back(make_trader(i, plan_, judge));
    all_.push_back(traders_.back().get());
  }
  make_others(judge);
  for (const auto& each : others_) {
    all_.push_back(each.get());
  }
}

void Users::make_others(Judge& judge) {
  if (plan_.operates) {
    others_.push_back(make_operator(plan_, judge));
  }
  if (has_four_eyes(plan_)) {
    others_.push_back(make_second_operator(plan_, judge));
  }
  if (Random{plan_.seed, "drop copy"}.chance(kWithDropCopy)) {
    others_.push_back(make_drop_copy(plan_, judge));
  }
  for (unsigned i = 0; i < plan_.watchers; ++i) {
    others_.push_back(make_watcher(i, plan_, judge));
  }
}

void Users::begin() {
  int process = kFirstProcess;
  for (Client* client : all_) {
    machine_.spawn(client->comp_id(), process++, [this, client] {
      client->live(exchange_);
      ++gone_;
    });
  }
}

void Users::ask(std::int64_t trader, Whim whim) {
  traders_.at(static_cast<std::size_t>(trader) % traders_.size())->ask(whim);
}

std::uint64_t Users::followed(Whim whim) const {
  std::uint64_t sum = 0;
  for (const Client* client : all_) {
    sum += client->followed(whim);
  }
  return sum;
}

bool Users::all_are_done() const {
  return std::all_of(all_.begin(), all_.end(), [&](const Client* client) {
    return client->requests_sent() >= plan_.requests;
  });
}

std::string Users::what_is_outstanding() const {
  std::string text;
  for (const Client* client : all_) {
    if (!client->settled()) {
      text += client->comp_id() + " is not settled; ";
    }
  }
  return text + std::to_string(all_.size() - gone_) + " users are still there";
}

}  // namespace betex::sim
