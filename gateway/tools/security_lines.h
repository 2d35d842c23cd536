// Lines for SecurityList(y): instruments, and what there is to know of each.
#pragma once

#include <string>
#include <vector>

#include "gateway/client/message.h"

namespace betex::tools {

// One, and where the answer is about this instrument alone some more: how it is described, which
// prices it has, its market's terms. Not escaped yet. Throws client::ProtocolError where a field is
// missing that it must have.
[[nodiscard]] std::vector<std::string> security_lines(const client::Message& message);

}  // namespace betex::tools
