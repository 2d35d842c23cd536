// Reports as a function of one journaled event and the fixed part of its order: the same event
// gives the same report now, at a logon days later, and after a crash. *Owned by the report
// thread.*
#pragma once

#include "gateway/fix/report.h"
#include "gateway/session_link.h"
#include "gateway/stages/read_model.h"
#include "matching/events.h"
#include "matching/transaction.h"

namespace betex::gateway {

// Takes the reports of an event. `wants` is asked first, so that nothing is made for nobody.
class ReportReceiver {
 public:
  virtual ~ReportReceiver() = default;
  [[nodiscard]] virtual bool wants(matching::SessionId session, fix::ReportId id) = 0;
  virtual void receive(matching::SessionId session, fix::Report report) = 0;
};

// Makes all reports of an event whose transaction has this timestamp. `model` must have applied the
// event already; having applied later ones as well changes nothing.
class ReportMaker {
 public:
  explicit ReportMaker(const ReadModel& model) noexcept : model_{model} {}

  // Event types that no session is told of are accepted and give nothing.
  template <typename Event>
  void make(matching::EventSeq seq,
            matching::Timestamp timestamp,
            const Event& event,
            ReportReceiver& receiver) const {
    if constexpr (requires { on(Context{seq, timestamp, receiver}, event); }) {
      on(Context{seq, timestamp, receiver}, event);
    }
  }

  // The answer to a status request, from the order's values as of now; order 0: unknown.
  [[nodiscard]] fix::Report status(matching::OrderId order,
                                   matching::Timestamp now,
                                   const OrderStatusQuery& query) const;

 private:
  struct Context {
    matching::EventSeq seq;
    matching::Timestamp timestamp;
    ReportReceiver& receiver;
  };

  void on(const Context& context, const matching::OrderAccepted& event) const;
  void on(const Context& context, const matching::OrderRejected& event) const;
  void on(const Context& context, const matching::TradeMatched& event) const;
  void on(const Context& context, const matching::OrderCancelled& event) const;
  void on(const Context& context, const matching::OrderReduced& event) const;
  void on(const Context& context, const matching::OrderReleased& event) const;
  void on(const Context& context, const matching::OrderAmended& event) const;
  void on(const Context& context, const matching::OrderExpired& event) const;
  void on(const Context& context, const matching::OrderCancelledBatched& event) const;
  void on(const Context& context, const matching::CancelRejected& event) const;
  void on(const Context& context, const matching::OrderStatusAnswered& event) const;
  void on(const Context& context, const matching::InboundRefused& event) const;

  // Tells who entered the order and, where that is another session, who asked for the change.
  void tell_owner_and_requester(const Context& context,
                                matching::SessionId owner,
                                matching::SessionId requester,
                                const fix::ExecutionReport& report) const;

  void trade_leg(const Context& context,
                 const matching::TradeMatched& event,
                 const matching::TradeLeg& leg,
                 std::uint32_t leg_number) const;

  // What every report of an order says: its fixed part, and the values after the event.
  [[nodiscard]] fix::ExecutionReport describe(matching::OrderId order,
                                              const matching::OrderValues& values) const;

  const ReadModel& model_;
};

}  // namespace betex::gateway
