// The members of an etcd, one of which is asked at a time: by a connection that is kept alive, with
// a logon where that is wanted, and the next one after each call whose outcome is not known.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/cluster/etcd_answers.h"
#include "gateway/cluster/key_value_store.h"
#include "gateway/cluster/store_connection.h"

namespace betex::cluster {

struct EtcdSettings;

namespace etcd {

// *Owned by one thread.*
class Members {
 public:
  using Deadline = StoreConnection::Deadline;

  // Does not connect yet. Throws std::runtime_error where a file of the settings cannot be used, or
  // an endpoint is none.
  explicit Members(const EtcdSettings& settings);

  // Of a call that begins now.
  [[nodiscard]] Deadline deadline() const { return std::chrono::steady_clock::now() + deadline_; }

  struct Call {
    std::string_view path;
    std::string body;
    bool reads_only = false;  // changes nothing, so it may be made again
  };

  // What `read` makes of etcd's answer; it may throw Malformed. Throws StoreUnknown, after which
  // another member is asked, or StoreRefused.
  template <typename Read>
  auto ask(const Call& call, Deadline deadline, Read read) {
    try {
      return read(logged_on(call, deadline));
    } catch (const Malformed& problem) {
      const std::string what = place(call.path) + "the answer is not etcd's: " + problem.what();
      go_to_next();
      throw StoreUnknown{what};
    } catch (const StoreUnknown&) {
      go_to_next();
      throw;
    }
  }

 private:
  // An answer that is neither an error nor anything but an object.
  Json logged_on(const Call& call, Deadline deadline);
  void log_on(Deadline deadline);
  Json reply_to(const Call& call, Deadline deadline);

  // Of the first member that can be connected to.
  StoreConnection::Answer post(const Call& call, Deadline deadline);

  [[nodiscard]] StoreConnection& current() { return *connections_[current_]; }

  [[nodiscard]] std::string place(std::string_view path);
  void go_to_next() noexcept;

  const std::chrono::milliseconds deadline_;
  const std::string logon_body_;  // empty: nobody logs on
  std::string token_;
  std::unique_ptr<StoreTls> tls_;                              // null: no endpoint needs it
  std::vector<std::unique_ptr<StoreConnection>> connections_;  // of each endpoint
  std::size_t current_ = 0;
};

}  // namespace etcd
}  // namespace betex::cluster
