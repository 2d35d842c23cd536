// The records of a saved state: what one of each is archived from, and the list of its fields
// (snapshot.h). Those of orders stand in snapshot_orders.cpp.
#pragma once

#include <cstdint>

#include "matching/state.h"

namespace betex::matching {

// One list of fields for both directions: `archive` is a RecordWriter or a RecordReader. Fields are
// added at the end of a list and never taken away. What follows from other parts of the state is
// left out and counted again.

inline constexpr auto archive_counters = [](auto& archive, auto& state) {
  archive(state.last_seq,
          state.last_tx_id,
          state.last_timestamp,
          state.last_order_id,
          state.last_batch_id,
          state.watermark,
          state.generations.number,
          state.generations.next_end,
          state.trading_day.ends_at_s,
          state.trading_day.next_end,
          state.trading_day.expiring_to,
          state.trading_day.expired_to,
          state.trading_day.live_orders,
          state.trading_day.left_to_expire);
};

// The fields of State that stand in the section of counters.
struct Counters {
  EventSeq last_seq;
  TxId last_tx_id;
  Timestamp last_timestamp;
  OrderId last_order_id;
  BatchId last_batch_id;
  EventSeq watermark;
  Generations generations;
  TradingDay trading_day;
};

struct SavedExchange {
  Exchange exchange;
  WideMoney house;
  WideMoney rounding;
};

inline constexpr auto archive_exchange = [](auto& archive, auto& saved) {
  archive(saved.exchange.currency,
          saved.exchange.max_requests_a_day,
          saved.exchange.requests_today,
          saved.exchange.request_ids_end,
          saved.house,
          saved.rounding,
          saved.exchange.halted,
          saved.exchange.approval_classes);
};

inline constexpr auto archive_session = [](auto& archive, auto& session) {
  archive(session.info.session,
          session.info.comp_id,
          session.info.epoch,
          session.info.up,
          session.info.next_in,
          session.info.reserved_to,
          session.info.delivered,
          session.info.epoch_began,
          session.info.suspended,
          session.cancel_on_disconnect,
          session.grace_ms,
          session.cancel_at,
          session.cancel_cause,
          session.info.username);
};

struct SavedAccount {
  AccountState account;
  AccountMoney money;
};

inline constexpr auto archive_account = [](auto& archive, auto& saved) {
  archive(saved.account.id,
          saved.account.suspended,
          saved.account.name,
          saved.account.max_open_orders,
          saved.account.open_orders,
          saved.money.kind,
          saved.money.discount_bp,
          saved.money.balance,
          saved.money.credit,
          saved.money.exposure_limit,
          saved.money.market_exposure_limit);
};

struct SavedMarket {
  MarketData market;
  WideMoney pot;
  std::uint32_t rounds = 0;
  std::uint32_t rows = 0;         // all that ever were
  std::uint32_t archived_to = 0;  // rows that are gone
  bool removing = false;          // a runner; the two that follow say which, and how far
  std::uint32_t removed_runner = 0;
  std::uint32_t voided_to = 0;
};

inline constexpr auto archive_market = [](auto& archive, auto& saved) {
  archive(saved.market.id,
          saved.market.kind,
          saved.market.ladder,
          saved.market.state,
          saved.market.before_halt,
          saved.market.in_play,
          saved.market.winners,
          saved.market.commission_bp,
          saved.market.bet_delay_ms,
          saved.market.open_orders,
          saved.market.min_quantity,
          saved.market.quantity_step,
          saved.market.max_quantity,
          saved.market.max_position,
          saved.market.flags,
          saved.market.version,
          saved.market.last_market_seq,
          saved.market.public_changes,
          saved.market.void_price,
          saved.market.archived,
          saved.market.name,
          saved.pot,
          saved.rounds,
          saved.rows,
          saved.archived_to,
          saved.removing,
          saved.removed_runner,
          saved.voided_to);
};

struct SavedInstrument {
  InstrumentId id;
  MarketId market;
  bool removed = false;
  Name symbol;
  InstrumentShare share;
  WideQuantity traded;
};

inline constexpr auto archive_instrument = [](auto& archive, auto& saved) {
  archive(saved.id, saved.market, saved.removed, saved.symbol, saved.share, saved.traded);
};

struct SavedRow {
  MarketId market;
  RowHeader header;
  BinarySums binary;  // zeros in an odds market
};

inline constexpr auto archive_row = [](auto& archive, auto& saved) {
  archive(saved.market,
          saved.header.account,
          saved.header.discount_bp,
          saved.header.matched,
          saved.header.paid,
          saved.header.commission,
          saved.header.settled,
          saved.binary.position,
          saved.binary.net_cash);
};

// What matched bets on a runner pay; where both are 0 there is no such record.
struct SavedSums {
  MarketId market;
  std::uint32_t row = 0;
  std::uint32_t runner = 0;
  std::int64_t won = 0;
  std::int64_t lost = 0;
};

inline constexpr auto archive_sums = [](auto& archive, auto& saved) {
  archive(saved.market, saved.row, saved.runner, saved.won, saved.lost);
};

inline constexpr auto archive_amend = [](auto& archive, auto& amend) { archive(amend); };

// What its event says for a report alone, the market's version and state, is left out.
inline constexpr auto archive_batch = [](auto& archive, auto& batch) {
  archive(batch.cursor, batch.total, batch.paid, batch.charged, batch.commission);
  auto& started = batch.started;
  archive(started.header,
          started.batch,
          started.account,
          started.session,
          started.instrument,
          started.last_order,
          started.guard_below,
          started.scope,
          started.cause,
          started.side,
          started.id_consumed,
          started.requester,
          started.requester_account,
          started.work,
          started.reserved,
          started.request_id,
          started.cl_ord_id,
          started.done_before,
          started.of_session,
          started.order_group,
          started.reference);
};

struct SavedRequest {
  RequestRecord request;
  bool current = false;  // it came in this generation
};

inline constexpr auto archive_request = [](auto& archive, auto& saved) {
  archive(saved.current, saved.request);
};

// Of a market or of one of its runners; where nothing was said there is no such record.
struct SavedDescription {
  MarketId market;
  InstrumentId instrument;  // 0: the market
  MarketText description;
};

inline constexpr auto archive_description = [](auto& archive, auto& saved) {
  archive(saved.market,
          saved.instrument,
          saved.description.text,
          saved.description.parent,
          saved.description.scheduled_start);
};

// What was traded at one price.
struct SavedVolume {
  InstrumentId instrument;
  Tick tick;
  WideQuantity volume;
};

inline constexpr auto archive_volume = [](auto& archive, auto& saved) {
  archive(saved.instrument, saved.tick, saved.volume);
};

struct SavedProposal {
  EventSeq seq;
  OperationProposed event;
};

inline constexpr auto archive_proposal = [](auto& archive, auto& saved) {
  archive(saved.seq, saved.event);
};

// One of a proposed result's.
struct SavedShare {
  EventSeq proposal;
  RunnerShare share;
};

inline constexpr auto archive_share = [](auto& archive, auto& saved) {
  archive(saved.proposal, saved.share);
};

}  // namespace betex::matching
