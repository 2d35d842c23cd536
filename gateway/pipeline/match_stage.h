// Sequences commands: gives each its time, lets the engine decide, and puts the transaction on the
// event ring. The only thread that touches the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "gateway/agent/agent.h"
#include "gateway/link/clock.h"
#include "gateway/link/session_link.h"
#include "gateway/pipeline/batch_turns.h"
#include "gateway/pipeline/event_slot.h"
#include "gateway/pipeline/position_answers.h"
#include "gateway/pipeline/tally.h"
#include "gateway/ring/command_ring.h"
#include "gateway/ring/event_ring.h"
#include "matching/engine.h"

namespace betex::gateway {

// The engine's processes over many items that are not at their end. Any thread may read them.
struct ProcessBacklog {
  Tally orders;    // cancels, and bets that a removal makes void
  Tally payments;  // rounds of settlements, and rows that are archived
};

class MatchStage final : public Agent {
 public:
  // All must outlive it. The engine has recovered; from now on it is this stage's.
  MatchStage(CommandRing<RingCommand>& commands,
             matching::Engine& engine,
             EventRing& events,
             const Clock& clock) noexcept;

  [[nodiscard]] std::string_view name() const noexcept override { return "match"; }

  std::size_t do_work() override;

  // The engine's own next step, so that time passes also when no command comes.
  [[nodiscard]] TimePoint next_deadline() const noexcept override;

  [[nodiscard]] bool finished() const noexcept override;

  // Nothing follows: the journal and the reports come to their end as well.
  void on_close() override;

  [[nodiscard]] const ProcessBacklog& backlog() const noexcept { return backlog_; }

 private:
  // A slot that found the event ring full. Later ones queue behind it, and no command is taken
  // while there is one: that is the back-pressure of the ring on the sessions.
  struct Waiting {
    std::uint32_t tag = 0;
    std::vector<std::byte> payload;
  };

  // What commands that are already in the ring will need comes from memory meanwhile.
  void prepare_next();
  void sequence(matching::Command& command);
  // A request that changes nothing of the exchange: to whoever answers it, or with its answer.
  void pass_on(const OrderStatusQuery& query);
  void pass_on(const MassStatusQuery& query);
  void pass_on(const SecurityListQuery& query);
  void pass_on(const SecurityStatusQuery& query);
  void pass_on(const ReplayQuery& query);
  void pass_on(const PositionsQuery& query);
  void pass_on(const NetworkStatusQuery& query);
  void pass_on(DryRunQuery& query);
  void pass_barrier(const BarrierQuery& query, matching::OrderId order = {});
  // Lets the engine take the steps that are due by `now`; returns how many transactions.
  std::size_t advance_time(matching::Timestamp now);
  // The next chunk of a process over many orders or rows, if one is under way and it is its turn.
  std::size_t continue_batch(matching::Timestamp now, BatchTurns::Load load);
  // The next part of an answer that the engine alone knows.
  std::size_t go_on_with_positions();
  void publish(const PositionAnswers::Part& part);
  void publish(const matching::TransactionView& transaction, SubmitTime submitted_at = {});
  template <typename Write>
  void publish_slot(std::uint32_t tag, std::size_t size, Write&& write);
  void note_backlog() noexcept;
  // Returns whether none waits any more.
  bool publish_waiting();

  // Never backwards, whatever the clock does.
  [[nodiscard]] matching::Timestamp sequenced_time();

  CommandRing<RingCommand>& commands_;
  matching::Engine& engine_;
  EventRing& events_;
  const Clock& clock_;
  matching::Timestamp last_time_;
  BatchTurns batch_turns_;
  PositionAnswers positions_;
  PositionAnswers::Part part_;  // of an answer, kept for its room
  std::deque<Waiting> waiting_;
  ProcessBacklog backlog_;
};

}  // namespace betex::gateway
