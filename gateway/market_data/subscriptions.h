// Who is subscribed to what: sessions, their requests, the views that these share, and which of
// their subscriptions wait for an image. *Owned by one thread.*
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "gateway/link/market_data_link.h"
#include "gateway/link/market_reports.h"
#include "gateway/market_data/figures.h"
#include "gateway/market_data/limits.h"
#include "gateway/market_data/market_books.h"
#include "gateway/market_data/slot_table.h"
#include "gateway/market_data/subscriber.h"
#include "gateway/market_data/view.h"
#include "matching/types.h"

namespace betex::gateway {

class Subscriptions {
 public:
  // All must outlive it.
  Subscriptions(MarketBooks& books, const MarketDataLimits& limits, MarketDataFigures& figures)
      : books_{books}, limits_{limits}, figures_{figures} {}

  // ---- Sessions

  Subscriber& join(SubscriberId id, std::shared_ptr<MarketDataOutlet> outlet);
  void leave(SubscriberId id);

  // Null: it is not on, or was logged out.
  [[nodiscard]] Subscriber* find(SubscriberId id);

  // Its requests end.
  void end_all(Subscriber& subscriber);

  // Calls `visit(subscriber)` for each that was not logged out.
  template <typename Visitor>
  void for_each(Visitor&& visit) {
    for (const auto& [id, subscriber] : subscribers_) {
      if (!subscriber->over) {
        visit(*subscriber);
      }
    }
  }

  // ---- Requests

  // What it asks for begins, or ends. Else the refusal, and nothing has changed.
  [[nodiscard]] std::optional<fix::MarketDataRequestReject> ask(Subscriber& subscriber,
                                                                const MarketDataRequest& request);

  // The market has a new runner: those who are subscribed to all of its runners are to it too.
  void follow(matching::InstrumentId runner);

  // The market is at its end: subscriptions that are in step end, the others with their image. Its
  // instruments, or one of them.
  void end_market(matching::MarketId market);
  void end_instrument(matching::InstrumentId instrument);

  void end(std::uint32_t request, std::uint32_t place);

  // ---- Images

  // It gets an image instead of updates.
  void mark(std::uint32_t request, std::uint32_t place, ImageCause cause);

  void mark_all(Subscriber& subscriber, ImageCause cause);
  void mark_all(matching::InstrumentId instrument, ImageCause cause);

  // It has had its image: from now on it gets updates, or it ends.
  void had_image(std::uint32_t request, std::uint32_t place);

  // Those of whom something is marked, and perhaps others.
  [[nodiscard]] std::vector<Subscriber*>& waiting() noexcept { return waiting_; }

  // ---- Views

  [[nodiscard]] LiveRequest& request(std::uint32_t slot) noexcept { return requests_[slot]; }

  [[nodiscard]] View& view(std::uint32_t slot) noexcept { return views_[slot]; }

  [[nodiscard]] bool has_view(std::uint32_t slot) const noexcept { return views_.contains(slot); }

  // All show how things are now, and nobody is told what has changed.
  void refresh_views();

  [[nodiscard]] std::size_t view_count() const noexcept { return views_.size(); }

  // Sessions of which updates are left out.
  [[nodiscard]] std::size_t slow_count() const noexcept;

  // Slots. Valid until a request begins or ends.
  [[nodiscard]] std::span<const std::uint32_t> views_of(
      matching::InstrumentId instrument) const noexcept;

 private:
  [[nodiscard]] std::uint32_t find_request(const Subscriber& subscriber,
                                           const matching::Name& id) const noexcept;
  [[nodiscard]] std::optional<fix::MarketDataRequestReject> resolve(
      const MarketDataRequest& request,
      std::vector<matching::InstrumentId>& instruments,
      std::vector<matching::MarketId>& markets) const;
  void begin(std::uint32_t request, matching::InstrumentId instrument);
  void end_request(std::uint32_t request);
  void end_if_empty(std::uint32_t request);
  void stop_following(std::uint32_t request, matching::MarketId market);
  [[nodiscard]] bool is_at_its_end(matching::InstrumentId instrument) const;
  std::uint32_t view_for(matching::InstrumentId instrument, const ViewSpec& spec);
  void drop_view(std::uint32_t slot);
  void place_reader(View& view, std::uint32_t index, const Reader& reader);
  void swap_readers(View& view, std::uint32_t one, std::uint32_t other);
  void note_waiting(Subscriber& subscriber);

  MarketBooks& books_;
  const MarketDataLimits& limits_;
  MarketDataFigures& figures_;
  std::unordered_map<SubscriberId, std::unique_ptr<Subscriber>> subscribers_;
  SlotTable<LiveRequest> requests_;
  SlotTable<View> views_;
  std::unordered_map<std::uint64_t, std::uint32_t> view_slots_;                   // by view_key()
  std::vector<std::vector<std::uint32_t>> views_of_;                              // by instrument
  std::unordered_map<matching::MarketId, std::vector<std::uint32_t>> followers_;  // requests
  std::vector<Subscriber*> waiting_;
};

}  // namespace betex::gateway
