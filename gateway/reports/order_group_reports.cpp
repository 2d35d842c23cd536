// What is told of order groups, OrderGroupReport(UOH): to who has asked what it has come to, with a
// copy to drop copies of the account; of a trip that nobody has asked for to all its brokers too.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "gateway/reports/report_maker.h"

namespace betex::gateway {
namespace {

using fix::OrderGroupReport;
using fix::ReportId;
using matching::OrderGroupAction;
using matching::SessionId;

constexpr std::uint32_t kOnlyLeg = 1;

// Of a group that there is after the event.
template <typename Event>
OrderGroupReport report_of(const Event& event, OrderGroupAction action) {
  const matching::OrderGroupStanding& standing = event.standing;
  return {.cl_ord_id = event.cl_ord_id,
          .group = event.name,
          .action = action,
          .state = standing.state,
          .limit = standing.limit,
          .filled = standing.filled,
          .window_ms = standing.window_ms,
          .live_orders = standing.live_orders,
          .counted = standing.counted,
          .cancel_on_disconnect = standing.cancel_on_disconnect != SessionId{0}};
}

}  // namespace

void ReportMaker::tell_of_group(const Context& context,
                                matching::AccountId account,
                                SessionId requester,
                                OrderGroupReport report) const {
  const ReportId id{context.seq, kOnlyLeg};
  const auto tell = [&](SessionId session) {
    if (context.receiver.wants(session, id)) {
      context.receiver.receive(session, {id, report});
    }
  };
  if (report.account.empty()) {
    report.account = model_.account(account);
  }
  report.transact_time = context.timestamp;
  if (requester != SessionId{0}) {
    tell(requester);
  }
  report.cl_ord_id = {};
  if (requester == SessionId{0}) {
    std::ranges::for_each(model_.audience().brokers_of(account), tell);
  }
  report.copy = true;
  std::ranges::for_each(model_.audience().followers(account), tell);
}

void ReportMaker::on(const Context& context, const matching::OrderGroupSet& event) const {
  tell_of_group(context, event.account, event.requester, report_of(event, event.action));
}

void ReportMaker::on(const Context& context, const matching::OrderGroupReset& event) const {
  tell_of_group(context, event.account, event.requester, report_of(event, OrderGroupAction::Reset));
}

void ReportMaker::on(const Context& context, const matching::OrderGroupTripped& event) const {
  OrderGroupReport report = report_of(event, OrderGroupAction::Trip);
  report.affected = event.total;
  tell_of_group(context, event.account, event.requester, std::move(report));
}

void ReportMaker::on(const Context& context, const matching::OrderGroupDeleted& event) const {
  tell_of_group(
      context,
      event.account,
      event.requester,
      {.cl_ord_id = event.cl_ord_id, .group = event.name, .action = OrderGroupAction::Delete});
}

void ReportMaker::on(const Context& context, const matching::OrderGroupRejected& event) const {
  tell_of_group(context,
                event.account,
                event.requester,
                {.cl_ord_id = event.cl_ord_id,
                 .account = event.account_name,
                 .group = event.name,
                 .action = event.action,
                 .reason = event.reason});
}

}  // namespace betex::gateway
