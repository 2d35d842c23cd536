// News(B) that events give: the same to sessions of orders and of market data.
#pragma once

#include <cstdint>

#include "gateway/link/report.h"
#include "matching/events.h"
#include "matching/types.h"

namespace betex::gateway {

// `at`: the time of the event's transaction.
[[nodiscard]] fix::News news_of(const matching::Announced& event, matching::Timestamp at);
[[nodiscard]] fix::News news_of(const matching::StopAnnounced& event, matching::Timestamp at);

// What is told of a stop so many seconds before it.
[[nodiscard]] matching::Remark stop_headline(std::uint32_t seconds);

}  // namespace betex::gateway
