// Finished orders, until nothing will tell of them any more: as long as the engine knows one of
// their ClOrdIDs, and then as long as a session may lack a report of theirs. What one session lacks
// keeps its own orders and nobody else's. *Owned by the report thread.*
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "gateway/reports/audience.h"
#include "gateway/reports/order_records.h"
#include "gateway/reports/report_cursors.h"
#include "matching/types.h"

namespace betex::gateway {

class FinishedOrders {
 public:
  // Who may still be told of what.
  struct Needs {
    const ReportCursors& cursors;
    const Audience& audience;
    matching::EventSeq too_old;    // reports of events up to here are not kept for anybody
    std::uint32_t generation = 0;  // of ClOrdIDs
  };

  // The order goes from `live` to the finished ones.
  void add(OrderRecords& orders, OrderRecords::List& live, const OrderRecord& order) {
    orders.move(live, ripening_, order);
  }

  // The same for one that is in no list.
  void add(OrderRecords& orders, const OrderRecord& order) { orders.append(ripening_, order); }

  // Forgets orders of which nothing will tell, those that finished first. At most `budget` records:
  // an order and each of its amends and cancels. Of the sessions that lack something it looks at a
  // few, at others when it is called again.
  void forget(OrderRecords& orders, const Needs& needs, std::size_t budget);

  // Reports of events up to here can't be made any more, although a session may have lacked one.
  // 0: all can that are lacked.
  [[nodiscard]] matching::EventSeq given_up_to() const noexcept { return given_up_to_; }

 private:
  void forget_or_keep_oldest(OrderRecords& orders,
                             OrderRecords::List& list,
                             const Needs& needs,
                             std::size_t& budget);

  // The engine may know their ClOrdIDs. In the order in which they finished.
  OrderRecords::List ripening_;
  // By the session that may lack a report of theirs; one of several that do. A deque, since its
  // elements stay where they are when it grows.
  std::deque<OrderRecords::List> lacked_by_;
  std::size_t last_looked_at_ = 0;  // of them
  matching::EventSeq given_up_to_;
};

}  // namespace betex::gateway
