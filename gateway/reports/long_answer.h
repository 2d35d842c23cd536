// The answer to a request that many messages answer: the account's open orders, or the instruments.
// Made in portions as the session consumes them, each message from how things are when it is made.
// Of orders it holds no list, and looks at a few at a time, however many there are; of instruments
// it holds the ids, as long as it is under way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/link/report.h"
#include "gateway/link/session_link.h"
#include "gateway/reports/read_model.h"
#include "matching/types.h"

namespace betex::gateway {

// What may be done for answers: messages, and orders or instruments that are looked at.
struct AnswerBudget {
  std::size_t messages = 0;
  std::size_t looks = 0;
};

// *Owned by the report thread.*
class LongAnswer {
 public:
  using Query = std::variant<MassStatusQuery, SecurityListQuery>;
  using Tell = std::function<void(fix::Report)>;

  LongAnswer(Query query, matching::Timestamp asked_at) noexcept
      : query_{std::move(query)}, asked_at_{asked_at} {}

  // Makes the next of its messages, as far as `budget` goes; there is at least one in all. What
  // they are about is settled by the first call: also an order that finishes later is told of, and
  // an instrument whose market is archived later.
  void go_on(const ReadModel& model, AnswerBudget& budget, const Tell& tell);

  // There is no further message.
  [[nodiscard]] bool done() const noexcept { return done_; }

 private:
  // The orders of the answer are counted first, since each message says how many there are, and
  // told of when they are gone through again.
  struct OrderScan {
    matching::AccountId account;
    OrderRange range;
    matching::EventSeq as_of;
    matching::OrderId next;
    bool counted = false;
  };

  void go_on(const MassStatusQuery& query,
             const ReadModel& model,
             AnswerBudget& budget,
             const Tell& tell);
  void go_on(const SecurityListQuery& query,
             const ReadModel& model,
             AnswerBudget& budget,
             const Tell& tell);
  void tell_of(matching::OrderId order,
               const ReadModel& model,
               AnswerBudget& budget,
               const Tell& tell);

  Query query_;
  matching::Timestamp asked_at_;
  std::optional<OrderScan> scan_;               // of a mass status that has begun
  std::vector<matching::InstrumentId> listed_;  // of a list that has begun
  std::optional<std::size_t> total_;            // messages about something, once that is known
  std::size_t told_ = 0;
  bool done_ = false;
};

}  // namespace betex::gateway
