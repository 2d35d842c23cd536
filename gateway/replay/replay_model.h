// What reports that are told again are made from: a read model of its own, that goes through the
// log from a snapshot on, event by event. *Owned by the replay thread.*
#pragma once

#include <utility>

#include "gateway/reports/market_watches.h"
#include "gateway/reports/read_model.h"
#include "gateway/reports/report_cursors.h"
#include "gateway/reports/report_maker.h"
#include "gateway/reports/report_state.h"
#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::gateway {

class ReplayModel {
 public:
  // As of a snapshot, or of the log's beginning.
  explicit ReplayModel(ReportState state)
      : model_{std::move(state.model)},
        watches_{state.cursors.watches()},
        last_seq_{state.last_seq} {}

  // The next transaction. Its reports are made as when it came: `receiver` is asked about each.
  void take(const matching::TransactionView& transaction, ReportReceiver& receiver);

  // The last event taken.
  [[nodiscard]] matching::EventSeq last_seq() const noexcept { return last_seq_; }

  [[nodiscard]] const ReadModel& model() const noexcept { return model_; }

 private:
  void forget_finished(matching::EventSeq before);

  ReadModel model_;
  MarketWatches watches_;
  const ReportCursors nobody_;  // lacks anything that was made
  matching::EventSeq last_seq_;
};

}  // namespace betex::gateway
