// What is said of a cancel that nobody asked for.
#pragma once

#include <cstdint>

#include "matching/order_events.h"
#include "matching/reason.h"

namespace betex::gateway {

// ExecRestatementReason(378) of an order whose quantity was reduced.
inline constexpr std::uint16_t kPartialDeclineOfOrderQty = 5;

// The engine's reason (20001, Text), and ExecRestatementReason(378), 0 where that is absent.
struct Unsolicited {
  matching::Reason reason = matching::Reason::None;
  std::uint16_t restatement_reason = 0;
};

[[nodiscard]] Unsolicited unsolicited(matching::CancelCause cause) noexcept;

}  // namespace betex::gateway
