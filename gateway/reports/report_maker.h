// Reports as a function of one journaled event and the fixed part of its order: the same event
// gives the same report now, at a logon days later, and after a crash. *Owned by the report
// thread.*
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "gateway/link/report.h"
#include "gateway/link/session_link.h"
#include "gateway/reports/dry_run_part.h"
#include "gateway/reports/heard_since_logon.h"
#include "gateway/reports/market_watches.h"
#include "gateway/reports/positions_part.h"
#include "gateway/reports/read_model.h"
#include "gateway/reports/security_lists.h"
#include "matching/commands.h"
#include "matching/events.h"
#include "matching/transaction.h"

namespace betex::gateway {

// The leg of the answer to the operator who has asked for what an event tells of, and of its
// copies: behind those of what follows for others, of which no event has so many.
inline constexpr std::uint32_t kAnswerLeg = 10'001;

// That of the answer to whoever has proposed it, where another one has approved or declined.
inline constexpr std::uint32_t kProposerLeg = kAnswerLeg + 1;

static_assert(matching::kMaxBatchedOrders < kAnswerLeg &&
              matching::OrderGroupCancelled::kMaxTail < kAnswerLeg);

// Takes the reports of an event. `wants` is asked first, so that nothing is made for nobody.
class ReportReceiver {
 public:
  virtual ~ReportReceiver() = default;
  [[nodiscard]] virtual bool wants(matching::SessionId session, fix::ReportId id) = 0;
  virtual void receive(matching::SessionId session, fix::Report report) = 0;
};

// Makes all reports of an event of the transaction with this header. `model` must have applied the
// transaction already; having applied later ones as well changes nothing.
class ReportMaker {
 public:
  // Both must outlive it.
  ReportMaker(const ReadModel& model, const MarketWatches& watches) noexcept
      : model_{model}, watches_{watches} {}

  // For answers alone.
  explicit ReportMaker(const ReadModel& model) noexcept : ReportMaker{model, kNoWatches} {}

  // Event types that no session is told of are accepted and give nothing.
  template <typename Event>
  void make(const matching::TransactionHeader& header,
            matching::EventSeq seq,
            const Event& event,
            ReportReceiver& receiver) const {
    const Context context{
        seq, header.timestamp, header.origin_session, header.command_kind, receiver};
    if constexpr (requires { on(context, event); }) {
      on(context, event);
    }
  }

  // The answers to requests that change nothing, from how things are now.

  // `order` 0: unknown.
  [[nodiscard]] fix::Report status(matching::OrderId order,
                                   matching::Timestamp now,
                                   const OrderStatusQuery& query) const;

  // Message `place.next` of the answer, about this order; 0: there is none at all.
  [[nodiscard]] fix::Report mass_status(matching::OrderId order,
                                        matching::Timestamp now,
                                        const MassStatusQuery& query,
                                        AnswerPlace place) const;

  using Tell = std::function<void(fix::Report)>;

  // The messages that a part of an answer gives, but for one that asks too often.
  void positions(const PositionsPart& part,
                 std::span<const matching::RunnerBets> runners,
                 const Tell& tell) const;

  // How a request of an operator would have been decided: its own kind of report, marked as a test.
  [[nodiscard]] fix::Report dry_run(const DryRunPart& part) const;

  // Who is on, in as many messages as it takes; the last one tells of the node too.
  void network_status(const matching::Name& network_request_id,
                      std::vector<fix::CounterpartyState> sessions,
                      const fix::NodeState& node,
                      const Tell& tell) const;

  // What a session is told whenever it has logged on, as long as it is so, and has not heard since:
  // a broker that the exchange is halted, an operator of each proposal that waits, by a copy.
  void at_logon(matching::SessionId session,
                matching::Timestamp now,
                const HeardSinceLogon& heard,
                const Tell& tell) const;

 private:
  struct Context {
    matching::EventSeq seq;
    matching::Timestamp timestamp;
    matching::SessionId origin;  // who asked; 0: nobody did
    std::uint16_t command = 0;   // the kind of what was asked
    ReportReceiver& receiver;
  };

