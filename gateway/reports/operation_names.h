// Which operation of an operator's a command is, and what it is about, as its answers say it.
#pragma once

#include <cstdint>
#include <optional>

#include "fix_spec/operations.h"
#include "gateway/link/operation_reports.h"
#include "matching/batch_events.h"
#include "matching/commands.h"

namespace betex::gateway {

// Of a command of this kind (TransactionHeader::command_kind), with what else a refusal tells of it
// (CommandRejected::detail; of MoveFunds also `funds` elsewhere). None: no operator asks for it.
[[nodiscard]] std::optional<fix::Operation> operation_of(std::uint16_t command,
                                                         std::uint8_t detail) noexcept;

// That the process belongs to. None: to no operator's.
[[nodiscard]] std::optional<fix::Operation> operation_of(
    const matching::BatchCompleted& event) noexcept;

// What a refusal, a proposal or a dry run calls its subject.
enum class SubjectKind : std::uint8_t {
  None,
  Market,
  Account,
  Session,
  Anything,  // an announcement's: a market, an instrument, or neither
  Proposal,  // the request id of one
  Target,    // of a mass cancel: detail says, as matching::CancelTarget
};

[[nodiscard]] SubjectKind subject_kind_of(fix::Operation operation) noexcept;

// It is about what `subject` names.
void name_subject(fix::OperationsReport& report,
                  const matching::Name& subject,
                  std::uint8_t detail);
void name_target(fix::OrderMassActionReport& report,
                 const matching::Name& subject,
                 std::uint8_t detail);

// Some of the live orders may be cancelled by it.
[[nodiscard]] bool may_cancel(fix::Operation operation) noexcept;

}  // namespace betex::gateway
