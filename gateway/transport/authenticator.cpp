#include "gateway/transport/authenticator.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <pthread.h>
#include <spdlog/spdlog.h>

#include "gateway/agent/thread_turns.h"
#include "gateway/transport/remembered_passwords.h"
#include "gateway/transport/turns_by_address.h"

namespace betex::fix {

using gateway::PasswordHash;
using gateway::PasswordScheme;

namespace {

// A hash takes a processor for milliseconds on purpose. Who logs on can wait where orders cannot.
constexpr int kNiceness = 5;

}  // namespace

class PasswordAuthenticator::Impl {
 public:
  explicit Impl(gateway::Credentials credentials)
      : known_{std::make_shared<const gateway::Credentials>(std::move(credentials))},
        thread_{[this] { run(); }} {
    pthread_setname_np(thread_.native_handle(), "passwords");
  }

  ~Impl() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  Job authenticate(LogonCredentials credentials, Done done) {
    if (is_right_at_once(credentials)) {
      done({.right = true, .turn = std::chrono::steady_clock::now()});
      return 0;
    }
    const std::lock_guard lock{mutex_};
    const Job job = ++last_job_;
    const std::string address = credentials.address;
    waiting_.push(address, job, {std::move(credentials), std::move(done)});
    changed_.notify_one();
    return job;
  }

  bool drop(Job job) {
    const std::lock_guard lock{mutex_};
    return waiting_.erase(job);
  }

  void replace(gateway::Credentials credentials) {
    auto fresh = std::make_shared<const gateway::Credentials>(std::move(credentials));
    const std::lock_guard lock{mutex_};
    known_.swap(fresh);
  }

 private:
  struct Waiting {
    LogonCredentials credentials;
    Done done;
  };

  std::shared_ptr<const gateway::Credentials> known() {
    const std::lock_guard lock{mutex_};
    return known_;
  }

  // What the line of the right user says; null: nobody is right.
  static const PasswordHash* line_of(const LogonCredentials& credentials,
                                     const gateway::Credentials& known) {
    return credentials.expected_username.empty() ||
                   credentials.username != credentials.expected_username
               ? nullptr
               : known.find(credentials.username);
  }

  bool is_right_at_once(const LogonCredentials& credentials) {
    const auto known = this->known();
    const PasswordHash* const line = line_of(credentials, *known);
    if (line == nullptr) {
      return false;
    }
    return line->scheme == PasswordScheme::Sha256
               ? verify_password(*line, credentials.password.view())
               : remembered_.knows(credentials.username, *line, credentials.password.view());
  }

  bool is_right(const LogonCredentials& credentials) {
    const auto known = this->known();
    const PasswordHash* const line = line_of(credentials, *known);
    if (line == nullptr || !verify_password(*line, credentials.password.view())) {
      return false;
    }
    remembered_.remember(credentials.username, *line, credentials.password.view());
    return true;
  }

  void run() {
    gateway::take_turns(kNiceness);
    while (auto next = wait_for_next()) {
      const auto turn = std::chrono::steady_clock::now();
      bool right = false;
      try {
        right = is_right(next->credentials);
      } catch (const std::exception& error) {
        spdlog::error("a password could not be checked, its logon is refused: {}", error.what());
      }
      next->done({.right = right, .turn = turn});
    }
  }

  // Nothing: the end.
  std::optional<Waiting> wait_for_next() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    return stopping_ ? std::nullopt : waiting_.pop();
  }

  RememberedPasswords remembered_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const gateway::Credentials> known_;  // guarded, as is what follows
  TurnsByAddress<Waiting> waiting_;
  Job last_job_ = 0;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

PasswordAuthenticator::PasswordAuthenticator(gateway::Credentials credentials)
    : impl_{std::make_unique<Impl>(std::move(credentials))} {}

PasswordAuthenticator::~PasswordAuthenticator() = default;

Authenticator::Job PasswordAuthenticator::authenticate(LogonCredentials credentials, Done done) {
  return impl_->authenticate(std::move(credentials), std::move(done));
}

bool PasswordAuthenticator::drop(Job job) {
  return impl_->drop(job);
}

void PasswordAuthenticator::replace(gateway::Credentials credentials) {
  impl_->replace(std::move(credentials));
}

}  // namespace betex::fix
