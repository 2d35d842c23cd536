// Who may log on, and by what proof. Usernames with salted password hashes, one a line:
//   username:pbkdf2-sha256:iterations:salt in hex:hash in hex    of a password that somebody chose
//   username:sha256:salt in hex:hash in hex                      of one that the gateway generated
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/secret.h"

namespace betex::gateway {

// How a client proves who it is. A certificate is one that our CA has signed, with the name that
// the session asks for: so there must be TLS.
enum class LogonProof : std::uint8_t { Password, Certificate, PasswordAndCertificate };

enum class PasswordScheme : std::uint8_t {
  Pbkdf2Sha256,  // slow on purpose: what somebody has chosen, somebody guesses
  Sha256,        // of generated passwords: nobody guesses 256 bits, so nothing need be slow
};

struct PasswordHash {
  PasswordScheme scheme = PasswordScheme::Pbkdf2Sha256;
  std::uint32_t iterations = 0;  // of PBKDF2
  std::vector<std::uint8_t> salt;
  std::vector<std::uint8_t> hash;  // 32 bytes
};

inline constexpr std::uint32_t kMinPasswordIterations = 10'000;
inline constexpr std::uint32_t kMaxPasswordIterations = 5'000'000;
inline constexpr std::uint32_t kDefaultPasswordIterations = 600'000;

// In constant time for one hash. PBKDF2 takes a good part of a second, on purpose: not for a thread
// that others wait for.
[[nodiscard]] bool verify_password(const PasswordHash& expected, std::string_view password);

// By PBKDF2, with a fresh random salt. This and what follows throw std::runtime_error when the
// system has no randomness to give.
[[nodiscard]] PasswordHash hash_password(std::string_view password,
                                         std::uint32_t iterations = kDefaultPasswordIterations);

// 256 random bits as 64 hexadecimal digits, which nothing has to quote.
[[nodiscard]] Secret generate_password();

// By SHA-256, with a fresh random salt. `password` must be generate_password()'s.
[[nodiscard]] PasswordHash hash_generated_password(std::string_view password);

// A line for the credentials file, without the newline. `username` must be valid_username().
[[nodiscard]] std::string credential_line(std::string_view username, const PasswordHash& hash);

// Printable ASCII without space and colon, 1 to 31 characters.
[[nodiscard]] bool valid_username(std::string_view username);

// Immutable after loading, thread-safe.
class Credentials {
 public:
  // False when the username is known already.
  bool add(std::string username, PasswordHash hash);

  [[nodiscard]] bool knows(std::string_view username) const { return find(username) != nullptr; }

  // Null: not known. Valid as long as this is.
  [[nodiscard]] const PasswordHash* find(std::string_view username) const;

  [[nodiscard]] const std::map<std::string, PasswordHash, std::less<>>& all() const noexcept {
    return hashes_;
  }

 private:
  std::map<std::string, PasswordHash, std::less<>> hashes_;
};

}  // namespace betex::gateway