  // An operator's request that an event answers. No session, or no id: nobody waits for it.
  struct Asked {
    matching::SessionId session;
    matching::Name request_id;
    std::uint32_t leg = kAnswerLeg;
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
  void on(const Context& context, const matching::OrderGroupSet& event) const;
  void on(const Context& context, const matching::OrderGroupReset& event) const;
  void on(const Context& context, const matching::OrderGroupCancelled& event) const;
  void on(const Context& context, const matching::OrderGroupTripped& event) const;
  void on(const Context& context, const matching::OrderGroupDeleted& event) const;
  void on(const Context& context, const matching::OrderGroupRejected& event) const;
  void on(const Context& context, const matching::CancelRejected& event) const;
  void on(const Context& context, const matching::OrderStatusAnswered& event) const;
  void on(const Context& context, const matching::InboundRefused& event) const;
  void on(const Context& context, const matching::BatchCompleted& event) const;
  void on(const Context& context, const matching::BatchStarted& event) const;
  void on(const Context& context, const matching::MassCancelRejected& event) const;
  void on(const Context& context, const matching::MarketCreated& event) const;
  void on(const Context& context, const matching::RunnerAdded& event) const;
  void on(const Context& context, const matching::MarketOpened& event) const;
  void on(const Context& context, const matching::RunnerRemoved& event) const;
  void on(const Context& context, const matching::MarketSuspended& event) const;
  void on(const Context& context, const matching::MarketResumed& event) const;
  void on(const Context& context, const matching::MarketHalted& event) const;
  void on(const Context& context, const matching::MarketUnhalted& event) const;
  void on(const Context& context, const matching::MarketTurnedInPlay& event) const;
  void on(const Context& context, const matching::MarketClosed& event) const;
  void on(const Context& context, const matching::MarketReopened& event) const;
  void on(const Context& context, const matching::MarketChanged& event) const;
  void on(const Context& context, const matching::MarketDescribed& event) const;
  void on(const Context& context, const matching::MarketArchived& event) const;
  void on(const Context& context, const matching::MarketDetermined& event) const;
  void on(const Context& context, const matching::MarketVoided& event) const;
  void on(const Context& context, const matching::MarketSettled& event) const;
  void on(const Context& context, const matching::PositionsSettled& event) const;
  void on(const Context& context, const matching::RunnerBetsVoided& event) const;
  void on(const Context& context, const matching::FundsMoved& event) const;
  void on(const Context& context, const matching::Announced& event) const;
  void on(const Context& context, const matching::ExchangeHalted& event) const;
  void on(const Context& context, const matching::ExchangeUnhalted& event) const;
  void on(const Context& context, const matching::StopAnnounced& event) const;
  void on(const Context& context, const matching::AccountCreated& event) const;
  void on(const Context& context, const matching::AccountLimitsSet& event) const;
  void on(const Context& context, const matching::AccountSuspended& event) const;
  void on(const Context& context, const matching::AccountResumed& event) const;
  void on(const Context& context, const matching::SessionSuspended& event) const;
  void on(const Context& context, const matching::SessionResumed& event) const;
  void on(const Context& context, const matching::SessionLoggedOut& event) const;
  void on(const Context& context, const matching::SessionNumbersSet& event) const;
  void on(const Context& context, const matching::TradingDaySet& event) const;
  void on(const Context& context, const matching::WatermarkMoved& event) const;
  void on(const Context& context, const matching::CommandRejected& event) const;
  void on(const Context& context, const matching::RequestKnown& event) const;
  void on(const Context& context, const matching::OperationProposed& event) const;
  void on(const Context& context, const matching::OperationApproved& event) const;
  void on(const Context& context, const matching::OperationDropped& event) const;

  // Whom a report of an order is for, and which of the event's it is.
  struct Recipient {
    matching::SessionId session;
    matching::AccountId account;
    std::uint32_t leg = 1;
  };

