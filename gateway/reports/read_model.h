// What reports need to know beside their event: the fixed part of each order, its instrument's
// units, the names of accounts and sessions. Rebuilt from the engine's state at a start, then kept
// up to date from committed events. A finished order is forgotten when neither the engine nor any
// report will tell of it again (FinishedOrders). *Owned by the report thread.*
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "gateway/link/order_reports.h"
#include "gateway/reports/audience.h"
#include "gateway/reports/finished_orders.h"
#include "gateway/reports/open_proposals.h"
#include "gateway/reports/order_records.h"
#include "gateway/reports/report_cursors.h"
#include "gateway/reports/securities.h"
#include "matching/engine.h"
#include "matching/events.h"
#include "matching/info.h"
#include "matching/types.h"

namespace betex::gateway {

// Ids of orders, both included. None where the first is behind the last.
struct OrderRange {
  matching::OrderId first{1};
  matching::OrderId last{0};
};

class ReadModel {
 public:
  ReadModel() = default;

  // Empty: what a replay from the beginning of the journal starts from.
  explicit ReadModel(Audience audience) : audience_{std::move(audience)} {}

  explicit ReadModel(const matching::Engine& engine, Audience audience = {});

  // `origin`: the session that the event's transaction came from; 0: none. Event types that change
  // nothing here are accepted and ignored.
  template <typename Event>
  void apply(matching::SessionId origin, matching::EventSeq seq, const Event& event) {
    origin_ = origin;
    seq_ = seq;
    securities_.apply(event);
    if constexpr (requires { on(event); }) {
      on(event);
    }
  }

  // Ids from events always exist, those of orders while a session may lack the event's report; that
  // they do is asserted.
  [[nodiscard]] const OrderRecord& order(matching::OrderId order) const {
    return orders_.at(order);
  }

  [[nodiscard]] const Instrument& instrument(matching::InstrumentId instrument) const {
    return securities_.instrument(instrument);
  }

  [[nodiscard]] const Market& market(matching::MarketId market) const {
    return securities_.market(market);
  }

  [[nodiscard]] const matching::Name& account(matching::AccountId account) const;

  [[nodiscard]] const matching::Currency& currency() const noexcept {
    return securities_.currency();
  }

  [[nodiscard]] const Securities& securities() const noexcept { return securities_; }

  [[nodiscard]] const matching::Name& comp_id(matching::SessionId session) const;

  // The session of that name may only cancel.
  [[nodiscard]] bool is_suspended(const matching::Name& comp_id) const;

  [[nodiscard]] bool exchange_halted() const noexcept { return exchange_halted_; }

  // The oldest first. Valid until the next event.
  [[nodiscard]] std::span<const OpenProposal> open_proposals() const noexcept {
    return proposals_.all();
  }

  // The `index`th accepted request of the order's chain, 0 being its NewOrderSingle.
  [[nodiscard]] const ChainEntry& chain(matching::OrderId order, std::uint32_t index) const {
    return orders_.chain(orders_.at(order), index);
  }

  // The name of its group; empty: it is in none.
  [[nodiscard]] const matching::Reference& order_group(const OrderRecord& order) const {
    return orders_.group_name(order);
  }

  [[nodiscard]] bool knows(matching::OrderId order) const noexcept { return orders_.knows(order); }

  // Forgets finished orders of which the engine has forgotten all ClOrdIDs and nobody lacks a
  // report, or only of events up to `too_old`. At most `budget` records: an order and each of its
  // amends and cancels.
  void forget_finished(const ReportCursors& cursors,
                       matching::EventSeq too_old,
                       std::size_t budget);

  // Reports of events up to here can't be made any more, although a session may have lacked one.
  // 0: all can that are lacked.
  [[nodiscard]] matching::EventSeq given_up_to() const noexcept { return finished_.given_up_to(); }

  [[nodiscard]] const OrderRecords& orders() const noexcept { return orders_; }

  [[nodiscard]] const Audience& audience() const noexcept { return audience_; }

  // By name, as requests have them. 0: unknown.
  [[nodiscard]] matching::InstrumentId find_instrument(const matching::Name& symbol) const {
    return securities_.find_instrument(symbol);
  }

  [[nodiscard]] matching::MarketId find_market(const matching::Name& name) const {
    return securities_.find_market(name);
  }

  [[nodiscard]] std::size_t instrument_count() const noexcept {
    return securities_.instrument_count();
  }

  [[nodiscard]] std::size_t market_count() const noexcept { return securities_.market_count(); }

  [[nodiscard]] matching::AccountId find_account(const matching::Name& name) const;

  // From the account's first live order to its last one.
  [[nodiscard]] OrderRange live_orders(matching::AccountId account) const;

  // The last event applied.
  [[nodiscard]] matching::EventSeq last_seq() const noexcept { return seq_; }

 private:
  void on(const matching::SessionWentUp& event);
  void on(const matching::SessionSuspended& event);
  void on(const matching::SessionResumed& event);
  void on(const matching::ExchangeHalted& event);
  void on(const matching::ExchangeUnhalted& event);
  void on(const matching::AccountCreated& event);
  void on(const matching::OrderAccepted& event);
  void on(const matching::TradeMatched& event);
  void on(const matching::OrderCancelled& event);
  void on(const matching::OrderReduced& event);
  void on(const matching::OrderReleased& event);
  void on(const matching::OrderAmended& event);
  void on(const matching::OrderExpired& event);
  void on(const matching::OrderCancelledBatched& event);
  void on(const matching::OrderGroupSet& event);
  void on(const matching::OrderGroupCancelled& event);
  void on(const matching::OrderGroupDeleted& event);
  void on(const matching::CancelRejected& event);
  void on(const matching::OrderStatusAnswered& event);
  void on(const matching::ClOrdIdGenerationEnded& event);
  void on(const matching::OperationProposed& event);
  void on(const matching::OperationApproved& event);
  void on(const matching::OperationDropped& event);

  void add_session(matching::SessionId session, const matching::Name& comp_id);
  void add_account(matching::AccountId account, const matching::Name& name);
  void finish(OrderRecord& order, fix::OrdStatus status);
  void cancel(std::span<const matching::OrderId> orders);
  void note_requester(OrderRecord& order, matching::SessionId session);
  void note_recipient(matching::OrderId order, matching::SessionId session);

  struct Account {
    matching::Name name;
    OrderRecords::List live;
  };

  OrderRecords orders_;
  matching::EventSeq seq_;        // of the last event applied
  matching::SessionId origin_;    // of its transaction
  std::uint32_t generation_ = 0;  // of ClOrdIDs
  FinishedOrders finished_;
  Audience audience_;
  Securities securities_;
  bool exchange_halted_ = false;
  OpenProposals proposals_;
  std::vector<Account> accounts_;               // by id
  std::unordered_map<matching::Name, matching::AccountId> account_ids_;
  std::vector<matching::Name> comp_ids_;        // by session id
  std::vector<matching::SessionId> suspended_;  // sessions
};

// OrdStatus(39) of an order with these values that nothing has ended but its fills.
[[nodiscard]] fix::OrdStatus status_of_live(const matching::OrderValues& values) noexcept;

}  // namespace betex::gateway
