// What the page is told, as server-sent events: a name, and the data as JSON. assets/page.js has
// what becomes of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gateway/link/market_data_link.h"
#include "gateway/link/network_reports.h"
#include "gateway/page/figures.h"

namespace betex::gateway {

// In the order in which they go out when several wait.
enum class FrameKind : std::uint8_t { History, Figures, Alarms, Markets, Ladder, Sessions };

inline constexpr std::size_t kFrameKinds = 6;

// `event: NAME`, `data: JSON` and an empty line. Shared by the streams that it goes to.
using Frame = std::shared_ptr<const std::string>;

// {"series": names, "samples": [as figures, ...]}, the oldest first.
[[nodiscard]] Frame history_frame(const std::deque<Sample>& samples);

// [ms since 1970, a figure or null for each series].
[[nodiscard]] Frame figures_frame(const Sample& sample);

// A text each.
[[nodiscard]] Frame alarms_frame(const std::vector<std::string>& alarms);

// {"name", "state", "in_play", "version"} each.
[[nodiscard]] Frame markets_frame(const std::vector<MarketSummary>& markets);

// {"market", "runners": [{"symbol", "last_price", "last_size", "matched", "bids", "offers"}]};
// levels are [price, size], the best first; all of these are texts.
[[nodiscard]] Frame ladder_frame(const MarketsPicture& picture);

// {"comp_id", "role", "status": on, off, lost or changing, "words", "next_in", "last_out",
// "queue_bytes", "last_heard" (ms since 1970), "peer"} each; numbers are null where there are none.
[[nodiscard]] Frame sessions_frame(std::span<const fix::CounterpartyState> sessions);

}  // namespace betex::gateway