  // Tells the session, and the drop copies that follow the account. `make` is called if anybody
  // listens.
  template <typename Make>
  void tell(const Context& context, const Recipient& to, const Make& make) const;

  // Tells the account's brokers, and the drop copies that follow it. `make` is called if anybody
  // listens.
  template <typename Make>
  void tell_account(const Context& context,
                    matching::AccountId account,
                    std::uint32_t leg,
                    const Make& make) const;

  // Tells who has asked how it went, and every other operator a copy. Fills in what all such
  // reports begin with: the request's id, the event and its time.
  template <typename Report>
  void answer(const Context& context, const Asked& asked, Report report) const;

  // The event's transaction is that of a `Command`, to which the event is the answer: other
  // commands cause the same event as a part of what they do.
  template <typename Command>
  [[nodiscard]] static bool answers(const Context& context) noexcept {
    return context.command == matching::kCommandKind<Command>;
  }

  // The answer to a `Command` about the event's market, with what the event says of that.
  template <typename Command, typename Event>
  void answer_about_market(const Context& context,
                           const Event& event,
                           fix::OperationsReport report) const;

  // A request that was refused, or is known already.
  template <typename Event>
  void tell_without_effect(const Context& context, const Event& event) const;

  // An account or a session is suspended or reinstated: tells the operators and those whom it
  // concerns.
  void tell_of_party(const Context& context,
                     matching::AccountId account,
                     const Asked& asked,
                     fix::PartyActionReport report) const;
  void tell_of_party(const Context& context,
                     matching::SessionId session,
                     const Asked& asked,
                     fix::PartyActionReport report) const;
  void tell_concerned(const Context& context,
                      std::span<const matching::SessionId> sessions,
                      const fix::PartyActionReport& report) const;

  // The outcome of a process that an operator's request has started.
  void tell_of_end(const Context& context, const matching::BatchCompleted& event) const;
  // The mass cancel that is a process with this filter.
  template <typename Event>
  [[nodiscard]] fix::OrderMassActionReport mass_action(const Event& event) const;

  void tell_of_halt(const Context& context, bool halted) const;

  // Everybody.
  void tell_news(const Context& context, const fix::News& news) const;

  // Tells the session that has asked, or all brokers of the account where none has, and the drop
  // copies that follow the account.
  void tell_of_group(const Context& context,
                     matching::AccountId account,
                     matching::SessionId requester,
                     fix::OrderGroupReport report) const;

  // Shows a proposal that waits once more.
  [[nodiscard]] fix::Report told_again(const OpenProposal& proposal) const;

  // Tells those who are told of markets about each instrument of the event's market: brokers, and
  // operators that have asked for it.
  template <typename Event>
  void tell_watchers(const Context& context, const Event& event) const;
  void tell_watchers(const Context& context,
                     std::uint32_t leg,
                     const fix::SecurityStatus& status) const;
  void tell_watcher(const Context& context,
                    matching::SessionId session,
                    std::uint32_t leg,
                    const fix::SecurityStatus& status) const;

  // Tells who entered the order and, where that is another session, who asked for the change.
  template <typename Make>
  void tell_owner_and_requester(const Context& context,
                                matching::OrderId order,
                                matching::SessionId requester,
                                const Make& make) const;

  // It is the last event of each of these.
  void tell_cancelled(const Context& context,
                      std::span<const matching::OrderId> orders,
                      matching::CancelCause cause) const;

  void trade_leg(const Context& context,
                 const matching::TradeMatched& event,
                 const matching::TradeLeg& leg,
                 std::uint32_t leg_number) const;

  // What every report of an order says: its fixed part, and the values after the event.
  [[nodiscard]] fix::ExecutionReport describe(matching::OrderId order,
                                              const matching::OrderValues& values) const;

  static const MarketWatches kNoWatches;

  const ReadModel& model_;
  const MarketWatches& watches_;
};

}  // namespace betex::gateway
