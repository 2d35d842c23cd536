// md: keeps the books by what is committed, and tells market data sessions and pages of them. It
// stands behind the journal on the event ring, like the report stage, but may be late, away or
// dead: nobody waits for it. Too far behind, it only notes what changes; further, it leaves the
// ring, goes on by the journal and comes back. An exception in it ends market data and nothing
// else.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/agent/agent.h"
#include "gateway/link/market_data_link.h"
#include "gateway/market_data/limits.h"
#include "gateway/market_data/mailbox.h"
#include "gateway/market_data/market_data.h"
#include "gateway/market_data/stage_figures.h"
#include "gateway/reports/transaction_log.h"
#include "gateway/ring/event_ring.h"
#include "gateway/ring/wait_strategy.h"
#include "matching/engine.h"
#include "matching/transaction.h"

namespace betex::gateway {

// How far md may be behind, and how long a turn may be put off.
struct MarketDataPace {
  std::size_t behind_above = 4096;            // slots: it only notes what changes
  std::size_t in_step_below = 1024;           // slots: it tells again
  std::chrono::milliseconds turn_every{20};   // at most, while events come without a pause
  std::chrono::milliseconds patience{1000};   // half a ring behind for so long: it leaves
  std::chrono::milliseconds hold_at_most{5};  // the producer waits for it for so long: it leaves
};

// *Owned by md's thread*, but for the feeds and the figures, which are thread-safe.
class MarketDataStage final : public Agent, public MarketDataFeed, public PictureFeed {
 public:
  // The engine's state as of the newest snapshot, or later.
  using LoadState = std::function<std::unique_ptr<const matching::Engine>()>;

  // All must outlive it.
  struct Parts {
    EventConsumer& events;  // one that may leave
    std::size_t ring_slots;
    WaitStrategy& wait;  // its thread's
    OpenTransactionSource open_source;
    LoadState load_state;  // where open_source has no longer what is needed
  };

  // The books are those of the engine, which need not live on: its next event is the ring's first.
  MarketDataStage(Parts parts,
                  const matching::Engine& engine,
                  const MarketDataLimits& limits = {},
                  const MarketDataPace& pace = {});

  // ---- MarketDataFeed, PictureFeed

  [[nodiscard]] SubscriberId join(std::shared_ptr<MarketDataOutlet> outlet) override;
  void leave(SubscriberId subscriber) override;
  void ask(SubscriberId subscriber, MarketDataRequest request) override;
  void ask(SubscriberId subscriber, const SecurityListQuery& query) override;
  void resend_was_filled(SubscriberId subscriber) override;
  void watch(std::weak_ptr<PictureOutlet> outlet, std::string market) override;

  // ---- Agent

  [[nodiscard]] std::string_view name() const noexcept override { return "md"; }

  std::size_t do_work() override;
  [[nodiscard]] TimePoint next_deadline() const noexcept override;

  [[nodiscard]] bool finished() const noexcept override { return events_.drained(); }

  // What is committed by then is told.
  void on_close() override;

  // After an exception: leaves the ring, and does and takes nothing any more.
  void fail() noexcept;

  [[nodiscard]] const MarketDataStageFigures& figures() const noexcept { return figures_; }

  // *On md's thread.*
  [[nodiscard]] const MarketBooks& books() const noexcept { return core_.books(); }

 private:
  void post(Mail mail);
  // Who asks after he was told of something, as by a report, is answered by what includes it: mail
  // waits until all is taken that was committed when it was fetched.
  void fetch_mail();
  std::size_t answer_mail(TimePoint now);
  void take(const mail::Join& mail, TimePoint now);
  void take(const mail::Leave& mail, TimePoint now);
  void take(const mail::Ask& mail, TimePoint now);
  void take(const mail::TooMuch& mail, TimePoint now);
  void take(const mail::ResendFilled& mail, TimePoint now);
  void take(const mail::Watch& mail, TimePoint now);

  void take(const matching::TransactionView& transaction);

  std::size_t follow_ring(TimePoint now);
  void look_at_lag(TimePoint now);
  void leave_ring(TimePoint now);
  std::size_t follow_journal();
  [[nodiscard]] std::optional<matching::TransactionView> next_of_journal();
  void come_back();
  void set_behind(bool behind, TimePoint now);

  // Returns whether there was one.
  bool take_turn(TimePoint now);
  void tell_figures(TimePoint now);

  EventConsumer& events_;
  const std::size_t ring_slots_;
  WaitStrategy& wait_;
  const OpenTransactionSource open_source_;
  const LoadState load_state_;
  const MarketDataPace pace_;

  Mailbox mailbox_;
  std::vector<Mail> mails_;  // fetched
  SlotSeq mails_due_ = 0;
  std::atomic<std::uint64_t> last_subscriber_{0};  // relaxed: only that each is another

  MarketData core_;
  std::unordered_map<std::uint64_t, std::shared_ptr<MarketDataOutlet>> outlets_;
  MarketDataStageFigures figures_;

  bool behind_ = false;
  std::optional<TimePoint> far_behind_since_;  // more than half a ring
  std::optional<TimePoint> holds_since_;       // the producer waits

  // While it is away.
  std::unique_ptr<TransactionSource> source_;
  SlotSeq place_ = 0;  // where it may come back when it has come to the journal's end

  // Of the turns.
  std::optional<TimePoint> untold_since_;  // something may have to be told
  std::optional<TimePoint> deadline_;      // of the core's
  bool pause_ = true;                      // nothing more is there to be taken first
  bool goes_on_ = false;                   // the last turn has left something
  std::optional<TimePoint> figures_due_;   // of turns that have been
};

}  // namespace betex::gateway
