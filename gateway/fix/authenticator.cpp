#include "gateway/fix/authenticator.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

namespace betex::fix {

class PasswordAuthenticator::Impl {
 public:
  explicit Impl(gateway::Credentials credentials) { replace(std::move(credentials)); }

  ~Impl() {
    pool_.stop();
    pool_.join();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  void authenticate(LogonCredentials credentials, std::function<void(bool)> done) {
    const bool too_many = waiting_.fetch_add(1, std::memory_order_relaxed) >= kMaxWaiting;
    boost::asio::post(pool_,
                      [this,
                       too_many,
                       known = known(),
                       credentials = std::move(credentials),
                       done = std::move(done)] {
                        const gateway::PasswordHash* const hash = known->find(credentials.username);
                        const bool right = !too_many && hash != nullptr &&
                                           verify_password(*hash, credentials.password) &&
                                           credentials.username == credentials.expected_username;
                        waiting_.fetch_sub(1, std::memory_order_relaxed);
                        done(right);
                      });
  }

  void replace(gateway::Credentials credentials) {
    auto fresh = std::make_shared<const gateway::Credentials>(std::move(credentials));
    const std::lock_guard lock{mutex_};
    known_ = std::move(fresh);
  }

 private:
  std::shared_ptr<const gateway::Credentials> known() {
    const std::lock_guard lock{mutex_};
    return known_;
  }

  std::mutex mutex_;
  std::shared_ptr<const gateway::Credentials> known_;  // guarded
  std::atomic<std::size_t> waiting_{0};  // raised by any thread, lowered by the pool's; no ordering
  boost::asio::thread_pool pool_{1};
};

PasswordAuthenticator::PasswordAuthenticator(gateway::Credentials credentials)
    : impl_{std::make_unique<Impl>(std::move(credentials))} {}

PasswordAuthenticator::~PasswordAuthenticator() = default;

void PasswordAuthenticator::authenticate(LogonCredentials credentials,
                                         std::function<void(bool)> done) {
  impl_->authenticate(std::move(credentials), std::move(done));
}

void PasswordAuthenticator::replace(gateway::Credentials credentials) {
  impl_->replace(std::move(credentials));
}

}  // namespace betex::fix
