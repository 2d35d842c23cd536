// Which tags a dialect has, whichever its messages: what tells a tag that stands in the wrong
// message (373=2) from one that does not exist (373=0). Header and trailer are not among them.
#pragma once

#include <cstdint>

#include "fix_spec/dialect.h"

namespace betex::fix {

// In the body of some session message.
[[nodiscard]] bool is_session_tag(std::uint32_t tag, FixVersion version) noexcept;

// In the body of some application message, of ours or of the client's.
[[nodiscard]] bool is_application_tag(std::uint32_t tag, FixVersion version) noexcept;

}  // namespace betex::fix
