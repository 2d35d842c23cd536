// Who may log on. Checked before QuickFIX sees the Logon, since a Logon may reset numbers.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "gateway/config/credentials.h"

namespace betex::fix {

struct LogonCredentials {
  std::string expected_username;  // the session's own
  std::string username;           // 553
  std::string password;           // 554
};

// Thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // Says by `done` whether they are right: exactly once, on any thread, never from within the call.
  virtual void authenticate(LogonCredentials credentials, std::function<void(bool)> done) = 0;
};

// Against salted hashes. Those are slow on purpose, so that one thread of its own computes them;
// beyond kMaxWaiting the answer is no at once, or a flood of logons would keep everybody out for
// hours.
class PasswordAuthenticator final : public Authenticator {
 public:
  static constexpr std::size_t kMaxWaiting = 256;

  explicit PasswordAuthenticator(gateway::Credentials credentials);

  // Waits for the check that is running; those that wait are never answered.
  ~PasswordAuthenticator() override;

  void authenticate(LogonCredentials credentials, std::function<void(bool)> done) override;

  // For the logons that come from now on.
  void replace(gateway::Credentials credentials);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::fix
