// In place of PasswordAuthenticator, whose thread takes its time for a password: the same answer,
// by the same lines of the credentials file, when the I/O comes to it.
#pragma once

#include <set>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "gateway/config/credentials.h"
#include "gateway/transport/authenticator.h"

namespace betex::sim {

class PostedAuthenticator final : public fix::Authenticator {
 public:
  // Both must outlive it, and it the last run of `io`.
  PostedAuthenticator(const gateway::Credentials& credentials, boost::asio::io_context& io)
      : credentials_{credentials}, io_{io} {}

  Job authenticate(fix::LogonCredentials credentials, Done done) override {
    const Job job = ++last_job_;
    waiting_.insert(job);
    const bool right = is_right(credentials);
    boost::asio::post(io_, [this, job, right, done = std::move(done)] {
      if (waiting_.erase(job) != 0) {
        done({.right = right, .turn = std::chrono::steady_clock::now()});
      }
    });
    return job;
  }

  bool drop(Job job) override { return waiting_.erase(job) != 0; }

 private:
  [[nodiscard]] bool is_right(const fix::LogonCredentials& credentials) const {
    const gateway::PasswordHash* const line =
        credentials.expected_username.empty() ||
                credentials.username != credentials.expected_username
            ? nullptr
            : credentials_.find(credentials.username);
    return line != nullptr && gateway::verify_password(*line, credentials.password.view());
  }

  const gateway::Credentials& credentials_;
  boost::asio::io_context& io_;
  std::set<Job> waiting_;
  Job last_job_ = 0;
};

}  // namespace betex::sim
