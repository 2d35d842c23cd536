// Whose turn a message is: what its MsgSeqNum(34), beside the number that is expected, and its
// PossDupFlag(43) make of it, before anyone asks what else is in it.
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/wire/field_table.h"
#include "gateway/wire/guard.h"
#include "matching/types.h"

namespace betex::fix {

enum class Turn : std::uint8_t {
  Now,         // in sequence, or of a type that is for now whatever its number
  AboveGap,    // waits until what lacks has come
  Repetition,  // below, with 43=Y: it was taken before
  TooLow,      // below, without 43=Y: its sender has seen another history
};

// Of any message but a Logon.
[[nodiscard]] Turn turn_of(const FieldTable& fields,
                           matching::MsgSeqNum number,
                           matching::MsgSeqNum next_in) noexcept;

// A SequenceReset(4) without GapFillFlag(123)=Y: its own number means nothing.
[[nodiscard]] bool is_reset(const FieldTable& fields) noexcept;

// A gap fill, or a message with 43=Y: an answer to a ResendRequest.
[[nodiscard]] bool is_sent_again(const FieldTable& fields) noexcept;

// What is wrong with the OrigSendingTime(122) of a message with 43=Y. Nothing is ever wrong with a
// SequenceReset's: many engines send none, and one that is refused would be asked for for ever.
[[nodiscard]] std::optional<Refusal> check_orig_sending_time(const FieldTable& fields) noexcept;

}  // namespace betex::fix
