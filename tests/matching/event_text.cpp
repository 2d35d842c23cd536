#include "tests/matching/event_text.h"

#include <map>
#include <span>
#include <sstream>

#include "matching/ladder.h"

namespace betex::matching::testing {

// Writes one event.
class Describer {
 public:
  explicit Describer(EventText& known)
      : accounts_{known.accounts_},
        markets_{known.markets_},
        instruments_{known.instruments_},
        orders_{known.orders_} {}

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

  std::string operator()(const ExchangeCreated& e) {
    return line("exchange ", e.currency.view(), " requests a day ", e.max_requests_a_day);
  }

  std::string operator()(const AccountCreated& e) {
    accounts_[e.account] = e.name.view();
    return line("account ", e.name.view());
  }

  std::string operator()(const FundsMoved& e) {
    return line(funds(e.kind),
                " ",
                accounts_[e.account],
                " ",
                money_text(e.amount.value()),
                " balance ",
                money_text(e.balance.value()));
  }

  std::string operator()(const MarketCreated& e) {
    markets_[e.header.market] = {.symbol = e.name, .kind = e.kind, .ladder = e.ladder};
    return line("market ", e.name.view());
  }

  std::string operator()(const RunnerAdded& e) {
    instruments_[e.instrument] = markets_[e.header.market];
    instruments_[e.instrument].symbol = e.symbol;
    return line("runner ", e.symbol.view());
  }

  std::string operator()(const MarketOpened& e) { return line("opened v", e.version); }

  std::string operator()(const ReportsDelivered& e) {
    return line("delivered ", e.session.value(), " to ", e.delivered.value());
  }

  std::string operator()(const MarketsWatched& e) {
    return line("session ", e.session.value(), e.on ? " watches markets" : " watches no markets");
  }

  std::string operator()(const SessionNumbersSet& e) {
    return line("session ",
                e.session.value(),
                " set epoch ",
                e.epoch.value(),
                " in ",
                e.next_in.value(),
                " reserved ",
                e.reserved_to.value());
  }

  std::string operator()(const SessionSuspended& e) {
    return line("session ", e.session.value(), " suspended");
  }

  std::string operator()(const SessionResumed& e) {
    return line("session ", e.session.value(), " resumed");
  }

  std::string operator()(const SessionLoggedOut& e) {
    return line("session ", e.session.value(), " logged out");
  }

  std::string operator()(const AccountSuspended& e) {
    return line("account ", accounts_[e.account], " suspended");
  }

  std::string operator()(const AccountResumed& e) {
    return line("account ", accounts_[e.account], " resumed");
  }

  std::string operator()(const AccountLimitsSet& e) {
    return line("account ",
                accounts_[e.account],
                " open orders ",
                e.max_open_orders,
                " discount ",
                e.commission_discount_bp,
                " credit ",
                money_text(e.credit.value()),
                " exposure limits ",
                money_text(e.exposure_limit.value()),
                " ",
                money_text(e.market_exposure_limit.value()));
  }

  std::string operator()(const RunnerRemoved& e) {
    return line("removed ", instruments_[e.instrument].symbol.view(), " v", e.version);
  }

  std::string operator()(const MarketSuspended& e) {
    return line("suspended v", e.version, e.state == MarketState::Halted ? " after the halt" : "");
  }

  std::string operator()(const MarketReopened& e) { return line("reopened v", e.version); }

  std::string operator()(const MarketChanged& e) {
    const bool odds = markets_[e.header.market].kind == MarketKind::ExchangeOdds;
    return line("changed v",
                e.version,
                " delay ",
                e.bet_delay_ms,
                " commission ",
                e.commission_bp,
                " largest ",
                decimal_text(e.max_quantity.value(), odds ? 2 : 0),
                (e.flags & kPassiveSkipsDelay) != 0 ? " passive orders skip it" : "");
  }

  std::string operator()(const MarketDescribed& e) {
    const bool of_market = e.instrument == InstrumentId{};
    return line("described ",
                (of_market ? markets_[e.header.market] : instruments_[e.instrument]).symbol.view(),
                " \"",
                e.text.view(),
                "\" parent \"",
                e.parent.view(),
                "\" start ",
                e.scheduled_start.value());
  }

  std::string operator()(const ExchangeHalted&) { return "exchange halted"; }

  std::string operator()(const ExchangeUnhalted&) { return "exchange unhalted"; }

  std::string operator()(const StopAnnounced& e) { return line("stop announced ", e.notice_s); }

  std::string operator()(const ApprovalRequired& e) {
    return line("approval required ", e.classes);
  }

  std::string operator()(const OperationProposed& e) {
    return line("proposed ", e.request_id.view(), " about ", e.subject.view());
  }

  std::string operator()(const OperationApproved& e) {
    return line(
        "approved ", e.proposal.view(), e.reason == Reason::None ? "" : ": ", to_text(e.reason));
  }

