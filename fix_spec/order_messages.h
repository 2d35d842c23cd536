// Requests about orders, and what answers them.
#pragma once

#include <array>

#include "fix_spec/fields.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

inline constexpr std::array kNewOrderSingleFields{
    MessageField{field::kAccount, "NN", "one of the session's; without it, the session's first"},
    MessageField{field::kClOrdId,
                 "YY",
                 "1 to 36 printable ASCII characters. Acts once: an id is never taken a second "
                 "time within a day, nor while its order lives"},
    MessageField{field::kExecInst,
                 "NN",
                 "a list with spaces between: 6 post-only (the order is refused if it would take); "
                 "K cancel on a pause or suspension, without it the order stays"},
    MessageField{field::kHandlInst, "NN", "1, which is what happens anyway"},
    MessageField{
        field::kOrderQty, "YY", "odds: stake, at most 2 decimals; binary: contracts, whole"},
    MessageField{field::kOrdType, "YY", "1 market (its rest is cancelled, never rests), 2 limit"},
    MessageField{field::kPrice,
                 "CC",
                 "with 40=2: odds (\"2.02\") or probability (\"0.60\"), on the market's ladder; "
                 "with 40=1 refused (20001=44): a market order takes any price on the ladder"},
    MessageField{field::kSide, "YY", "1 back / buy YES, 2 lay / sell YES"},
    MessageField{field::kSymbol, "YY", "the instrument, at most 31 printable ASCII characters"},
    MessageField{field::kTimeInForce,
                 "NN",
                 "0 day (default), 1 good till cancel, 3 immediate or cancel, 4 fill or kill, 6 "
                 "good till date"},
    MessageField{field::kTransactTime,
                 "YY",
                 "your clock; more than 24 hours old or 5 minutes ahead is refused"},
    MessageField{
        field::kMinQty, "NN", "with 59=3: nothing happens unless this much can be filled at once"},
    MessageField{field::kExpireTime,
                 "CC",
                 "with 59=6 and with no other: after now, at the latest 22611231-23:59:59"},
    MessageField{field::kClOrdLinkId,
                 "NN",
                 "a reference of your own, of a customer or a strategy: at most 15 printable ASCII "
                 "characters, which every report of the order has"},
    MessageField{
        field::kSelfMatchPreventionInstruction,
        "N-",
        "when it would trade with an own order: 0 trade, 1 cancel this one (default), 2 cancel "
        "the resting one, 3 cancel both, 4 take the smaller off both"},
    MessageField{field::kSelfMatchPreventionInstruction44, "-N", "the same for FIX.4.4"},
    MessageField{field::kPersistence,
                 "NN",
                 "when the market turns in play: 0 the order lapses (default), 1 it stays"},
    MessageField{field::kMarketVersion,
                 "NN",
                 "the market version that you have seen, at least 1; refused or cancelled when it "
                 "has materially changed"},
    MessageField{field::kMaxCost, "NN", "with 40=1: the most that it may cost, more than 0"},
    MessageField{
        field::kOrderGroup,
        "NN",
        "the order group that it belongs to, one of the account's that has not tripped: see "
        "OrderGroupRequest; at most 15 printable ASCII characters"},
};

inline constexpr MessageSpec kNewOrderSingle{
    .type = "D",
    .name = "NewOrderSingle",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker},
    .id_tags = {field::kClOrdId.tag},
    .effect = Effect::Order,
    .fields = kNewOrderSingleFields,
};

inline constexpr std::array kOrderCancelRequestFields{
    MessageField{field::kAccount, "NN", "as on D"},
    MessageField{field::kClOrdId, "YY", "a new id, as on D"},
    MessageField{field::kOrderId,
                 "NN",
                 "if present the order is found by it, else by 41; NONE counts as absent"},
    MessageField{field::kOrderQty, "NN", "not looked at"},
    MessageField{field::kOrigClOrdId, "CY", "without 37"},
    MessageField{field::kSide, "YY", "not compared with the order"},
    MessageField{field::kSymbol, "YY", "not compared with the order"},
    MessageField{field::kTransactTime, "YY", "your clock; never too old"},
};

