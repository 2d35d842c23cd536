// How a market is traded, as SecurityStatus(f) says it: in each of its states, and after each event
// that changes it.
#pragma once

#include <cstdint>

#include "gateway/link/market_reports.h"
#include "gateway/reports/securities.h"
#include "matching/events.h"
#include "matching/types.h"

namespace betex::gateway {

[[nodiscard]] fix::TradingStatus trading_status(matching::MarketState state) noexcept;

// That of an instrument as of the last event.
[[nodiscard]] fix::TradingStatus trading_status(const Securities& securities,
                                                const Instrument& instrument);

// What those that watch a market are told after the event: status, reason and in play, without
// market, instrument, version and time. There is one for each event that tells them of all the
// market's instruments.

// The state is as it was; what is told is the version, which orders and requests are held against.
[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketChanged& /*event*/) {
  return {.status = fix::TradingStatus{}};
}

[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketOpened& /*event*/) {
  return {.status = fix::TradingStatus::Ready};
}

[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketSuspended& event) {
  return {.status = fix::TradingStatus::Halt,
          .suspend_reason = static_cast<std::uint8_t>(event.reason)};
}

[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketResumed& /*event*/) {
  return {.status = fix::TradingStatus::Resume};
}

[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketReopened& /*event*/) {
  return {.status = fix::TradingStatus::Halt};
}

[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketHalted& /*event*/) {
  return {.status = fix::TradingStatus::Halt};
}

[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketUnhalted& event) {
  const bool open = event.state == matching::MarketState::Open;
  return {.status = open ? fix::TradingStatus::Resume : fix::TradingStatus::Halt};
}

[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketTurnedInPlay& event) {
  return {.status = trading_status(event.state), .in_play = true};
}

[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketClosed& /*event*/) {
  return {.status = fix::TradingStatus::NotAvailable};
}

[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketDetermined& /*event*/) {
  return {.status = fix::TradingStatus::Determined};
}

[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketVoided& /*event*/) {
  return {.status = fix::TradingStatus::Voided};
}

// Not of a void one, whose watchers have heard by MarketVoided.
[[nodiscard]] inline fix::SecurityStatus status_after(const matching::MarketSettled& /*event*/) {
  return {.status = fix::TradingStatus::Settled};
}

}  // namespace betex::gateway
