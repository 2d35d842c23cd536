// Lines for what brokers are told beside their orders' reports: of order groups, of replays, and of
// what they may send.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/client/message.h"
#include "gateway/tools/tone.h"

namespace betex::tools {

// UOH, BX, BY and BF.
[[nodiscard]] bool is_broker_report(const client::Message& message);

// Not escaped yet. One line, but for each limit. Throws client::ProtocolError where a field is
// missing that it must have.
[[nodiscard]] std::vector<std::string> broker_lines(const client::Message& message);

[[nodiscard]] Tone broker_tone(const client::Message& message);

// One of the group of a UserResponse(BF): so many messages in so long a time, or unanswered.
struct SendLimit {
  bool waits = false;      // 1611: what becomes of one more; else it is refused
  std::string messages{};  // 1613
  std::string interval{};  // 1614; empty: so many unanswered ones
  std::string unit{};      // of the interval: "s", "ms"
  std::string left{};      // 20075
};

[[nodiscard]] std::vector<SendLimit> send_limits(const client::Message& message);

// OrderGroupAction(20081), OrderGroupState(20085) and OrderGroupScope(20084) as words.
[[nodiscard]] std::string_view group_action_word(std::string_view code);
[[nodiscard]] std::string_view group_state_word(std::string_view code);
[[nodiscard]] std::string_view group_scope_word(std::string_view code);

}  // namespace betex::tools
