// The deterministic core: commands in, events out. One thread owns it; it has no clock, no thread,
// no file and no randomness, so the same commands give the same event bytes everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "matching/cl_ord_id_key.h"
#include "matching/commands.h"
#include "matching/dry_run.h"
#include "matching/engine_capacity.h"
#include "matching/info.h"
#include "matching/lookahead.h"
#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::matching {

// The process that ContinueBatch would go on with.
enum class PendingBatch : std::uint8_t {
  None,
  Orders,    // cancels, and bets that a removal makes void
  Payments,  // rounds of settlements, and rows that are archived
};

// How many processes over many items are under way.
struct RunningBatches {
  std::size_t orders = 0;  // these and payments as in PendingBatch
  std::size_t payments = 0;
};

class Engine {
 public:
  // Without a secret, for tests and for tools that take no orders from strangers.
  Engine();

  // The key is the process's own: nothing that the engine says or saves depends on it.
  explicit Engine(const ClOrdIdKey& key);

  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  // Makes room for so much more and touches its memory, which takes a while, so that the first
  // minutes of traffic need not. For an engine that is new or has just been loaded; nothing that it
  // says or saves depends on it.
  void reserve(const EngineCapacity& capacity);

  // Checks the command against the state, emits its events and applies each. A refusal is an event
  // too. The view is valid until the next call; its `events` are empty where nothing happened, and
  // then there is no transaction. `command.timestamp` must not run backwards.
  TransactionView decide(const Command& command);

  // What decide() would do with an operator's request now (RULES.md section 5); with no other
  // command. Changes nothing, but ends the view that decide() returned.
  [[nodiscard]] DryRun dry_run(const Command& command);

  // For a caller that already has the commands that follow: starts to fetch what they will need
  // from memory. To be called once before each command is decided; `ahead(n)` returns a pointer to
  // the nth command after that one, or null where it is not known yet. Changes nothing.
  template <typename Ahead>
  void prefetch(Ahead&& ahead) const {
    prefetch({.farthest = ahead(CommandsAhead::kFarthest),
              .far = ahead(CommandsAhead::kFar),
              .near = ahead(CommandsAhead::kNear),
              .nearest = ahead(CommandsAhead::kNearest)});
  }

  // Recovery: applies one transaction of the journal. It must be the next one.
  void apply(const TransactionView& transaction);

  // When AdvanceTime is due; none while nothing waits for time. Work that was due and did not fit
  // into one transaction is due at once, so the caller repeats until this is later than now. It
  // comes before any other command with that timestamp or a later one.
  [[nodiscard]] std::optional<Timestamp> next_deadline() const;
  [[nodiscard]] bool is_due(Timestamp now) const noexcept;

  // What ContinueBatch would go on with. Orders: to be called after each command, and again when
  // idle; Payments: when idle, or once in a while.
  [[nodiscard]] PendingBatch batch_pending() const noexcept;

  [[nodiscard]] RunningBatches running_batches() const noexcept;

  // When the trading day ends, in seconds after midnight UTC.
  [[nodiscard]] std::uint32_t trading_day_ends_at_s() const noexcept;

  // The number of the current generation of ClOrdIDs (RULES.md section 3): the generations that
  // have ended.
  [[nodiscard]] std::uint32_t cl_ord_id_generation() const noexcept;

  // Of the last transaction, live or applied; zeros at the start of a log.
  [[nodiscard]] EventSeq last_seq() const noexcept;
  [[nodiscard]] TxId last_tx_id() const noexcept;
  [[nodiscard]] Timestamp last_timestamp() const noexcept;

  // The order that a status request means: `order` if given, else the account's `cl_ord_id` (of any
  // accepted request in an order's chain). None for an id that is not known any more, an order of
  // another account, or an unknown account.
  [[nodiscard]] std::optional<OrderId> find_order(const Name& account,
                                                  OrderId order,
                                                  const ClOrdId& cl_ord_id) const;

  // The account of that name; none where there is none.
  [[nodiscard]] std::optional<AccountInfo> account_info(const Name& account) const;

  // Visits the account's row in the first of its markets that is above `after`, and returns that
  // market; none where there is none. A row at a time, for an answer that must not hold others up.
  std::optional<MarketId> visit_row_after(AccountId account,
                                          MarketId after,
                                          const std::function<void(const RowInfo&)>& visit) const;

  // Over the whole state, equal for equal histories; walks everything, so not for the hot path.
  [[nodiscard]] std::uint64_t state_hash() const;

  // The whole state, in pieces, in an order that depends on the history alone; for a snapshot.
  void save(const std::function<void(std::span<const std::byte>)>& write) const;

  // The engine that was saved. Throws std::runtime_error where the bytes are no saved state; a
  // caller that keeps state_hash() beside them finds every other damage by comparing it.
  static Engine load(std::span<const std::byte> bytes, const ClOrdIdKey& key = {});

  // Reads, for building read models at a start. Each visits in ascending order of ids.
  void visit_sessions(const std::function<void(const SessionInfo&)>& visit) const;
  void visit_accounts(const std::function<void(const AccountInfo&)>& visit) const;
  void visit_markets(const std::function<void(const MarketInfo&)>& visit) const;
  void visit_instruments(const std::function<void(const InstrumentInfo&)>& visit) const;
  void visit_orders(const std::function<void(const OrderInfo&)>& visit) const;
  // Also those that are deleted, as long as an order of theirs is visited.
  void visit_order_groups(const std::function<void(const OrderGroupInfo&)>& visit) const;
  // The oldest first.
  void visit_proposals(const std::function<void(const ProposalInfo&)>& visit) const;
  [[nodiscard]] ExchangeInfo exchange() const noexcept;

  // What was traded at each price, in ascending order of ticks; nothing once the market is
  // archived, or for an instrument that is not known.
  void visit_traded(InstrumentId instrument,
                    const std::function<void(const TradedLevel&)>& visit) const;

  // The best levels of one side, the best first: fills `levels`, as far as there are so many, and
  // returns how many it has filled. None for an instrument that is not known. Costs the same
  // however many orders rest at a level.
  std::size_t best_levels(InstrumentId instrument,
                          Side side,
                          std::span<PriceLevel> levels) const noexcept;

  // Reads, for checking what must always hold.

  // None for an order that is not known. Its `chain` is left empty.
  [[nodiscard]] std::optional<OrderInfo> order_info(OrderId order) const;
  // The bids, then the asks, each from its best level on.
  void visit_levels(InstrumentId instrument,
                    const std::function<void(const LevelInfo&)>& visit) const;
  // The live orders of one market, account or session (`id`), or all Day orders, in ascending
  // order of ids.
  void visit_index(OrderIndex index,
                   std::uint32_t id,
                   const std::function<void(OrderId)>& visit) const;
  // In the order of markets, in each in that of their numbers.
  void visit_rows(const std::function<void(const RowInfo&)>& visit) const;
  [[nodiscard]] HouseInfo house() const noexcept;

 private:
  void prefetch(const CommandsAhead& ahead) const noexcept;

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace betex::matching
