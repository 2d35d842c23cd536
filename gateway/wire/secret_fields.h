// The fields of a message whose values nobody may read in a log or find in memory: passwords.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace betex::fix {

// Where a value stands: from `begin` to before `end`.
struct SecretValue {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The first secret value in `message` from `from` on, where a field begins. The message may be cut
// off, or be none.
[[nodiscard]] std::optional<SecretValue> find_secret(std::string_view message, std::size_t from);

// Puts * in place of each byte of them, and makes the checksum right again. `frame` is the
// framer's.
void mask_secrets(std::span<char> frame);

// `message` with | for SOH and ? for what else is not printable, and with *** for each secret
// value: whatever a peer writes may stand in a log line.
[[nodiscard]] std::string printable(std::string_view message);

}  // namespace betex::fix
