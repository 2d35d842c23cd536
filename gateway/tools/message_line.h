// Lines for messages that are no orders' reports and answer no operator's command: instruments and
// their state, accounts, settlements, news.
#pragma once

#include <string>

#include "gateway/client/message.h"
#include "gateway/tools/tone.h"

namespace betex::tools {

// Not escaped yet. Throws client::ProtocolError where a field is missing that it must have.
[[nodiscard]] std::string message_line(const client::Message& message);

[[nodiscard]] Tone message_tone(const client::Message& message);

}  // namespace betex::tools