inline constexpr MessageSpec kOrderCancelRequest{
    .type = "F",
    .name = "OrderCancelRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker},
    .id_tags = {field::kClOrdId.tag},
    .effect = Effect::Cancel,
    .fields = kOrderCancelRequestFields,
};

inline constexpr std::array kOrderCancelReplaceRequestFields{
    MessageField{field::kAccount, "NN", "as on D"},
    MessageField{field::kClOrdId, "YY", "a new id, as on D"},
    MessageField{field::kHandlInst, "NN", "1"},
    MessageField{field::kOrderId, "NN", "as on F"},
    MessageField{field::kOrderQty,
                 "YY",
                 "the new total, what is filled included; equal to that: the rest is taken off and "
                 "the order is filled; below: refused"},
    MessageField{field::kOrdType, "YY", "2, since only limit orders rest"},
    MessageField{
        field::kOrigClOrdId, "CY", "without 37: an id of the order's chain, not only the last"},
    MessageField{field::kPrice, "YY", "the new price, or the old one"},
    MessageField{field::kSide, "YY", "not compared with the order"},
    MessageField{field::kSymbol, "YY", "not compared with the order"},
    MessageField{field::kTimeInForce, "NN", "the order's own; another is refused"},
    MessageField{field::kTransactTime, "YY", "as on D"},
    MessageField{field::kExpireTime, "NN", "the new one of a 59=6 order; without it as before"},
    MessageField{field::kPersistence,
                 "NN",
                 "the order's from now on, as on D; without it as before; before the market has "
                 "turned in play"},
    MessageField{field::kMarketVersion,
                 "NN",
                 "the market version that you have seen: refused as on D, and the order's guard "
                 "from now on; without it as before"},
};

inline constexpr MessageSpec kOrderCancelReplaceRequest{
    .type = "G",
    .name = "OrderCancelReplaceRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker},
    .id_tags = {field::kClOrdId.tag},
    .effect = Effect::Order,
    .fields = kOrderCancelReplaceRequestFields,
};

inline constexpr std::array kOrderMassCancelRequestFields{
    MessageField{field::kAccount, "NN", "as on D"},
    MessageField{field::kClOrdId, "YY", "a new id, as on D"},
    MessageField{field::kSide, "NN", "only orders of this side"},
    MessageField{field::kSymbol, "CC", "with 530=1"},
    MessageField{field::kTransactTime, "YY", "your clock; never too old"},
    MessageField{
        field::kMassCancelRequestType,
        "YY",
        "1 the orders of one instrument, 6 those that this session has entered, 7 all of the "
        "account, 9 those of one market (FIXT.1.1)"},
    MessageField{field::kClOrdLinkId, "NN", "only orders that have this reference"},
    MessageField{field::kMarketSegmentId, "C-", "with 530=9: the market"},
    MessageField{field::kOrderGroup, "NN", "only orders of this group, one of the account's"},
};

inline constexpr MessageSpec kOrderMassCancelRequest{
    .type = "q",
    .name = "OrderMassCancelRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker},
    .id_tags = {field::kClOrdId.tag},
    .effect = Effect::MassCancel,
    .fields = kOrderMassCancelRequestFields,
};

inline constexpr std::array kOrderStatusRequestFields{
    MessageField{field::kAccount, "NN", "as on D; of an Ops session any account, and required"},
    MessageField{field::kClOrdId, "CY", "without 37: of the order that is asked for"},
    MessageField{field::kOrderId, "NN", "as on F"},
    MessageField{field::kSide, "YY", "echoed where the order is unknown"},
    MessageField{field::kSymbol, "YY", "echoed where the order is unknown"},
    MessageField{field::kOrdStatusReqId, "NN", "echoed, at most 31 printable ASCII characters"},
};

inline constexpr MessageSpec kOrderStatusRequest{
    .type = "H",
    .name = "OrderStatusRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker, SessionRole::Ops},
    .id_tags = {field::kOrdStatusReqId.tag, field::kClOrdId.tag},
    .fields = kOrderStatusRequestFields,
};

