// What must hold of a frame before QuickFIX sees it: QuickFIX 1.15.1 wraps integers, trusts the
// length of data fields and selects an empty dictionary for a foreign application version.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "fix_spec/dialect.h"
#include "gateway/wire/field_table.h"
#include "gateway/wire/session_reject.h"

namespace betex::fix {

// The frame may go to QuickFIX.
struct Accepted {};

// Has no MsgSeqNum that could be answered or used up, which ends a session: a Logout says why.
struct Unnumbered {
  std::string_view why;  // static storage
};

// To be answered by Reject(3) and its number used up, where it is the expected one.
struct Refusal {
  std::uint32_t ref_tag_id = 0;             // 371; 0: none
  std::uint16_t session_reject_reason = 0;  // 373
  std::string_view text;                    // 58, static storage
};

// With the words of these two.
[[nodiscard]] constexpr Refusal refusal_for(std::uint32_t ref_tag_id,
                                            std::uint16_t session_reject_reason) noexcept {
  return {.ref_tag_id = ref_tag_id,
          .session_reject_reason = session_reject_reason,
          .text = session_reject::to_text(session_reject_reason, ref_tag_id)};
}

using GuardResult = std::variant<Accepted, Unnumbered, Refusal>;

// Of the standard header.
[[nodiscard]] bool is_header_tag(std::uint32_t tag) noexcept;

// `fields` was read from a frame of the framer, with or without a fault. `version` is the
// session's. What a Logon must be besides, check_logon() says.
[[nodiscard]] GuardResult guard(const FieldTable& fields, FixVersion version);

}  // namespace betex::fix
