// Calls of etcd's client as tests make them: with much time or with little, again and again until
// something is known or true, and with the answer's kind in place of an exception.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/cluster/etcd_client.h"
#include "gateway/cluster/key_value_store.h"
#include "tests/support/patience.h"

namespace betex::test {

// One that a call ends well before, also on a machine that stalls.
inline cluster::EtcdSettings patient(std::vector<std::string> endpoints) {
  return {.endpoints = std::move(endpoints), .deadline = kPatience};
}

// One that a call must be ended by.
inline cluster::EtcdSettings hasty(std::vector<std::string> endpoints) {
  return {.endpoints = std::move(endpoints), .deadline = std::chrono::milliseconds{300}};
}

inline std::string url(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

inline cluster::TransactionResult put(cluster::EtcdClient& client,
                                      const std::string& key,
                                      const std::string& value,
                                      cluster::LeaseId lease = 0) {
  return client.transact(
      {}, std::array{cluster::Put{.key = key, .value = value, .lease = lease}}, {});
}

// Puts it if there is no such key; else tells what it is.
inline cluster::TransactionResult put_new(cluster::EtcdClient& client,
                                          const std::string& key,
                                          const std::string& value) {
  return client.transact(std::array{cluster::KeyIs{.key = key, .value = std::nullopt}},
                         std::array{cluster::Put{.key = key, .value = value}},
                         std::array{key});
}

inline std::optional<cluster::StoreRefused::Why> why_refused(const std::function<void()>& call) {
  try {
    call();
  } catch (const cluster::StoreRefused& refused) {
    return refused.why();
  }
  return std::nullopt;
}

// Again until its outcome is known.
template <typename Call>
auto surely(Call call) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    try {
      return call();
    } catch (const cluster::StoreUnknown&) {
      if (std::chrono::steady_clock::now() >= deadline) {
        throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }
}

}  // namespace betex::test
