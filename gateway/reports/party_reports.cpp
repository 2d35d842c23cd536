// What is told of accounts and sessions: to operators that what they have asked is done, to those
// concerned that they are suspended or reinstated.
#include <span>
#include <utility>

#include "gateway/reports/account_money.h"
#include "gateway/reports/report_maker.h"

namespace betex::gateway {
namespace {

using fix::Operation;
using fix::OperationsReport;
using fix::PartyAction;
using fix::PartyActionReport;
using fix::PartyActionResponse;
using fix::ReportId;
using matching::SessionId;

constexpr std::uint32_t kOnlyLeg = 1;

// That an account or a session is suspended.
template <typename Event>
PartyActionReport suspension(const Event& event) {
  PartyActionReport report{
      .action = event.cancel_orders ? PartyAction::SuspendAndCancel : PartyAction::Suspend,
      .response = event.goes_on ? PartyActionResponse::Accepted : PartyActionResponse::Completed};
  if (event.cancel_orders && !event.goes_on) {
    report.affected = 0;
  }
  return report;
}

constexpr PartyActionResponse kDone = PartyActionResponse::Completed;

}  // namespace

// ---- Suspended and reinstated

// It is no answer of theirs, and an operator among them is told as such.
void ReportMaker::tell_concerned(const Context& context,
                                 std::span<const SessionId> sessions,
                                 const PartyActionReport& report) const {
  const ReportId id{context.seq, kOnlyLeg};
  const Audience& audience = model_.audience();
  for (const SessionId session : sessions) {
    if (audience.speaks_fixt(session) && !audience.is_operator(session) &&
        context.receiver.wants(session, id)) {
      PartyActionReport copy = report;
      copy.event = context.seq;
      copy.transact_time = context.timestamp;
      copy.involved.copy = true;
      context.receiver.receive(session, {id, copy});
    }
  }
}

void ReportMaker::tell_of_party(const Context& context,
                                matching::AccountId account,
                                const Asked& asked,
                                PartyActionReport report) const {
  report.account = model_.account(account);
  tell_concerned(context, model_.audience().brokers_of(account), report);
  tell_concerned(context, model_.audience().followers(account), report);
  answer(context, asked, report);
}

void ReportMaker::tell_of_party(const Context& context,
                                SessionId session,
                                const Asked& asked,
                                PartyActionReport report) const {
  report.comp_id = model_.comp_id(session);
  tell_concerned(context, {&session, 1}, report);
  answer(context, asked, report);
}

void ReportMaker::on(const Context& context, const matching::AccountSuspended& event) const {
  tell_of_party(context,
                event.account,
                {.session = context.origin, .request_id = event.request_id},
                suspension(event));
}

void ReportMaker::on(const Context& context, const matching::AccountResumed& event) const {
  tell_of_party(context,
                event.account,
                {.session = context.origin, .request_id = event.request_id},
                {.action = PartyAction::Reinstate, .response = kDone});
}

void ReportMaker::on(const Context& context, const matching::SessionSuspended& event) const {
  tell_of_party(context,
                event.session,
                {.session = context.origin, .request_id = event.request_id},
                suspension(event));
}

void ReportMaker::on(const Context& context, const matching::SessionResumed& event) const {
  tell_of_party(context,
                event.session,
                {.session = context.origin, .request_id = event.request_id},
                {.action = PartyAction::Reinstate, .response = kDone});
}

// ---- Accounts

void ReportMaker::on(const Context& context, const matching::AccountCreated& event) const {
  OperationsReport report{.operation = Operation::CreateAccount, .account = event.name};
  tell_money(report, {.balance = event.balance, .exposure = {}, .credit = event.credit});
  answer(context, {.session = context.origin, .request_id = event.request_id}, std::move(report));
}

void ReportMaker::on(const Context& context, const matching::AccountLimitsSet& event) const {
  OperationsReport report{.operation = Operation::SetLimits,
                          .account = model_.account(event.account)};
  tell_money(report,
             {.balance = event.balance, .exposure = event.exposure, .credit = event.credit});
  answer(context, {.session = context.origin, .request_id = event.request_id}, std::move(report));
}

// ---- Sessions
//
// Our last number is in none of these: which numbers we have used only the session itself knows.

void ReportMaker::on(const Context& context, const matching::SessionLoggedOut& event) const {
  answer(context,
         {.session = context.origin, .request_id = event.request_id},
         OperationsReport{.operation = Operation::LogoutSession,
                          .comp_id = model_.comp_id(event.session),
                          .epoch = event.epoch,
                          .reserved_to = event.reserved_to,
                          .delivered = event.delivered});
}

// An approved one is answered by the event of its approval.
void ReportMaker::on(const Context& context, const matching::SessionNumbersSet& event) const {
  if (answers<matching::SetSessionNumbers>(context)) {
    answer(context,
           {.session = context.origin, .request_id = event.request_id},
           OperationsReport{.operation = Operation::SetSessionNumbers,
                            .comp_id = model_.comp_id(event.session),
                            .epoch = event.epoch,
                            .next_in = event.next_in,
                            .reserved_to = event.reserved_to,
                            .delivered = event.delivered});
  }
}

}  // namespace betex::gateway
