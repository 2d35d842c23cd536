// What is asked of etcd: the bodies of requests to its JSON gateway. Where a key or a value is far
// larger than what any etcd takes, StoreRefused is thrown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "gateway/cluster/key_value_store.h"

namespace betex::cluster::etcd {

[[nodiscard]] std::string range_of(const std::string& key);

// At most `most` keys that begin with `prefix`, which is not empty.
[[nodiscard]] std::string range_of_prefix(const std::string& prefix, std::size_t most);

// It does `puts` where all conditions hold, or reads one key where there are none; else it reads
// `otherwise`.
[[nodiscard]] std::string text_of_transaction(std::span<const KeyIs> conditions,
                                              std::span<const Put> puts,
                                              std::span<const std::string> otherwise);

// A transaction that succeeds where everything that was to be put stands there by now. There is one
// put at least.
[[nodiscard]] std::string text_of_question(std::span<const Put> puts);

// An object with one field.
[[nodiscard]] std::string number_field(const char* name, std::int64_t number);

// Throws std::runtime_error where one of them is no UTF-8.
[[nodiscard]] std::string logon_body(const std::string& user, const std::string& password);

}  // namespace betex::cluster::etcd
