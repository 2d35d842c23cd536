// Tells sessions the reports of events again that they have had before: a thread of low priority
// goes through the log, from the snapshot before what is asked for, and makes them as they were
// made then. Nobody waits for it, it may be late or dead, and it changes nothing of what is known
// of any session. Another one makes late reports in the same way, on a thread of its own: those of
// events before the snapshot that the gateway began with (../reports/earlier_reports.h).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "gateway/agent/agent.h"
#include "gateway/link/replay_link.h"
#include "gateway/link/report.h"
#include "gateway/replay/replay_figures.h"
#include "gateway/replay/replay_mailbox.h"
#include "gateway/replay/replay_model.h"
#include "gateway/reports/report_maker.h"
#include "gateway/reports/report_state.h"
#include "gateway/reports/transaction_log.h"
#include "gateway/ring/wait_strategy.h"
#include "matching/types.h"

namespace betex::gateway {

// How long one session may hold up others that are told again beside it.
struct ReplayPace {
  // By leaving a portion of the least size where it is, a larger one in proportion: they go on
  // without it.
  std::chrono::milliseconds patience{200};
  // By what it is told, while others wait whose events lie elsewhere: it goes on when they have had
  // a turn.
  std::chrono::milliseconds turn{10'000};
  // Who is so few events ahead is told on the same way through the log.
  std::uint64_t near = 1'000'000;
};

// How many reports may be with a session that it has not taken, and as many are made meanwhile.
// Large portions for few sessions, since each is a way to the session and back; small ones for
// many, so that all of them together take no more memory.
struct ReplayPortions {
  std::size_t least = 64;         // for each, however many are told
  std::size_t largest = 64;       // for each, while few are
  std::size_t together = 16'384;  // for all, where a share of it is more than the least

  [[nodiscard]] std::size_t of_each(std::size_t sessions) const noexcept {
    return std::clamp(together / std::max<std::size_t>(sessions, 1), least, largest);
  }
};

// *Owned by the replay thread*, but for ReplayPort, ReplayFeed and the figures.
class ReplayStage final : public Agent, public ReplayPort, public ReplayFeed {
 public:
  // What reports are made from, as of the newest snapshot that is not after this event; where there
  // is none, of the log's beginning.
  using LoadState = std::function<ReportState(matching::EventSeq)>;

  // All must outlive it.
  struct Parts {
    WaitStrategy& wait;  // its thread's
    OpenTransactionSource open_source;
    LoadState load_state;
    std::function<matching::EventSeq()> available_from;  // thread-safe: from there it can be had
    // They are marked as told again. False: they are late ones, told for the first time.
    bool again = true;
    ReplayPortions portions{};
  };

  explicit ReplayStage(Parts parts, const ReplayPace& pace = {});

  // Where reports go; once, before the thread starts. `sink` must outlive the thread.
  void connect(ReplaySink& sink) noexcept { sink_ = &sink; }

  // ---- Thread-safe

  [[nodiscard]] fix::ReplayAck ask(const ReplayRequest& request,
                                   matching::EventSeq durable) override;  // one thread at a time
  void taken(matching::SessionId session,
             SubscriptionId subscription,
             std::uint32_t number) override;
  void leave(matching::SessionId session, SubscriptionId subscription) override;

  [[nodiscard]] const ReplayFigures& figures() const noexcept { return figures_; }

  // ---- Agent

  [[nodiscard]] std::string_view name() const noexcept override {
    return again_ ? "replay" : "late reports";
  }

  // To load a state is a call's whole work.
  std::size_t do_work() override;

  [[nodiscard]] TimePoint next_deadline() const noexcept override { return deadline_; }

  // After an exception: whoever waits is told that nothing more comes, and who asks from now on
  // that nothing can be had.
  void fail();

 private:
  // One that is promised.
  struct Replay {
    ReplayRequest request;
    matching::EventSeq place;         // all reports of events up to here are made
    std::deque<fix::Report> waiting;  // made, and not handed over: a portion and a transaction's
    std::uint64_t reports = 0;        // handed over
    bool complete = false;            // all are made
    bool on_its_way = false;          // a portion was handed over, and is not taken
    bool rides = false;               // it is made on the way that is under way
    std::uint64_t ticket = 0;         // whose is smaller has waited for longer
    std::optional<TimePoint> holds_since;  // it holds up that way
  };

  using Replays = std::map<matching::SessionId, Replay>;

  // Through the log, once.
  struct Way {
    explicit Way(ReportState state, matching::EventSeq of_leader)
        : model{std::move(state)}, leader{of_leader} {}

    ReplayModel model;
    std::unique_ptr<TransactionSource> source;  // of what comes behind the model; null: not open
    matching::EventSeq leader;                  // the place that it was begun for
    std::optional<TimePoint> there_since;       // it has come beyond that
  };

  class Riders;

  std::size_t take_mail();
  void begin(const ReplayRequest& request);
  void cut(const ReplayRequest& request, matching::EventSeq available_from);

  // That each of those who are told now may have.
  [[nodiscard]] std::size_t portion() const noexcept { return portions_.of_each(replays_.size()); }
  [[nodiscard]] bool is_full(const Replay& replay) const noexcept;
  // It wants to go on, and does not.
  [[nodiscard]] bool waits(const Replay& replay) const noexcept;
  std::size_t hand_over();
  // True: it was the last one.
  bool hand_over_portion(matching::SessionId session, Replay& replay);

  void let_ride();
  [[nodiscard]] bool anybody_rides() const;
  void get_off(Replay& replay);
  // Who has waited for longest; null: nobody waits.
  [[nodiscard]] const Replay* next_in_turn() const;
  void begin_way(matching::EventSeq place);
  [[nodiscard]] bool is_held_up(TimePoint now);
  std::size_t go_on(TimePoint now);
  void pass(const matching::TransactionView& transaction, Riders& riders);
  void give_others_a_turn(TimePoint now);
  void cut_riders(std::string_view why);

  WaitStrategy& wait_;
  const OpenTransactionSource open_source_;
  const LoadState load_state_;
  const std::function<matching::EventSeq()> available_from_;
  const bool again_;
  const ReplayPortions portions_;
  const ReplayPace pace_;
  ReplaySink* sink_ = nullptr;

  ReplayMailbox mailbox_;
  ReplayFigures figures_;

  Replays replays_;
  std::uint64_t tickets_ = 0;
  std::optional<Way> way_;
  TimePoint deadline_ = kNoDeadline;
};

}  // namespace betex::gateway
