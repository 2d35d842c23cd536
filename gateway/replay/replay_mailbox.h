// What other threads ask of the replay thread, until it has time for it: of each session at most
// one request, one word that a portion was taken, and one that a logon has ended.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "gateway/link/replay_link.h"
#include "gateway/link/session_link.h"
#include "matching/types.h"

namespace betex::gateway {

struct ReplayMail {
  SubscriptionId left;  // of this logon and those before nothing is wanted any more; 0: of none
  std::optional<ReplayRequest> request;
  std::uint32_t replaced = 0;         // requests that were here before it
  SubscriptionId taken_subscription;  // of the replay that a portion was taken of; 0: of none
  std::uint32_t taken_number = 0;
};

// *Thread-safe.* Its lock is held for a move only.
class ReplayMailbox {
 public:
  using Mails = std::map<matching::SessionId, ReplayMail>;

  // False: it is closed, and nothing is taken.
  [[nodiscard]] bool ask(const ReplayRequest& request) {
    const std::lock_guard lock{mutex_};
    if (closed_) {
      return false;
    }
    ReplayMail& mail = mails_[request.query.session];
    mail.replaced += mail.request ? 1U : 0U;
    mail.request = request;
    return true;
  }

  void taken(matching::SessionId session, SubscriptionId subscription, std::uint32_t number) {
    const std::lock_guard lock{mutex_};
    if (!closed_) {
      ReplayMail& mail = mails_[session];
      mail.taken_subscription = subscription;
      mail.taken_number = number;
    }
  }

  void leave(matching::SessionId session, SubscriptionId subscription) {
    const std::lock_guard lock{mutex_};
    if (!closed_) {  // of an earlier one it may be heard late
      SubscriptionId& left = mails_[session].left;
      left = std::max(left, subscription);
    }
  }

  // What has come since the last time.
  [[nodiscard]] Mails take() {
    const std::lock_guard lock{mutex_};
    return std::exchange(mails_, {});
  }

  // Nothing is taken from now on. Returns what is in it.
  [[nodiscard]] Mails close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    return std::exchange(mails_, {});
  }

 private:
  std::mutex mutex_;  // guards all that follows
  Mails mails_;
  bool closed_ = false;
};

}  // namespace betex::gateway
