// The one table from the engine's reasons to FIX's own codes, for both dialects. Tag 20001 carries
// the reason itself, these codes are what standard software understands of it.
#pragma once

#include <cstdint>

#include "fix_spec/dialect.h"
#include "matching/reason.h"

namespace betex::fix {

// Whether the same request may be sent again under a new ClOrdID and with a new TransactTime, tag
// 20002. Yes: nothing of it was applied, and it may succeed later. No: it was applied in part, or
// it will fail again.
enum class Retry : char { Yes = 'Y', No = 'N' };

// One row of the table, with the codes of FIX.5.0SP2.
struct ReasonCodes {
  std::uint16_t ord_rej_reason = 99;         // 103, on an ExecutionReport(8)
  std::uint16_t cxl_rej_reason = 99;         // 102, on an OrderCancelReject(9)
  std::uint16_t business_reject_reason = 0;  // 380, on a BusinessMessageReject(j)
  Retry retry = Retry::No;                   // 20002
};

// The row of `reason`. A reason without a row does not compile.
[[nodiscard]] ReasonCodes codes_of(matching::Reason reason) noexcept;

// What FIX.4.4 lacks degrades to "other": 99, for 380 to 0. `code` is FIX.5.0SP2's.
[[nodiscard]] std::uint16_t ord_rej_reason_for(FixVersion version, std::uint16_t code) noexcept;
[[nodiscard]] std::uint16_t cxl_rej_reason_for(FixVersion version, std::uint16_t code) noexcept;
[[nodiscard]] std::uint16_t business_reject_reason_for(FixVersion version,
                                                       std::uint16_t code) noexcept;
[[nodiscard]] std::uint16_t restatement_reason_for(FixVersion version, std::uint16_t code) noexcept;

// MassCancelRejectReason(532), and MassActionRejectReason(1376) in FIXT.1.1.
[[nodiscard]] std::uint16_t mass_cancel_reject_reason_for(FixVersion version,
                                                          matching::Reason reason) noexcept;

// SecurityRejectReason(1607); 0: FIX has none for it.
[[nodiscard]] std::uint16_t security_reject_reason_for(matching::Reason reason) noexcept;

// PartyActionRejectReason(2333).
[[nodiscard]] std::uint16_t party_action_reject_reason_for(matching::Reason reason) noexcept;

}  // namespace betex::fix
