// All that reports are made from, as of one event. A start rebuilds it from a snapshot and the
// journal behind it, the report stage keeps it up to date, both by the same take().
#pragma once

#include "gateway/reports/event_times.h"
#include "gateway/reports/read_model.h"
#include "gateway/reports/report_cursors.h"
#include "gateway/reports/report_maker.h"
#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::gateway {

// *Owned by one thread:* the main thread at a start, then the report thread.
struct ReportState {
  [[nodiscard]] ReportMaker maker() const noexcept { return ReportMaker{model, cursors.watches()}; }

  // The next transaction, while nobody listens.
  void take(const matching::TransactionView& transaction);

  // The next transaction. `receiver` is asked about each report, and `also` is called with each
  // event after its reports.
  template <typename Also>
  void take(const matching::TransactionView& transaction,
            ReportReceiver& receiver,
            const Also& also);

  ReadModel model;
  ReportCursors cursors;
  matching::EventSeq last_seq;  // the last event taken
  matching::Timestamp last_time;
  EventTimes times;
  // A snapshot's event, with which it began; 0: the log's beginning. Reports of later events can be
  // made from it.
  matching::EventSeq begins_after{};

 private:
  // A little at a time: some orders every so many events. `before` is the last event before the
  // transaction.
  void forget_finished(matching::EventSeq before);
};

// Notes which reports there are, whoever wants them.
class ReportNotes final : public ReportReceiver {
 public:
  ReportNotes(ReportCursors& cursors, ReportReceiver& receiver) noexcept
      : cursors_{cursors}, receiver_{receiver} {}

  [[nodiscard]] bool wants(matching::SessionId session, fix::ReportId id) override {
    cursors_.reported(session, id);
    return receiver_.wants(session, id);
  }

  void receive(matching::SessionId session, fix::Report report) override {
    receiver_.receive(session, std::move(report));
  }

 private:
  ReportCursors& cursors_;
  ReportReceiver& receiver_;
};

template <typename Also>
void ReportState::take(const matching::TransactionView& transaction,
                       ReportReceiver& receiver,
                       const Also& also) {
  // The whole transaction first: a market's creation tells of the runners that it begins with.
  matching::for_each_event(transaction, [&](matching::EventSeq seq, const auto& event) {
    model.apply(transaction.header.origin_session, seq, event);
  });
  ReportNotes notes{cursors, receiver};
  matching::for_each_event(transaction, [&](matching::EventSeq seq, const auto& event) {
    cursors.apply(seq, event);
    maker().make(transaction.header, seq, event, notes);
    also(event);
  });
  const matching::EventSeq before = last_seq;
  last_seq = transaction.last_seq();
  last_time = transaction.header.timestamp;
  forget_finished(before);
}

}  // namespace betex::gateway
