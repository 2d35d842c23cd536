// The servers of all FIX ports as the pipeline sees them: who is told what is durable, and who is
// on.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "gateway/link/network_reports.h"
#include "gateway/link/session_link.h"
#include "gateway/session/fix_server.h"
#include "gateway/session/market_data_server.h"
#include "matching/types.h"

namespace betex::fix {

class SessionPorts final : public gateway::SessionSink {
 public:
  // Both must outlive it. `market_data` is null where there is no such port.
  SessionPorts(FixServer& orders, MarketDataServer* market_data) noexcept
      : orders_{orders}, market_data_{market_data} {}

  // Market data sessions get no reports.
  void deliver(matching::SessionId session, gateway::ReportDelivery delivery) override {
    orders_.deliver(session, std::move(delivery));
  }

  // Whose session it is not takes no notice.
  void notify(const matching::Name& comp_id, gateway::SessionNotice notice) override {
    if (market_data_ != nullptr) {
      market_data_->notify(comp_id, notice);
    }
    orders_.notify(comp_id, std::move(notice));
  }

  // As in NetworkView, market data sessions last. Waits for no session.
  [[nodiscard]] std::vector<CounterpartyState> counterparties(
      std::span<const matching::Name> comp_ids) const;

 private:
  FixServer& orders_;
  MarketDataServer* const market_data_;
};

}  // namespace betex::fix
