// Makes transactions durable: takes all that the event ring offers, commits it as one batch, and
// only then releases the slots. Releasing is the gate: the report stage stands behind this one. A
// batch that commits nothing is only confirmed: another node may have gone on with the log, and
// then nothing may be told of it here any more.
#pragma once

#include <cstddef>
#include <string_view>

#include "gateway/agent/agent.h"
#include "gateway/pipeline/histogram.h"
#include "gateway/reports/transaction_log.h"
#include "gateway/ring/event_ring.h"

namespace betex::gateway {

class JournalStage final : public Agent {
 public:
  // Both must outlive it.
  JournalStage(EventConsumer& events, TransactionLog& log) noexcept : events_{events}, log_{log} {}

  [[nodiscard]] std::string_view name() const noexcept override { return "journal"; }

  std::size_t do_work() override;

  [[nodiscard]] bool finished() const noexcept override { return events_.drained(); }

  // How long the commits took. Any thread may read it.
  [[nodiscard]] const Histogram& commit_times() const noexcept { return commit_times_; }

 private:
  void commit();

  EventConsumer& events_;
  TransactionLog& log_;
  Histogram commit_times_;
};

}  // namespace betex::gateway
