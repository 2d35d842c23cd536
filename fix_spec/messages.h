// All messages that we take or send: the one description that decoder, data dictionaries, the tag
// tables of the rules of engagement and the Orchestra files are made from.
#pragma once

#include <array>

#include "fix_spec/general_messages.h"
#include "fix_spec/market_messages.h"
#include "fix_spec/message_spec.h"
#include "fix_spec/order_messages.h"
#include "fix_spec/session_messages.h"

namespace betex::fix {

// In the order of the dictionaries.
inline constexpr auto kMessages = std::to_array<const MessageSpec*>({
    &kHeartbeat,
    &kTestRequest,
    &kResendRequest,
    &kReject,
    &kSequenceReset,
    &kLogout,
    &kLogon,
    &kExecutionReport,
    &kOrderCancelReject,
    &kNewOrderSingle,
    &kOrderCancelRequest,
    &kOrderStatusRequest,
    &kOrderCancelReplaceRequest,
    &kOrderMassStatusRequest,
    &kOrderMassCancelRequest,
    &kOrderMassCancelReport,
    &kNews,
    &kSecurityListRequest,
    &kSecurityList,
    &kSecurityStatusRequest,
    &kSecurityStatus,
    &kBusinessMessageReject,
});

}  // namespace betex::fix
