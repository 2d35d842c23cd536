#include "matching/engine.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "matching/apply.h"
#include "matching/assert.h"
#include "matching/decider.h"
#include "matching/emitter.h"
#include "matching/request_kinds.h"
#include "matching/snapshot.h"
#include "matching/state.h"

namespace betex::matching {
namespace {

// Without its chain of ClOrdIDs.
OrderInfo info_of(const State& state, Slot slot) {
  const Order& order = state.orders.at(slot);
  return {.order = order.id,
          .account = order.account,
          .session = order.session,
          .instrument = order.instrument,
          .tick = order.tick,
          .side = order.side,
          .type = order.type,
          .time_in_force = order.time_in_force,
          .live = order.live(),
          .delayed = order.place == OrderPlace::Delayed,
          .cancel_cause = order.cancel_cause,
          .finished_generation = order.finished_generation,
          .expire_time = order.expire_time,
          .values = order.values,
          .reference = order.reference,
          .order_group = order.order_group,
          .part = order.live() ? part_of(state, slot).cost : Money{}};
}

AccountInfo info_of(const State& state, const AccountState& account) {
  const AccountMoney& money = state.ledger.money(account.id);
  return {.account = account.id,
          .name = account.name,
          .kind = money.kind,
          .suspended = account.suspended,
          .open_orders = account.open_orders,
          .max_open_orders = account.max_open_orders,
          .commission_discount_bp = money.discount_bp,
          .balance = money.balance,
          .credit = money.credit,
          .exposure_limit = money.exposure_limit,
          .market_exposure_limit = money.market_exposure_limit,
          .exposure = money.exposure,
          .available = WideMoney{money.available()},
          .bound = money.bound};
}

// `runners` is where those of an odds market are put.
RowInfo info_of(const State& state,
                MarketId id,
                std::uint32_t row,
                std::vector<RunnerBets>& runners) {
  const MarketRows& rows = state.ledger.market(id).rows;
  const RowHeader& header = rows.at(row);
  RowInfo info{.account = header.account,
               .market = id,
               .kind = rows.kind(),
               .number = row,
               .exposure = header.exposure,
               .matched = header.matched,
               .settled = header.settled,
               .paid = header.paid,
               .commission = header.commission,
               .discount_bp = header.discount_bp};
  if (rows.kind() == MarketKind::Binary) {
    const BinarySums& sums = rows.binary(row);
    info.position = sums.position;
    info.net_cash = sums.net_cash;
    info.open_buys = sums.open_buys;
    info.open_sells = sums.open_sells;
    info.open_buys_part = sums.open_buys_part;
    info.open_sells_part = sums.open_sells_part;
    return info;
  }
  runners.clear();
  for (const RunnerSums& sums : rows.runners(row)) {
    runners.push_back({.instrument = state.markets.at(id).instruments[runners.size()],
                       .if_won = Money{sums.won},
                       .if_lost = Money{sums.lost},
                       .open_if_won = Money{sums.open_won},
                       .open_if_lost = Money{sums.open_lost}});
  }
  info.runners = runners;
  return info;
}

}  // namespace

class Engine::Impl {
 public:
  explicit Impl(const ClOrdIdKey& key) : state{key} {}

