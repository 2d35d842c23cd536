// What the numbers in events mean: the names of markets and instruments, of order groups, the log's
// currency, what orders were marked with, and what was asked for of what is done later; learned
// from the events that say it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "matching/engine.h"
#include "matching/events.h"
#include "matching/types.h"

namespace betex::journal {

class KnownNames {
 public:
  // All that an engine knows; for a log whose first events are retired.
  void learn(const matching::Engine& engine);

  void learn(const matching::ExchangeCreated& event) { currency_ = event.currency; }

  void learn(const matching::MarketCreated& event) { markets_[event.header.market] = event.name; }

  void learn(const matching::RunnerAdded& event) { instruments_[event.instrument] = event.symbol; }

  void learn(const matching::BatchStarted& event) {
    if (!event.request_id.empty()) {
      requests_[event.batch] = event.request_id;
    }
  }

  void learn(const matching::OrderGroupSet& event) { groups_[event.group] = event.name; }

  void learn(const matching::OperationProposed& event) {
    remarks_[std::string{event.request_id.view()}] = event.remark;
  }

  // Of all others there is nothing to learn.
  template <typename Event>
  void learn(const Event&) {}

  // The order's reference and group, if it has any, until it is forgotten.
  void learn_order(const matching::OrderAccepted& event) {
    mark(event.order, event.reference, event.order_group);
  }

  void forget_order(matching::OrderId order) { marks_.erase(order); }

  [[nodiscard]] bool knows_orders() const noexcept { return !marks_.empty(); }

  // Those of one account that an engine has, also of orders that have ended: before its snapshot
  // was taken, they may have traded in what is left of the log.
  void learn_orders(const matching::Engine& engine, matching::AccountId account);

  // Empty where there is none.
  [[nodiscard]] std::string_view reference(matching::OrderId order) const {
    const auto found = marks_.find(order);
    return found == marks_.end() ? std::string_view{} : found->second.reference.view();
  }

  // The number where the event that named it is retired; empty where there is none.
  [[nodiscard]] std::string order_group(matching::OrderId order) const;

  // Empty where they are not known.
  [[nodiscard]] std::string_view currency() const noexcept { return currency_.view(); }

  [[nodiscard]] std::string_view market(matching::MarketId id) const {
    return name_in(markets_, id);
  }

  [[nodiscard]] std::string_view instrument(matching::InstrumentId id) const {
    return name_in(instruments_, id);
  }

  // The id of the operator's request that began the process.
  [[nodiscard]] std::string_view request(matching::BatchId id) const {
    return name_in(requests_, id);
  }

  // What was written beside a request that a second operator had to approve.
  [[nodiscard]] std::string_view remark_of_proposal(std::string_view request) const {
    const auto found = remarks_.find(request);
    return found == remarks_.end() ? std::string_view{} : found->second.view();
  }

 private:
  struct OrderMarks {
    matching::Reference reference;
    std::uint32_t group = 0;
  };

  void mark(matching::OrderId order, const matching::Reference& reference, std::uint32_t group) {
    if (!reference.empty() || group != 0) {
      marks_[order] = {reference, group};
    }
  }

  template <typename Id>
  using Names = std::map<Id, matching::Name>;

  template <typename Id>
  static std::string_view name_in(const Names<Id>& names, Id id) {
    const auto found = names.find(id);
    return found == names.end() ? std::string_view{} : found->second.view();
  }

  matching::Currency currency_;
  Names<matching::MarketId> markets_;
  Names<matching::InstrumentId> instruments_;
  Names<matching::BatchId> requests_;
  std::map<std::string, matching::Remark, std::less<>> remarks_;
  std::map<std::uint32_t, matching::Reference> groups_;
  std::unordered_map<matching::OrderId, OrderMarks> marks_;
};

}  // namespace betex::journal