  std::string operator()(const OperationDropped& e) {
    return line(e.decliner == SessionId{} ? "ran out " : "declined ", e.proposal.view());
  }

  std::string operator()(const MarketResumed& e) { return line("resumed v", e.version); }

  std::string operator()(const MarketHalted& e) { return line("halted v", e.version); }

  std::string operator()(const MarketUnhalted& e) { return line("unhalted v", e.version); }

  std::string operator()(const MarketTurnedInPlay& e) { return line("in play v", e.version); }

  std::string operator()(const MarketClosed& e) { return line("closed v", e.version); }

  std::string operator()(const MarketDetermined& e) {
    std::string text = line("determined v", e.version);
    for (const InstrumentShare& share : tail_of(e)) {
      text += line(" ",
                   instruments_[share.instrument].symbol.view(),
                   " ",
                   share.numerator,
                   "/",
                   share.denominator);
    }
    return text;
  }

  std::string operator()(const MarketVoided& e) {
    return e.price == Price{}
               ? line("voided v", e.version)
               : line("voided v", e.version, " at ", decimal_text(e.price.value(), 4));
  }

  std::string operator()(const MarketArchived& e) { return line("archived v", e.version); }

  std::string operator()(const RunnerBetsVoided& e) {
    std::string text = line("batch ",
                            e.batch.value(),
                            " voids ",
                            instruments_[e.instrument].symbol.view(),
                            " to row ",
                            e.cursor_after);
    for (const VoidedBets& bets : shown(e)) {
      text += line("; ",
                   accounts_[bets.account],
                   " ",
                   money_text(bets.if_won.value()),
                   "/",
                   money_text(bets.if_lost.value()));
    }
    return text;
  }

  std::string operator()(const PositionsSettled& e) {
    std::string text =
        line("batch ", e.batch.value(), " round ", e.round, " to row ", e.cursor_after);
    for (const SettledRow& row : shown(e)) {
      text += line("; ",
                   accounts_[row.account],
                   " ",
                   money_text(row.gross.value()),
                   " commission ",
                   money_text((row.commission - row.commission_before).value()),
                   " balance ",
                   money_text(row.balance.value()));
    }
    return text;
  }

  std::string operator()(const MarketSettled& e) {
    return line("settled v",
                e.version,
                " round ",
                e.round,
                " rows ",
                e.rows,
                " paid ",
                money_text(e.paid.value()),
                " charged ",
                money_text(e.charged.value()),
                " commission ",
                money_text(e.commission.value()),
                " rounding ",
                money_text(e.rounding.value()));
  }

  std::string operator()(const RowsArchived& e) {
    return line("batch ", e.batch.value(), " archives to row ", e.cursor_after);
  }

  std::string operator()(const OrderReleased& e) {
    return line("released #", e.order.value(), " ", entry(e.entry));
  }

  std::string operator()(const OrderAmended& e) {
    const InstrumentId instrument = orders_[e.order];
    return line("amended #",
                e.order.value(),
                " ",
                quantity(instrument, e.values.order_qty),
                " @ ",
                price(instrument, e.tick),
                " ",
                entry(e.entry));
  }

  std::string operator()(const AmendDelayed& e) { return line("amend delayed #", e.order.value()); }

  std::string operator()(const OrderExpired& e) { return line("expired #", e.order.value()); }

  std::string operator()(const OrderStatusAnswered& e) {
    return line("status #",
                e.order.value(),
                e.live ? " live" : " finished",
                e.reason == Reason::None ? "" : ": ",
                to_text(e.reason));
  }

  std::string operator()(const BatchStarted& e) {
    if (e.work != BatchWork::CancelOrders) {
      return line("batch ", e.batch.value(), " ", work(e.work));
    }
    return line("batch ", e.batch.value(), " ", cause(e.cause), " to #", e.last_order.value());
  }

  std::string operator()(const OrderCancelledBatched& e) {
    std::string text = line("batch ", e.batch.value(), " cancelled ", e.count);
    for (const OrderId order : shown(e)) {
      text += line(" #", order.value());
    }
    return text;
  }

  std::string operator()(const BatchCompleted& e) {
    return line("batch ", e.batch.value(), " completed ", e.total);
  }

  std::string operator()(const MassCancelRejected& e) {
    return line("mass cancel rejected ", e.cl_ord_id.view(), ": ", to_text(e.reason));
  }

  std::string operator()(const TradingDaySet& e) { return line("trading day ", e.ends_at_s); }

  std::string operator()(const TradingDayEnded& e) { return line("day ended ", e.date); }

  std::string operator()(const ClOrdIdGenerationEnded&) { return "generation ended"; }

  std::string operator()(const RequestIdGenerationEnded&) { return "request generation ended"; }

  std::string operator()(const RequestKnown& e) {
    return line("request known ",
                e.request_id.view(),
                " by ",
                e.answered_by.value(),
                e.reason == Reason::None ? "" : ": ",
                to_text(e.reason));
  }

