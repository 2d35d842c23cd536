#include "tests/matching/facts.h"

#include <sstream>

namespace betex::matching::testing {
namespace {

template <typename Enum>
std::uint32_t code(Enum value) {
  return static_cast<std::uint32_t>(value);
}

template <typename Text>
std::string text(const Text& value) {
  return std::string{value.view()};
}

void take_values(Fact& fact, const OrderValues& values) {
  fact.quantity = values.order_qty.value();
  fact.filled = values.cum_qty.value();
  fact.leaves = values.leaves_qty.value();
  fact.notional = values.notional.value();
  fact.chain = values.chain_index;
}

class Collector {
 public:
  Facts facts;

  // What many events have in common, then what is special.
  template <typename Event>
  void operator()(const Event& event) {
    Fact fact{.kind = Event::kKind, .market = event.header.market.value()};
    if constexpr (requires { event.version; }) {
      fact.version = event.version;
    }
    if constexpr (requires { event.values; }) {
      take_values(fact, event.values);
    }
    if constexpr (requires { event.order; }) {
      fact.order = event.order.value();
    }
    if constexpr (requires { event.session; }) {
      fact.session = event.session.value();
    }
    if constexpr (requires { event.requester; }) {
      fact.requester = event.requester.value();
    }
    if constexpr (requires { event.account; }) {
      fact.account = event.account.value();
    }
    if constexpr (requires { event.lock_released; }) {
      fact.lock = event.lock_released.value();
    }
    if constexpr (requires { event.cl_ord_id; }) {
      fact.id = text(event.cl_ord_id);
    }
    if constexpr (requires { event.request_id; }) {
      fact.request = text(event.request_id);
    }
    if constexpr (requires { event.next_end; }) {
      fact.at = event.next_end.value();
    }
    if constexpr (requires { event.cause; }) {
      fact.code = code(event.cause);
    } else if constexpr (requires { event.reason; }) {
      fact.code = code(event.reason);
    } else if constexpr (requires { event.entry; }) {
      fact.code = code(event.entry);
    }
    fill(fact, event);
    facts.push_back(fact);
  }

  void operator()(const TradeMatched& event) {
    for (const TradeLeg* leg : {&event.maker, &event.taker}) {
      const TradeLeg& other = leg == &event.maker ? event.taker : event.maker;
      Fact fact{.kind = event.kKind,
                .market = event.header.market.value(),
                .order = leg->order.value(),
                .other = other.order.value(),
                .session = leg->session.value(),
                .account = leg->account.value(),
                .tick = event.tick.value(),
                .cash = leg->cash.value(),
                .lock = leg->lock_released.value(),
                .closing = leg->closed.value(),
                .at = event.price.value()};
      take_values(fact, leg->values);
      fact.version = static_cast<std::uint64_t>(event.quantity.value());
      facts.push_back(fact);
    }
  }

  void operator()(const OrderCancelledBatched& event) {
    facts.push_back({.kind = event.kKind,
                     .market = event.header.market.value(),
                     .other = event.batch.value(),
                     .quantity = event.count,
                     .at = static_cast<std::int64_t>(event.cursor_after.value()),
                     .code = code(event.cause)});
    for (const OrderId order : event.orders()) {
      facts.push_back({.kind = event.kKind, .order = order.value(), .other = event.batch.value()});
    }
  }

 private:
  template <typename Event>
  static void fill(Fact&, const Event&) {}

  static void fill(Fact& fact, const SessionWentUp& e) {
    fact.other = e.epoch.value();
    fact.quantity = e.next_in.value();
    fact.leaves = e.reserved_to.value();
    fact.filled = static_cast<std::int64_t>(e.delivered.value());
    fact.lock = e.grace_ms;
    fact.code = e.reset + 2U * e.cancel_on_disconnect;
    fact.id = text(e.comp_id);
  }

  static void fill(Fact& fact, const SessionWentDown& e) {
    fact.other = e.epoch.value();
    fact.quantity = e.next_in.value();
    fact.at = e.cancel_at.value();
  }

  static void fill(Fact& fact, const NumbersReserved& e) {
    fact.other = e.epoch.value();
    fact.leaves = e.up_to.value();
  }

  static void fill(Fact& fact, const InboundRefused& e) {
    fact.quantity = e.msg_seq_num.value();
    fact.tick = e.tag;
    fact.chain = e.fix_reason;
    fact.other = code(e.answer);
    fact.request = text(e.msg_type);
  }

  static void fill(Fact& fact, const ReportsDelivered& e) {
    fact.filled = static_cast<std::int64_t>(e.delivered.value());
  }

  static void fill(Fact& fact, const SessionNumbersSet& e) {
    fact.other = e.epoch.value();
    fact.quantity = e.next_in.value();
    fact.leaves = e.reserved_to.value();
  }

  static void fill(Fact& fact, const AccountCreated& e) {
    fact.id = text(e.name);
    fact.code = code(e.kind);
  }

  static void fill(Fact& fact, const AccountLimitsSet& e) { fact.quantity = e.max_open_orders; }

