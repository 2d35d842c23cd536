#include "gateway/reports/operation_names.h"

#include <array>
#include <cstddef>
#include <variant>

namespace betex::gateway {
namespace {

using fix::Operation;
using matching::BatchWork;
using matching::CancelCause;
using matching::CancelTarget;
using matching::FundsKind;
using matching::Name;

using Table = std::array<std::optional<Operation>, std::variant_size_v<matching::CommandBody> + 1>;

// By kind of command.
constexpr Table kOperations = [] {
  using namespace matching;  // names of commands
  Table table;
  table[kCommandKind<AddRunner>] = Operation::AddRunner;
  table[kCommandKind<OpenMarket>] = Operation::Open;
  table[kCommandKind<SuspendMarket>] = Operation::Suspend;
  table[kCommandKind<ReopenMarket>] = Operation::Reopen;
  table[kCommandKind<ResumeMarket>] = Operation::Resume;
  table[kCommandKind<HaltMarket>] = Operation::Halt;
  table[kCommandKind<UnhaltMarket>] = Operation::Unhalt;
  table[kCommandKind<TurnInPlay>] = Operation::TurnInPlay;
  table[kCommandKind<RemoveRunner>] = Operation::RemoveRunner;
  table[kCommandKind<CloseMarket>] = Operation::Close;
  table[kCommandKind<DetermineMarket>] = Operation::Determine;
  table[kCommandKind<SettleMarket>] = Operation::Settle;
  table[kCommandKind<VoidMarket>] = Operation::Void;
  table[kCommandKind<ChangeMarket>] = Operation::ChangeMarket;
  table[kCommandKind<DescribeMarket>] = Operation::DescribeMarket;
  table[kCommandKind<HaltExchange>] = Operation::HaltExchange;
  table[kCommandKind<UnhaltExchange>] = Operation::UnhaltExchange;
  table[kCommandKind<CreateAccount>] = Operation::CreateAccount;
  table[kCommandKind<SetLimits>] = Operation::SetLimits;
  table[kCommandKind<ArchiveMarket>] = Operation::Archive;
  table[kCommandKind<LogoutSession>] = Operation::LogoutSession;
  table[kCommandKind<SetSessionNumbers>] = Operation::SetSessionNumbers;
  table[kCommandKind<SetTradingDay>] = Operation::SetTradingDay;
  table[kCommandKind<MoveWatermark>] = Operation::MoveWatermark;
  table[kCommandKind<StopExchange>] = Operation::Stop;
  table[kCommandKind<Approve>] = Operation::Approve;
  table[kCommandKind<Decline>] = Operation::Decline;
  table[kCommandKind<CreateMarket>] = Operation::CreateMarket;
  table[kCommandKind<CancelOnBehalf>] = Operation::MassCancel;
  table[kCommandKind<SuspendAccount>] = Operation::SuspendAccount;
  table[kCommandKind<ResumeAccount>] = Operation::ResumeAccount;
  table[kCommandKind<SuspendSession>] = Operation::SuspendSession;
  table[kCommandKind<ResumeSession>] = Operation::ResumeSession;
  table[kCommandKind<Announce>] = Operation::Announce;
  return table;
}();

std::optional<Operation> operation_of(FundsKind kind) noexcept {
  switch (kind) {
    case FundsKind::Deposit:
      return Operation::Deposit;
    case FundsKind::Withdrawal:
      return Operation::Withdraw;
    case FundsKind::Correction:
      return Operation::Correct;
    case FundsKind::WriteOff:
      return Operation::WriteOff;
  }
  return std::nullopt;
}

template <typename Report>
void name_cancel_target(Report& report, const Name& subject, std::uint8_t detail) {
  switch (CancelTarget{detail}) {
    case CancelTarget::Instrument:
      report.symbol = subject;
      break;
    case CancelTarget::Market:
      report.market = subject;
      break;
    case CancelTarget::Account:
      report.account = subject;
      break;
    case CancelTarget::Session:
      report.comp_id = subject;
      break;
  }
}

}  // namespace

std::optional<Operation> operation_of(std::uint16_t command, std::uint8_t detail) noexcept {
  if (command == matching::kCommandKind<matching::MoveFunds>) {
    return operation_of(FundsKind{detail});
  }
  return command < kOperations.size() ? kOperations[command] : std::nullopt;
}

std::optional<Operation> operation_of(const matching::BatchCompleted& event) noexcept {
  if (event.work == BatchWork::ArchiveRows) {
    return std::nullopt;  // MarketArchived tells of it
  }
  switch (event.cause) {
    case CancelCause::None:
      return event.work == BatchWork::PayRows ? std::optional{Operation::Settle} : std::nullopt;
    case CancelCause::MarketSuspended:
    case CancelCause::MarketPaused:
      return Operation::Suspend;
    case CancelCause::RunnerRemoved:
      return Operation::RemoveRunner;
    case CancelCause::TurnedInPlay:
      return Operation::TurnInPlay;
    case CancelCause::MarketClosed:
      return Operation::Close;
    case CancelCause::MarketVoided:
      return Operation::Void;
    case CancelCause::AccountSuspended:
      return Operation::SuspendAccount;
    case CancelCause::SessionSuspended:
      return Operation::SuspendSession;
    case CancelCause::MassCancelOnBehalf:
      return Operation::MassCancel;
    default:
      return std::nullopt;
  }
}

SubjectKind subject_kind_of(Operation operation) noexcept {
  switch (operation) {
    case Operation::AddRunner:
    case Operation::Open:
    case Operation::Suspend:
    case Operation::Reopen:
    case Operation::Resume:
    case Operation::Halt:
    case Operation::Unhalt:
    case Operation::TurnInPlay:
    case Operation::RemoveRunner:
    case Operation::Close:
    case Operation::Determine:
    case Operation::Settle:
    case Operation::Void:
    case Operation::ChangeMarket:
    case Operation::DescribeMarket:
    case Operation::Archive:
    case Operation::CreateMarket:
      return SubjectKind::Market;
    case Operation::CreateAccount:
    case Operation::SetLimits:
    case Operation::Deposit:
    case Operation::Withdraw:
    case Operation::Correct:
    case Operation::WriteOff:
    case Operation::SuspendAccount:
    case Operation::ResumeAccount:
      return SubjectKind::Account;
    case Operation::LogoutSession:
    case Operation::SetSessionNumbers:
    case Operation::SuspendSession:
    case Operation::ResumeSession:
      return SubjectKind::Session;
    case Operation::HaltExchange:
    case Operation::UnhaltExchange:
    case Operation::SetTradingDay:
    case Operation::MoveWatermark:
    case Operation::Stop:
      return SubjectKind::None;
    case Operation::Approve:
    case Operation::Decline:
      return SubjectKind::Proposal;
    case Operation::MassCancel:
      return SubjectKind::Target;
    case Operation::Announce:
      return SubjectKind::Anything;
  }
  return SubjectKind::None;
}

void name_subject(fix::OperationsReport& report, const Name& subject, std::uint8_t detail) {
  switch (subject_kind_of(report.operation)) {
    case SubjectKind::None:
      break;
    case SubjectKind::Market:
      report.market = subject;
      break;
    case SubjectKind::Account:
      report.account = subject;
      break;
    case SubjectKind::Session:
      report.comp_id = subject;
      break;
    case SubjectKind::Anything:
      report.symbol = subject;
      break;
    case SubjectKind::Proposal:
      report.ref_request_id = subject;
      break;
    case SubjectKind::Target:
      name_cancel_target(report, subject, detail);
      break;
  }
}

void name_target(fix::OrderMassActionReport& report, const Name& subject, std::uint8_t detail) {
  name_cancel_target(report, subject, detail);
  report.scope = !report.symbol.empty()   ? fix::MassCancelType::Security
                 : !report.market.empty() ? fix::MassCancelType::MarketSegment
                                          : fix::MassCancelType::All;
}

bool may_cancel(Operation operation) noexcept {
  switch (operation) {
    case Operation::Suspend:
    case Operation::TurnInPlay:
    case Operation::RemoveRunner:
    case Operation::Close:
    case Operation::Void:
    case Operation::MassCancel:
    case Operation::SuspendAccount:
    case Operation::SuspendSession:
      return true;
    default:
      return false;
  }
}

}  // namespace betex::gateway
