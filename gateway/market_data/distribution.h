// What each session is given: updates of the views that have changed, images of what is marked, and
// what is told of instruments in between, in one order. *Owned by one thread.*
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/link/market_data_link.h"
#include "gateway/market_data/figures.h"
#include "gateway/market_data/limits.h"
#include "gateway/market_data/market_books.h"
#include "gateway/market_data/round.h"
#include "gateway/market_data/subscriptions.h"
#include "gateway/market_data/view.h"
#include "gateway/market_data/view_spec.h"
#include "gateway/wire/market_data_writer.h"
#include "matching/types.h"

namespace betex::gateway {

class Distribution {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // All must outlive it.
  Distribution(const MarketBooks& books,
               Subscriptions& subscriptions,
               const MarketDataLimits& limits,
               MarketDataFigures& figures)
      : books_{books}, subscriptions_{subscriptions}, limits_{limits}, figures_{figures} {}

  // ---- Between two transactions: given to sessions at send()

  // Updates of what has changed and is due.
  void publish_changes(Instant now);

  // Updates of these instruments, due or not.
  void publish(std::span<const matching::InstrumentId> instruments);

  // An image of how it is now to those in step, instead of an update.
  void publish_images(matching::InstrumentId instrument);

  // To each session that is subscribed to the instrument and in step; to the others their image
  // says it.
  void tell(matching::InstrumentId instrument, const fix::Report& report);

  // True: there are more than fit into a turn.
  bool serve_images();

  // What a session may be given now beside updates, in bytes. None: it has enough to read.
  [[nodiscard]] std::size_t room_beside_updates(Subscriber& subscriber);

  void give(Subscriber& subscriber, fix::Report report);

  // It has left: nothing is given to it.
  void forget(SubscriberId subscriber);

  // ---- The end of a turn

  void send();

  // The first tick that a view waits for; and, where something waits until a session has read, when
  // to look at it again.
  [[nodiscard]] std::optional<Instant> next_deadline(bool something_waits) const;

 private:
  // Views that wait for a tick of so many milliseconds.
  struct Tick {
    std::vector<std::uint32_t> views;
    Instant due;
  };

  void begin_round();
  void wait_for_tick(std::uint32_t slot, Instant now);
  void publish(View& view);
  void gather(View& view, const Round::Update& update);
  [[nodiscard]] bool has_room(Subscriber& subscriber);
  void fall_behind(const LiveRequest& request);
  void deliver();
  void make_messages(LiveRequest& request);
  void give(Subscriber& subscriber, MarketDataBody body);
  void serve_images(Subscriber& subscriber);
  bool serve_image(std::uint32_t slot, std::uint32_t place);
  void log_out(Subscriber& subscriber, std::string text);
  void note_out(Subscriber& subscriber);

  const MarketBooks& books_;
  Subscriptions& subscriptions_;
  const MarketDataLimits& limits_;
  MarketDataFigures& figures_;

  Round round_;
  std::uint64_t round_number_ = 0;
  std::vector<Round::Update> updates_;    // of the round
  std::vector<std::uint32_t> gathering_;  // requests that get some of them
  std::vector<Subscriber*> too_slow_;     // that are to be logged out after the round
  LevelWindow scratch_;
  std::vector<fix::MdPart> parts_;

  std::array<Tick, kConflations.size()> ticks_;
  std::size_t images_left_ = 0;  // in this turn
  std::size_t next_waiting_ = 0;
  std::uint64_t told_ = 0;  // statuses
  std::vector<Subscriber*> with_out_;
  Instant now_;
};

}  // namespace betex::gateway
