// What a FIX message says, without how it has come: its type and the fields of its body, so that
// what is told again can be held against what was told.
#pragma once

#include <string>
#include <string_view>

#include "gateway/client/message.h"

namespace betex::sim {

// Fields with SOH behind each, in their order; of the header only MsgType(35).
[[nodiscard]] std::string body_of(std::string_view frame);
[[nodiscard]] std::string body_of(const client::Message& message);

// For people.
[[nodiscard]] std::string words_of(const client::Message& message);

}  // namespace betex::sim
