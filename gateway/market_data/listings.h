// SecurityListRequest(x): the answers, a portion at a time, and how the list changes (BK) for those
// who want to know. *Owned by one thread.*
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "gateway/link/market_reports.h"
#include "gateway/link/session_link.h"
#include "gateway/market_data/distribution.h"
#include "gateway/market_data/limits.h"
#include "gateway/market_data/market_books.h"
#include "gateway/market_data/subscriptions.h"
#include "matching/types.h"

namespace betex::gateway {

class Listings {
 public:
  // All must outlive it.
  Listings(const MarketBooks& books,
           Subscriptions& subscriptions,
           Distribution& distribution,
           const MarketDataLimits& limits)
      : books_{books},
        subscriptions_{subscriptions},
        distribution_{distribution},
        limits_{limits} {}

  // The answer begins with the next turn. False: too many are under way.
  bool ask(Subscriber& subscriber, const SecurityListQuery& query);

  // These markets are listed otherwise since the event, each once: those who are up to date are
  // told at once.
  void tell_changes(const std::vector<matching::MarketId>& markets, matching::EventSeq since);

  // Portions of what is under way. True: there is more than fits into a turn.
  bool serve();

  // Something waits until a session has read.
  [[nodiscard]] bool waits() const noexcept { return waits_; }

 private:
  struct Change {
    matching::InstrumentId instrument;
    fix::ListUpdateAction action;
  };

  void serve(Subscriber& subscriber);
  void answer(Subscriber& subscriber, std::size_t& room);
  void catch_up(Subscriber& subscriber, std::size_t& room);
  void tell(Subscriber& subscriber, const Change& change);
  [[nodiscard]] bool is_about(const SecurityListQuery& query,
                              matching::InstrumentId instrument) const;
  [[nodiscard]] std::optional<fix::ListUpdateAction> change_since(
      matching::EventSeq event, matching::InstrumentId instrument) const;

  const MarketBooks& books_;
  Subscriptions& subscriptions_;
  Distribution& distribution_;
  const MarketDataLimits& limits_;
  matching::EventSeq changed_;  // the last transaction that has changed a list
  bool waits_ = false;
  std::size_t left_ = 0;  // messages of this turn
};

}  // namespace betex::gateway
