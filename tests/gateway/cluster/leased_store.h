// A KeyValueStore in memory, whose leases end by the time of a machine, and of which a test can
// lose calls and answers. Unlike FakeStore's clients it may be used by several threads.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gateway/cluster/key_value_store.h"
#include "tests/gateway/cluster/candidate.h"

namespace betex::test {

// *Thread-safe.*
class LeasedStore final : public cluster::KeyValueStore {
 public:
  explicit LeasedStore(const BootTime& time) : time_{time} {}

  cluster::TransactionResult transact(std::span<const cluster::KeyIs> conditions,
                                      std::span<const cluster::Put> puts,
                                      std::span<const std::string> otherwise) override {
    const std::lock_guard lock{mutex_};
    fail_if_asked();
    const bool of_epoch = !puts.empty() && puts.front().key == kEpochKey;
    if (of_epoch && std::exchange(lose_epoch_call_, false)) {
      throw cluster::StoreUnknown{"the call was lost"};
    }
    if (of_epoch && before_epoch_) {
      std::exchange(before_epoch_, nullptr)();
    }
    expire();
    cluster::TransactionResult result{.succeeded = true, .revision = ++revision_, .found = {}};
    for (const cluster::KeyIs& condition : conditions) {
      result.succeeded = result.succeeded && value_of(condition.key) == condition.value;
    }
    if (result.succeeded) {
      for (const cluster::Put& put : puts) {
        keys_[put.key] = {put.value, put.lease};
      }
    } else {
      for (const std::string& key : otherwise) {
        result.found.push_back(value_of(key));
      }
    }
    if (of_epoch && std::exchange(lose_epoch_answer_, false)) {
      throw cluster::StoreUnknown{"the answer was lost"};
    }
    return result;
  }

  [[nodiscard]] std::optional<std::string> get(const std::string& key) override {
    const std::lock_guard lock{mutex_};
    fail_if_asked();
    expire();
    return value_of(key);
  }

  [[nodiscard]] std::vector<cluster::KeyValue> range(const std::string& prefix) override {
    const std::lock_guard lock{mutex_};
    fail_if_asked();
    expire();
    std::vector<cluster::KeyValue> values;
    for (const auto& [key, entry] : keys_) {
      if (key.starts_with(prefix)) {
        values.push_back({.key = key, .value = entry.first});
      }
    }
    return values;
  }

  [[nodiscard]] cluster::LeaseId grant(std::chrono::seconds ttl) override {
    const std::lock_guard lock{mutex_};
    fail_if_asked();
    leases_[++last_lease_] = {ttl, time_.now() + ttl};
    return last_lease_;
  }

  std::chrono::seconds keep_alive(cluster::LeaseId id) override {
    const std::lock_guard lock{mutex_};
    fail_if_asked();
    expire();
    const auto lease = leases_.find(id);
    if (lease == leases_.end()) {
      throw cluster::StoreRefused{cluster::StoreRefused::Why::LeaseGone, "no such lease"};
    }
    lease->second.second = time_.now() + lease->second.first;
    return lease->second.first;
  }

  void revoke(cluster::LeaseId id) override {
    const std::lock_guard lock{mutex_};
    fail_if_asked();
    end(id);
  }

  void compact(std::uint64_t) override {}

  [[nodiscard]] cluster::StoreStatus status() override { return {}; }

  // ---- For the test

  static inline const std::string kEpochKey = "/betex/main/epoch";
  static inline const std::string kLeaseKey = "/betex/main/leader";

  void put(const std::string& key, std::optional<std::string> value) {
    const std::lock_guard lock{mutex_};
    if (value) {
      keys_[key] = {*value, 0};
    } else {
      keys_.erase(key);
    }
  }

  // Without a fault, whatever the calls of others end in.
  [[nodiscard]] std::optional<std::string> peek(const std::string& key) {
    const std::lock_guard lock{mutex_};
    expire();
    return value_of(key);
  }

  void lose_epoch_answer() { lose_epoch_answer_ = true; }

  void lose_epoch_call() { lose_epoch_call_ = true; }

  // Called within the transaction that is to raise the epoch, with the store locked.
  void before_epoch(std::function<void(LeasedStore&)> act) {
    before_epoch_ = [this, act = std::move(act)] { act(*this); };
  }

  void put_within(const std::string& key, const std::string& value) { keys_[key] = {value, 0}; }

  [[nodiscard]] cluster::LeaseId last_lease() {
    const std::lock_guard lock{mutex_};
    return last_lease_;
  }

  void cut(bool cut) { cut_ = cut; }

  void refuse(bool refuse) { refuse_ = refuse; }

 private:
  void fail_if_asked() const {
    if (cut_) {
      throw cluster::StoreUnknown{"the store does not answer"};
    }
    if (refuse_) {
      throw cluster::StoreRefused{cluster::StoreRefused::Why::Unauthorised, "wrong password"};
    }
  }

  [[nodiscard]] std::optional<std::string> value_of(const std::string& key) const {
    const auto found = keys_.find(key);
    return found == keys_.end() ? std::nullopt : std::optional{found->second.first};
  }

  void end(cluster::LeaseId id) {
    leases_.erase(id);
    std::erase_if(keys_, [id](const auto& entry) { return entry.second.second == id; });
  }

  void expire() {
    std::vector<cluster::LeaseId> over;
    for (const auto& [id, lease] : leases_) {
      if (lease.second <= time_.now()) {
        over.push_back(id);
      }
    }
    for (const cluster::LeaseId id : over) {
      end(id);
    }
  }

  const BootTime& time_;
  std::mutex mutex_;
  std::map<std::string, std::pair<std::string, cluster::LeaseId>> keys_;
  std::map<cluster::LeaseId, std::pair<std::chrono::seconds, std::chrono::nanoseconds>> leases_;
  cluster::LeaseId last_lease_ = 0;
  std::uint64_t revision_ = 0;
  bool lose_epoch_answer_ = false;
  bool lose_epoch_call_ = false;
  std::function<void()> before_epoch_;
  std::atomic<bool> cut_{false};
  std::atomic<bool> refuse_{false};
};

}  // namespace betex::test
