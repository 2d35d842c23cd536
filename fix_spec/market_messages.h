// Requests about markets and instruments, and what tells of them.
#pragma once

#include <array>

#include "fix_spec/fields.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

inline constexpr std::array kSecurityListRequestFields{
    MessageField{field::kSymbol, "C-", "with 559=0"},
    MessageField{
        field::kSubscriptionRequestType,
        "N-",
        "0 (without it) the list; 1 with 559=4: the list, and from now on f, see "
        "SecurityStatus, a market data session BK; 2 with 559=4: these no longer, and no list. "
        "Brokers, who get f in any case, may send 0 and 1"},
    MessageField{field::kSecurityReqId, "Y-", "echoed, at most 31 printable ASCII characters"},
    MessageField{field::kSecurityListRequestType,
                 "Y-",
                 "0 one instrument, 4 all but those of archived markets, 5 those of one market"},
    MessageField{field::kMarketSegmentId, "C-", "with 559=5: the market"},
};

inline constexpr MessageSpec kSecurityListRequest{
    .type = "x",
    .name = "SecurityListRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker, SessionRole::Ops, SessionRole::MarketData},
    .id_tags = {field::kSecurityReqId.tag},
    .fields = kSecurityListRequestFields,
};

inline constexpr std::array kTickRuleFields{
    MessageField{field::kStartTickPriceRange, "Y-", "the first price"},
    MessageField{field::kEndTickPriceRange, "Y-", "the last one"},
    MessageField{field::kTickIncrement, "Y-", "from one price to the next, counted from 1206"},
};

inline constexpr Group kTickRules{.fields = kTickRuleFields};

// As the standard orders them.
inline constexpr std::array kListedSecurityFields{
    MessageField{field::kSymbol, "N-", "the instrument"},
    MessageField{field::kSecurityStatus,
                 "N-",
                 "10 published: its market is not open yet; 1 active; 9 suspended, or halted; 2 "
                 "inactive: closed, or determined and not paid; 4 expired: settled; 5 delisted: "
                 "void, or the runner was removed"},
    MessageField{
        field::kSecurityDesc, "N-", "for people, at most 127 characters; absent where none is set"},
    MessageField{field::kNoTickRules,
                 "N-",
                 "1 to 10: the prices that there are, ascending; a price that no rule has is "
                 "refused (20001=40)",
                 &kTickRules},
    MessageField{field::kMinTradeVol, "N-", "the smallest quantity of an order"},
    MessageField{field::kMaxTradeVol, "N-", "the largest quantity of an order"},
    MessageField{field::kRoundLot, "N-", "the step of quantities"},
    MessageField{field::kCurrency, "N-", "of all amounts; absent where the log does not say"},
};

inline constexpr Group kListedSecurities{.fields = kListedSecurityFields};

inline constexpr std::array kSecurityListFields{
    MessageField{
        field::kNoRelatedSym, "N-", "1; absent with 560=2, and with 263=2", &kListedSecurities},
    MessageField{field::kSecurityReqId, "N-", "of the request"},
    MessageField{field::kSecurityResponseId, "N-", "as 320"},
    MessageField{field::kTotNoRelatedSym, "N-", "instruments in all messages of the answer"},
    MessageField{field::kSecurityRequestResult, "N-", "0, or 2: no such instrument or market"},
    MessageField{field::kLastFragment, "N-", "Y on the last message of the answer"},
    MessageField{field::kMarketSegmentId,
                 "N-",
                 "with 146: the instrument's market, of which the tags from 20005 on tell"},
    MessageField{field::kEngineReason, "N-", "with 560=2"},
    MessageField{field::kRetry, "N-", "with 560=2"},
    MessageField{
        field::kMarketVersion,
        "N-",
        "as of this message, to be given on D as version guard; absent as long as it is 0, before "
        "the market is opened"},
    MessageField{field::kLadder,
                 "N-",
                 "the name of its prices, which 1205 has: 1 Classic, 2 Finest, 3 LinearCent, 4 "
                 "TaperedDeciCent, 5 DeciCent"},
    MessageField{field::kMarketKind, "N-", "1 odds, 2 binary"},
    MessageField{field::kWinners, "N-", "how many of its runners win"},
    MessageField{
        field::kBetDelayMs, "N-", "how long orders wait while it is in play, milliseconds"},
    MessageField{field::kCommissionBp,
                 "N-",
                 "hundredths of a percent of a net win, before an account's own discount"},
    MessageField{field::kScheduledStart, "N-", "absent where none is set, as 20095 and 20096"},
    MessageField{
        field::kPassiveSkipsDelay,
        "N-",
        "Y: in play a post-only order does not wait for the bet delay, see NewOrderSingle; "
        "absent: it does"},
    MessageField{field::kMarketDescription, "N-", "for people, at most 127 characters"},
    MessageField{field::kParentMarket, "N-", "what the market belongs to"},
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
