// Lines for the answers to operators: what has become of a command, who is on, how the node is.
#pragma once

#include <string>
#include <vector>

#include "gateway/client/message.h"
#include "gateway/tools/tone.h"

namespace betex::tools {

// OperationsReport(UOR), SecurityDefinition(d), OrderMassActionReport(BZ), PartyActionReport(DI) or
// NetworkCounterpartySystemStatusResponse(BD).
[[nodiscard]] bool is_operation_report(const client::Message& message);

// Of such a one, not escaped yet; of a BD one line for each session, and the node's on its last
// message. Throws client::ProtocolError where a field is missing that it must have.
[[nodiscard]] std::vector<std::string> operation_lines(const client::Message& message);

[[nodiscard]] Tone operation_tone(const client::Message& message);

}  // namespace betex::tools
