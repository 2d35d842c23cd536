// What operators ask. The answers are in operation_report_messages.h.
#pragma once

#include <array>

#include "fix_spec/fields.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

// ---- The creation of a market -------------------------------------------------------------------

inline constexpr std::array kNewRunnerFields{
    MessageField{field::kSymbol, "Y-", "of the runner, unique on the exchange"},
};

inline constexpr Group kNewRunners{.fields = kNewRunnerFields};

inline constexpr std::array kSecurityDefinitionRequestFields{
    MessageField{field::kCurrency, "N-", "the exchange's; another is refused"},
    MessageField{field::kTransactTime, "Y-", "your clock; at most 30 days old"},
    MessageField{field::kNoRelatedSym,
                 "N-",
                 "with 20031=1: the runners, in their order, at most 100; not with 20031=2",
                 &kNewRunners},
    MessageField{field::kSecurityReqId, "Y-", "the request's id, as OpsReqID(20012) on UOC"},
    MessageField{field::kSecurityRequestType, "Y-", "1"},
    MessageField{field::kRoundLot, "N-", "the step of quantities; without it 0.01, binary 1"},
    MessageField{field::kMinTradeVol, "N-", "the smallest quantity of an order; without it a step"},
    MessageField{field::kMaxTradeVol,
                 "N-",
                 "the largest quantity of an order; without it as large as the exchange takes any"},
    MessageField{field::kMarketSegmentId,
                 "Y-",
                 "the market's name, at most 31 printable ASCII characters; of a binary market its "
                 "Symbol too"},
    MessageField{
        field::kApplTestMessageIndicator, "N-", "Y: a dry run, see \"Asking without acting\""},
    MessageField{field::kMaxPosition,
                 "N-",
                 "binary: the most contracts that an account may hold or come to hold"},
    MessageField{field::kLadder,
                 "Y-",
                 "of prices: 1 Classic, 2 Finest with 20031=1; 3 LinearCent, 4 TaperedDeciCent, 5 "
                 "DeciCent with 20031=2"},
    MessageField{field::kMarketKind, "Y-", "1 odds, 2 binary"},
    MessageField{field::kWinners,
                 "N-",
                 "1 (without it) to 99, at most one less than it has runners when it opens; binary "
                 "1"},
    MessageField{field::kBetDelayMs,
                 "N-",
                 "0 (without it) to 60000 milliseconds: how long orders wait in play"},
    MessageField{
        field::kCommissionBp, "N-", "0 (without it) to 10000 hundredths of a percent of a net win"},
    MessageField{field::kPassiveSkipsDelay,
                 "N-",
                 "Y: in play a post-only order does not wait for the bet delay; without it N"},
};

inline constexpr MessageSpec kSecurityDefinitionRequest{
    .type = "c",
    .name = "SecurityDefinitionRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Ops},
    .id_tags = {field::kSecurityReqId.tag},
    .effect = Effect::Operation,
    .fields = kSecurityDefinitionRequestFields,
};

// ---- Everything that FIX has no request for -----------------------------------------------------

inline constexpr std::array kShareFields{
    MessageField{field::kSymbol, "Y-", "of a runner, or of the binary market"},
    MessageField{field::kShareNumerator,
                 "Y-",
                 "of a win: 1 of 1/1; 1 of 1/2 in a dead heat of two for one place; binary: 1 YES, "
                 "0 NO"},
    MessageField{field::kShareDenominator,
                 "Y-",
                 "the same in all entries, at most the number of runners; the shares add up to the "
                 "market's winners"},
};

inline constexpr Group kShares{.fields = kShareFields};

