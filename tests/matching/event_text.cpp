#include "tests/matching/event_text.h"

#include <map>
#include <sstream>

#include "matching/ladder.h"

namespace betex::matching::testing {
namespace {

// Looks names and units up, and writes one event.
class Describer {
 public:
  explicit Describer(const Engine& engine) {
    engine.visit_accounts([this](const AccountInfo& a) { accounts_[a.account] = a.name.view(); });
    engine.visit_instruments([this](const InstrumentInfo& i) { instruments_[i.instrument] = i; });
    engine.visit_orders([this](const OrderInfo& o) { orders_[o.order] = o.instrument; });
  }

  std::string operator()(const SessionWentUp& e) {
    return line("session up ",
                e.comp_id.view(),
                " epoch ",
                e.epoch.value(),
                " in ",
                e.next_in.value(),
                " reserved ",
                e.reserved_to.value());
  }

  std::string operator()(const SessionWentDown& e) {
    return line("session down ", e.session.value(), " in ", e.next_in.value());
  }

  std::string operator()(const NumbersReserved& e) {
    return line("reserved ", e.session.value(), " to ", e.up_to.value());
  }

  std::string operator()(const InboundRefused& e) {
    return line("refused ", e.msg_type.view(), " ", e.msg_seq_num.value(), ": ", to_text(e.reason));
  }

  std::string operator()(const AccountCreated& e) { return line("account ", e.name.view()); }

  std::string operator()(const MarketCreated& e) { return line("market ", e.market.view()); }

  std::string operator()(const RunnerAdded& e) { return line("runner ", e.symbol.view()); }

  std::string operator()(const MarketOpened& e) { return line("opened v", e.version); }

  std::string operator()(const OrderAccepted& e) {
    return line("accepted #",
                e.order.value(),
                " ",
                accounts_[e.account],
                " ",
                side(e.side),
                " ",
                quantity(e.instrument, e.values.order_qty),
                " @ ",
                price(e.instrument, e.tick),
                " ",
                entry(e.entry));
  }

  std::string operator()(const OrderRejected& e) {
    return line("rejected ", e.cl_ord_id.view(), ": ", to_text(e.reason));
  }

  std::string operator()(const OrderRested& e) {
    return line("rested #", e.order.value(), " ", quantity_of(e.order, e.leaves_qty));
  }

  std::string operator()(const TradeMatched& e) {
    return line("trade ",
                quantity(e.instrument, e.quantity),
                " @ ",
                price(e.instrument, e.tick),
                " maker #",
                e.maker.order.value(),
                " taker #",
                e.taker.order.value());
  }

  std::string operator()(const OrderCancelled& e) {
    return line("cancelled #", e.order.value(), " ", cause(e.cause));
  }

  std::string operator()(const OrderReduced& e) {
    return line("reduced #",
                e.order.value(),
                " by ",
                quantity_of(e.order, e.quantity),
                " ",
                cause(e.cause));
  }

  std::string operator()(const CancelRejected& e) {
    return line("cancel rejected ", e.cl_ord_id.view(), ": ", to_text(e.reason));
  }

  std::string operator()(const CommandRejected& e) {
    return line("command rejected ", e.subject.view(), ": ", to_text(e.reason));
  }

 private:
  template <typename... Parts>
  static std::string line(const Parts&... parts) {
    std::ostringstream out;
    (out << ... << parts);
    return out.str();
  }

  static std::string_view side(Side side) { return side == Side::Bid ? "bid" : "ask"; }

  static std::string_view entry(Entry entry) {
    switch (entry) {
      case Entry::Rests:
        return "rests";
      case Entry::Takes:
        return "takes";
      case Entry::Delayed:
        return "delayed";
    }
    return "?";
  }

  static std::string_view cause(CancelCause cause) {
    switch (cause) {
      case CancelCause::Requested:
        return "requested";
      case CancelCause::ImmediateOrCancel:
        return "immediate-or-cancel";
      case CancelCause::FillOrKill:
        return "fill-or-kill";
      case CancelCause::MinimumFill:
        return "minimum-fill";
      case CancelCause::SelfTradeTaker:
        return "self-trade-taker";
      case CancelCause::SelfTradeMaker:
        return "self-trade-maker";
      case CancelCause::SelfTradeBoth:
        return "self-trade-both";
      case CancelCause::SelfTradeDecrement:
        return "self-trade-decrement";
    }
    return "?";
  }

  std::string quantity(InstrumentId instrument, Quantity quantity) {
    const bool odds = instruments_[instrument].kind == MarketKind::ExchangeOdds;
    return odds ? decimal_text(quantity.value(), 2) : std::to_string(quantity.value());
  }

  std::string quantity_of(OrderId order, Quantity value) { return quantity(orders_[order], value); }

  std::string price(InstrumentId instrument, Tick tick) {
    const InstrumentInfo& info = instruments_[instrument];
    const bool odds = info.kind == MarketKind::ExchangeOdds;
    return decimal_text(find_ladder(info.ladder)->price_of(tick).value(), odds ? 2 : 4);
  }

  std::map<AccountId, std::string> accounts_;
  std::map<InstrumentId, InstrumentInfo> instruments_;
  std::map<OrderId, InstrumentId> orders_;
};

}  // namespace

std::string decimal_text(std::int64_t units, int fraction_digits) {
  std::string digits = std::to_string(units);
  const auto width = static_cast<std::size_t>(fraction_digits);
  if (digits.size() <= width) {
    digits.insert(0, width + 1 - digits.size(), '0');
  }
  digits.insert(digits.size() - width, ".");
  return digits;
}

std::vector<std::string> describe(const Engine& engine, const TransactionView& transaction) {
  Describer describer{engine};
  std::vector<std::string> lines;
  for_each_event(transaction,
                 [&](EventSeq, const auto& event) { lines.push_back(describer(event)); });
  return lines;
}

}  // namespace betex::matching::testing
