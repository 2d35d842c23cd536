#include "gateway/reports/finished_orders.h"

#include <algorithm>

namespace betex::gateway {
namespace {

using matching::SessionId;

// The engine forgets an order that finished in one generation when so many more have begun.
constexpr std::uint32_t kGenerationsKnown = 2;

// Each look at a session's oldest order may wait for memory.
constexpr std::size_t kSessionsAtATime = 32;

// A session that may lack a report of the order.
std::optional<SessionId> who_lacks(const OrderRecord& order, const FinishedOrders::Needs& needs) {
  const auto lacks = [&](SessionId session) {
    return needs.cursors.lacks(session, order.last_event);
  };
  if (lacks(order.session)) {
    return order.session;
  }
  for (const SessionId follower : needs.audience.followers(order.account)) {
    if (lacks(follower)) {
      return follower;
    }
  }
  if (order.requester == kSeveralSessions) {
    return needs.cursors.find_lacking(order.last_event);
  }
  return lacks(order.requester) ? std::optional{order.requester} : std::nullopt;
}

}  // namespace

void FinishedOrders::forget(OrderRecords& orders, const Needs& needs, std::size_t budget) {
  const auto ripe = [&](const OrderRecord* order) {
    return order != nullptr && order->finished_generation + kGenerationsKnown <= needs.generation;
  };
  while (budget > 0 && ripe(orders.oldest(ripening_))) {
    forget_or_keep_oldest(orders, ripening_, needs, budget);
  }
  const std::size_t sessions = std::min(lacked_by_.size(), kSessionsAtATime);
  for (std::size_t i = 0; i < sessions; ++i) {
    last_looked_at_ = (last_looked_at_ + 1) % lacked_by_.size();
    OrderRecords::List& list = lacked_by_[last_looked_at_];
    const SessionId session{static_cast<std::uint32_t>(last_looked_at_)};
    const auto lacked = [&](const OrderRecord* order) {
      return order == nullptr ||
             (order->last_event > needs.too_old && needs.cursors.lacks(session, order->last_event));
    };
    while (budget > 0 && !lacked(orders.oldest(list))) {
      forget_or_keep_oldest(orders, list, needs, budget);
    }
  }
}

void FinishedOrders::forget_or_keep_oldest(OrderRecords& orders,
                                           OrderRecords::List& list,
                                           const Needs& needs,
                                           std::size_t& budget) {
  const OrderRecord& order = *orders.oldest(list);
  const std::optional<SessionId> who = who_lacks(order, needs);
  if (who && order.last_event > needs.too_old) {
    if (lacked_by_.size() <= who->value()) {
      lacked_by_.resize(who->value() + std::size_t{1});
    }
    orders.move(list, lacked_by_[who->value()], order);
    --budget;
    return;
  }
  if (who) {
    given_up_to_ = std::max(given_up_to_, order.last_event);
  }
  orders.forget_oldest(list, budget);
}

}  // namespace betex::gateway
