// Tells sessions what was committed. It stands behind the journal stage on the event ring, so it
// sees nothing that is not durable: it takes events, makes their reports and answers requests that
// change nothing; SessionFeeds brings them to the sessions.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include "gateway/agent/agent.h"
#include "gateway/link/network_view.h"
#include "gateway/link/replay_link.h"
#include "gateway/link/session_link.h"
#include "gateway/pipeline/answer_times.h"
#include "gateway/pipeline/event_counts.h"
#include "gateway/pipeline/event_slot.h"
#include "gateway/reports/report_keeper.h"
#include "gateway/reports/report_state.h"
#include "gateway/reports/session_feeds.h"
#include "gateway/reports/transaction_log.h"
#include "gateway/ring/event_ring.h"

namespace betex::gateway {

class ReportStage final : public Agent, private ReportReceiver {
 public:
  // `events` and `wait` (its thread's) must outlive it.
  ReportStage(EventConsumer& events,
              WaitStrategy& wait,
              ReportState recovered,
              OpenTransactionSource open_source);

  // Where reports go; once, before the thread starts. `sink` must outlive the thread.
  void connect(SessionSink& sink) noexcept;

  // Without one the whole journal is kept. Once, before the thread starts; must outlive the thread.
  void connect(ReportKeeper& keeper) noexcept;

  // Who is on; without one nobody is told of. Once, before the thread starts; must outlive it.
  void connect(const NetworkView& network) noexcept { network_ = &network; }

  // Who runs the node: called on the report thread with each StopAnnounced that happens from now
  // on, when it is durable; never with one that a start reads again. Once, before the thread
  // starts.
  using StopHandler = std::function<void(const matching::StopAnnounced&)>;

  void connect(StopHandler on_stop) { on_stop_ = std::move(on_stop); }

  // Who tells reports again; without one nobody does. Once, before the thread starts; must outlive
  // it.
  void connect(ReplayPort& replays) noexcept { replays_ = &replays; }

  // Who makes late reports of events before the snapshot that `recovered` began with, by its two
  // ends; needed where it began with one. Once, before the thread starts; must outlive it.
  void connect_earlier(ReplayPort& port, ReplayFeed& feed) noexcept {
    feeds_.connect_earlier(port, feed);
  }

  // Where it hands them over. Thread-safe.
  [[nodiscard]] ReplaySink& earlier() noexcept { return feeds_; }

  // Where sessions get their reports from. Thread-safe.
  [[nodiscard]] ReportFeed& feed() noexcept { return feeds_; }

  // What any thread may read of what it has done.
  [[nodiscard]] const AnswerTimes& answers() const noexcept { return answers_; }

  [[nodiscard]] const EventCounts& counts() const noexcept { return counts_; }

  // *On the report thread.*
  [[nodiscard]] const ReportState& state() const noexcept { return state_; }

  [[nodiscard]] std::string_view name() const noexcept override { return "report"; }

  std::size_t do_work() override;

  [[nodiscard]] bool finished() const noexcept override;

 private:
  void take(const matching::TransactionView& transaction);
  void tell_keeper(bool idle);
  void answer(const StatusBarrier& barrier);
  void answer(const PositionsPart& part, std::span<const matching::RunnerBets> runners);
  void answer(const NetworkStatusQuery& query);
  void answer(const DryRunPart& part);
  void answer(const ReplayQuery& query);
  template <typename Query>
  void answer_at_length(const Query& query, matching::Timestamp asked_at);
  template <typename Query>
  void refuse_one_too_many(const Query& query);
  // What concerns a session itself goes to it whether or not it listens to reports.
  template <typename Event>
  void notify(const Event& event);

  // ReportReceiver, for the live reports of the transaction being taken.
  [[nodiscard]] bool wants(matching::SessionId session, fix::ReportId id) override;
  void receive(matching::SessionId session, fix::Report report) override;

  EventConsumer& events_;
  ReportState state_;
  matching::EventSeq told_to_;  // the keeper knows of the events up to here
  EventCounts counts_;
  AnswerTimes answers_;
  SessionFeeds feeds_;
  SessionSink* sink_ = nullptr;
  ReportKeeper* keeper_ = nullptr;
  const NetworkView* network_ = nullptr;
  StopHandler on_stop_;  // empty: nobody acts on it
  ReplayPort* replays_ = nullptr;
};

}  // namespace betex::gateway
