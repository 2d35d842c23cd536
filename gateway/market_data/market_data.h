// Market data: the books as committed events make them, and who is told of them by FIX or by a
// page. It is given transactions and requests, and sends when it is given a turn. It has no thread,
// no clock and no socket. Where it throws, nothing of it is to be used any more. *Owned by one
// thread.*
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/link/market_data_link.h"
#include "gateway/link/session_link.h"
#include "gateway/market_data/distribution.h"
#include "gateway/market_data/figures.h"
#include "gateway/market_data/limits.h"
#include "gateway/market_data/listings.h"
#include "gateway/market_data/market_books.h"
#include "gateway/market_data/pictures.h"
#include "gateway/market_data/subscriptions.h"
#include "matching/engine.h"
#include "matching/events.h"
#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::gateway {

class MarketData {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // The books are those of the engine, which need not live on.
  explicit MarketData(const matching::Engine& engine, const MarketDataLimits& limits = {});
  MarketData(const MarketData&) = delete;
  MarketData& operator=(const MarketData&) = delete;

  // ---- Events

  // The next committed transaction, of the event ring or of the journal. Nothing is sent before the
  // next turn, but what was to be sent before it keeps its place before it.
  void take(const matching::TransactionView& transaction);

  // The last event that was taken.
  [[nodiscard]] matching::EventSeq last_seq() const noexcept { return books_.last_seq(); }

  // The books are those of a later state of the engine, where the events in between are not to be
  // had: everything that is subscribed to gets an image (814=2).
  void rebuild(const matching::Engine& engine);

  // While it is behind, take() and turn() only note what changes, which costs next to nothing;
  // after that everybody who is subscribed to what has changed gets images (814=2).
  void set_behind(bool behind) noexcept { behind_ = behind; }

  // Everything that is subscribed to gets an image at the next turn (814=2).
  void mark_all();

  [[nodiscard]] const MarketBooks& books() const noexcept { return books_; }

  // ---- Sessions: as MarketDataFeed has them. An id that is not joined is passed over.

  void join(SubscriberId subscriber, std::shared_ptr<MarketDataOutlet> outlet);
  void leave(SubscriberId subscriber);
  void ask(SubscriberId subscriber, const MarketDataRequest& request, Instant now);
  void ask(SubscriberId subscriber, const SecurityListQuery& query, Instant now);
  void resend_was_filled(SubscriberId subscriber);

  // ---- Pictures: as PictureFeed has them.

  void watch(std::weak_ptr<PictureOutlet> outlet, std::string market);

  // ---- Turns

  // Sends what is due, each session's messages at once. Between two transactions, as often as the
  // thread can; `now` never runs backwards. True: there is more to be sent at once, which was left
  // so that the turn was short.
  bool turn(Instant now);

  // When the next turn is due though nothing comes; none while nothing waits for time.
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  [[nodiscard]] MarketDataFigures figures() const;

 private:
  void follow(matching::EventSeq seq, const matching::ExchangeHalted& event);
  void follow(matching::EventSeq seq, const matching::ExchangeUnhalted& event);
  void follow(matching::EventSeq seq, const matching::Announced& event);
  void follow(matching::EventSeq seq, const matching::StopAnnounced& event);
  void follow(matching::EventSeq seq, const matching::RunnerAdded& event);
  void follow(matching::EventSeq seq, const matching::RunnerRemoved& event);
  void follow(matching::EventSeq seq, const matching::MarketSettled& event);
  void follow(matching::EventSeq seq, const matching::MarketVoided& event);
  template <typename Event>
  void follow(matching::EventSeq seq, const Event& event);
  template <typename Event>
  void tell_status(matching::EventSeq seq, const Event& event);
  void end(matching::MarketId market);
  void note_listed(matching::MarketId market);
  void tell_everybody(const fix::Report& report);
  void note_missed();
  void note_missed(matching::InstrumentId instrument);
  void recover_missed();
  void refuse(Subscriber& subscriber, fix::Report report);

  MarketDataLimits limits_;
  MarketDataFigures figures_;
  MarketBooks books_;
  Subscriptions subscriptions_;
  Distribution distribution_;
  Listings listings_;
  Pictures pictures_;
  std::vector<matching::MarketId> listed_;      // otherwise, by the present transaction
  std::vector<matching::InstrumentId> missed_;  // what has changed while it was behind
  std::vector<bool> is_missed_;                 // by instrument
  bool behind_ = false;
};

}  // namespace betex::gateway
