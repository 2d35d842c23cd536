// What an account has, and what happens to its bets and money when no order of its does it. Those
// who speak FIX.4.4 are told the latter by News(B), in words.
#pragma once

#include <array>

#include "fix_spec/fields.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

inline constexpr std::array kSettledAmountFields{
    MessageField{field::kCurrentCollateralAmount,
                 "Y-",
                 "what the bets are paid in this round, before commission; negative: taken back"},
    MessageField{field::kCollateralCurrency, "N-", "always"},
};

inline constexpr Group kSettledAmounts{.fields = kSettledAmountFields};

inline constexpr std::array kCommissionFields{
    MessageField{
        field::kMiscFeeAmt, "Y-", "the commission of this round; negative: some is given back"},
    MessageField{field::kMiscFeeCurr, "N-", "always"},
    MessageField{field::kMiscFeeType, "Y-", "4"},
    MessageField{field::kMiscFeeBasis, "Y-", "0"},
};

inline constexpr Group kCommissions{.fields = kCommissionFields};

inline constexpr std::array kSettlementPartyFields{
    MessageField{field::kSettlementParty, "Y-", "the account"},
    MessageField{field::kLongQty, "N-", "binary: YES contracts that are settled, or 0"},
    MessageField{field::kShortQty, "N-", "binary: NO contracts, or 0"},
    MessageField{field::kNoCollateralAmounts, "Y-", "1", &kSettledAmounts},
    MessageField{field::kNoMiscFees, "Y-", "1", &kCommissions},
};

inline constexpr Group kSettlementParties{.fields = kSettlementPartyFields};

inline constexpr std::array kMarketSettlementReportFields{
    MessageField{field::kTransactTime, "Y-", "when the exchange paid"},
    MessageField{field::kClearingBusinessDate, "Y-", "the same day, in UTC"},
    MessageField{field::kSettlPrice, "N-", "binary: what a YES contract gets; a NO gets the rest"},
    MessageField{field::kCopyMsgIndicator, "N-", "Y: a drop copy"},
    MessageField{field::kMarketSegmentId, "Y-", "the market"},
    MessageField{field::kBalance, "Y-", "of the account, after it"},
    MessageField{field::kSettlementRound,
                 "Y-",
                 "1, or more: the result was corrected, and the difference is paid"},
    MessageField{field::kSettlementReportId,
                 "Y-",
                 "event and entry, as ExecID has event and leg: the same when the message is told "
                 "again"},
    MessageField{field::kMarketResult, "Y-", "1 determined, 2 void"},
    MessageField{field::kNoSettlementParties, "Y-", "1", &kSettlementParties},
};

inline constexpr MessageSpec kMarketSettlementReport{
    .type = "UMS",
    .name = "MarketSettlementReport",
    .direction = Direction::Outbound,
    .fields = kMarketSettlementReportFields,
};

inline constexpr std::array kAccountReportFields{
    MessageField{field::kAccount, "Y-"},
    MessageField{field::kCurrency, "N-", "of the amounts, always"},
    MessageField{field::kSymbol, "N-", "with 20091=5: the runner that was removed"},
    MessageField{field::kTransactTime, "Y-", "when the exchange did it"},
    MessageField{field::kCopyMsgIndicator, "N-", "Y: a drop copy"},
    MessageField{field::kMarketSegmentId, "N-", "with 20091=5: the market"},
    MessageField{
        field::kAmount, "N-", "with 20091=1 to 4: to the account; negative for a withdrawal"},
    MessageField{field::kBalance, "N-", "with 20091=1 to 4: after it"},
    MessageField{field::kReportId,
                 "Y-",
                 "event and leg, as ExecID has them: the same when the message is told again"},
    MessageField{field::kAccountChange,
                 "Y-",
                 "1 deposit, 2 withdrawal, 3 correction, 4 write-off, 5 bets made void by the "
                 "removal of their runner"},
    MessageField{field::kIfWon, "N-", "with 20091=5: what the bets would have paid if it won"},
    MessageField{field::kIfLost, "N-", "with 20091=5: and if it lost"},
};

