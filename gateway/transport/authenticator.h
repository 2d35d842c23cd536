// Who may log on. Checked before QuickFIX sees the Logon, since a Logon may reset numbers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "gateway/config/credentials.h"
#include "gateway/config/secret.h"

namespace betex::fix {

struct LogonCredentials {
  std::string expected_username;  // the session's own; empty: nobody is right
  std::string username;           // 553
  gateway::Secret password;       // 554
  std::string address;            // from where it comes
};

struct PasswordVerdict {
  bool right = false;
  std::chrono::steady_clock::time_point turn;  // when the check began
};

// Thread-safe.
class Authenticator {
 public:
  using Job = std::uint64_t;
  using Done = std::function<void(PasswordVerdict)>;

  virtual ~Authenticator() = default;

  // Says by `done` whether they are right: once, on any thread, perhaps from within the call.
  virtual Job authenticate(LogonCredentials credentials, Done done) = 0;

  // Nobody waits for it any more. True: it had not begun, and its `done` is never called.
  virtual bool drop(Job job) = 0;
};

// Against salted hashes. Those of chosen passwords are slow on purpose, so that one thread of its
// own computes them, of one address after the other: a flood from one address delays whoever comes
// from another by one hash. A password that was right before, or that was generated, is known at
// once. Who is wrong at once waits for his turn all the same, so that it does not show.
class PasswordAuthenticator final : public Authenticator {
 public:
  explicit PasswordAuthenticator(gateway::Credentials credentials);

  // Waits for the check that is running; those that wait are never answered.
  ~PasswordAuthenticator() override;

  Job authenticate(LogonCredentials credentials, Done done) override;
  bool drop(Job job) override;

  // For the checks that begin from now on.
  void replace(gateway::Credentials credentials);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::fix
