// What etcd says instead of an answer, and which of a store's two ways to fail that is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/cluster/etcd_answers.h"
#include "gateway/cluster/key_value_store.h"

namespace betex::cluster::etcd {

// The token of an earlier logon is not good any more: nothing has happened, and a new one may help.
class TokenRefused : public StoreRefused {
 public:
  explicit TokenRefused(const std::string& what) : StoreRefused{Why::Unauthorised, what} {}
};

struct Failure {
  std::int64_t code = 0;  // gRPC's
  std::string message;

  [[nodiscard]] bool says(std::string_view words) const {
    return message.find(words) != std::string::npos;
  }
};

// Of a whole answer, or of what breaks a stream off. Throws Malformed.
[[nodiscard]] std::optional<Failure> failure_in(const Json& reply);

// Throws StoreRefused, TokenRefused or StoreUnknown, whose words begin with `place`.
[[noreturn]] void throw_for(const Failure& failure, const std::string& place);

}  // namespace betex::cluster::etcd
