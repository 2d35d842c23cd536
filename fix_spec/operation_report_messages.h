// What operators are told, and what of it others are told too.
#pragma once

#include <array>

#include "fix_spec/fields.h"
#include "fix_spec/message_spec.h"
#include "fix_spec/operation_messages.h"

namespace betex::fix {

inline constexpr std::array kOperationsReportFields{
    MessageField{field::kAccount, "C-", "where it is about an account"},
    MessageField{
        field::kSymbol, "C-", "where it is about a runner, or News(B) about an instrument"},
    MessageField{
        field::kText, "C-", "with 20001; on a proposal the remark of the one who has made it"},
    MessageField{field::kTransactTime, "Y-", "the event's; on a dry run of the answer"},
    MessageField{field::kExpireTime,
                 "C-",
                 "with 20013=6: until when it may be approved; with 20013=4 the same where the "
                 "first one still waits for that, else absent"},
    MessageField{
        field::kNoRelatedSym, "N-", "with 20013=6 of Determine: the result, as on UOC", &kShares},
    MessageField{field::kTotalAffectedOrders,
                 "C-",
                 "with 20013=3: how many orders were cancelled or rows paid in all; with 20013=5: "
                 "how many orders it might cancel"},
    MessageField{field::kSettlPrice, "N-", "with 20013=6 of Void: as on UOC"},
    MessageField{field::kCopyMsgIndicator,
                 "N-",
                 "Y: another session has asked, or a proposal is shown again at a Logon"},
    MessageField{field::kRefCompId, "C-", "where it is about a session"},
    MessageField{field::kMarketSegmentId, "C-", "where it is about a market"},
    MessageField{field::kApplTestMessageIndicator, "N-", "Y: the answer to a dry run"},
    MessageField{field::kEngineReason,
                 "C-",
                 "with 20013=1; with 20013=7 129 or 130; where the first answer was a refusal "
                 "also with 20013=4"},
    MessageField{field::kRetry, "C-", "with 20001"},
    MessageField{field::kMarketVersion,
                 "C-",
                 "where it is about a market that there is: its version after it, 0 before it was "
                 "first opened or changed; absent with 20013=7 and, but for what was approved, 1; "
                 "with 20013=6 as on UOC"},
    MessageField{field::kOpsCommand,
                 "Y-",
                 "of the request; of c CreateMarket, of CA MassCancel, of DH SuspendAccount, "
                 "ResumeAccount, SuspendSession or ResumeSession, of B Announce"},
    MessageField{field::kOpsReqId, "Y-", "the request's id, whichever message it was on"},
    MessageField{
        field::kOpsResult,
        "Y-",
        "0 done; 1 refused; 2 done, and its cancels or payments run; 3 these are complete; "
        "4 the id was decided before, with the same content; 5 would be done; 6 waits for "
        "approval; 7 declined, or not approved in time"},
    MessageField{field::kRefOpsReqId, "N-", "of Approve and Decline: the proposal's id"},
    MessageField{field::kRequestedBy,
                 "C-",
                 "with 797, and of what two have taken part in: the "
                 "CompID of the one who has asked"},
    MessageField{field::kApprovedBy, "C-", "the CompID of the one who has approved, or declined"},
    MessageField{field::kFirstAnswer, "C-", "with 20013=4: the event that answered the id first"},
    MessageField{field::kMarketState,
                 "C-",
                 "likewise, but for 20013=6: 1 inactive, 2 open, 3 suspended, 4 halted, "
                 "5 closed, 6 determined, 7 settled, 8 voided"},
    MessageField{field::kEventSeq,
                 "C-",
                 "the event that this tells of; with 20013=5 the last one that the answer knows"},
    MessageField{field::kAmount, "N-", "with 20013=6 of Deposit, Withdraw, Correct: as on UOC"},
    MessageField{field::kBalance, "C-", "where it is about an account: after it"},
    MessageField{field::kExposure, "C-", "likewise"},
    MessageField{field::kAvailable, "C-", "likewise"},
    MessageField{field::kNextIn,
                 "C-",
                 "of SetSessionNumbers: the number that we expect of the session next, after it"},
    MessageField{field::kReservedTo,
                 "C-",
                 "where it is about a session, after it: our numbers up to here are reserved"},
    MessageField{
        field::kDelivered, "C-", "likewise: reports of events up to here have arrived for certain"},
    MessageField{field::kEpoch, "C-", "likewise: the epoch of the numbers"},
    MessageField{field::kNewEpoch, "N-", "with 20013=6 of SetSessionNumbers: as on UOC"},
    MessageField{field::kWatermark, "C-", "of MoveWatermark: after it"},
    MessageField{field::kReportId,
                 "C-",
                 "event and leg, as ExecID has them: the same when the message is told again, and "
                 "on copies; absent on a dry run"},
};

inline constexpr MessageSpec kOperationsReport{
    .type = "UOR",
    .name = "OperationsReport",
    .direction = Direction::Outbound,
    .fields = kOperationsReportFields,
};

inline constexpr std::array kSecurityDefinitionFields{
    MessageField{field::kText, "N-", "with 323=5"},
    MessageField{field::kTransactTime, "Y-", "when the exchange decided"},
    MessageField{
        field::kNoRelatedSym,
        "N-",
        "with 323=1, but for a dry run: its runners; of a binary market its one instrument",
        &kNewRunners},
    MessageField{field::kSecurityReqId, "Y-", "of the request"},
    MessageField{
        field::kSecurityResponseId, "Y-", "event and leg, as ExecID has them; 0 on a dry run"},
    MessageField{field::kSecurityResponseType, "Y-", "1 created, 5 refused"},
    MessageField{field::kRoundLot, "N-", "likewise, as 562 and 1140: the values in force"},
    MessageField{field::kMinTradeVol, "N-"},
    MessageField{field::kCopyMsgIndicator, "N-", "Y: another session has asked"},
    MessageField{field::kMaxTradeVol, "N-"},
    MessageField{field::kMarketSegmentId, "Y-", "the market"},
    MessageField{field::kSecurityRejectReason,
                 "N-",
                 "with 323=5: 1 (20001=20, 21), 2 (120), 12 (122); of other reasons absent"},
    MessageField{field::kApplTestMessageIndicator, "N-", "Y: the answer to a dry run"},
    MessageField{field::kEngineReason, "N-", "with 323=5"},
    MessageField{field::kRetry, "N-", "with 323=5"},
    MessageField{field::kRequestedBy, "N-", "with 797: the CompID of the one who has asked"},
    MessageField{field::kEventSeq,
                 "Y-",
                 "the event that this tells of; on a dry run the last one that the answer knows"},
    MessageField{
        field::kMaxPosition, "N-", "likewise, as all those below but 20068: where it has one"},
    MessageField{field::kLadder, "N-"},
    MessageField{field::kMarketKind, "N-"},
    MessageField{field::kWinners, "N-"},
    MessageField{field::kBetDelayMs, "N-"},
    MessageField{field::kCommissionBp, "N-"},
    MessageField{field::kReportId, "N-", "as 322; absent on a dry run"},
    MessageField{field::kPassiveSkipsDelay,
                 "N-",
                 "Y: in play a post-only order does not wait for the bet delay; absent: it does"},
};

inline constexpr MessageSpec kSecurityDefinition{
    .type = "d",
    .name = "SecurityDefinition",
    .direction = Direction::Outbound,
    .fields = kSecurityDefinitionFields,
};

inline constexpr std::array kOrderMassActionReportFields{
    MessageField{field::kClOrdId, "Y-", "of the request"},
    MessageField{field::kSide, "N-", "as the request had it"},
    MessageField{field::kSymbol, "N-", "as the request had it"},
    MessageField{field::kText, "N-", "with 1375=0"},
    MessageField{field::kTransactTime, "Y-", "the event's; on a dry run of the answer"},
    MessageField{field::kTotalAffectedOrders,
                 "C-",
                 "with 1375=2: the orders that it has cancelled, also 0; on a dry run how many it "
                 "might cancel"},
    MessageField{field::kCopyMsgIndicator, "N-", "Y: another session has asked"},
    MessageField{field::kMarketSegmentId, "N-", "as the request had it"},
    MessageField{
        field::kMassActionReportId, "Y-", "event and leg, as ExecID has them; 0 on a dry run"},
    MessageField{field::kMassActionType, "Y-", "3"},
    MessageField{field::kMassActionScope, "Y-", "as the request had it"},
    MessageField{
        field::kMassActionResponse, "Y-", "0 refused, 1 accepted: the cancels run, 2 completed"},
    MessageField{
        field::kMassActionRejectReason, "C-", "with 1375=0: 1 (20001=20), 8 (21), 99 other"},
    MessageField{field::kNoTargetPartyIds, "N-", "as the request had it", &kTargetParties},
    MessageField{field::kApplTestMessageIndicator, "N-", "Y: the answer to a dry run"},
    MessageField{field::kEngineReason, "N-", "with 1375=0"},
    MessageField{field::kRetry, "N-", "with 1375=0"},
    MessageField{field::kRequestedBy, "N-", "with 797: the CompID of the one who has asked"},
    MessageField{field::kEventSeq,
                 "Y-",
                 "the event that this tells of; on a dry run the last one that the answer knows"},
    MessageField{field::kReportId, "N-", "as 1369; absent on a dry run"},
};

inline constexpr MessageSpec kOrderMassActionReport{
    .type = "BZ",
    .name = "OrderMassActionReport",
    .direction = Direction::Outbound,
    .fields = kOrderMassActionReportFields,
};

inline constexpr std::array kPartyActionReportFields{
    MessageField{field::kTransactTime, "Y-", "the event's; on a dry run of the answer"},
    MessageField{field::kNoPartyIds, "Y-", "1: the account or session", &kParties},
    MessageField{field::kTotalAffectedOrders,
                 "C-",
                 "with 2332=1: the orders that it has cancelled, also 0; on a dry run how many it "
                 "might cancel"},
    MessageField{field::kCopyMsgIndicator, "N-", "Y: another session has asked"},
    MessageField{field::kRejectText, "C-", "with 2332=2, in words"},
    MessageField{
        field::kPartyActionRequestId, "C-", "of the request; absent to those who are concerned"},
    MessageField{field::kPartyActionType, "Y-", "as the request had it"},
    MessageField{field::kApplTestMessageIndicator, "N-", "Y: the answer to a dry run"},
    MessageField{
        field::kPartyActionReportId, "Y-", "event and leg, as ExecID has them; 0 on a dry run"},
    MessageField{
        field::kPartyActionResponse, "Y-", "0 accepted: its cancels run, 1 completed, 2 refused"},
    MessageField{field::kPartyActionRejectReason, "C-", "with 2332=2: 0 (20001=1, 123), 99 other"},
    MessageField{field::kEngineReason, "C-", "with 2332=2"},
    MessageField{field::kRetry, "C-", "with 2332=2"},
    MessageField{field::kRequestedBy,
                 "N-",
                 "to operators, with 797: the CompID of the one who has "
                 "asked"},
    MessageField{field::kEventSeq,
                 "Y-",
                 "the event that this tells of; on a dry run the last one that the answer knows"},
    MessageField{field::kReportId, "N-", "as 2331; absent on a dry run"},
};

inline constexpr MessageSpec kPartyActionReport{
    .type = "DI",
    .name = "PartyActionReport",
    .direction = Direction::Outbound,
    .fields = kPartyActionReportFields,
};

inline constexpr std::array kSessionStateFields{
    MessageField{field::kRefCompId, "Y-", "the CompID of a session"},
    MessageField{field::kStatusValue,
                 "Y-",
                 "1 on; 2 off, by a loss of the connection or of ours; 3 off in order, or never "
                 "on; 4 logging on or off"},
    MessageField{field::kStatusText, "N-", "the same in words, and whether it is suspended"},
    MessageField{field::kNextIn,
                 "N-",
                 "the number that we expect of it next; as those up to 20044 "
                 "absent where it was never on"},
    MessageField{field::kReservedTo, "N-", "our numbers up to here are reserved"},
    MessageField{field::kLastOut, "N-", "our last number"},
    MessageField{field::kDelivered, "N-", "reports of events up to here have arrived for certain"},
    MessageField{field::kEpoch, "N-", "of the numbers"},
    MessageField{field::kSessionRole, "Y-", "Broker, Ops, DropCopy or MarketData"},
    MessageField{field::kQueueBytes,
                 "N-",
                 "of one that is on, as the next two: what waits for its "
                 "socket"},
    MessageField{field::kPeer, "N-", "from where it is on"},
    MessageField{field::kLastHeard, "N-", "when its last message came"},
};

inline constexpr Group kSessionStates{.fields = kSessionStateFields};

inline constexpr std::array kNetworkStatusResponseFields{
    MessageField{field::kLastFragment, "Y-", "Y on the last message of the answer"},
    MessageField{
        field::kNetworkResponseId, "Y-", "933 and the number of the message in the answer"},
    MessageField{field::kNetworkRequestId, "Y-", "of the request"},
    MessageField{
        field::kNoCompIds, "N-", "at most 50; absent where there is none", &kSessionStates},
    MessageField{field::kNetworkStatusResponseType, "Y-", "1"},
    MessageField{field::kDurableSeq,
                 "N-",
                 "the last event that is on disk; this and those below on the last message"},
    MessageField{field::kRingFillPct, "N-", "how full the fuller ring is, percent"},
    MessageField{field::kJournalLagSlots, "N-", "slots that wait for the disk"},
    MessageField{field::kSegments, "N-", "of the log"},
    MessageField{field::kDiskFreeBytes, "N-", "on the log's disk"},
    MessageField{field::kWatermark,
                 "N-",
                 "operators have the log up to this event elsewhere: MoveWatermark"},
    MessageField{field::kHeldBackBy,
                 "N-",
                 "what keeps the oldest segment of the log from being retired: snapshot (a start "
                 "needs it), session and a CompID (its reports may have to be made again), replay "
                 "(they may be told again), watermark (it is above it), nothing"},
};

inline constexpr MessageSpec kNetworkStatusResponse{
    .type = "BD",
    .name = "NetworkCounterpartySystemStatusResponse",
    .direction = Direction::Outbound,
    .fields = kNetworkStatusResponseFields,
};

inline constexpr std::array kTradingSessionStatusFields{
    MessageField{field::kTradingSessionId, "Y-", "1: the whole exchange"},
    MessageField{field::kTradSesStatus, "Y-", "1 halted, 2 open: the halt has ended"},
    MessageField{field::kReportId,
                 "N-",
                 "event and leg, as ExecID has them: the same when the message is told again"},
};

inline constexpr MessageSpec kTradingSessionStatus{
    .type = "h",
    .name = "TradingSessionStatus",
    .direction = Direction::Outbound,
    .fields = kTradingSessionStatusFields,
};

inline constexpr auto kOperationReportMessages = std::to_array<const MessageSpec*>({
    &kOperationsReport,
    &kSecurityDefinition,
    &kOrderMassActionReport,
    &kPartyActionReport,
    &kNetworkStatusResponse,
    &kTradingSessionStatus,
});

}  // namespace betex::fix
