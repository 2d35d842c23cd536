// The answer to a request that many messages answer: the account's orders, or the instruments.
// Made in portions as the session consumes them, each message from how things are when it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "gateway/fix/report.h"
#include "gateway/session_link.h"
#include "gateway/stages/read_model.h"
#include "matching/types.h"

namespace betex::gateway {

// *Owned by the report thread.*
class LongAnswer {
 public:
  using Query = std::variant<MassStatusQuery, SecurityListQuery>;

  LongAnswer(Query query, matching::Timestamp asked_at) noexcept
      : query_{std::move(query)}, asked_at_{asked_at} {}

  // The next of its messages; there is at least one. What they are about is settled by the first.
  [[nodiscard]] fix::Report next_message(const ReadModel& model);

  // There is no further message.
  [[nodiscard]] bool done() const noexcept { return next_ > 0 && next_ >= ids_.size(); }

 private:
  [[nodiscard]] std::vector<std::uint64_t> orders(const ReadModel& model) const;
  [[nodiscard]] std::vector<std::uint64_t> instruments(const ReadModel& model) const;

  Query query_;
  matching::Timestamp asked_at_;
  std::vector<std::uint64_t> ids_;  // of the orders or instruments, once it has begun
  std::size_t next_ = 0;
};

}  // namespace betex::gateway
