// Requests about markets and instruments, and what tells of them.
#pragma once

#include <array>

#include "fix_spec/fields.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

inline constexpr std::array kSecurityListRequestFields{
    MessageField{field::kSymbol, "C-", "with 559=0"},
    MessageField{field::kSecurityReqId, "Y-", "echoed, at most 31 printable ASCII characters"},
    MessageField{
        field::kSecurityListRequestType, "Y-", "0 one instrument, 4 all, 5 those of one market"},
    MessageField{field::kMarketSegmentId, "C-", "with 559=5: the market"},
};

inline constexpr MessageSpec kSecurityListRequest{
    .type = "x",
    .name = "SecurityListRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker, SessionRole::Ops},
    .id_tags = {field::kSecurityReqId.tag},
    .fields = kSecurityListRequestFields,
};

inline constexpr std::array kListedSecurityFields{
    MessageField{field::kSymbol, "N-", "the instrument"},
    MessageField{field::kRoundLot, "N-", "the step of quantities"},
    MessageField{field::kMinTradeVol, "N-", "the smallest quantity of an order"},
    MessageField{field::kSecurityStatus,
                 "N-",
                 "1 active, 2 inactive: the runner was removed, or the market is over"},
    MessageField{field::kMaxTradeVol, "N-", "the largest quantity of an order"},
};

inline constexpr Group kListedSecurities{.fields = kListedSecurityFields};

inline constexpr std::array kSecurityListFields{
    MessageField{field::kNoRelatedSym, "N-", "1; absent with 560=2", &kListedSecurities},
    MessageField{field::kSecurityReqId, "N-", "of the request"},
    MessageField{field::kSecurityResponseId, "N-", "as 320"},
    MessageField{field::kTotNoRelatedSym, "N-", "instruments in all messages of the answer"},
    MessageField{field::kSecurityRequestResult, "N-", "0, or 2: no such instrument or market"},
    MessageField{field::kLastFragment, "N-", "Y on the last message of the answer"},
    MessageField{field::kMarketSegmentId, "N-", "the instrument's market"},
    MessageField{field::kEngineReason, "N-", "with 560=2"},
    MessageField{field::kRetry, "N-", "with 560=2"},
    MessageField{field::kLadder,
                 "N-",
                 "of prices: 1 Classic, 2 Finest, 3 LinearCent, 4 TaperedDeciCent, 5 DeciCent"},
    MessageField{field::kMarketKind, "N-", "1 odds, 2 binary"},
};

inline constexpr MessageSpec kSecurityList{
    .type = "y",
    .name = "SecurityList",
    .direction = Direction::Outbound,
    .fields = kSecurityListFields,
};

inline constexpr std::array kSecurityStatusRequestFields{
    MessageField{field::kSymbol, "Y-"},
    MessageField{field::kSubscriptionRequestType,
                 "Y-",
                 "0 or 1, which is the same: every broker is told of changes without asking"},
    MessageField{
        field::kSecurityStatusReqId, "Y-", "echoed, at most 31 printable ASCII characters"},
};

inline constexpr MessageSpec kSecurityStatusRequest{
    .type = "e",
    .name = "SecurityStatusRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker, SessionRole::Ops},
    .id_tags = {field::kSecurityStatusReqId.tag},
    .fields = kSecurityStatusRequestFields,
};

inline constexpr std::array kSecurityStatusFields{
    MessageField{field::kSymbol, "Y-"},
    MessageField{field::kText, "N-", "with 326=20"},
    MessageField{field::kTransactTime, "N-", "always"},
    MessageField{field::kSecurityStatusReqId, "N-", "of the request; absent where nobody asked"},
    MessageField{
        field::kSecurityTradingStatus,
        "N-",
        "2 halt (suspended, halted), 3 resume, 17 ready to trade, 18 not available (not open yet, "
        "closed, runner removed), 20 unknown instrument, 100 determined, 101 settled, 102 voided; "
        "absent where the market's terms have changed and its state has not"},
    MessageField{field::kMarketSegmentId, "N-", "the market"},
    MessageField{field::kEngineReason, "N-", "with 326=20"},
    MessageField{field::kRetry, "N-", "with 326=20"},
    MessageField{field::kMarketVersion, "N-", "to be given on D as version guard"},
    MessageField{
        field::kSuspendReason, "N-", "1 goal, 2 runner removal, 3 turning in play, 4 pause"},
    MessageField{field::kInPlay, "N-", "on answers, and when the market has turned in play"},
    MessageField{field::kReportId,
                 "N-",
                 "event and leg, as ExecID has them: the same when the message is told again; "
                 "absent on answers to e"},
};

inline constexpr MessageSpec kSecurityStatus{
    .type = "f",
    .name = "SecurityStatus",
    .direction = Direction::Outbound,
    .fields = kSecurityStatusFields,
};

inline constexpr auto kMarketMessages = std::to_array<const MessageSpec*>({
    &kSecurityListRequest,
    &kSecurityList,
    &kSecurityStatusRequest,
    &kSecurityStatus,
});

}  // namespace betex::fix
