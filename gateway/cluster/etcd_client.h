// etcd v3 by its JSON gateway, which is on the port that its clients use: one connection that is
// kept alive, a deadline on every call, and the next endpoint after each call whose answer is not
// known.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/cluster/key_value_store.h"

namespace betex::cluster {

namespace etcd {
class Members;
}

struct EtcdSettings {
  std::vector<std::string> endpoints;  // "http://HOST:PORT" or "https://HOST:PORT"; one at least
  std::filesystem::path ca;            // of the members' certificates; empty: the system's
  std::filesystem::path certificate;   // this client's, PEM; empty: none
  std::filesystem::path key;           // PEM; empty: it is in `certificate`
  std::string user;                    // empty: nobody logs on
  std::string password;
  std::chrono::milliseconds deadline{1000};  // of each call
};

// *Owned by one thread.*
class EtcdClient final : public KeyValueStore {
 public:
  // Does not connect yet. Throws std::runtime_error where a file of the settings cannot be used, or
  // an endpoint is none.
  explicit EtcdClient(const EtcdSettings& settings);
  ~EtcdClient() override;

  TransactionResult transact(std::span<const KeyIs> conditions,
                             std::span<const Put> puts,
                             std::span<const std::string> otherwise) override;
  [[nodiscard]] std::optional<std::string> get(const std::string& key) override;
  [[nodiscard]] std::vector<KeyValue> range(const std::string& prefix) override;
  [[nodiscard]] LeaseId grant(std::chrono::seconds ttl) override;
  std::chrono::seconds keep_alive(LeaseId lease) override;
  void revoke(LeaseId lease) override;
  void compact(std::uint64_t revision) override;
  [[nodiscard]] StoreStatus status() override;

 private:
  std::unique_ptr<etcd::Members> members_;
};

}  // namespace betex::cluster
