// A run of outbound messages of one session, written to the socket in one piece. What uses a number
// is in the session cache before it is in a block (session/README.md, "Two gates").
#pragma once

#include <cstddef>
#include <string>

namespace betex::fix {

// Filled on its session's strand; immutable, and so shared with other threads, once it is sealed.
struct OutboundBlock {
  std::string bytes;        // all messages, one after the other
  std::size_t reports = 0;  // of them, what the report stage has made
};

}  // namespace betex::fix
