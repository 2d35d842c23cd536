// The one table from the engine's reasons to FIX's own codes, for both dialects. Tag 20001 carries
// the reason itself, these codes are what standard software understands of it.
#pragma once

#include <cstdint>
#include <span>

#include "fix_spec/dialect.h"
#include "matching/reason.h"

namespace betex::fix {

// Whether the same request may be sent again under a new ClOrdID, tag 20002. Yes: nothing of it was
// applied, and it may succeed later as it is. No: it was applied in part, or will fail again.
enum class Retry : char { Yes = 'Y', No = 'N' };

// One row, with the codes of FIX.5.0SP2.
struct ReasonCodes {
  matching::Reason reason{};
  std::uint16_t ord_rej_reason = 99;         // 103, on an ExecutionReport(8)
  std::uint16_t cxl_rej_reason = 99;         // 102, on an OrderCancelReject(9)
  std::uint16_t business_reject_reason = 0;  // 380, on a BusinessMessageReject(j)
  Retry retry = Retry::No;                   // 20002
};

// Every reason but None, in ascending order.
[[nodiscard]] std::span<const ReasonCodes> reason_table() noexcept;

// The row of `reason`, which must not be None.
[[nodiscard]] const ReasonCodes& codes_of(matching::Reason reason);

// What FIX.4.4 lacks degrades to "other": 99, for 380 to 0. `code` is FIX.5.0SP2's.
[[nodiscard]] std::uint16_t ord_rej_reason_for(FixVersion version, std::uint16_t code) noexcept;
[[nodiscard]] std::uint16_t cxl_rej_reason_for(FixVersion version, std::uint16_t code) noexcept;
[[nodiscard]] std::uint16_t business_reject_reason_for(FixVersion version,
                                                       std::uint16_t code) noexcept;
[[nodiscard]] std::uint16_t restatement_reason_for(FixVersion version, std::uint16_t code) noexcept;

}  // namespace betex::fix
