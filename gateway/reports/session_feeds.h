// Which session is served from where: live ones with what the report stage makes of each event,
// lagging ones and those that come back from the journal, in portions as they consume them. It
// never waits for a session, and what lags delays nobody else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <variant>
#include <vector>

#include "gateway/link/replay_link.h"
#include "gateway/link/report.h"
#include "gateway/link/session_link.h"
#include "gateway/reports/catch_up.h"
#include "gateway/reports/earlier_reports.h"
#include "gateway/reports/long_answer.h"
#include "gateway/reports/report_keeper.h"
#include "gateway/reports/report_state.h"
#include "gateway/reports/session_feed.h"
#include "gateway/reports/transaction_log.h"
#include "gateway/ring/wait_strategy.h"
#include "matching/types.h"

namespace betex::gateway {

// *Owned by the report thread*, but for ReportFeed and ReplaySink, which are thread-safe.
class SessionFeeds final : public ReportFeed, public ReplaySink {
 public:
  // `state` and `wait` (the report thread's) must outlive it.
  SessionFeeds(const ReportState& state, WaitStrategy& wait, OpenTransactionSource open_source);

  // As ReportStage::connect().
  void connect(SessionSink& sink) noexcept { sink_ = &sink; }

  void connect(const ReportKeeper& keeper) noexcept { keeper_ = &keeper; }

  // As EarlierReports::connect().
  void connect_earlier(ReplayPort& port, ReplayFeed& feed) noexcept {
    earlier_.connect(port, feed);
  }

  // ReportFeed; thread-safe.
  void subscribe(matching::SessionId session,
                 SubscriptionId subscription,
                 fix::ReportId sent) override;
  void unsubscribe(matching::SessionId session, SubscriptionId subscription) override;
  void consumed(matching::SessionId session,
                SubscriptionId subscription,
                std::size_t count) override;

  // ReplaySink, for EarlierReports; thread-safe.
  void tell_again(matching::SessionId session, ReplayPortion portion) override;

  // Does what the sessions have asked for; returns how many requests there were.
  std::size_t take_requests();

  [[nodiscard]] bool listening(matching::SessionId session) { return feed(session).listening(); }

  [[nodiscard]] bool live(matching::SessionId session) { return feed(session).live(); }

  // For a live session.
  void report(matching::SessionId session, fix::Report report);

  // Behind the reports that are on their way to a session that listens.
  void answer(matching::SessionId session, fix::Report report);

  // False where too many wait for the session already.
  [[nodiscard]] bool answer(matching::SessionId session, LongAnswer answer);

  // The logon that listens, and how many replays it was promised.
  [[nodiscard]] SubscriptionId subscription(matching::SessionId session) {
    return feed(session).subscription;
  }

  [[nodiscard]] std::uint32_t replays_promised(matching::SessionId session) {
    return feed(session).replays;
  }

  void replay_promised(matching::SessionId session) { ++feed(session).replays; }

  // An application message is durable.
  void came_in(const matching::Origin& origin);

  // Serves sessions that catch up, and makes long answers; returns how much was read and made for
  // them, which is little enough that many sessions which come back at once delay nobody's live
  // reports.
  std::size_t serve_waiting();

  // Hands over what this turn has made.
  void deliver_all();

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

  struct Earlier {
    matching::SessionId session;
    ReplayPortion portion;
  };

  using Request = std::variant<Subscribe, Unsubscribe, Consumed, Earlier>;

  enum class Wake : std::uint8_t { Always, WhereAwaited };

  void post(Request request, Wake wake = Wake::Always);
  void on(const Subscribe& request);
  void on(const Unsubscribe& request);
  void on(const Consumed& request);
  void on(Earlier& request);

  void wait_for_turns(matching::SessionId session);
  void start_catch_up(matching::SessionId session, matching::EventSeq read_to);
  SessionFeed& reset(matching::SessionId session);
  // Takes from `looks` what it uses of it.
  void serve_long_answers(matching::SessionId session, SessionFeed& feed, std::size_t& looks);
  void tell_of_loss(matching::SessionId session);
  // For a session that has become live: what is told at each logon.
  void greet(matching::SessionId session, SessionFeed& feed);
  void deliver(matching::SessionId session, SessionFeed& feed);
  [[nodiscard]] SessionFeed& feed(matching::SessionId session);

  const ReportState& state_;
  WaitStrategy& wait_;
  EarlierReports earlier_;
  CatchUp catch_up_;
  SessionSink* sink_ = nullptr;
  const ReportKeeper* keeper_ = nullptr;

  std::vector<SessionFeed> feeds_;            // by session id
  std::vector<matching::Origin> newest_in_;   // application messages, by session id
  std::vector<matching::SessionId> waiting_;  // feeds that wait for turns
  std::vector<matching::SessionId> touched_;  // feeds with something outgoing

  std::mutex requests_mutex_;
  std::vector<Request> requests_;     // from any thread, guarded
  bool consumption_awaited_ = false;  // guarded: a session may be waiting to have less in flight
  std::vector<Request> taken_requests_;
};

}  // namespace betex::gateway
