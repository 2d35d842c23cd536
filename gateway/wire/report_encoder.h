// Reports to FIX messages, as bytes: no FIX::Message, no streams, no allocation but the string's.
#pragma once

#include <string>
#include <string_view>

#include "fix_spec/dialect.h"
#include "gateway/link/report.h"
#include "matching/types.h"

namespace betex::fix {

struct OutboundHeader {
  FixVersion version = FixVersion::Fixt11;
  std::string_view sender_comp_id;
  std::string_view target_comp_id;
  matching::MsgSeqNum msg_seq_num;
  matching::Timestamp sending_time;
  matching::MsgSeqNum last_msg_seq_num_processed;  // 369; 0: absent
  bool poss_resend = false;                        // 97=Y
};

// Appends one whole message, checksum included, to `out`. Its fields stand in the order in which
// QuickFIX writes them when it resends a message, so that a resend differs in 9, 10, 43, 52 and 122
// alone.
void encode(const Report& report, const OutboundHeader& header, std::string& out);

// MsgType(35) of the report's message in that dialect.
[[nodiscard]] std::string_view msg_type_of(const Report& report, FixVersion version) noexcept;

}  // namespace betex::fix
