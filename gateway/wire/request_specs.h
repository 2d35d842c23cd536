// Which requests there are: the fields that each may and must have, and which role may send it. The
// dictionaries and the rules of engagement say the same; tests hold the three together.
#pragma once

#include <optional>
#include <string_view>

#include "fix_spec/dialect.h"
#include "gateway/wire/request_fields.h"

namespace betex::fix {

// None for a message that we do not take in this dialect.
[[nodiscard]] std::optional<MessageSpec> spec_of(std::string_view msg_type,
                                                 FixVersion version) noexcept;

// Whether it can be an application message's type: one that FIX has, though we may not take it, or
// a user-defined one, which begins with a U.
[[nodiscard]] bool is_valid_msg_type(std::string_view msg_type) noexcept;

// Whether sessions of this role may send requests of this type.
[[nodiscard]] bool may_send(SessionRole role, std::string_view msg_type) noexcept;

}  // namespace betex::fix
