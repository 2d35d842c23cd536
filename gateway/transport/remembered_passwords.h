// Passwords that were right once in this process, so that a client that comes back need not wait
// for a slow hash: of each user an HMAC under a key that dies with the process.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "gateway/config/credentials.h"

namespace betex::fix {

// *Thread-safe.*
class RememberedPasswords {
 public:
  // With a fresh key. Throws std::runtime_error when the system has no randomness to give.
  RememberedPasswords();
  ~RememberedPasswords();
  RememberedPasswords(const RememberedPasswords&) = delete;
  RememberedPasswords& operator=(const RememberedPasswords&) = delete;
  RememberedPasswords(RememberedPasswords&&) = delete;
  RememberedPasswords& operator=(RememberedPasswords&&) = delete;

  // `line` is what the user's line in the credentials file says: another line, another password.
  void remember(const std::string& username,
                const gateway::PasswordHash& line,
                std::string_view password);

  // True only for what was remembered for this user and line.
  [[nodiscard]] bool knows(const std::string& username,
                           const gateway::PasswordHash& line,
                           std::string_view password) const;

 private:
  using Tag = std::array<std::uint8_t, 32>;

  [[nodiscard]] Tag tag_of(const std::string& username,
                           const gateway::PasswordHash& line,
                           std::string_view password) const;

  Tag key_{};
  mutable std::mutex mutex_;
  std::map<std::string, Tag, std::less<>> tags_;  // guarded
};

}  // namespace betex::fix