  std::string operator()(const Remarked& e) { return line("remark ", e.remark.view()); }

  std::string operator()(const Announced& e) {
    return line("announced ", e.urgent ? "at once " : "", e.headline.view());
  }

  std::string operator()(const WatermarkMoved& e) {
    return line("watermark ", e.watermark.value());
  }

  std::string operator()(const OrderAccepted& e) {
    orders_[e.order] = e.instrument;
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
    return line("cancelled #",
                e.order.value(),
                " ",
                cause(e.cause),
                e.reason == Reason::None ? "" : ": ",
                to_text(e.reason));
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

  // All of a tail that is short, nothing of a long one.
  template <HasTail Event>
  static std::span<const typename Event::Tail> shown(const Event& event) {
    constexpr std::size_t kMost = 8;
    return event.count <= kMost ? tail_of(event) : std::span<const typename Event::Tail>{};
  }

  static std::string_view funds(FundsKind kind) {
    switch (kind) {
      case FundsKind::Deposit:
        return "deposit";
      case FundsKind::Withdrawal:
        return "withdrawal";
      case FundsKind::Correction:
        return "correction";
      case FundsKind::WriteOff:
        return "write-off";
    }
    return "?";
  }

  static std::string_view work(BatchWork work) {
    switch (work) {
      case BatchWork::CancelOrders:
        return "cancels";
      case BatchWork::VoidRunner:
        return "voids a runner";
      case BatchWork::PayRows:
        return "pays";
      case BatchWork::ArchiveRows:
        return "archives";
    }
    return "?";
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
      case Entry::Keeps:
        return "keeps";
      case Entry::Leaves:
        return "leaves";
    }
    return "?";
  }

  static std::string_view cause(CancelCause cause) {
    switch (cause) {
      case CancelCause::None:
        return "none";
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
      case CancelCause::Expired:
        return "expired";
      case CancelCause::DelayFailed:
        return "delay-failed";
      case CancelCause::MassCancel:
        return "mass-cancel";
      case CancelCause::MarketSuspended:
        return "market-suspended";
      case CancelCause::MarketPaused:
        return "market-paused";
      case CancelCause::RunnerRemoved:
        return "runner-removed";
      case CancelCause::TurnedInPlay:
        return "turned-in-play";
      case CancelCause::MarketClosed:
        return "market-closed";
      case CancelCause::MarketVoided:
        return "market-voided";
      case CancelCause::AccountSuspended:
        return "account-suspended";
      case CancelCause::SessionSuspended:
        return "session-suspended";
      case CancelCause::Disconnected:
        return "disconnected";
      case CancelCause::LoggedOut:
        return "logged-out";
      case CancelCause::MassCancelOnBehalf:
        return "mass-cancel-on-behalf";
    }
    return "?";
  }

  std::string quantity(InstrumentId instrument, Quantity quantity) {
    const bool odds = instruments_[instrument].kind == MarketKind::ExchangeOdds;
    return odds ? decimal_text(quantity.value(), 2) : std::to_string(quantity.value());
  }

  std::string quantity_of(OrderId order, Quantity value) { return quantity(orders_[order], value); }

  std::string price(InstrumentId instrument, Tick tick) {
    const EventText::Instrument& info = instruments_[instrument];
    const bool odds = info.kind == MarketKind::ExchangeOdds;
    return decimal_text(find_ladder(info.ladder)->price_of(tick).value(), odds ? 2 : 4);
  }

  std::map<AccountId, std::string>& accounts_;
  std::map<MarketId, EventText::Instrument>& markets_;
  std::map<InstrumentId, EventText::Instrument>& instruments_;
  std::map<OrderId, InstrumentId>& orders_;
};

std::string decimal_text(std::int64_t units, int fraction_digits) {
  std::string digits = std::to_string(units);
  if (fraction_digits == 0) {
    return digits;
  }
  const auto width = static_cast<std::size_t>(fraction_digits);
  if (digits.size() <= width) {
    digits.insert(0, width + 1 - digits.size(), '0');
  }
  digits.insert(digits.size() - width, ".");
  return digits;
}

std::string money_text(Int128 mu) {
  const bool negative = mu < 0;
  const Int128 size = negative ? -mu : mu;
  constexpr std::int64_t kMuPerOne = 10'000;
  const std::string whole = std::to_string(static_cast<std::uint64_t>(size / kMuPerOne));
  const std::string rest =
      decimal_text(static_cast<std::int64_t>(size % kMuPerOne), 4).substr(1);  // without its 0
  return (negative ? "-" : "") + whole + rest;
}

std::vector<std::string> EventText::describe(const TransactionView& transaction) {
  Describer describer{*this};
  std::vector<std::string> lines;
  for_each_event(transaction,
                 [&](EventSeq, const auto& event) { lines.push_back(describer(event)); });
  return lines;
}

}  // namespace betex::matching::testing
