// What a market data session may ask for, and how far it may lag behind.
#pragma once

#include <cstddef>
#include <cstdint>

namespace betex::gateway {

struct MarketDataLimits {
  std::size_t max_instruments = 1'000;       // of a session, all its live requests together
  std::size_t max_requests = 100;            // live ones of a session
  std::size_t max_lists = 16;                // answers to SecurityListRequest(x) under way
  std::uint32_t requests_per_second = 20;    // V and x together
  std::uint32_t requests_at_once = 100;      // after a rest
  std::size_t slow_bytes = 256 * 1024;       // bytes unsent: its instruments are only marked
  std::size_t normal_bytes = 64 * 1024;      // bytes unsent: it gets images of what is marked
  std::size_t most_unsent = 1024 * 1024;     // bytes: it is logged out
  std::size_t images_per_turn = 2'000;       // of all sessions, so that no turn is long
  std::size_t list_messages_per_turn = 500;  // likewise
};

}  // namespace betex::gateway
