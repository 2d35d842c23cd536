// Everything the engine remembers. Only apply*.cpp change it; the deciding code sees it const.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "matching/book.h"
#include "matching/cl_ord_ids.h"
#include "matching/deadlines.h"
#include "matching/info.h"
#include "matching/ledger.h"
#include "matching/name_index.h"
#include "matching/order.h"
#include "matching/order_cost.h"
#include "matching/order_groups.h"
#include "matching/order_id_list.h"
#include "matching/prefetch.h"
#include "matching/registry.h"
#include "matching/request_ids.h"
#include "matching/traded_volumes.h"
#include "matching/types.h"

namespace betex::matching {

struct SessionState {
  SessionInfo info;
  bool cancel_on_disconnect = false;
  std::uint32_t grace_ms = 0;
  Timestamp cancel_at;            // end of a running grace; 0: none runs
  CancelCause cancel_cause{};     // of the orders that are cancelled then
  Timestamp groups_cancel_at;     // likewise of those of the order groups that are bound to it
  std::uint32_t open_orders = 0;  // follows from the orders
  OrderIdList orders;
};

// But for its money, which is the ledger's. What every order reads comes first, in one cache line.
struct alignas(kCacheLine) AccountState {
  AccountId id;
  bool suspended = false;
  std::uint32_t max_open_orders = 0;  // 0: no limit
  std::uint32_t open_orders = 0;
  OrderIdList orders;
  Name name;
};

// What every order reads comes first, in two cache lines.
struct alignas(kCacheLine) MarketData {
  MarketId id;
  MarketKind kind{};
  LadderKind ladder{};
  MarketState state = MarketState::Inactive;
  bool in_play = false;
  std::uint32_t bet_delay_ms = 0;
  std::uint32_t open_orders = 0;
  Quantity min_quantity;
  Quantity quantity_step;
  Quantity max_quantity;
  std::uint64_t version = 0;
  std::uint64_t last_market_seq = 0;
  std::uint64_t public_changes = 0;  // of its levels, trades and state
  OrderIdList orders;
  MarketState before_halt{};  // while Halted
  std::uint32_t winners = 0;
  std::uint32_t commission_bp = 0;
  Quantity max_position;  // binary; 0: no limit
  std::uint32_t flags = 0;
  bool archived = false;
  Price void_price;  // a binary market's, when Voided
  Name name;
  std::vector<InstrumentId> instruments;
  MarketText description;
};

// What every order reads comes first, in one cache line.
struct alignas(kCacheLine) InstrumentState {
  InstrumentId id;
  MarketId market;
  Book book;
  std::uint32_t runner = 0;  // its place in its market, from 0
  bool removed = false;
  WideQuantity traded;
  TradedVolumes volumes;  // by price, until the market is archived
  Name symbol;
  InstrumentShare share;  // of a win, once the market is Determined
  DescriptionText text;
};

static_assert(sizeof(Book) == 48, "which leaves enough of the line for the others");

// A process over many items, which works in chunks. What it does, and to which of them, stands in
// the event that started it (batches.cpp).
struct Batch {
  BatchStarted started;
  std::uint64_t cursor = 0;  // the last item that it has visited: an order's id, or a row's number
  std::uint64_t total = 0;   // items that it has done its work on
  WideMoney paid;            // by a round so far, as MarketSettled will tell
  WideMoney charged;
  WideMoney commission;
};

// The trading day, and what is left to do for the one that ended last.
struct TradingDay {
  std::uint32_t ends_at_s = 0;  // seconds after midnight UTC
  Timestamp next_end;
  OrderId expiring_to;               // live Day orders up to here are to expire
  OrderId expired_to;                // and have expired up to here
  std::uint32_t live_orders = 0;     // Day orders, all
  std::uint32_t left_to_expire = 0;  // of them, those that the last end of a day has reached
};

// How old a ClOrdID or a finished order is, is said in generations (RULES.md section 3).
struct Generations {
  std::uint32_t number = 0;
  Timestamp next_end;
};

// What is the exchange's own.
struct Exchange {
  Currency currency;
  std::uint32_t max_requests_a_day = 0;  // of operators; 0: no limit
  std::uint32_t requests_today = 0;      // that have used an id up
  Timestamp request_ids_end;             // of the generation of their ids
  bool halted = false;
  std::uint32_t approval_classes = 0;  // that a second operator has to approve
};

// A request that waits for a second operator.
struct Proposal {
  EventSeq seq;  // of its event
  OperationProposed event;
  std::vector<RunnerShare> shares;
};

struct State {
  explicit State(const ClOrdIdKey& key = {}) : cl_ord_ids{orders, key}, order_groups{key} {}

