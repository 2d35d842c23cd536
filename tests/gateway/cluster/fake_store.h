// A KeyValueStore in memory, shared by several clients, between which and them each message can be
// lost, late or doubled. It does nothing by itself: who uses it says what happens to a message, and
// when time passes, so that a run repeats exactly.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gateway/cluster/key_value_store.h"

namespace betex::test {

enum class Fault : std::uint8_t {
  None,
  RequestLost,     // never done, and no answer
  AnswerLost,      // done, and no answer
  Late,            // no answer; done when the test delivers it, or never
  Doubled,         // done and answered, and done again when the test delivers the copy
  DoneButNoSpace,  // done, and the answer is that there is no space: etcd's, once, at its quota
  NoSpace,         // not done, as the answer says
  Unauthorised,    // the same
};

// The store itself. *One thread at a time.*
class FakeStore {
 public:
  struct Transaction {
    std::vector<cluster::KeyIs> conditions;
    std::vector<cluster::Put> puts;
    std::vector<std::string> otherwise;
  };

  // ---- What a test makes of messages
  std::function<void(std::size_t client)> before_call;    // it has not arrived yet
  std::function<Fault(std::size_t client)> fault;         // of this one; empty: none
  std::function<void(std::size_t client)> before_answer;  // it is done
  // A value that was put: the one before, and that one.
  std::function<void(
      const std::string& key, const std::optional<std::string>& before, const std::string& after)>
      on_put;
  bool ignores_conditions = false;  // a planted bug
  bool has_space = true;

  // ---- Time: of leases
  [[nodiscard]] std::chrono::nanoseconds now() const noexcept { return now_; }

  void advance(std::chrono::nanoseconds time);

  // ---- Late messages
  [[nodiscard]] std::size_t late() const noexcept { return late_.size(); }

  void deliver(std::size_t index);

  // ---- Its keys, behind everybody's back
  [[nodiscard]] std::optional<std::string> value(const std::string& key) const;
  [[nodiscard]] std::vector<cluster::KeyValue> range(const std::string& prefix) const;
  void set(const std::string& key, const std::string& value);
  void erase(const std::string& key);

  [[nodiscard]] const std::map<std::string, std::pair<std::string, cluster::LeaseId>>& keys()
      const noexcept {
    return keys_;
  }

  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }

  [[nodiscard]] std::uint64_t compacted() const noexcept { return compacted_; }

  [[nodiscard]] std::size_t leases() const noexcept { return leases_.size(); }

  cluster::StoreStatus status;  // what it says of itself
  std::size_t calls = 0;
  std::size_t compactions = 0;

  // ---- What clients ask for
  cluster::TransactionResult transact(const Transaction& transaction);
  cluster::LeaseId grant(std::chrono::seconds ttl);
  std::chrono::seconds keep_alive(cluster::LeaseId lease);
  void revoke(cluster::LeaseId lease);
  void compact(std::uint64_t revision);

 private:
  friend class FakeClient;

  struct Lease {
    std::chrono::seconds ttl;
    std::chrono::nanoseconds ends;
  };

  void end_leases();
  void erase_keys_without_lease();

  std::map<std::string, std::pair<std::string, cluster::LeaseId>> keys_;
  std::map<cluster::LeaseId, Lease> leases_;
  cluster::LeaseId last_lease_ = 0;
  std::uint64_t revision_ = 1;
  std::uint64_t compacted_ = 0;
  std::chrono::nanoseconds now_{0};
  std::deque<std::function<void()>> late_;
};

class FakeClient final : public cluster::KeyValueStore {
 public:
  // The store must outlive it.
  explicit FakeClient(FakeStore& store, std::size_t number = 0) : store_{store}, number_{number} {}

  cluster::TransactionResult transact(std::span<const cluster::KeyIs> conditions,
                                      std::span<const cluster::Put> puts,
                                      std::span<const std::string> otherwise) override;
  [[nodiscard]] std::optional<std::string> get(const std::string& key) override;
  [[nodiscard]] std::vector<cluster::KeyValue> range(const std::string& prefix) override;
  [[nodiscard]] cluster::LeaseId grant(std::chrono::seconds ttl) override;
  std::chrono::seconds keep_alive(cluster::LeaseId lease) override;
  void revoke(cluster::LeaseId lease) override;
  void compact(std::uint64_t revision) override;
  [[nodiscard]] cluster::StoreStatus status() override;

 private:
  // `work` owns what it needs: it can be done after the call.
  template <typename Work>
  auto call(const Work& work);

  FakeStore& store_;
  std::size_t number_;
};

}  // namespace betex::test
