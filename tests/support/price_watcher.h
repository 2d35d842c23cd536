// A market data session for tests of the whole gateway: it subscribes, keeps its books by the rules
// of engagement, and fails where an update does not fit. Everything that does not come in time is
// an exception, so that a test fails where it waited.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gateway/client/client_book.h"
#include "gateway/client/market_data.h"
#include "gateway/client/session.h"
#include "gateway/client/session_store.h"
#include "gateway/client/subscription.h"

namespace betex::test {

class PriceWatcher {
 public:
  // One with the demo's password.
  explicit PriceWatcher(const std::string& comp_id = "MD1");

  // Tries again where it is refused: the gateway may not have noticed yet that the connection
  // before has ended, and lets nobody in twice a second.
  void log_on(std::uint16_t port);

  // Asks, and waits for nothing. One without an id gets one.
  void ask(client::MarketDataRequest request);

  // Asks, and returns when there is a whole book of each of its symbols.
  void subscribe(client::MarketDataRequest request);

  // The same with what is usual.
  void watch(const std::vector<std::string>& symbols) {
    subscribe(client::MarketDataRequest{.symbols = symbols});
  }

  // Takes what comes until this is so.
  void wait_until(const std::function<bool()>& condition, const std::string& what);

  // The next message, taken like all others.
  client::Message next();

  // What has come and not been taken is.
  void take_what_is_here();

  // Of the first of them that has it.
  [[nodiscard]] const client::ClientBook& book(const std::string& symbol) const;

  // Of all that was asked for since the logon, in order.
  [[nodiscard]] const std::vector<client::Subscription>& subscriptions() const noexcept {
    return subscriptions_;
  }

  // Everything that has come since the logon or the last clear(), in order.
  [[nodiscard]] const std::vector<client::Message>& messages() const noexcept { return messages_; }

  void clear() { messages_.clear(); }

  [[nodiscard]] std::size_t count(const std::string& type) const;

  [[nodiscard]] client::Session& session() noexcept { return session_; }

 private:
  void take(client::Message message);

  client::SessionStore store_;
  client::Session session_;
  std::vector<client::Subscription> subscriptions_;
  std::vector<client::Message> messages_;
  std::map<std::string, std::int64_t> newest_;  // 83, by symbol, over all logons
  int requests_ = 0;
};

}  // namespace betex::test