inline constexpr std::array kOrderMassStatusRequestFields{
    MessageField{field::kAccount, "NN", "as on D; of an Ops session any account, and required"},
    MessageField{field::kSide, "NN", "only orders of this side"},
    MessageField{field::kSymbol, "CC", "with 585=1"},
    MessageField{field::kClOrdLinkId, "NN", "only orders that have this reference"},
    MessageField{field::kMassStatusReqId, "YY", "echoed, at most 31 printable ASCII characters"},
    MessageField{
        field::kMassStatusReqType, "YY", "1 the orders of one instrument, 7 all of the account"},
    MessageField{field::kOrderGroup, "NN", "only orders of this group"},
};

inline constexpr MessageSpec kOrderMassStatusRequest{
    .type = "AF",
    .name = "OrderMassStatusRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker, SessionRole::Ops},
    .id_tags = {field::kMassStatusReqId.tag},
    .fields = kOrderMassStatusRequestFields,
};

inline constexpr std::array kExecutionReportFields{
    MessageField{field::kAccount, "NN", "always"},
    MessageField{field::kAvgPx, "YY", "rounded half up to 8 decimals; 0 without a fill"},
    MessageField{field::kClOrdId, "NN", "of the last request that was accepted"},
    MessageField{field::kCumQty, "YY"},
    MessageField{field::kExecId,
                 "YY",
                 "event and leg (\"1234-1\"), the same whenever the report is made; 0 on answers "
                 "to H and AF"},
    MessageField{field::kLastPx, "NN", "on trades: the resting order's price"},
    MessageField{field::kLastQty, "NN", "on trades"},
    MessageField{field::kOrderId, "YY", "never changes; NONE where there is no order"},
    MessageField{field::kOrderQty,
                 "NN",
                 "absent, as 40, 44 and 59, where there is no order (37=NONE on a status)"},
    MessageField{field::kOrdStatus,
                 "YY",
                 "0 new, 1 partially filled, 2 filled, 4 canceled, 8 rejected, A pending (bet "
                 "delay), C expired"},
    MessageField{field::kOrdType, "NN"},
    MessageField{
        field::kOrigClOrdId, "NN", "on the answer to a cancel or replace: the id before it"},
    MessageField{field::kPrice, "NN", "of limit orders"},
    MessageField{field::kSide, "YY"},
    MessageField{field::kSymbol, "YY"},
    MessageField{field::kText, "NN", "on negative answers"},
    MessageField{field::kTimeInForce, "NN"},
    MessageField{field::kTransactTime, "YY", "when the exchange decided"},
    MessageField{field::kOrdRejReason, "NN", "section 5"},
    MessageField{field::kExpireTime, "NN"},
    MessageField{field::kExecType,
                 "YY",
                 "0 new, 4 canceled, 5 replaced, 8 rejected, A pending, C expired, D restated, F "
                 "trade, I status"},
    MessageField{field::kLeavesQty, "YY", "0 once the order is finished"},
    MessageField{field::kEffectiveTime, "NN", "with 150=A: when the bet delay ends"},
    MessageField{field::kExecRestatementReason,
                 "NN",
                 "why an order was cancelled or reduced that you had not asked for: 5 reduced by "
                 "self-trade prevention, 6 halt, 8 market, or a mass cancel of the exchange's, 12 "
                 "connection lost, 13 logout, 18, 19, 20 self-trade prevention (this order, the "
                 "resting one, both), 99 other: a mass cancel of yours, or an order group that has "
                 "tripped (20001=66); on FIX.4.4 those above 10 are 99"},
    MessageField{field::kClOrdLinkId, "NN", "the order's, on all of its reports"},
    MessageField{field::kMassStatusReqId, "NN", "of the request"},
    MessageField{field::kOrdStatusReqId, "NN", "of the request"},
    MessageField{field::kCopyMsgIndicator, "NN", "Y: a drop copy"},
    MessageField{field::kLastLiquidityInd,
                 "-N",
                 "on trades: 1 the order was in the book, 2 it came later and took"},
    MessageField{
        field::kTrdMatchId,
        "N-",
        "on trades: names the trade, the same to both sides and in TradeID(1003) of market "
        "data; what ExecID has before its \"-\""},
    MessageField{field::kTotNumReports,
                 "NN",
                 "with 584: how many reports the answer has; 0: there is no such order"},
    MessageField{field::kLastRptRequested, "NN", "with 584: Y on the last of them"},
    MessageField{field::kAggressorIndicator,
                 "N-",
                 "on trades: N the order was in the book, Y it came later and took"},
    MessageField{field::kEngineReason,
                 "NN",
                 "on negative answers, and on cancels that you have not asked for where there is "
                 "more to say than 378 does: section 5"},
    MessageField{field::kRetry, "NN", "with 20001: Y or N, section 5"},
    MessageField{field::kOrderGroup, "NN", "the order's, on all of its reports"},
    MessageField{field::kPositionAfter,
                 "N-",
                 "on trades in binary markets: the account's YES contracts after it; negative: NO"},
};

