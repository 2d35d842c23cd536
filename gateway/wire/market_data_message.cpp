#include "gateway/wire/market_data_message.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "gateway/wire/checksum.h"
#include "gateway/wire/field_writer.h"
#include "gateway/wire/message_frame.h"

namespace betex::fix {

void encode(const gateway::MarketDataBody& body, const OutboundHeader& header, std::string& out) {
  constexpr std::size_t kFrontBytes = 512;
  constexpr std::size_t kBackBytes = 64;
  std::array<char, kFrontBytes> front_room;  // only what was written is ever read, as of the other
  std::array<char, kBackBytes> back_room;
  FieldWriter front{front_room};
  write_header(front, {&body.msg_type, 1}, header);
  put_begin_in_front(front, header.version, front.message().size() + body.fields.size());
  FieldWriter back{back_room};
  write_checksum(back, static_cast<std::uint8_t>(checksum(front.message()) + body.sum));
  out.append(front.message()).append(body.fields).append(back.message());
}

}  // namespace betex::fix
