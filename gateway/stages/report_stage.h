// Tells sessions what was committed. It stands behind the journal stage on the event ring, so it
// sees nothing that is not durable; it keeps the read model, makes reports, and never waits for a
// session: one that is slow or was away is served from the journal, from where it stopped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/agent/agent.h"
#include "gateway/ring/event_ring.h"
#include "gateway/session_link.h"
#include "gateway/stages/read_model.h"
#include "gateway/stages/report_cursors.h"
#include "gateway/stages/report_maker.h"
#include "gateway/stages/session_feed.h"
#include "gateway/stages/transaction_log.h"

namespace betex::gateway {

// What the report stage starts from: built from the same transactions as the engine, one by one.
struct RecoveredReports {
  void take(const matching::TransactionView& transaction);

  ReadModel model;
  ReportCursors cursors;
  matching::EventSeq last_seq;  // the last event taken
};

// Who decides how much of the journal is kept. Thread-safe.
class ReportKeeper {
 public:
  virtual ~ReportKeeper() = default;

  // All events up to `taken`, of this time, have gone through the report stage.
  virtual void reports_taken(const ReportCursors& cursors,
                             matching::EventSeq taken,
                             matching::Timestamp time) = 0;

  // The first event whose reports can still be made.
  [[nodiscard]] virtual matching::EventSeq kept_from() const = 0;
};

class ReportStage final : public Agent, public ReportFeed, private ReportReceiver {
 public:
  // `events` and `wait` (its thread's) must outlive it.
  ReportStage(EventConsumer& events,
              WaitStrategy& wait,
              RecoveredReports recovered,
              OpenTransactionSource open_source);

  // Where reports go; once, before the thread starts. `sink` must outlive the thread.
  void connect(SessionSink& sink) noexcept { sink_ = &sink; }

  // Without one the whole journal is kept. Once, before the thread starts; must outlive the thread.
  void connect(ReportKeeper& keeper) noexcept { keeper_ = &keeper; }

  [[nodiscard]] std::string_view name() const noexcept override { return "report"; }

  std::size_t do_work() override;

  [[nodiscard]] bool finished() const noexcept override;

  // ReportFeed; thread-safe.
  void subscribe(matching::SessionId session,
                 SubscriptionId subscription,
                 fix::ReportId sent) override;
  void unsubscribe(matching::SessionId session, SubscriptionId subscription) override;
  void consumed(matching::SessionId session,
                SubscriptionId subscription,
                std::size_t count) override;

 private:
  struct Subscribe {
    matching::SessionId session;
    SubscriptionId subscription;
    fix::ReportId sent;
  };

  struct Unsubscribe {
    matching::SessionId session;
    SubscriptionId subscription;
  };

  struct Consumed {
    matching::SessionId session;
    SubscriptionId subscription;
    std::size_t count = 0;
  };

  using Request = std::variant<Subscribe, Unsubscribe, Consumed>;

  void post(Request request);
  std::size_t take_requests();
  void on(const Subscribe& request);
  void on(const Unsubscribe& request);
  void on(const Consumed& request);

  void take_transaction(const matching::TransactionView& transaction);
  void answer(const EventSlot& slot);
  void answer(SessionFeed& feed, matching::SessionId session, fix::Report report);
  template <typename LongQuery>
  void answer_at_length(SessionFeed& feed, const LongQuery& query, matching::Timestamp asked_at);
  // What concerns a session itself goes to it whether or not it listens to reports.
  template <typename Event>
  void notify(const Event& event);

  // ReportReceiver, for the live reports of the transaction being taken.
  [[nodiscard]] bool wants(matching::SessionId session, fix::ReportId id) override;
  void receive(matching::SessionId session, fix::Report report) override;

  // Serves sessions that catch up, one after the other; returns how many transactions were read for
  // them. A turn reads so many at most, that many sessions which come back at once delay nobody's
  // live reports.
  std::size_t serve_lagging();
  std::size_t serve(matching::SessionId session, SessionFeed& feed);

  // The next portion of the answers of many messages; returns how many messages were made.
  std::size_t serve_long_answers(matching::SessionId session, SessionFeed& feed);
  void begin(LongAnswer& answer) const;
  [[nodiscard]] fix::Report next_message(LongAnswer& answer) const;

  // Hands over what this turn has made.
  void deliver_all();
  void deliver(matching::SessionId session, SessionFeed& feed);

  [[nodiscard]] SessionFeed& feed(matching::SessionId session);
  void start_catch_up(SessionFeed& feed);

  EventConsumer& events_;
  WaitStrategy& wait_;
  const OpenTransactionSource open_source_;
  ReadModel model_;
  ReportMaker maker_;
  SessionSink* sink_ = nullptr;
  ReportKeeper* keeper_ = nullptr;

  matching::EventSeq taken_;  // the last event seen on the ring, or recovered
  matching::Timestamp taken_time_;
  ReportCursors cursors_;
  std::vector<SessionFeed> feeds_;            // by session id
  std::vector<matching::Origin> newest_in_;   // application messages, by session id
  std::size_t next_served_ = 0;               // the feed that serve_lagging() begins with
  std::vector<matching::SessionId> touched_;  // feeds with something outgoing

  std::mutex requests_mutex_;
  std::vector<Request> requests_;  // from any thread, guarded
  std::vector<Request> taken_requests_;
};

}  // namespace betex::gateway
