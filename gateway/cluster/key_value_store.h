// What a cluster needs of a store of keys that a majority of machines keeps: etcd, in production; a
// fake that loses, delays and doubles messages, in tests. Every value is at most once what somebody
// has put, and what a transaction has done is on a majority's disks when it returns.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace betex::cluster {

using LeaseId = std::int64_t;  // 0: none

// The answer did not come in time, or the connection broke: what was asked for may have happened,
// may happen later, or never.
class StoreUnknown : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The store has said no, and nothing has happened.
class StoreRefused : public std::runtime_error {
 public:
  enum class Why : std::uint8_t {
    NoSpace,       // its quota is used up: it takes no writes until an operator has made room
    LeaseGone,     // there is no such lease
    Unauthorised,  // wrong credentials, or no permission for these keys
    Compacted,     // of a revision that it does not keep any more
    Other,
  };

  StoreRefused(Why why, const std::string& what) : std::runtime_error{what}, why_{why} {}

  [[nodiscard]] Why why() const noexcept { return why_; }

 private:
  Why why_;
};

// A condition: the key has this value; none: there is no such key.
struct KeyIs {
  std::string key;
  std::optional<std::string> value;
};

struct Put {
  std::string key;
  std::string value;
  LeaseId lease = 0;  // the key goes with it
};

struct KeyValue {
  std::string key;
  std::string value;

  friend bool operator==(const KeyValue&, const KeyValue&) noexcept = default;
};

struct TransactionResult {
  bool succeeded = false;
  std::uint64_t revision = 0;                     // of the store, after it
  std::vector<std::optional<std::string>> found;  // where it did not: what was asked for then
};

struct StoreStatus {
  std::string version;
  std::uint64_t database_bytes = 0;         // on disk
  std::uint64_t database_bytes_in_use = 0;  // of these
  std::vector<std::string> alarms;          // "NOSPACE", "CORRUPT"
};

// *Owned by one thread*: each thread has one of its own. Every call ends within the deadline that
// it was made with; each throws StoreUnknown or StoreRefused.
class KeyValueStore {
 public:
  KeyValueStore() = default;
  virtual ~KeyValueStore() = default;
  KeyValueStore(const KeyValueStore&) = delete;
  KeyValueStore& operator=(const KeyValueStore&) = delete;
  KeyValueStore(KeyValueStore&&) = delete;
  KeyValueStore& operator=(KeyValueStore&&) = delete;

  // Does all of `puts` if all of `conditions` hold, else nothing, and reads the keys of
  // `otherwise`, as they were at that moment.
  virtual TransactionResult transact(std::span<const KeyIs> conditions,
                                     std::span<const Put> puts,
                                     std::span<const std::string> otherwise) = 0;

  // The newest value (linearizable); none: there is no such key.
  [[nodiscard]] virtual std::optional<std::string> get(const std::string& key) = 0;

  // So many are told of at most.
  static constexpr std::size_t kMostInRange = 64;

  // The newest values of the keys that begin with `prefix`, which is not empty and ends with an
  // ASCII character; by key, the first kMostInRange.
  [[nodiscard]] virtual std::vector<KeyValue> range(const std::string& prefix) = 0;

  // Keys that are put with it end with it, that long after it was granted or kept alive last.
  [[nodiscard]] virtual LeaseId grant(std::chrono::seconds ttl) = 0;

  // Returns its time to live, counted from when the store has answered. LeaseGone: it has ended.
  virtual std::chrono::seconds keep_alive(LeaseId lease) = 0;

  virtual void revoke(LeaseId lease) = 0;

  // What values were before `revision` may be forgotten.
  virtual void compact(std::uint64_t revision) = 0;

  [[nodiscard]] virtual StoreStatus status() = 0;
};

}  // namespace betex::cluster
