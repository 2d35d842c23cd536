// What must hold of a frame before QuickFIX sees it: QuickFIX 1.15.1 wraps integers, trusts the
// length of data fields and selects an empty dictionary for a foreign application version. Stands
// in front of authentication too, so it trusts nobody.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "fix_spec/dialect.h"
#include "gateway/fix/field_table.h"

namespace betex::fix {

// The frame may go to QuickFIX.
struct Accepted {};

// Has no MsgSeqNum that could be answered or used up: ignored, logged, the connection closed after
// a few. On a Logon it closes the connection at once.
struct Garbled {
  std::string_view why;  // static storage
};

// To be answered by Reject(3) and its number used up, where it is the expected one; before the
// logon is complete the connection is closed instead.
struct Refusal {
  std::uint32_t ref_tag_id = 0;             // 371; 0: none
  std::uint16_t session_reject_reason = 0;  // 373
  std::string_view text;                    // 58, static storage
};

using GuardResult = std::variant<Accepted, Garbled, Refusal>;

struct GuardLimits {
  std::uint32_t min_heart_bt_int = 5;  // HeartBtInt(108) on a Logon must lie within
  std::uint32_t max_heart_bt_int = 60;
};

// `fields` was read from a frame of the framer, with or without a fault. `version` is the
// session's; before it is known, the BeginString's.
[[nodiscard]] GuardResult guard(const FieldTable& fields,
                                FixVersion version,
                                const GuardLimits& limits);

}  // namespace betex::fix
