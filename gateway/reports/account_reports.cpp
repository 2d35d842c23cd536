// What is told of an account's bets and its money: to its brokers and drop copies what has changed,
// to operators that what they have asked is done.
#include <utility>

#include "gateway/reports/account_money.h"
#include "gateway/reports/operation_names.h"
#include "gateway/reports/report_maker.h"

namespace betex::gateway {
namespace {

using fix::AccountChange;
using fix::AccountReport;
using fix::PositionReport;
using fix::ReportId;
using fix::SettlementReport;

constexpr std::uint32_t kOnlyLeg = 1;

AccountChange change_of(matching::FundsKind kind) {
  switch (kind) {
    case matching::FundsKind::Deposit:
      return AccountChange::Deposit;
    case matching::FundsKind::Withdrawal:
      return AccountChange::Withdrawal;
    case matching::FundsKind::WriteOff:
      return AccountChange::WriteOff;
    case matching::FundsKind::Correction:
      break;
  }
  return AccountChange::Correction;
}

}  // namespace

template <typename Make>
void ReportMaker::tell_account(const Context& context,
                               matching::AccountId account,
                               std::uint32_t leg,
                               const Make& make) const {
  const ReportId id{context.seq, leg};
  const auto tell = [&](matching::SessionId session, bool copy) {
    if (context.receiver.wants(session, id)) {
      auto report = make();
      report.copy = copy;
      context.receiver.receive(session, {id, std::move(report)});
    }
  };
  for (const matching::SessionId broker : model_.audience().brokers_of(account)) {
    tell(broker, false);
  }
  for (const matching::SessionId follower : model_.audience().followers(account)) {
    tell(follower, true);
  }
}

// A report for each entry; rows without bets have none. The leg is the entry's number, from 1.
void ReportMaker::on(const Context& context, const matching::PositionsSettled& event) const {
  std::uint32_t leg = 0;
  for (const matching::SettledRow& row : matching::tail_of(event)) {
    tell_account(context, row.account, ++leg, [&] {
      const Market& market = model_.market(event.header.market);
      return SettlementReport{.account = model_.account(row.account),
                              .market = market.name,
                              .kind = market.kind,
                              .is_void = event.result == matching::SettlementResult::Void,
                              .round = event.round,
                              .price = units_of(market.kind).price(event.price),
                              .position = row.position,
                              .gross = row.gross,
                              .commission = row.commission - row.commission_before,
                              .balance = row.balance,
                              .currency = model_.currency(),
                              .transact_time = context.timestamp};
    });
  }
}

void ReportMaker::on(const Context& context, const matching::RunnerBetsVoided& event) const {
  std::uint32_t leg = 0;
  for (const matching::VoidedBets& row : matching::tail_of(event)) {
    tell_account(context, row.account, ++leg, [&] {
      return AccountReport{.account = model_.account(row.account),
                           .change = AccountChange::BetsVoid,
                           .currency = model_.currency(),
                           .market = model_.market(event.header.market).name,
                           .symbol = model_.instrument(event.instrument).symbol,
                           .if_won = row.if_won,
                           .if_lost = row.if_lost,
                           .transact_time = context.timestamp};
    });
  }
}

void ReportMaker::on(const Context& context, const matching::FundsMoved& event) const {
  tell_account(context, event.account, kOnlyLeg, [&] {
    return AccountReport{.account = model_.account(event.account),
                         .change = change_of(event.kind),
                         .currency = model_.currency(),
                         .amount = event.amount,
                         .balance = event.balance,
                         .transact_time = context.timestamp};
  });
  if (answers<matching::MoveFunds>(context)) {
    fix::OperationsReport report{
        .operation = *operation_of(matching::kCommandKind<matching::MoveFunds>,
                                   static_cast<std::uint8_t>(event.kind)),
        .account = model_.account(event.account)};
    tell_money(report,
               {.balance = event.balance, .exposure = event.exposure, .credit = event.credit});
    answer(context, {.session = context.origin, .request_id = event.request_id}, std::move(report));
  }
}

void ReportMaker::positions(const PositionsPart& part,
                            std::span<const matching::RunnerBets> runners,
                            const Tell& tell) const {
  using Kind = PositionsPart::Kind;
  PositionReport report{.request_id = part.query.pos_req_id,
                        .number = part.number,
                        .account = part.query.account,
                        .currency = model_.currency(),
                        .as_of = part.asked_at};
  switch (part.kind) {
    case Kind::Unknown:
      report.reason = matching::Reason::UnknownAccount;
      report.currency = {};
      break;
    case Kind::Totals:
      report.exposure = part.account.exposure;
      report.balance = part.account.balance;
      report.credit = part.account.credit;
      report.available = part.account.available;
      break;
    case Kind::Row: {
      const Market& market = model_.market(part.market);
      report.market = market.name;
      report.kind = market.kind;
      report.position = part.position;
      report.exposure = part.exposure;
      if (market.kind == matching::MarketKind::Binary) {
        report.symbol = market.name;  // its only instrument's
        break;
      }
      for (const matching::RunnerBets& bets : runners) {
        report.symbol = model_.instrument(bets.instrument).symbol;
        report.if_won = bets.if_won;
        report.if_lost = bets.if_lost;
        tell({.id = {}, .body = report});
        ++report.number;
      }
      return;
    }
    case Kind::TooMany:
      return;
  }
  tell({.id = {}, .body = report});
}

}  // namespace betex::gateway
