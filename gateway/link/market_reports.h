// Instruments and markets: how they stand, what there is to know of them, news, and refusals of
// requests for market data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/link/report_parts.h"
#include "matching/boxed.h"
#include "matching/market_commands.h"
#include "matching/reason.h"
#include "matching/types.h"

namespace betex::fix {

// SecurityTradingStatus(326); from 100 on ours.
enum class TradingStatus : std::uint8_t {
  Halt = 2,
  Resume = 3,
  Ready = 17,
  NotAvailable = 18,
  Unknown = 20,
  Determined = 100,
  Settled = 101,
  Voided = 102,
};

// SecurityStatus(f) of one instrument.
struct SecurityStatus {
  matching::Name symbol;
  matching::Name market;                          // 1300; empty: unknown instrument
  matching::Name status_req_id;                   // 324; empty: nobody asked
  TradingStatus status = TradingStatus::Unknown;  // 326; 0: as it was, absent
  std::uint64_t market_version = 0;               // 20005; 0: absent
  std::uint8_t suspend_reason = 0;                // 20032, matching::SuspendReason; 0: absent
  std::optional<bool> in_play;                    // 20033
  matching::Timestamp transact_time;
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const SecurityStatus&, const SecurityStatus&) = default;
};

// SecurityStatus(965): whether it is traded now, and whether it will be.
enum class ListingStatus : std::uint8_t {
  Active = 1,
  Inactive = 2,    // no more, and it is not at its end: closed, determined
  Expired = 4,     // settled
  Delisted = 5,    // void, or of a runner that was removed
  Suspended = 9,   // not now: suspended, halted
  Published = 10,  // not yet
};

// One of an instrument's TickRules(1205): it has the prices first, first + increment, ..., last.
struct TickRule {
  matching::Decimal first;      // 1206
  matching::Decimal last;       // 1207
  matching::Decimal increment;  // 1208

  friend bool operator==(const TickRule&, const TickRule&) = default;
};

// One fragment of a SecurityList(y): one instrument; or none, where none was found, or none was
// asked for. What is empty or 0 is absent.
struct SecurityList {
  matching::Name request_id;  // 320
  std::uint32_t total = 0;    // 393: instruments in all fragments
  bool last = true;           // 893
  matching::Name symbol;      // empty: no instrument, and nothing of what follows but the reason
  ListingStatus status{};     // 965
  std::string description;    // 107
  std::vector<TickRule> tick_rules;  // ascending; no price is in two of them
  matching::Decimal quantity_step;
  matching::Decimal min_quantity;
  matching::Decimal max_quantity;
  matching::Currency currency;  // 15

  // Of its market.
  matching::Name market;                // 1300
  std::uint64_t market_version = 0;     // 20005
  matching::MarketKind kind{};          // 20031
  matching::LadderKind ladder{};        // 20030
  std::uint32_t winners = 0;            // 20034
  std::uint32_t bet_delay_ms = 0;       // 20035; also 0 is told, as of the next
  std::uint32_t commission_bp = 0;      // 20036
  bool passive_skips_delay = false;     // 20072; told where it is so
  matching::Timestamp scheduled_start;  // 20039
  std::string market_description;       // 20095
  matching::Name parent;                // 20096

  matching::Reason reason = matching::Reason::None;
  DecimalFormat format;

  friend bool operator==(const SecurityList&, const SecurityList&) = default;
};

// ListUpdateAction(1324).
enum class ListUpdateAction : char { Add = 'A', Modify = 'M', Delete = 'D' };

// SecurityListUpdateReport(BK): to a market data session that has asked for it, how the list that
// it was given changes, one instrument at a time.
struct SecurityListUpdate {
  ListUpdateAction action = ListUpdateAction::Add;
  matching::Boxed<SecurityList> security;  // as it is now; without total, last and reason

  friend bool operator==(const SecurityListUpdate&, const SecurityListUpdate&) = default;
};

// MDReqRejReason(281), as far as we give it.
enum class MarketDataRefusal : char {
  Unknown = '0',  // a symbol, a market, or the subscription that is to end
  DuplicateId = '1',
  TooMuch = '2',  // requests in a second or at a time, or instruments
  NotEntitled = '3',
  SubscriptionType = '4',  // 263
  Depth = '5',             // 264
  UpdateType = '6',        // 265
  Aggregation = '7',       // 266
  EntryType = '8',         // 269, 20052
  ImplicitDelete = 'C',    // 547
};

// MarketDataRequestReject(Y): nothing of the request stands.
struct MarketDataRequestReject {
  matching::Name request_id;  // 262
  MarketDataRefusal refusal{};
  matching::Name symbol;  // 55; of one that is unknown, as the next; empty: absent
  matching::Name market;  // 1300
  matching::Reason reason = matching::Reason::None;

  friend bool operator==(const MarketDataRequestReject&, const MarketDataRequestReject&) = default;
};

// News(B).
struct News {
  matching::Timestamp orig_time;
  matching::Name subject;  // a market or an instrument; empty: everything
  matching::Remark headline;
  bool urgent = false;  // 61=1

  friend bool operator==(const News&, const News&) = default;
};

}  // namespace betex::fix
