// What a session may send, and until when nothing more of it is taken.
#pragma once

#include <functional>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "gateway/session/inbound_allowance.h"
#include "gateway/session/session_core.h"
#include "gateway/wire/field_table.h"
#include "gateway/wire/order_decoder.h"
#include "matching/reason.h"

namespace betex::fix {

// Of the message that the fields are of.
[[nodiscard]] BusinessReject refusal_of(matching::Reason reason, const FieldTable& fields);

// Owned by its session's strand.
class InboundBrake {
 public:
  using TimePoint = InboundAllowance::TimePoint;
  using Weighed = InboundAllowance::Weighed;

  // `core` must outlive it. `go_on`: takes what can be taken, when a pause is over.
  InboundBrake(const SessionCore& core, std::function<void()> go_on);

  void set_limits(const ThrottleLimits& limits) noexcept { allowance_.set_limits(limits); }

  [[nodiscard]] bool pauses() const noexcept { return pauses_; }

  void pause_until(TimePoint time);

  // Takes one from what sessions may have refused in a second, or pauses.
  [[nodiscard]] bool may_refuse();

  // As InboundAllowance has them.
  [[nodiscard]] Weighed weigh(Effect effect, bool poss_dup, TimePoint now) noexcept {
    return allowance_.weigh(effect, poss_dup, now);
  }

  [[nodiscard]] std::optional<InboundAllowance::Standing> standing(TimePoint now) noexcept {
    return allowance_.standing(now);
  }

  // For the application message that the core's fields are of, which `weigh` weighs once. One too
  // many becomes a refusal. False: it is more than the session may send, and waits with all behind
  // it.
  template <typename Weigh>
  [[nodiscard]] bool lets_through(Decoded& decoded, const Weigh& weigh) {
    const bool refused = is_refusal(decoded);
    return (!refused || may_refuse()) && lets_through(decoded, refused, weigh());
  }

 private:
  [[nodiscard]] static bool is_refusal(const Decoded& decoded);
  [[nodiscard]] bool lets_through(Decoded& decoded, bool refused, const Weighed& weighed);

  const SessionCore& core_;
  const std::function<void()> go_on_;
  InboundAllowance allowance_;
  boost::asio::steady_timer timer_;
  bool pauses_ = false;
};

}  // namespace betex::fix
