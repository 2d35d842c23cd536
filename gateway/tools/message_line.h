// Lines for messages that are no orders' reports and answer no operator's command: instruments and
// their state, accounts, settlements, news.
#pragma once

#include <string>
#include <vector>

#include "gateway/client/message.h"
#include "gateway/tools/tone.h"

namespace betex::tools {

// Not escaped yet. Most have one; of an instrument that is listed alone there is all that there is
// to know. Throws client::ProtocolError where a field is missing that it must have.
[[nodiscard]] std::vector<std::string> message_lines(const client::Message& message);

[[nodiscard]] Tone message_tone(const client::Message& message);

}  // namespace betex::tools
