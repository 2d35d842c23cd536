#include "gateway/pipeline/match_stage.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <variant>

namespace betex::gateway {
namespace {

// An operator's; empty of what nobody else asks for.
matching::Name request_id_of(const matching::Command& command) {
  return std::visit(
      [](const auto& body) {
        if constexpr (requires { body.request_id; }) {
          return body.request_id;
        } else {
          return matching::Name{};
        }
      },
      command.body);
}

}  // namespace

MatchStage::MatchStage(CommandRing<RingCommand>& commands,
                       matching::Engine& engine,
                       EventRing& events,
                       const Clock& clock) noexcept
    : commands_{commands},
      engine_{engine},
      events_{events},
      clock_{clock},
      last_time_{engine.last_timestamp()},
      positions_{engine} {
  note_backlog();
}

std::size_t MatchStage::do_work() {
  if (!publish_waiting()) {
    return 0;  // a consumer's release signals this thread
  }
  std::size_t work = commands_.poll([this](RingCommand& command) {
    prepare_next();
    if (auto* const for_engine = std::get_if<matching::Command>(&command)) {
      sequence(*for_engine);
    } else {
      std::visit([this](auto& query) { pass_on(query); }, std::get<Query>(command));
    }
    return waiting_.empty() ? AfterSlot::Continue : AfterSlot::Stop;
  });
  if (work == 0) {
    const matching::Timestamp now = sequenced_time();
    work = advance_time(now) + continue_batch(now, BatchTurns::Load::Idle);
  }
  if (positions_.pending() && waiting_.empty()) {
    work += go_on_with_positions();
  }
  return work;
}

void MatchStage::prepare_next() {
  engine_.prefetch([this](std::size_t distance) {
    return std::get_if<matching::Command>(commands_.ahead(distance));
  });
}

void MatchStage::sequence(matching::Command& command) {
  const SubmitTime submitted_at{std::chrono::nanoseconds{command.timestamp.value()}};
  command.timestamp = sequenced_time();
  advance_time(command.timestamp);
  publish(engine_.decide(command), submitted_at);
  continue_batch(command.timestamp, BatchTurns::Load::Busy);
}

// ---- Requests that change nothing of the exchange

void MatchStage::pass_on(const OrderStatusQuery& query) {
  pass_barrier(query,
               engine_.find_order(query.account, query.order_id, query.cl_ord_id)
                   .value_or(matching::OrderId{0}));
}

void MatchStage::pass_on(const MassStatusQuery& query) {
  pass_barrier(query);
}

// What it asks to be told of is all that is decided from here on.
void MatchStage::pass_on(const SecurityListQuery& query) {
  using Updates = SecurityListQuery::Updates;
  if (query.updates != Updates::AsBefore) {
    matching::Command watch;
    watch.body =
        matching::WatchMarkets{.session = query.session, .on = query.updates == Updates::Begin};
    sequence(watch);
  }
  pass_barrier(query);
}

void MatchStage::pass_on(const SecurityStatusQuery& query) {
  pass_barrier(query);
}

void MatchStage::pass_on(const ReplayQuery& query) {
  pass_barrier(query);
}

void MatchStage::pass_barrier(const BarrierQuery& query, matching::OrderId order) {
  const StatusBarrier barrier{.query = query, .order = order, .asked_at = sequenced_time()};
  publish_slot(static_cast<std::uint32_t>(SlotTag::StatusBarrier),
               sizeof barrier,
               [&](std::span<std::byte> slot) { std::memcpy(slot.data(), &barrier, slot.size()); });
}

void MatchStage::pass_on(const NetworkStatusQuery& query) {
  publish_slot(static_cast<std::uint32_t>(SlotTag::NetworkBarrier),
               slot_size(query),
               [&](std::span<std::byte> slot) { write_slot(slot, query); });
}

void MatchStage::pass_on(DryRunQuery& query) {
  matching::Command& command = *query.command;
  command.timestamp = sequenced_time();
  const DryRunPart part{.session = command.origin.session,
                        .command = static_cast<std::uint16_t>(command.body.index() + 1),
                        .request_id = request_id_of(command),
                        .asked_at = command.timestamp,
                        .outcome = engine_.dry_run(command)};
  publish_slot(static_cast<std::uint32_t>(SlotTag::DryRun),
               sizeof part,
               [&](std::span<std::byte> slot) { std::memcpy(slot.data(), &part, slot.size()); });
}

void MatchStage::pass_on(const PositionsQuery& query) {
  const matching::Timestamp now = sequenced_time();
  if (!positions_.add(query, now)) {
    publish({.part = {.query = query,
                      .asked_at = now,
                      .kind = PositionsPart::Kind::TooMany,
                      .account = {}},
             .runners = {}});
  }
}

// ---- Steps of the engine's own

std::size_t MatchStage::advance_time(matching::Timestamp now) {
  std::size_t transactions = 0;
  while (engine_.is_due(now)) {
    const auto transaction =
        engine_.decide({.timestamp = now, .origin = {}, .body = matching::AdvanceTime{}});
    if (transaction.events.empty()) {
      break;
    }
    publish(transaction);
    ++transactions;
  }
  return transactions;
}

std::size_t MatchStage::continue_batch(matching::Timestamp now, BatchTurns::Load load) {
  if (!batch_turns_.take(engine_.batch_pending(), load, now)) {
    return 0;
  }
  publish(engine_.decide({.timestamp = now, .origin = {}, .body = matching::ContinueBatch{}}));
  return 1;
}

std::size_t MatchStage::go_on_with_positions() {
  if (positions_.go_on(part_)) {
    publish(part_);
  }
  return 1;
}

void MatchStage::publish(const PositionAnswers::Part& part) {
  publish_slot(static_cast<std::uint32_t>(SlotTag::Positions),
               slot_size(part.part),
               [&](std::span<std::byte> slot) { write_slot(slot, part.part, part.runners); });
}

void MatchStage::publish(const matching::TransactionView& transaction, SubmitTime submitted_at) {
  if (transaction.events.empty()) {
    return;  // nothing happened: no transaction
  }
  publish_slot(static_cast<std::uint32_t>(SlotTag::Transaction),
               slot_size(transaction),
               [&](std::span<std::byte> slot) { write_slot(slot, transaction, submitted_at); });
  note_backlog();
}

template <typename Write>
void MatchStage::publish_slot(std::uint32_t tag, std::size_t size, Write&& write) {
  if (waiting_.empty()) {
    const Claim claim = events_.try_claim(size);
    if (claim.outcome == ClaimOutcome::Claimed) {
      write(claim.bytes);
      events_.publish(tag);
      return;
    }
  }
  Waiting& slot = waiting_.emplace_back(Waiting{tag, std::vector<std::byte>(size)});
  write(std::span{slot.payload});
}

void MatchStage::note_backlog() noexcept {
  const matching::RunningBatches running = engine_.running_batches();
  backlog_.orders.set(running.orders);
  backlog_.payments.set(running.payments);
}

bool MatchStage::publish_waiting() {
  while (!waiting_.empty()) {
    const Waiting& slot = waiting_.front();
    const Claim claim = events_.try_claim(slot.payload.size());
    if (claim.outcome != ClaimOutcome::Claimed) {
      return false;
    }
    std::memcpy(claim.bytes.data(), slot.payload.data(), slot.payload.size());
    events_.publish(slot.tag);
    waiting_.pop_front();
  }
  return true;
}

TimePoint MatchStage::next_deadline() const noexcept {
  if (!waiting_.empty()) {
    return kNoDeadline;
  }
  auto deadline = engine_.next_deadline();
  if (engine_.batch_pending() == matching::PendingBatch::Payments) {
    const matching::Timestamp turn = batch_turns_.next_payment();
    deadline = deadline ? std::min(*deadline, turn) : turn;
  }
  if (!deadline) {
    return kNoDeadline;
  }
  const std::int64_t from_now = deadline->value() - clock_.now().value();
  return std::chrono::steady_clock::now() +
         std::chrono::nanoseconds{std::max<std::int64_t>(from_now, 0)};
}

bool MatchStage::finished() const noexcept {
  return waiting_.empty() && commands_.drained();
}

void MatchStage::on_close() {
  events_.close();
}

matching::Timestamp MatchStage::sequenced_time() {
  last_time_ = std::max(last_time_, clock_.now());
  return last_time_;
}

}  // namespace betex::gateway