  EventSeq last_seq;
  TxId last_tx_id;
  Timestamp last_timestamp;
  OrderId last_order_id;
  BatchId last_batch_id;
  EventSeq watermark;

  Registry<SessionId, SessionState> sessions;
  Registry<AccountId, AccountState> accounts;
  Registry<MarketId, MarketData> markets;
  Registry<InstrumentId, InstrumentState> instruments;
  OrderTable orders;
  std::map<OrderId, AmendDelayed> delayed_amends;
  ClOrdIds cl_ord_ids;
  OrderGroups order_groups;
  Generations generations;
  Exchange exchange;
  Ledger ledger;
  std::vector<Batch> batches;   // that cancel or make void, the oldest first
  std::vector<Batch> payments;  // that pay or archive, the oldest first
  TradingDay trading_day;
  RequestIds request_ids;
  std::vector<Proposal> proposals;  // the oldest first, and so in the order in which they expire

  // These follow from the above.
  NameIndex session_names;
  NameIndex account_names;
  NameIndex market_names;
  NameIndex symbols;  // to the instrument's id and, in the upper half, its market's
  OrderIdList day_orders;
  Deadlines deadlines;
  Timestamp first_grace;      // of those that run, of order groups too; 0: none does
  SessionId epoch_begins_of;  // in the transaction that is being applied; 0: none
  bool request_came = false;  // likewise: an id was used up in it

  // Of the transaction that is being decided or applied.
  Timestamp now;
};

// What the index of symbols says of an instrument.
[[nodiscard]] constexpr std::uint64_t symbol_entry(InstrumentId instrument, MarketId market) {
  return std::uint64_t{market.value()} << 32 | instrument.value();
}

// The account's order that a request means: `order` if given, else the one that `cl_ord_id` belongs
// to. 0: unknown, forgotten, or another account's.
[[nodiscard]] Slot find_order(const State& state,
                              AccountId account,
                              OrderId order,
                              const KeyedClOrdId& cl_ord_id) noexcept;

// What `entry` waits for, if anything still does.
enum class Due : std::uint8_t { Nothing, Release, Amend, Expiry };
[[nodiscard]] Due due_of(const State& state, const Deadlines::Entry& entry) noexcept;

// The process is of this request. None is of one without an id.
[[nodiscard]] bool is_of(const BatchStarted& batch, const Name& request_id) noexcept;

// A process that stops new orders: of the whole market, or of the account or the session alone.
[[nodiscard]] bool is_market_wide(const BatchStarted& batch) noexcept;

// Where an order's bets count.
[[nodiscard]] BetPlace place_of(const State& state, const Order& order) noexcept;

// The same of a live order, with what its cost follows from.
struct OpenBet {
  BetPlace place;
  CostTerms terms;
};

[[nodiscard]] OpenBet bet_of(const State& state, Slot slot, const Order& order) noexcept;

// What a live order counts for in its row.
[[nodiscard]] OpenPart part_of(const State& state, Slot slot) noexcept;

// The first end of a day at `ends_at_s` after `time`.
[[nodiscard]] Timestamp next_day_end(Timestamp time, std::uint32_t ends_at_s) noexcept;

inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
inline constexpr std::int64_t kNanosPerMillisecond = 1'000'000;
inline constexpr std::int64_t kSecondsPerDay = 86'400;
inline constexpr std::int64_t kRequestIdNanos = 35 * kSecondsPerDay * kNanosPerSecond;
inline constexpr std::int64_t kGenerationNanos = std::int64_t{25} * 3'600 * kNanosPerSecond;

}  // namespace betex::matching
