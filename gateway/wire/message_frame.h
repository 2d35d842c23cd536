// What stands around the body of a message that we make: header and checksum.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/wire/decimal.h"
#include "gateway/wire/field_writer.h"
#include "gateway/wire/report_encoder.h"
#include "matching/types.h"

namespace betex::fix {

// The header from MsgType(35) on. `told_again`: 97=Y, as where the header has it.
inline void write_header(FieldWriter& out,
                         std::string_view msg_type,
                         const OutboundHeader& header,
                         bool told_again = false) {
  out.text("35=", msg_type);
  out.integer("34=", header.msg_seq_num.value());
  out.text("49=", header.sender_comp_id);
  out.time("52=", header.sending_time);
  out.text("56=", header.target_comp_id);
  if (header.poss_resend || told_again) {
    out.character("97=", 'Y');
  }
  if (header.last_msg_seq_num_processed != matching::MsgSeqNum{}) {
    out.integer("369=", header.last_msg_seq_num_processed.value());
  }
}

// The first two fields. `body_length`: the bytes of all others but the checksum.
inline void put_begin_in_front(FieldWriter& out, FixVersion version, std::size_t body_length) {
  std::array<char, kMaxNumber> length;
  const char* const end = write_uint(length.data(), body_length);
  out.put_in_front("9=", {length.data(), static_cast<std::size_t>(end - length.data())});
  out.put_in_front("8=", begin_string(version));
}

// `sum`: of all other bytes, modulo 256.
inline void write_checksum(FieldWriter& out, std::uint8_t sum) {
  const std::array<char, 3> digits{static_cast<char>('0' + sum / 100),
                                   static_cast<char>('0' + sum / 10 % 10),
                                   static_cast<char>('0' + sum % 10)};
  out.text("10=", {digits.data(), digits.size()});
}

}  // namespace betex::fix
