// Market data: what asks for it, and what it comes in. Of FIXT.1.1 and the role MarketData alone.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "fix_spec/fields.h"
#include "fix_spec/market_messages.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

inline constexpr std::array kMdEntryTypeFields{
    MessageField{field::kMdEntryType,
                 "Y-",
                 "0 and 1 the levels of both sides, and not one without the other; 2 trades; B "
                 "matched volume; C open interest, of binary markets; each once"},
};

inline constexpr Group kMdEntryTypes{.fields = kMdEntryTypeFields};

inline constexpr std::array kMdSymbolFields{
    MessageField{field::kSymbol, "Y-", "an instrument, each once"},
};

inline constexpr Group kMdSymbols{.fields = kMdSymbolFields};

inline constexpr std::array kMdMarketFields{
    MessageField{
        field::kMarketSegmentId, "Y-", "a market, each once: its runners, also those added later"},
};

inline constexpr Group kMdMarkets{.fields = kMdMarketFields};

inline constexpr std::array kMarketDataRequestFields{
    MessageField{
        field::kNoRelatedSym, "C-", "1 to 200; this or 1310, and neither with 263=2", &kMdSymbols},
    MessageField{field::kMdReqId,
                 "Y-",
                 "1 to 31 printable ASCII characters, not those of a live subscription; with 263=2 "
                 "those of the one to end"},
    MessageField{
        field::kSubscriptionRequestType, "Y-", "0 an image, 1 an image and updates, 2 end"},
    MessageField{field::kMarketDepth, "Y-", "1 to 10 levels a side; 0: all, up to 1000"},
    MessageField{field::kMdUpdateType,
                 "N-",
                 "with 263=1: 1 (without it) updates by X; 0 an image W at each change, with 264=1 "
                 "to 10"},
    MessageField{field::kAggregatedBook, "N-", "Y, which is how it is anyway"},
    MessageField{field::kNoMdEntryTypes, "Y-", "1 to 5", &kMdEntryTypes},
    MessageField{field::kMdImplicitDelete,
                 "N-",
                 "Y (without it): levels that leave the window you drop yourself; N: each of them "
                 "is deleted by an entry, not with 265=0"},
    MessageField{field::kApplQueueAction,
                 "N-",
                 "when you read slowly: 2 (without it) you get the newest state, 3 you are logged "
                 "out"},
    MessageField{field::kNoMarketSegments,
                 "C-",
                 "1 to 100; this or 146, and neither with 263=2",
                 &kMdMarkets},
    MessageField{field::kConflateMs,
                 "N-",
                 "at most one update of an instrument in so many milliseconds: 0 (without it), 50, "
                 "100, 250, 500, 1000 or 5000; what is between is rounded up"},
    MessageField{
        field::kTradedLadder, "N-", "Y: with 269=B the matched volume also price by price"},
};

inline constexpr MessageSpec kMarketDataRequest{
    .type = "V",
    .name = "MarketDataRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::MarketData},
    .id_tags = {field::kMdReqId.tag},
    .fields = kMarketDataRequestFields,
};

// As the standard orders them.
inline constexpr std::array kMdImageEntryFields{
    MessageField{field::kMdEntryType, "Y-", "as on V"},
    MessageField{field::kMdEntryPx,
                 "C-",
                 "of 0, 1 and 2; of B on an entry for one price, absent on the one for all"},
    MessageField{field::kMdEntrySize,
                 "Y-",
                 "0 and 1: what rests there; 2: of the trade; B: all that was matched, each bet "
                 "counted once; C: contracts"},
    MessageField{field::kMdEntryDate, "C-", "of 2: the day of the last trade, in UTC"},
    MessageField{field::kMdEntryTime, "C-", "of 2: and its time"},
    MessageField{field::kTradeId, "C-", "of 2: as on X"},
    MessageField{field::kMdPriceLevel, "C-", "of 0 and 1: 1 is the best"},
    MessageField{field::kAggressorSide, "C-", "of 2: as on X"},
};

inline constexpr Group kMdImageEntries{.fields = kMdImageEntryFields};

// The entries come last, so that whoever reads them knows whose they are.
inline constexpr std::array kMarketDataSnapshotFullRefreshFields{
    MessageField{field::kMdReqId, "Y-", "of the request"},
    MessageField{field::kApplQueueResolution, "N-", "2: it stands for updates that were not sent"},
    MessageField{field::kSymbol, "Y-", "the one instrument that it is about"},
    MessageField{field::kMarketSegmentId, "Y-", "its market"},
    MessageField{field::kRptSeq, "Y-", "the public changes of the market that are in it"},
    MessageField{field::kLastUpdateTime, "Y-", "of the last of them"},
    MessageField{field::kMarketDepth, "Y-", "as served"},
    MessageField{field::kMdBookType, "Y-", "1 with 264=1, else 2"},
    MessageField{
        field::kRefreshIndicator, "Y-", "Y: what you have of the instrument is replaced by this"},
    MessageField{field::kMdSecurityTradingStatus,
                 "Y-",
                 "as 326 on f: 2 suspended or halted, 17 open, 18 not open yet, closed, or the "
                 "runner was removed, 100 determined, 101 settled, 102 void"},
    MessageField{field::kMarketVersion, "Y-", "to be given on D as version guard"},
    MessageField{field::kSuspendReason, "N-", "as on f"},
    MessageField{field::kInPlay, "Y-"},
    MessageField{field::kConflateMs, "N-", "as served; absent: 0"},
    MessageField{field::kLastFragment,
                 "Y-",
                 "N: more of the same image follows, with the same 83, and no X of the instrument "
                 "before the one with Y"},
    MessageField{field::kNoMdEntries, "Y-", "0: there is nothing", &kMdImageEntries},
};