inline constexpr std::array kOperationsCommandFields{
    MessageField{
        field::kAccount,
        "C-",
        "with CreateAccount, SetLimits, Deposit, Withdraw, Correct, WriteOff: the account"},
    MessageField{field::kCurrency,
                 "N-",
                 "with CreateAccount, Deposit, Withdraw, Correct: the exchange's; another is "
                 "refused"},
    MessageField{field::kSymbol,
                 "C-",
                 "with AddRunner and RemoveRunner: the runner; with DescribeMarket optional: the "
                 "runner that is described, instead of the market"},
    MessageField{field::kText,
                 "N-",
                 "a remark, at most 255 printable ASCII characters, which is journaled; Correct is "
                 "refused without one (20001=122)"},
    MessageField{field::kTransactTime,
                 "Y-",
                 "your clock; at most 30 days old, and a minute of what reopens something"},
    MessageField{field::kSecurityDesc, "C-", "with DescribeMarket and 55: the runner's text"},
    MessageField{field::kNoRelatedSym,
                 "C-",
                 "with Determine, 1 to 100: a runner that is not named has lost; binary: one "
                 "entry, the market",
                 &kShares},
    MessageField{field::kSettlPrice,
                 "N-",
                 "with Void of a binary market, and required there: what a YES contract gets, "
                 "above 0 and below 1"},
    MessageField{field::kRefCompId, "C-", "with LogoutSession, SetSessionNumbers: the session"},
    MessageField{field::kMaxTradeVol,
                 "N-",
                 "with ChangeMarket: the largest quantity of an order, 0: as large as the exchange "
                 "takes any"},
    MessageField{field::kMarketSegmentId, "C-", "with every command for a market: the market"},
    MessageField{field::kParentMktSegmId,
                 "N-",
                 "with DescribeMarket: what the market belongs to, at most 31 characters; not "
                 "looked at"},
    MessageField{field::kMarketSegmentDesc,
                 "N-",
                 "with DescribeMarket, without 55: the market's text, at most 127 characters, as "
                 "107"},
    MessageField{
        field::kApplTestMessageIndicator, "N-", "Y: a dry run, see \"Asking without acting\""},
    MessageField{field::kMarketVersion,
                 "N-",
                 "with a command for a market that is no safety command: the version that you have "
                 "seen; refused (20001=26) where the market has another by now"},
    MessageField{
        field::kCancelScope,
        "N-",
        "with Suspend: 0 (without it) nothing, 1 orders that lapse, 2 all; 0 with 20032=4"},
    MessageField{field::kOpsCommand, "Y-", "a word of the table below, as it is written there"},
    MessageField{field::kOpsReqId,
                 "Y-",
                 "the request's id, at most 31 printable ASCII characters; used up by the first "
                 "request of any operator that bears it"},
    MessageField{field::kRefOpsReqId, "C-", "with Approve, Decline: the id of the proposal"},
    MessageField{field::kExpectedRunners,
                 "N-",
                 "with Open: refused (20001=121) where the market has another number of active "
                 "runners"},
    MessageField{field::kEventSeq,
                 "C-",
                 "with Approve: 20020 of the report that told of the proposal; with MoveWatermark: "
                 "the event up to which segments of the log may go"},
    MessageField{field::kAccountKind, "C-", "with CreateAccount: 1 unlimited, 2 collateralised"},
    MessageField{field::kAmount,
                 "C-",
                 "with Deposit, Withdraw: above 0; with Correct: not 0, negative takes away; at "
                 "most 4 decimals"},
    MessageField{field::kMaxOpenOrders,
                 "N-",
                 "with SetLimits, CreateAccount: 0 none; what SetLimits does not name stays"},
    MessageField{field::kExposureLimit, "N-", "likewise: for all markets together, 0 none"},
    MessageField{field::kCredit, "N-", "likewise: how far beyond its balance it may bet"},
    MessageField{
        field::kSuspendReason, "C-", "with Suspend: 1 goal, 2 runner removal, 3 in play, 4 pause"},
    MessageField{field::kBetDelayMs, "N-", "with ChangeMarket: 0 to 60000"},
    MessageField{field::kCommissionBp, "N-", "with ChangeMarket: 0 to 10000"},
    MessageField{field::kScheduledStart, "N-", "with DescribeMarket"},
    MessageField{
        field::kNextIn,
        "N-",
        "with SetSessionNumbers: the number that we expect of the client next, at least 1"},
    MessageField{field::kReservedTo,
                 "N-",
                 "with SetSessionNumbers: our numbers up to here count as used, at least 1"},
    MessageField{field::kNewEpoch, "N-", "with SetSessionNumbers: Y: both begin again at 1"},
    MessageField{field::kDayEndsAt, "C-", "with SetTradingDay: seconds after midnight, UTC"},
    MessageField{field::kMarketExposureLimit, "N-", "as 20026: for any one market, 0 none"},
    MessageField{field::kCommissionDiscountBp,
                 "N-",
                 "as 20026: 0 to 10000 hundredths of a percent off the commission"},
    MessageField{field::kPassiveSkipsDelay,
                 "N-",
                 "with ChangeMarket: whether in play a post-only order does not wait for the bet "
                 "delay"},
    MessageField{field::kNoticeSeconds, "C-", "with Stop: in how many seconds, 0 to 3600"},
};

inline constexpr MessageSpec kOperationsCommand{
    .type = "UOC",
    .name = "OperationsCommand",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Ops},
    .id_tags = {field::kOpsReqId.tag},
    .effect = Effect::Operation,
    .fields = kOperationsCommandFields,
};

// ---- Mass cancels on behalf ---------------------------------------------------------------------

inline constexpr std::array kTargetPartyFields{
    MessageField{field::kTargetPartyId, "Y-", "an account's name, or the CompID of a session"},
    MessageField{field::kTargetPartyIdSource, "Y-", "D"},
    MessageField{field::kTargetPartyRole, "Y-", "24 account, 55 session"},
};

inline constexpr Group kTargetParties{.fields = kTargetPartyFields};

