// What stands behind market data sessions in these tests: it notes what they ask, and answers each
// MarketDataRequest by an empty image.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/link/market_data_link.h"

namespace betex::test {

// With | for SOH, and its sum.
[[nodiscard]] gateway::MarketDataBody market_data_body(char msg_type, std::string fields);

// Thread-safe.
class FakeFeed final : public gateway::MarketDataFeed {
 public:
  [[nodiscard]] std::vector<gateway::MarketDataRequest> requests() const;
  [[nodiscard]] std::vector<gateway::SecurityListQuery> list_queries() const;

  // Sessions that are on, logons that there were, and resends that were filled.
  [[nodiscard]] std::size_t joined() const;
  [[nodiscard]] std::size_t logons() const;
  [[nodiscard]] std::size_t filled() const;

  // Of the last logon.
  [[nodiscard]] std::shared_ptr<gateway::MarketDataOutlet> outlet() const;

  // ---- MarketDataFeed

  [[nodiscard]] gateway::SubscriberId join(
      std::shared_ptr<gateway::MarketDataOutlet> outlet) override;
  void leave(gateway::SubscriberId subscriber) override;
  void ask(gateway::SubscriberId subscriber, gateway::MarketDataRequest request) override;
  void ask(gateway::SubscriberId subscriber, const gateway::SecurityListQuery& query) override;
  void resend_was_filled(gateway::SubscriberId subscriber) override;

 private:
  [[nodiscard]] std::shared_ptr<gateway::MarketDataOutlet> outlet_of(
      gateway::SubscriberId subscriber) const;

  mutable std::mutex mutex_;
  // By subscriber; null: it has left.
  std::vector<std::shared_ptr<gateway::MarketDataOutlet>> outlets_;
  std::shared_ptr<gateway::MarketDataOutlet> last_;
  std::vector<gateway::MarketDataRequest> requests_;
  std::vector<gateway::SecurityListQuery> list_queries_;
  std::size_t filled_ = 0;
};

}  // namespace betex::test
