// A reader of market data: subscribes in all the ways that there are, and keeps its books by the
// rules of engagement. Each picture that it has is told to the witness.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gateway/client/market_data.h"
#include "gateway/client/subscription.h"
#include "tests/sim/clients/fix_client.h"

namespace betex::sim {

class Watcher final : public FixClient {
 public:
  Watcher(ClientSettings settings, Witness& witness);

 private:
  void act() override;
  void take(const client::Message& message) override;

  [[nodiscard]] bool all_is_answered() const override { return true; }

  [[nodiscard]] std::string what_is_outstanding() const override { return "nothing"; }

  void logged_on() override;

  // A market data session begins anew each time.
  [[nodiscard]] client::ResetNumbers reset() const override { return client::ResetNumbers::Yes; }

  [[nodiscard]] std::uint16_t port_of(const Exchange& exchange) const override {
    return exchange.market_data_port;
  }

  void subscribe();
  void send(client::MarketDataRequest request);
  void end_one();
  void list();
  void look_at(const client::Subscription& subscription,
               const client::BookChange& change,
               const client::Message& message);

  std::vector<client::Subscription> subscriptions_;  // of this connection
  std::uint64_t ids_ = 0;
};

}  // namespace betex::sim
