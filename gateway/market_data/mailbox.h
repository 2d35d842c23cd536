// What other threads ask of md, until it has time for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "gateway/link/market_data_link.h"
#include "gateway/link/session_link.h"

namespace betex::gateway {

namespace mail {

struct Join {
  SubscriberId subscriber;
  std::shared_ptr<MarketDataOutlet> outlet;
};

struct Leave {
  SubscriberId subscriber;
};

struct Ask {
  SubscriberId subscriber;
  std::variant<MarketDataRequest, SecurityListQuery> request;
};

// It has asked for more than is kept here for one subscriber: what came after that is lost.
struct TooMuch {
  SubscriberId subscriber;
};

struct ResendFilled {
  SubscriberId subscriber;
};

struct Watch {
  std::weak_ptr<PictureOutlet> outlet;
  std::string market;
};

}  // namespace mail

using Mail = std::
    variant<mail::Join, mail::Leave, mail::Ask, mail::TooMuch, mail::ResendFilled, mail::Watch>;

// *Thread-safe.* Its lock is held for a move only.
class Mailbox {
 public:
  // Requests of one subscriber that may wait at a time. Sessions may send a hundred at once.
  static constexpr std::size_t kMostAsked = 256;

  // Nothing is put into a box that is closed.
  void put(Mail mail);

  // What has come since the last time, in order.
  [[nodiscard]] std::vector<Mail> take();

  // What is in it and what comes is dropped from now on.
  void close();

 private:
  std::mutex mutex_;  // guards all that follows
  std::vector<Mail> mails_;
  std::unordered_map<std::uint64_t, std::size_t> asked_;  // requests in mails_, by subscriber
  bool closed_ = false;
};

}  // namespace betex::gateway
