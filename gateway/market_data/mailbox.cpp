#include "gateway/market_data/mailbox.h"

#include <utility>

namespace betex::gateway {

void Mailbox::put(Mail mail) {
  const std::lock_guard lock{mutex_};
  if (closed_) {
    return;
  }
  if (const auto* const ask = std::get_if<mail::Ask>(&mail)) {
    const SubscriberId subscriber = ask->subscriber;
    const std::size_t asked = ++asked_[subscriber.value()];
    if (asked > kMostAsked) {
      if (asked == kMostAsked + 1) {
        mails_.emplace_back(mail::TooMuch{subscriber});
      }
      return;
    }
  }
  mails_.push_back(std::move(mail));
}

std::vector<Mail> Mailbox::take() {
  std::vector<Mail> mails;
  const std::lock_guard lock{mutex_};
  mails.swap(mails_);
  asked_.clear();
  return mails;
}

// What is dropped may end sessions' outlets, which is not for the lock.
void Mailbox::close() {
  std::vector<Mail> dropped;
  const std::lock_guard lock{mutex_};
  dropped.swap(mails_);
  closed_ = true;
}

}  // namespace betex::gateway