  State state;
  Emitter emitter{state};
  Lookahead lookahead{state};
  Decider decider{state, emitter, lookahead};
};

Engine::Engine() : Engine{ClOrdIdKey{}} {}

Engine::Engine(const ClOrdIdKey& key) : impl_{std::make_unique<Impl>(key)} {}

Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::reserve(const EngineCapacity& capacity) {
  impl_->state.orders.reserve(capacity.live_orders, capacity.finished_orders);
  impl_->state.cl_ord_ids.reserve(capacity.cl_ord_ids);
}

TransactionView Engine::decide(const Command& command) {
  BETEX_ASSERT(command.timestamp >= impl_->state.last_timestamp);
  impl_->emitter.begin(command);
  impl_->decider.begin(command);
  std::visit(
      [this]<typename Body>(const Body& body) {
        impl_->decider.decide(body);
        if constexpr (OperatorRequest<Body>) {
          impl_->decider.add_remark();
        }
      },
      command.body);
  return impl_->emitter.finish();
}

DryRun Engine::dry_run(const Command& command) {
  BETEX_ASSERT(command.timestamp >= impl_->state.last_timestamp);
  impl_->emitter.begin(command);
  const DryRun result = impl_->decider.dry_run(command);
  BETEX_ASSERT(impl_->emitter.is_empty());
  return result;
}

void Engine::prefetch(const CommandsAhead& ahead) const noexcept {
  impl_->lookahead.step(ahead);
}

void Engine::apply(const TransactionView& transaction) {
  State& state = impl_->state;
  BETEX_ASSERT(transaction.header.tx_id == state.last_tx_id.next() &&
               transaction.first_seq == state.last_seq.next());
  state.now = transaction.header.timestamp;
  for_each_event(transaction, [&state](EventSeq seq, const auto& event) {
    matching::apply(state, seq, event);
    apply_end_of_event(state, event.header);
  });
  apply_header(state, transaction.header, transaction.last_seq());
}

std::optional<Timestamp> Engine::next_deadline() const {
  return matching::next_deadline(impl_->state);
}

bool Engine::is_due(Timestamp now) const noexcept {
  return matching::is_due(impl_->state, now);
}

PendingBatch Engine::batch_pending() const noexcept {
  const State& state = impl_->state;
  if (!state.batches.empty()) {
    return PendingBatch::Orders;
  }
  return state.payments.empty() ? PendingBatch::None : PendingBatch::Payments;
}

RunningBatches Engine::running_batches() const noexcept {
  return {.orders = impl_->state.batches.size(), .payments = impl_->state.payments.size()};
}

std::uint32_t Engine::trading_day_ends_at_s() const noexcept {
  return impl_->state.trading_day.ends_at_s;
}

std::uint32_t Engine::cl_ord_id_generation() const noexcept {
  return impl_->state.generations.number;
}

EventSeq Engine::last_seq() const noexcept {
  return impl_->state.last_seq;
}

TxId Engine::last_tx_id() const noexcept {
  return impl_->state.last_tx_id;
}

Timestamp Engine::last_timestamp() const noexcept {
  return impl_->state.last_timestamp;
}

std::optional<OrderId> Engine::find_order(const Name& account,
                                          OrderId order,
                                          const ClOrdId& cl_ord_id) const {
  const State& state = impl_->state;
  const AccountId id{static_cast<std::uint32_t>(state.account_names.find(account))};
  const Slot slot = matching::find_order(state, id, order, cl_ord_id);
  return slot == 0 ? std::nullopt : std::optional{state.orders.at(slot).id};
}

std::uint64_t Engine::state_hash() const {
  StateHasher hasher;
  matching::save(impl_->state, hasher);
  return hasher.hash();
}

void Engine::save(const std::function<void(std::span<const std::byte>)>& write) const {
  StateWriter writer{write};
  matching::save(impl_->state, writer);
  writer.flush();
}

Engine Engine::load(std::span<const std::byte> bytes, const ClOrdIdKey& key) {
  Engine engine{key};
  matching::load(engine.impl_->state, bytes);
  return engine;
}

void Engine::visit_sessions(const std::function<void(const SessionInfo&)>& visit) const {
  for (const SessionState& session : impl_->state.sessions) {
    SessionInfo info = session.info;
    info.grace_runs = session.cancel_at != Timestamp{};
    visit(info);
  }
}

void Engine::visit_accounts(const std::function<void(const AccountInfo&)>& visit) const {
  for (const AccountState& account : impl_->state.accounts) {
    visit(info_of(impl_->state, account));
  }
}

void Engine::visit_markets(const std::function<void(const MarketInfo&)>& visit) const {
  for (const MarketData& market : impl_->state.markets) {
    const MarketMoney& money = impl_->state.ledger.market(market.id);
    visit({.market = market.id,
           .name = market.name,
           .kind = market.kind,
           .ladder = market.ladder,
           .state = market.state,
           .in_play = market.in_play,
           .version = market.version,
           .open_orders = market.open_orders,
           .min_quantity = market.min_quantity,
           .quantity_step = market.quantity_step,
           .max_quantity = market.max_quantity,
           .winners = market.winners,
           .commission_bp = market.commission_bp,
           .max_position = market.max_position,
           .void_price = market.void_price,
           .archived = market.archived,
           .rounds = money.rounds,
           .rows = money.rows.size(),
           .pot = money.pot,
           .public_changes = market.public_changes,
           .before_halt = market.before_halt,
           .bet_delay_ms = market.bet_delay_ms,
           .flags = market.flags,
           .description = market.description});
  }
}

void Engine::visit_instruments(const std::function<void(const InstrumentInfo&)>& visit) const {
  for (const InstrumentState& instrument : impl_->state.instruments) {
    const MarketData& market = impl_->state.markets.at(instrument.market);
    visit({.instrument = instrument.id,
           .market = instrument.market,
           .symbol = instrument.symbol,
           .kind = market.kind,
           .ladder = market.ladder,
           .removed = instrument.removed,
           .share = instrument.share,
           .traded = instrument.traded,
           .text = instrument.text});
  }
}

void Engine::visit_orders(const std::function<void(const OrderInfo&)>& visit) const {
  std::vector<Slot> slots;
  std::vector<AcceptedRequest> chain;
  impl_->state.orders.for_each([&](Slot order_slot, const Order& order) {
    chain.clear();
    const ClOrdIds& ids = impl_->state.cl_ord_ids;
    ids.get_chain(order, slots);
    for (const Slot slot : slots) {
      const ClOrdIdData& request = ids.at(slot);
      chain.push_back({request.id, request.tick, request.expire_time});
    }
    OrderInfo info = info_of(impl_->state, order_slot);
    info.chain = chain;
    visit(info);
  });
}

void Engine::visit_order_groups(const std::function<void(const OrderGroupInfo&)>& visit) const {
  const State& state = impl_->state;
  std::vector<DeletedOrderGroup> deleted;
  state.order_groups.for_each_deleted([&](const DeletedOrderGroup& g) { deleted.push_back(g); });
  std::sort(deleted.begin(), deleted.end(), [](const auto& left, const auto& right) {
    return left.number < right.number;
  });
  auto next = deleted.begin();
  const auto visit_deleted_below = [&](std::uint32_t number) {
    for (; next != deleted.end() && next->number < number; ++next) {
      visit(
          {.number = next->number, .account = next->account, .name = next->name, .deleted = true});
    }
  };
  state.order_groups.for_each([&](const OrderGroup& group) {
    visit_deleted_below(group.number);
    visit({.number = group.number,
           .account = group.account,
           .name = group.name,
           .standing = standing_of(group, state.last_timestamp)});
  });
  visit_deleted_below(UINT32_MAX);
}

void Engine::visit_proposals(const std::function<void(const ProposalInfo&)>& visit) const {
  for (const Proposal& proposal : impl_->state.proposals) {
    visit({.proposed = proposal.seq, .event = proposal.event, .shares = proposal.shares});
  }
}

ExchangeInfo Engine::exchange() const noexcept {
  const Exchange& exchange = impl_->state.exchange;
  return {.halted = exchange.halted,
          .approval_classes = exchange.approval_classes,
          .max_requests_a_day = exchange.max_requests_a_day,
          .watermark = impl_->state.watermark};
}

void Engine::visit_traded(InstrumentId id,
                          const std::function<void(const TradedLevel&)>& visit) const {
  const InstrumentState* const instrument = impl_->state.instruments.find(id);
  if (instrument == nullptr) {
    return;
  }
  instrument->volumes.for_each([&](Tick tick, WideQuantity volume) {
    visit({.tick = tick, .price = instrument->book.ladder().price_of(tick), .volume = volume});
  });
}

std::optional<OrderInfo> Engine::order_info(OrderId order) const {
  const Slot slot = impl_->state.orders.find(order);
  return slot == 0 ? std::nullopt : std::optional{info_of(impl_->state, slot)};
}

std::size_t Engine::best_levels(InstrumentId id,
                                Side side,
                                std::span<PriceLevel> levels) const noexcept {
  const InstrumentState* const instrument = impl_->state.instruments.find(id);
  if (instrument == nullptr) {
    return 0;
  }
  const Book& book = instrument->book;
  std::size_t filled = 0;
  for (auto key = book.best(side); key && filled < levels.size(); ++filled) {
    const Tick tick = book.tick_of(*key);
    levels[filled] = {
        .tick = tick, .price = book.ladder().price_of(tick), .volume = book.level(*key).volume};
    key = book.next_worse(side, *key);
  }
  return filled;
}

void Engine::visit_levels(InstrumentId id,
                          const std::function<void(const LevelInfo&)>& visit) const {
  const State& state = impl_->state;
  const Book& book = state.instruments.at(id).book;
  std::vector<OrderId> queue;
  for (const Side side : {Side::Bid, Side::Ask}) {
    for (auto key = book.best(side); key; key = book.next_worse(side, *key)) {
      const Level& level = book.level(*key);
      queue.clear();
      for (Slot slot = level.first; slot != 0; slot = state.orders.at(slot).next) {
        queue.push_back(state.orders.at(slot).id);
      }
      visit({.side = side, .tick = book.tick_of(*key), .volume = level.volume, .queue = queue});
    }
  }
}

void Engine::visit_index(OrderIndex index,
                         std::uint32_t id,
                         const std::function<void(OrderId)>& visit) const {
  const State& state = impl_->state;
  const OrderIdList& list = index == OrderIndex::Market    ? state.markets.at(MarketId{id}).orders
                            : index == OrderIndex::Account ? state.accounts.at(AccountId{id}).orders
                            : index == OrderIndex::Session ? state.sessions.at(SessionId{id}).orders
                                                           : state.day_orders;
  for (const OrderId order : list.after(OrderId{})) {
    if (state.orders.is_live(order)) {
      visit(order);
    }
  }
}

void Engine::visit_rows(const std::function<void(const RowInfo&)>& visit) const {
  const State& state = impl_->state;
  std::vector<RunnerBets> runners;
  for (const MarketData& market : state.markets) {
    const MarketRows& rows = state.ledger.market(market.id).rows;
    for (std::uint32_t row = rows.first(); row <= rows.size(); ++row) {
      visit(info_of(state, market.id, row, runners));
    }
  }
}

std::optional<MarketId> Engine::visit_row_after(
    AccountId account, MarketId after, const std::function<void(const RowInfo&)>& visit) const {
  const State& state = impl_->state;
  const std::vector<MarketId>& markets = state.ledger.money(account).markets;
  const auto next = std::upper_bound(markets.begin(), markets.end(), after);
  if (next == markets.end()) {
    return std::nullopt;
  }
  std::vector<RunnerBets> runners;
  visit(info_of(state, *next, state.ledger.market(*next).rows.find(account), runners));
  return *next;
}

std::optional<AccountInfo> Engine::account_info(const Name& account) const {
  const State& state = impl_->state;
  const auto id = static_cast<std::uint32_t>(state.account_names.find(account));
  const AccountState* const known = state.accounts.find(AccountId{id});
  return known == nullptr ? std::nullopt : std::optional{info_of(state, *known)};
}

HouseInfo Engine::house() const noexcept {
  const State& state = impl_->state;
  return {.currency = state.exchange.currency,
          .house = state.ledger.house(),
          .rounding = state.ledger.rounding()};
}

}  // namespace betex::matching