  static void fill(Fact& fact, const MarketCreated& e) {
    fact.id = text(e.name);
    fact.quantity = e.min_quantity.value();
    fact.leaves = e.quantity_step.value();
    fact.filled = e.max_quantity.value();
    fact.other = e.winners;
    fact.code = code(e.ladder);
  }

  static void fill(Fact& fact, const RunnerAdded& e) {
    fact.other = e.instrument.value();
    fact.id = text(e.symbol);
  }

  static void fill(Fact& fact, const RunnerRemoved& e) { fact.other = e.instrument.value(); }

  static void fill(Fact& fact, const MarketSuspended& e) { fact.other = code(e.scope); }

  static void fill(Fact& fact, const MarketDetermined& e) {
    for (const InstrumentShare& share : e.shares) {
      if (share.instrument != InstrumentId{}) {
        fact.id += std::to_string(share.instrument.value()) + ':' +
                   std::to_string(share.numerator) + '/' + std::to_string(share.denominator) + ' ';
      }
    }
  }

  static void fill(Fact& fact, const MarketVoided& e) { fact.cash = e.price.value(); }

  static void fill(Fact& fact, const OrderAccepted& e) {
    fact.other = e.instrument.value();
    fact.tick = e.tick.value();
    fact.lock = e.cash_lock.value();
    fact.closing = e.closing.value();
    fact.at = e.release_at.value();
  }

  static void fill(Fact& fact, const OrderRejected& e) {
    fact.other = e.id_consumed;
    fact.request = text(e.symbol);
  }

  static void fill(Fact& fact, const OrderRested& e) { fact.leaves = e.leaves_qty.value(); }

  static void fill(Fact& fact, const OrderCancelled& e) { fact.other = code(e.reason); }

  static void fill(Fact& fact, const OrderReduced& e) {
    fact.other = static_cast<std::uint64_t>(e.quantity.value());
    fact.closing = e.closing_released.value();
  }

  static void fill(Fact& fact, const OrderAmended& e) {
    fact.tick = e.tick.value();
    fact.lock = e.cash_lock.value();
    fact.closing = e.closing.value();
    fact.at = e.expire_time.value();
    fact.other = e.was_delayed + 2U * e.is_delayed;
  }

  static void fill(Fact& fact, const AmendDelayed& e) {
    fact.closing = e.order_qty.value();
    fact.tick = e.tick.value();
    fact.at = e.release_at.value();
  }

  static void fill(Fact& fact, const CancelRejected& e) {
    fact.other = e.response_to + 4U * e.id_consumed + 8U * e.was_delayed + 16U * e.is_delayed;
    fact.request = text(e.orig_cl_ord_id);
  }

  static void fill(Fact& fact, const OrderStatusAnswered& e) {
    fact.code = code(e.reason);
    fact.other = code(e.cancel_cause) * 2U + e.live;
    fact.tick = e.is_delayed;
    fact.version = code(e.side);
    fact.request = text(e.symbol);
  }

  static void fill(Fact& fact, const BatchStarted& e) {
    fact.order = e.last_order.value();
    fact.other = e.batch.value();
    fact.version = e.guard_below;
    fact.quantity = e.side;
    fact.leaves = e.instrument.value();
    fact.filled = code(e.scope);
  }

  static void fill(Fact& fact, const BatchCompleted& e) {
    fact.other = e.batch.value();
    fact.quantity = static_cast<std::int64_t>(e.total);
    fact.account = e.requester_account.value();
    fact.tick = e.side;
    fact.leaves = e.instrument.value();
  }

  static void fill(Fact& fact, const MassCancelRejected& e) {
    fact.other = e.id_consumed;
    fact.tick = e.side;
    fact.request = text(e.market) + '/' + text(e.symbol);
  }

  static void fill(Fact& fact, const MarketUnhalted& e) { fact.quantity = code(e.state); }

  static void fill(Fact& fact, const MarketTurnedInPlay& e) { fact.quantity = code(e.state); }

  static void fill(Fact& fact, const TradingDaySet& e) { fact.quantity = e.ends_at_s; }

  static void fill(Fact& fact, const TradingDayEnded& e) {
    fact.order = e.last_order.value();
    fact.quantity = e.date;
  }

  static void fill(Fact& fact, const CommandRejected& e) {
    fact.other = e.command;
    fact.id = text(e.subject);
  }

  static void fill(Fact& fact, const Announced& e) { fact.id = text(e.subject); }

  static void fill(Fact& fact, const WatermarkMoved& e) {
    fact.quantity = static_cast<std::int64_t>(e.watermark.value());
  }
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
        << fact.order << " other " << fact.other << " session " << fact.session << " requester "
        << fact.requester << " account " << fact.account << " version " << fact.version
        << " quantity " << fact.quantity << " filled " << fact.filled << " leaves " << fact.leaves
        << " notional " << fact.notional << " chain " << fact.chain << " tick " << fact.tick
        << " cash " << fact.cash << " lock " << fact.lock << " closing " << fact.closing << " at "
        << fact.at << " code " << fact.code << " id " << fact.id << " request " << fact.request
        << '\n';
  }
  return out.str();
}

}  // namespace betex::matching::testing