inline constexpr MessageSpec kMarketDataSnapshotFullRefresh{
    .type = "W",
    .name = "MarketDataSnapshotFullRefresh",
    .direction = Direction::Outbound,
    .fields = kMarketDataSnapshotFullRefreshFields,
};

// As the standard orders them, and ours last.
inline constexpr std::array kMdUpdateEntryFields{
    MessageField{field::kMdUpdateAction,
                 "Y-",
                 "0 a new level, or a trade; 1 another size; 2 the level is gone"},
    MessageField{field::kMdEntryType, "Y-", "as on V"},
    MessageField{field::kSymbol,
                 "C-",
                 "on an instrument's first entry, as 60, 83 and 20050; the entries behind it are "
                 "about the same one"},
    MessageField{field::kMdEntryPx,
                 "C-",
                 "of 0 and 1 what names the level; of 2 the price of the trade, the resting "
                 "order's; of B as on W"},
    MessageField{field::kMdEntrySize,
                 "C-",
                 "absent with 279=2; of a level all that rests there now, not the difference"},
    MessageField{field::kTradeId,
                 "C-",
                 "of 2: the number of the event, with which ExecID(17) begins on the "
                 "ExecutionReports of both parties"},
    MessageField{field::kTransactTime, "C-", "of the event"},
    MessageField{
        field::kAggressorSide, "C-", "of 2: who came later: 1 back or buy YES, 2 lay or sell YES"},
    MessageField{field::kRptSeq, "C-", "as on W, the last entry of the instrument included"},
    MessageField{
        field::kPrevRptSeq, "C-", "83 of the instrument's last W or X in this subscription"},
};

inline constexpr Group kMdUpdateEntries{.fields = kMdUpdateEntryFields};

inline constexpr std::array kMarketDataIncrementalRefreshFields{
    MessageField{field::kMdReqId, "Y-", "of the request"},
    MessageField{field::kApplQueueResolution, "N-", "2: several states became one"},
    MessageField{field::kNoMdEntries, "Y-", "1 to 500", &kMdUpdateEntries},
};

inline constexpr MessageSpec kMarketDataIncrementalRefresh{
    .type = "X",
    .name = "MarketDataIncrementalRefresh",
    .direction = Direction::Outbound,
    .fields = kMarketDataIncrementalRefreshFields,
};

inline constexpr std::array kMarketDataRequestRejectFields{
    MessageField{field::kSymbol, "N-", "with 281=0: the instrument that there is not"},
    MessageField{field::kText, "N-", "always"},
    MessageField{field::kMdReqId, "Y-", "of the request"},
    MessageField{field::kMdReqRejReason,
                 "N-",
                 "always: 0 no such instrument, market or, with 20001=127, subscription; 1 the id "
                 "is in use; 2 too many; 3 not entitled; what we do not serve: 4 of 263, 5 of 264, "
                 "6 of 265, 7 of 266, 8 of 269 and 20052, C of 547"},
    MessageField{field::kMarketSegmentId, "N-", "with 281=0: the market that there is not"},
    MessageField{field::kEngineReason, "N-", "always"},
    MessageField{field::kRetry, "N-", "always"},
};

inline constexpr MessageSpec kMarketDataRequestReject{
    .type = "Y",
    .name = "MarketDataRequestReject",
    .direction = Direction::Outbound,
    .fields = kMarketDataRequestRejectFields,
};

// A listed security with what has become of it in front.
inline constexpr auto kListUpdateFields = []<std::size_t... Place>(std::index_sequence<Place...>) {
  return std::array{
      MessageField{field::kListUpdateAction,
                   "Y-",
                   "A there is a new one, M it is another one now, D it is gone: settled, void, or "
                   "the runner was removed"},
      kListedSecurityFields[Place]...};
}
(std::make_index_sequence<kListedSecurityFields.size()>{});

inline constexpr Group kListUpdates{.fields = kListUpdateFields};

inline constexpr std::array kSecurityListUpdateReportFields{
    MessageField{field::kNoRelatedSym, "N-", "1, always", &kListUpdates},
    MessageField{field::kSecurityReqId, "N-", "of the request with 263=1, always"},
    MessageField{field::kMarketSegmentId, "N-", "as on y, like all that follow; always"},
    MessageField{field::kMarketVersion, "N-"},
    MessageField{field::kLadder, "N-"},
    MessageField{field::kMarketKind, "N-"},
    MessageField{field::kWinners, "N-"},
    MessageField{field::kBetDelayMs, "N-"},
    MessageField{field::kCommissionBp, "N-"},
    MessageField{field::kScheduledStart, "N-"},
    MessageField{field::kPassiveSkipsDelay, "N-"},
    MessageField{field::kMarketDescription, "N-"},
    MessageField{field::kParentMarket, "N-"},
};

inline constexpr MessageSpec kSecurityListUpdateReport{
    .type = "BK",
    .name = "SecurityListUpdateReport",
    .direction = Direction::Outbound,
    .fields = kSecurityListUpdateReportFields,
};

inline constexpr auto kMarketDataMessages = std::to_array<const MessageSpec*>({
    &kMarketDataRequest,
    &kMarketDataSnapshotFullRefresh,
    &kMarketDataIncrementalRefresh,
    &kMarketDataRequestReject,
    &kSecurityListUpdateReport,
});

}  // namespace betex::fix
