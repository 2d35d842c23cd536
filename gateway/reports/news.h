// News(B) that events give: the same to sessions of orders and of market data.
#pragma once

#include <cstdint>

#include "gateway/link/market_reports.h"
#include "gateway/reports/report_cursors.h"
#include "matching/events.h"
#include "matching/types.h"

namespace betex::gateway {

// `at`: the time of the event's transaction.
[[nodiscard]] fix::News news_of(const matching::Announced& event, matching::Timestamp at);
[[nodiscard]] fix::News news_of(const matching::StopAnnounced& event, matching::Timestamp at);

// Why reports do not come.
enum class Loss : std::uint8_t {
  ForEver,         // they are not kept any more
  UntilNextStart,  // they can't be made now, and what follows waits for them
};

// Which ones a session will not be told. `at`: now, in journaled time.
[[nodiscard]] fix::News news_of_loss(ReportCursors::Range lost, Loss loss, matching::Timestamp at);

// What is told of a stop so many seconds before it.
[[nodiscard]] matching::Remark stop_headline(std::uint32_t seconds);

}  // namespace betex::gateway
