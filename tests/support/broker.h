// A broker for tests of the whole gateway: a FIX client that waits for answers, with the demo
// sessions' credentials. Everything that does not come in time is an exception, so that a test
// fails where it waited.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/client/order_entry.h"
#include "gateway/client/session.h"
#include "gateway/client/session_store.h"
#include "tests/support/patience.h"

namespace betex::test {

// BROKER1 and BROKER2 speak FIXT.1.1, BROKER3 and BROKER4 FIX.4.4 (config/sessions.cfg).
client::Dialect dialect_of(const std::string& comp_id);

// Logs on, and returns when both sides have all of each other's messages. Tries again where it is
// refused: the gateway may not have noticed yet that the connection before has ended.
void log_on(client::Session& session,
            std::uint16_t port,
            client::ResetNumbers reset = client::ResetNumbers::No);

class Broker {
 public:
  explicit Broker(std::string comp_id);

  void log_on(std::uint16_t port, client::ResetNumbers reset = client::ResetNumbers::No) {
    test::log_on(session_, port, reset);
  }

  // Sends `order` or `request` and returns its message's number. ClOrdIDs are the caller's.
  std::uint32_t send(const client::NewOrder& order) { return session_.send(to_message(order)); }

  std::uint32_t send(const client::CancelRequest& request) {
    return session_.send(to_message(request));
  }

  std::uint32_t send(const client::StatusRequest& request) {
    return session_.send(to_message(request));
  }

  // The next message, which must be of this kind.
  client::Message next_message();
  client::ExecutionReport next_execution();
  client::CancelReject next_cancel_reject();
  client::MessageReject next_message_reject();

  // Everything that comes before the answer to a status request sent now. Status requests overtake
  // nothing in the gateway, so all that was caused before, by whomever, is in it.
  std::vector<client::Message> rest();

  [[nodiscard]] client::Session& session() noexcept { return session_; }

  [[nodiscard]] client::SessionStore& store() noexcept { return store_; }

 private:
  client::SessionStore store_;
  client::Session session_;
  int barriers_ = 0;
};

}  // namespace betex::test
