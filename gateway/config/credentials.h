// Who may log on: usernames with salted password hashes (PBKDF2-HMAC-SHA256), one a line:
//   username:pbkdf2-sha256:iterations:salt in hex:hash in hex
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace betex::gateway {

struct PasswordHash {
  std::uint32_t iterations = 0;
  std::vector<std::uint8_t> salt;
  std::vector<std::uint8_t> hash;  // 32 bytes
};

inline constexpr std::uint32_t kMinPasswordIterations = 10'000;
inline constexpr std::uint32_t kMaxPasswordIterations = 5'000'000;
inline constexpr std::uint32_t kDefaultPasswordIterations = 20'000;

// In constant time for one hash. It takes milliseconds, on purpose: not for a thread that others
// wait for.
[[nodiscard]] bool verify_password(const PasswordHash& expected, std::string_view password);

// With a fresh random salt. Throws std::runtime_error when the system has no randomness to give.
[[nodiscard]] PasswordHash hash_password(std::string_view password,
                                         std::uint32_t iterations = kDefaultPasswordIterations);

// A line for the credentials file, without the newline. `username` must be valid_username().
[[nodiscard]] std::string credential_line(std::string_view username, const PasswordHash& hash);

// Printable ASCII without space and colon, 1 to 31 characters.
[[nodiscard]] bool valid_username(std::string_view username);

// Immutable after loading, thread-safe.
class Credentials {
 public:
  // False when the username is known already.
  bool add(std::string username, PasswordHash hash);

  [[nodiscard]] bool knows(std::string_view username) const;

  // Takes as long for an unknown username as for a known one, so that names cannot be probed.
  [[nodiscard]] bool verify(std::string_view username, std::string_view password) const;

  [[nodiscard]] const std::map<std::string, PasswordHash, std::less<>>& all() const noexcept {
    return hashes_;
  }

 private:
  std::map<std::string, PasswordHash, std::less<>> hashes_;
};

}  // namespace betex::gateway
