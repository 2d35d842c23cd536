#include "gateway/reports/long_answer.h"

#include "gateway/reports/report_maker.h"
#include "gateway/reports/security_lists.h"

namespace betex::gateway {
namespace {

using matching::InstrumentId;
using matching::OrderId;

bool is_meant(const OrderRecord& order, const MassStatusQuery& query, const ReadModel& model) {
  return (query.side == 0 || matching::Side{query.side} == order.side) &&
         (query.symbol.empty() || query.symbol == model.instrument(order.instrument).symbol) &&
         (query.reference.empty() || query.reference == order.reference) &&
         (query.order_group.empty() || query.order_group == model.order_group(order));
}

}  // namespace

void LongAnswer::go_on(const ReadModel& model, AnswerBudget& budget, const Tell& tell) {
  std::visit([&](const auto& query) { go_on(query, model, budget, tell); }, query_);
}

// An answer about nothing has one message, which says so.
void LongAnswer::tell_of(OrderId order,
                         const ReadModel& model,
                         AnswerBudget& budget,
                         const Tell& tell) {
  const ReportMaker maker{model};
  const auto& query = std::get<MassStatusQuery>(query_);
  tell(maker.mass_status(order, asked_at_, query, {.next = told_, .total = *total_}));
  --budget.messages;
  ++told_;
  done_ = told_ >= *total_;
}

void LongAnswer::go_on(const MassStatusQuery& query,
                       const ReadModel& model,
                       AnswerBudget& budget,
                       const Tell& tell) {
  if (!scan_) {
    const matching::AccountId account = model.find_account(query.account);
    const OrderRange range = model.live_orders(account);
    scan_ = {.account = account, .range = range, .as_of = model.last_seq(), .next = range.first};
    total_ = 0;
  }
  for (; budget.looks > 0 && budget.messages > 0 && !done_; --budget.looks) {
    scan_->next = model.orders().skip_unknown(scan_->next);
    if (scan_->next > scan_->range.last) {
      if (scan_->counted || *total_ == 0) {
        // Also where what was counted has been forgotten, a day later, before it was told of.
        total_ = told_ == 0 ? 0 : told_ + 1;
        return tell_of(OrderId{0}, model, budget, tell);
      }
      scan_->counted = true;
      scan_->next = scan_->range.first;
      continue;
    }
    const OrderRecord* const order = model.orders().find(scan_->next);
    scan_->next = scan_->next.next();
    const bool told = order != nullptr && order->account == scan_->account &&
                      (order->live() || order->finished_at > scan_->as_of) &&
                      is_meant(*order, query, model);
    if (told && scan_->counted) {
      tell_of(order->id, model, budget, tell);
    } else if (told) {
      ++*total_;
    }
  }
}

void LongAnswer::go_on(const SecurityListQuery& query,
                       const ReadModel& model,
                       AnswerBudget& budget,
                       const Tell& tell) {
  const Securities& securities = model.securities();
  if (!total_) {
    listed_ = instruments_of(securities, query);
    total_ = listed_.size();
  }
  for (; budget.looks > 0 && budget.messages > 0 && !done_; --budget.looks, --budget.messages) {
    const InstrumentId instrument = listed_.empty() ? InstrumentId{0} : listed_[told_];
    tell(security_list(securities, instrument, query, {.next = told_, .total = *total_}));
    ++told_;
    done_ = told_ >= *total_;
  }
}

}  // namespace betex::gateway
