// The connection of a client that sometimes says what a well-behaved session never would: bytes of
// its own between those of client::Session.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "gateway/client/connection.h"

namespace betex::sim {

// One fiber at a time.
class Line {
 public:
  // To 127.0.0.1. Throws client::ConnectionFailed. The session that gets the connection closes it.
  [[nodiscard]] client::Connection open(std::uint16_t port, std::chrono::milliseconds timeout);

  // On the connection that was opened last, which must still be open. False: it takes nothing any
  // more, and may have taken a part.
  bool put(std::string_view bytes);

 private:
  int descriptor_ = -1;  // the connection's
};

}  // namespace betex::sim
