// What happens to an account's bets and money when no order of its does it. Those who speak FIX.4.4
// are told the same by News(B), in words.
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

inline constexpr auto kAccountMessages = std::to_array<const MessageSpec*>({
    &kMarketSettlementReport,
    &kAccountReport,
});

}  // namespace betex::fix
