#include "tests/matching/facts.h"

#include <sstream>

namespace betex::matching::testing {
namespace {

template <typename Enum>
std::uint32_t code(Enum value) {
  return static_cast<std::uint32_t>(value);
}

class Collector {
 public:
  Facts facts;

  template <typename Event>
  void operator()(const Event& event) {
    Fact fact{.kind = Event::kKind, .market = event.header.market.value()};
    if constexpr (requires { event.version; }) {
      fact.quantity = static_cast<std::int64_t>(event.version);
    }
    if constexpr (requires { event.reason; } && !std::is_same_v<Event, SessionWentDown> &&
                  !std::is_same_v<Event, MarketSuspended>) {
      fact.code = code(event.reason);
    }
    fill(fact, event);
    facts.push_back(fact);
  }

  void operator()(const TradeMatched& event) {
    for (const TradeLeg* leg : {&event.maker, &event.taker}) {
      const TradeLeg& other = leg == &event.maker ? event.taker : event.maker;
      facts.push_back({.kind = event.kKind,
                       .market = event.header.market.value(),
                       .order = leg->order.value(),
                       .other = other.order.value(),
                       .quantity = event.quantity.value(),
                       .tick = event.tick.value(),
                       .leaves = leg->values.leaves_qty.value(),
                       .cash = leg->cash.value(),
                       .lock = leg->lock_released.value(),
                       .closing = leg->closed.value()});
    }
  }

  void operator()(const OrderCancelledBatched& event) {
    for (const OrderId order : event.orders()) {
      facts.push_back({.kind = event.kKind,
                       .market = event.header.market.value(),
                       .order = order.value(),
                       .other = event.batch.value(),
                       .code = code(event.cause)});
    }
  }

 private:
  template <typename Event>
  static void fill(Fact&, const Event&) {}

  static void fill(Fact& fact, const OrderAccepted& e) {
    fact.order = e.order.value();
    fact.other = e.instrument.value();
    fact.quantity = e.values.order_qty.value();
    fact.tick = e.tick.value();
    fact.leaves = e.values.leaves_qty.value();
    fact.lock = e.cash_lock.value();
    fact.closing = e.closing.value();
    fact.code = code(e.entry);
  }

  static void fill(Fact& fact, const OrderRested& e) {
    fact.order = e.order.value();
    fact.leaves = e.leaves_qty.value();
  }

  static void fill(Fact& fact, const OrderCancelled& e) {
    fact.order = e.order.value();
    fact.quantity = e.values.order_qty.value();
    fact.leaves = e.values.leaves_qty.value();
    fact.lock = e.lock_released.value();
    fact.other = code(e.reason);
    fact.code = code(e.cause);
  }

  static void fill(Fact& fact, const OrderReduced& e) {
    fact.order = e.order.value();
    fact.quantity = e.quantity.value();
    fact.leaves = e.values.leaves_qty.value();
    fact.lock = e.lock_released.value();
    fact.closing = e.closing_released.value();
    fact.code = code(e.cause);
  }

  static void fill(Fact& fact, const OrderReleased& e) {
    fact.order = e.order.value();
    fact.code = code(e.entry);
  }

  static void fill(Fact& fact, const OrderAmended& e) {
    fact.order = e.order.value();
    fact.quantity = e.values.order_qty.value();
    fact.tick = e.tick.value();
    fact.leaves = e.values.leaves_qty.value();
    fact.lock = e.cash_lock.value();
    fact.closing = e.closing.value();
    fact.code = code(e.entry);
  }

  static void fill(Fact& fact, const AmendDelayed& e) {
    fact.order = e.order.value();
    fact.quantity = e.order_qty.value();
    fact.tick = e.tick.value();
  }

  static void fill(Fact& fact, const OrderExpired& e) {
    fact.order = e.order.value();
    fact.lock = e.lock_released.value();
  }

  static void fill(Fact& fact, const CancelRejected& e) {
    fact.order = e.order.value();
    fact.other = e.response_to;
    fact.leaves = e.values.leaves_qty.value();
  }

  static void fill(Fact& fact, const OrderStatusAnswered& e) {
    fact.order = e.order.value();
    fact.leaves = e.values.leaves_qty.value();
  }

  static void fill(Fact& fact, const BatchStarted& e) {
    fact.order = e.last_order.value();
    fact.other = e.batch.value();
    fact.code = code(e.cause);
  }

  static void fill(Fact& fact, const BatchCompleted& e) {
    fact.other = e.batch.value();
    fact.quantity = static_cast<std::int64_t>(e.total);
    fact.code = code(e.cause);
  }

  static void fill(Fact& fact, const TradingDayEnded& e) { fact.order = e.last_order.value(); }
};

}  // namespace

Facts facts_of(const TransactionView& transaction) {
  Collector collector;
  for_each_event(transaction, [&](EventSeq, const auto& event) { collector(event); });
  return std::move(collector.facts);
}

std::string to_string(const Facts& facts) {
  std::ostringstream out;
  for (const Fact& fact : facts) {
    out << "  kind " << static_cast<int>(fact.kind) << " market " << fact.market << " order "
        << fact.order << " other " << fact.other << " quantity " << fact.quantity << " tick "
        << fact.tick << " leaves " << fact.leaves << " cash " << fact.cash << " lock " << fact.lock
        << " closing " << fact.closing << " code " << fact.code << '\n';
  }
  return out.str();
}

}  // namespace betex::matching::testing