inline constexpr MessageSpec kExecutionReport{
    .type = "8",
    .name = "ExecutionReport",
    .direction = Direction::Outbound,
    .fields = kExecutionReportFields,
};

inline constexpr std::array kOrderCancelRejectFields{
    MessageField{field::kAccount, "NN"},
    MessageField{field::kClOrdId, "YY", "of the refused request"},
    MessageField{field::kOrderId, "YY", "NONE where the order is unknown"},
    MessageField{field::kOrdStatus, "YY", "the order's current one; 8 where the order is unknown"},
    MessageField{field::kOrigClOrdId, "NY", "as the request had it"},
    MessageField{field::kText, "NN", "always"},
    MessageField{field::kTransactTime, "NN", "always"},
    MessageField{field::kCxlRejReason, "NN", "always, section 5"},
    MessageField{field::kCxlRejResponseTo, "YY", "1 to a cancel, 2 to a replace"},
    MessageField{field::kEngineReason, "NN", "always"},
    MessageField{field::kRetry, "NN", "always"},
    MessageField{field::kReportId,
                 "NN",
                 "event and leg, as ExecID has them: the same when the message is told again"},
};

inline constexpr MessageSpec kOrderCancelReject{
    .type = "9",
    .name = "OrderCancelReject",
    .direction = Direction::Outbound,
    .fields = kOrderCancelRejectFields,
};

inline constexpr std::array kOrderMassCancelReportFields{
    MessageField{field::kClOrdId, "NN", "of the request, always"},
    MessageField{field::kOrderId, "YY", "names the answer, as ExecID does: event and leg"},
    MessageField{field::kSide, "NN", "as the request had it"},
    MessageField{field::kSymbol, "NN", "as the request had it"},
    MessageField{field::kText, "NN", "where refused"},
    MessageField{field::kTransactTime, "NN", "when the last of the orders was cancelled"},
    MessageField{field::kMassCancelRequestType, "YY", "as the request had it"},
    MessageField{field::kMassCancelResponse, "YY", "0 refused, else as 530"},
    MessageField{
        field::kMassCancelRejectReason,
        "NN",
        "where refused: 1 unknown instrument, 8 unknown market (FIX.4.4: 99), 99 other, see 20001"},
    MessageField{
        field::kTotalAffectedOrders, "NN", "the orders that it has cancelled, also 0; always"},
    MessageField{field::kMarketSegmentId, "N-", "as the request had it"},
    MessageField{field::kMassActionReportId, "Y-", "as 37"},
    MessageField{field::kEngineReason, "NN", "where refused"},
    MessageField{field::kRetry, "NN", "where refused"},
    MessageField{field::kReportId,
                 "NN",
                 "event and leg, as ExecID has them: the same when the message is told again"},
};

inline constexpr MessageSpec kOrderMassCancelReport{
    .type = "r",
    .name = "OrderMassCancelReport",
    .direction = Direction::Outbound,
    .fields = kOrderMassCancelReportFields,
};

inline constexpr auto kOrderMessages = std::to_array<const MessageSpec*>({
    &kNewOrderSingle,
    &kOrderCancelRequest,
    &kOrderCancelReplaceRequest,
    &kOrderMassCancelRequest,
    &kOrderStatusRequest,
    &kOrderMassStatusRequest,
    &kExecutionReport,
    &kOrderCancelReject,
    &kOrderMassCancelReport,
});

}  // namespace betex::fix