inline constexpr MessageSpec kAccountReport{
    .type = "UAR",
    .name = "AccountReport",
    .direction = Direction::Outbound,
    .fields = kAccountReportFields,
};

inline constexpr std::array kRequestForPositionsFields{
    MessageField{field::kAccount, "NY", "as on D; of an Ops session any account, and required"},
    MessageField{field::kTransactTime, "YY", "your clock; never too old"},
    MessageField{field::kAccountType, "-Y", "not looked at"},
    MessageField{field::kPosReqId, "YY", "echoed, at most 31 printable ASCII characters"},
    MessageField{field::kClearingBusinessDate, "NY", "not looked at"},
    MessageField{field::kPosReqType, "YY", "0"},
};

inline constexpr MessageSpec kRequestForPositions{
    .type = "AN",
    .name = "RequestForPositions",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker, SessionRole::Ops},
    .id_tags = {field::kPosReqId.tag},
    .fields = kRequestForPositionsFields,
};

inline constexpr std::array kPositionFields{
    MessageField{field::kPosType, "YY", "TQ"},
    MessageField{field::kLongQty, "YY", "YES contracts, or 0"},
    MessageField{field::kShortQty, "YY", "NO contracts, or 0"},
};

inline constexpr Group kPositions{.fields = kPositionFields};

inline constexpr std::array kPositionReportFields{
    MessageField{field::kAccount, "NY", "always"},
    MessageField{field::kCurrency, "NN", "of the amounts"},
    MessageField{field::kSymbol,
                 "NN",
                 "the binary market, or the runner; absent on the last message, which has the "
                 "account's totals, and where refused"},
    MessageField{field::kText, "NN", "where refused"},
    MessageField{field::kAccountType, "-Y", "1"},
    MessageField{field::kNoPositions, "NN", "1, with 55 in a binary market", &kPositions},
    MessageField{field::kPosReqId, "NN", "of the request, always"},
    MessageField{field::kClearingBusinessDate, "YY", "today, in UTC"},
    MessageField{field::kPosMaintRptId, "YY", "710 and the number of the message in the answer"},
    MessageField{field::kPosReqType, "NN", "0"},
    MessageField{field::kPosReqResult, "NY", "0, or 1 where refused; always"},
    MessageField{field::kSettlPrice, "-Y", "0, as 734: the standard wants them"},
    MessageField{field::kSettlPriceType, "-Y", "1"},
    MessageField{field::kPriorSettlPrice, "-Y", "0"},
    MessageField{field::kEngineReason, "NN", "where refused"},
    MessageField{field::kRetry, "NN", "where refused"},
    MessageField{field::kBalance, "NN", "on the last message"},
    MessageField{field::kExposure,
                 "NN",
                 "what bets and open orders may cost at worst: of the market, the same on each of "
                 "its runners' messages; on the last message of all markets"},
    MessageField{field::kAvailable, "NN", "on the last message: balance + credit - exposure"},
    MessageField{field::kCredit, "NN", "on the last message"},
    MessageField{field::kMarketName, "NN", "with 55: its market"},
    MessageField{field::kIfWon, "NN", "with 55 of a runner: what its matched bets pay if it wins"},
    MessageField{field::kIfLost, "NN", "with 55 of a runner: and if it loses"},
};

inline constexpr MessageSpec kPositionReport{
    .type = "AP",
    .name = "PositionReport",
    .direction = Direction::Outbound,
    .fields = kPositionReportFields,
};

inline constexpr auto kAccountMessages = std::to_array<const MessageSpec*>({
    &kRequestForPositions,
    &kPositionReport,
    &kMarketSettlementReport,
    &kAccountReport,
});

}  // namespace betex::fix