inline constexpr std::array kOrderMassActionRequestFields{
    MessageField{field::kClOrdId, "Y-", "the request's id, as OpsReqID(20012) on UOC"},
    MessageField{field::kSide, "N-", "only orders of this side"},
    MessageField{field::kSymbol, "C-", "with 1374=1"},
    MessageField{field::kTransactTime, "Y-", "your clock; at most 30 days old"},
    MessageField{field::kMarketSegmentId, "C-", "with 1374=9: the market"},
    MessageField{field::kMassActionType, "Y-", "3"},
    MessageField{
        field::kMassActionScope,
        "Y-",
        "1 the orders of one instrument, 7 all of the target party, 9 those of one market"},
    MessageField{field::kNoTargetPartyIds,
                 "C-",
                 "0 or 1; 1 with 1374=7: only orders of this party",
                 &kTargetParties},
    MessageField{
        field::kApplTestMessageIndicator, "N-", "Y: a dry run, see \"Asking without acting\""},
};

inline constexpr MessageSpec kOrderMassActionRequest{
    .type = "CA",
    .name = "OrderMassActionRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Ops},
    .id_tags = {field::kClOrdId.tag},
    .effect = Effect::Operation,
    .fields = kOrderMassActionRequestFields,
};

// ---- Accounts and sessions that may only cancel -------------------------------------------------

inline constexpr std::array kPartyFields{
    MessageField{field::kPartyId, "Y-", "an account's name, or the CompID of a session"},
    MessageField{field::kPartyIdSource, "Y-", "D"},
    MessageField{field::kPartyRole, "Y-", "24 account, 55 session"},
};

inline constexpr Group kParties{.fields = kPartyFields};

inline constexpr std::array kPartyActionRequestFields{
    MessageField{
        field::kTransactTime, "Y-", "your clock; at most 30 days old, with 2329=2 a minute"},
    MessageField{field::kNoPartyIds, "Y-", "1", &kParties},
    MessageField{field::kPartyActionRequestId, "Y-", "the request's id, as OpsReqID(20012) on UOC"},
    MessageField{field::kPartyActionType,
                 "Y-",
                 "0 it may only cancel; 1 the same, and its live orders are cancelled; 2 it may do "
                 "all again"},
    MessageField{
        field::kApplTestMessageIndicator, "N-", "Y: a dry run, see \"Asking without acting\""},
};

inline constexpr MessageSpec kPartyActionRequest{
    .type = "DH",
    .name = "PartyActionRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Ops},
    .id_tags = {field::kPartyActionRequestId.tag},
    .effect = Effect::Operation,
    .fields = kPartyActionRequestFields,
};

// ---- Who is on, and how the node is -------------------------------------------------------------

inline constexpr std::array kNamedSessionFields{
    MessageField{field::kRefCompId, "Y-", "the CompID of a session"},
};

inline constexpr Group kNamedSessions{.fields = kNamedSessionFields};

inline constexpr std::array kNetworkStatusRequestFields{
    MessageField{field::kNetworkRequestId, "Y-", "echoed, at most 31 printable ASCII characters"},
    MessageField{field::kNetworkRequestType, "Y-", "1 all sessions, 9 those that are named"},
    MessageField{field::kNoCompIds, "C-", "with 935=9: 1 to 100", &kNamedSessions},
};

inline constexpr MessageSpec kNetworkStatusRequest{
    .type = "BC",
    .name = "NetworkCounterpartySystemStatusRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Ops},
    .id_tags = {field::kNetworkRequestId.tag},
    .fields = kNetworkStatusRequestFields,
};

// ---- News to everybody; what is told by it is in general_messages.h -----------------------------

inline constexpr std::array kAnnouncementLineFields{
    MessageField{field::kText, "Y-", "the same as Headline"},
};

inline constexpr Group kAnnouncementLines{.fields = kAnnouncementLineFields};

inline constexpr std::array kAnnouncementSubjectFields{
    MessageField{field::kSymbol, "Y-", "not looked at"},
};

inline constexpr Group kAnnouncementSubjects{.fields = kAnnouncementSubjectFields};

inline constexpr std::array kAnnouncementFields{
    MessageField{field::kNoLinesOfText, "Y-", "1", &kAnnouncementLines},
    MessageField{field::kTransactTime, "Y-", "your clock; at most 30 days old"},
    MessageField{field::kUrgency, "N-", "0 normal (without it), 1 flash"},
    MessageField{field::kNoRelatedSym,
                 "N-",
                 "0 or 1: the market or instrument that it is about; without it everything",
                 &kAnnouncementSubjects},
    MessageField{field::kHeadline, "Y-", "at most 255 printable ASCII characters"},
    MessageField{field::kNewsId, "Y-", "the request's id, as OpsReqID(20012) on UOC"},
};

inline constexpr MessageSpec kAnnouncement{
    .type = "B",
    .name = "News",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Ops},
    .id_tags = {field::kNewsId.tag},
    .effect = Effect::Operation,
    .fields = kAnnouncementFields,
};

inline constexpr auto kOperationMessages = std::to_array<const MessageSpec*>({
    &kSecurityDefinitionRequest,
    &kOperationsCommand,
    &kOrderMassActionRequest,
    &kPartyActionRequest,
    &kNetworkStatusRequest,
    &kAnnouncement,
});

}  // namespace betex::fix
