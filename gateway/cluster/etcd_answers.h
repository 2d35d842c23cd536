// What stands in an answer of etcd's JSON gateway. What is not as etcd writes it is Malformed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "gateway/cluster/key_value_store.h"

namespace betex::cluster::etcd {

using Json = nlohmann::json;

// An answer that is not what etcd says to such a request. All functions here throw it.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Null where there is none: etcd leaves out zeros and what is empty.
[[nodiscard]] const Json& field(const Json& object, const char* name);

// One that is never left out.
[[nodiscard]] const Json& required(const Json& object, const char* name);

// A number of 64 bits is a text in etcd's JSON. 0 where there is none.
[[nodiscard]] std::int64_t integer(const Json& value);
[[nodiscard]] std::uint64_t not_negative(const Json& value);

[[nodiscard]] const std::string& text_of(const Json& value);

// An empty one where there is none.
[[nodiscard]] const Json& list(const Json& value);

[[nodiscard]] std::uint64_t revision_of(const Json& reply);

// The one value that a range of one key has; none: there is no such key.
[[nodiscard]] std::optional<std::string> only_value(const Json& range, const std::string& key);

// Of a range of all keys with a prefix: each once, in their order, at most `most`.
[[nodiscard]] std::vector<KeyValue> all_values(const Json& range,
                                               const std::string& prefix,
                                               std::size_t most);

// Of a transaction that does as many things as `done` says where its conditions hold, and else
// reads `otherwise`.
[[nodiscard]] TransactionResult transaction_result(const Json& reply,
                                                   std::size_t done,
                                                   std::span<const std::string> otherwise);

}  // namespace betex::cluster::etcd
