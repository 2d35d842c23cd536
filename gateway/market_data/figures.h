// What market data has done since the start, for metrics.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace betex::gateway {

// Why a subscription waits for an image of its instrument.
enum class ImageCause : std::uint8_t {
  None,       // it does not
  Subscribe,  // it has not had one
  Slow,       // the session read so slowly that updates were left out
  GapFill,    // a ResendRequest was answered by a gap fill
  Overload,   // md was so far behind that it only marked what changed
};

inline constexpr std::size_t kImageCauses = 5;

// Counters but for the last four, which are as of now.
struct MarketDataFigures {
  std::uint64_t updates = 0;   // of views, each made once for all who share it
  std::uint64_t entries = 0;   // in X, counted for each session
  std::uint64_t messages = 0;  // W and X
  std::uint64_t bytes = 0;     // of W and X, without header and trailer
  std::array<std::uint64_t, kImageCauses> images{};  // by cause; None: at each change (265=0)
  std::uint64_t trades_left_out = 0;                 // by conflation, counted once for a view
  std::uint64_t refused = 0;                         // requests that were answered by Y or j
  std::uint64_t logged_out = 0;                      // sessions that read too slowly
  std::size_t subscriptions = 0;                     // instruments of live requests
  std::size_t views = 0;
  std::size_t marked = 0;         // subscriptions that wait for an image
  std::size_t slow_sessions = 0;  // of which updates are left out
};

}  // namespace betex::gateway
