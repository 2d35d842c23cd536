// How much a session may send: application messages, mass cancels, and messages that are refused.
#pragma once

#include <optional>

#include "fix_spec/message_spec.h"
#include "gateway/session/refusal_share.h"
#include "gateway/session/throttle.h"

namespace betex::fix {

// Owned by its session's strand.
class InboundAllowance {
 public:
  using TimePoint = Throttle::Clock::time_point;

  struct Weighed {
    Throttle::Verdict verdict = Throttle::Verdict::Pass;
    TimePoint resume_at;  // of a Pause: when to weigh the message again
  };

  // `refusals`, which all sessions share, must outlive it.
  InboundAllowance(const ThrottleLimits& limits, RefusalShare& refusals) noexcept
      : refusals_{refusals}, messages_{limits} {}

  void set_limits(const ThrottleLimits& limits) noexcept { messages_.set_limits(limits); }

  // An application message. One too many is refused, a repeated one (43=Y) waits: when it was sent
  // first it was not too many. What takes risk away is never refused: a cancel passes, and a mass
  // cancel, which may cost as much as thousands of them, waits beyond a rate of its own.
  [[nodiscard]] Weighed weigh(Effect effect, bool poss_dup, TimePoint now) noexcept {
    if (effect == Effect::Cancel) {
      return {};
    }
    const bool mass_cancel = effect == Effect::MassCancel;
    Throttle& throttle = mass_cancel ? mass_cancels_ : messages_;
    const bool waits = mass_cancel || poss_dup;
    const Throttle::Verdict verdict = waits ? throttle.weigh_resent(now) : throttle.weigh(now);
    return {.verdict = verdict, .resume_at = throttle.resume_at()};
  }

  // Takes one from what the journal takes of refusals. Where none is left: when to ask again.
  [[nodiscard]] std::optional<TimePoint> take_refusal(TimePoint now) {
    return refusals_.take(refused_, now);
  }

 private:
  RefusalShare& refusals_;
  Throttle messages_;
  Throttle mass_cancels_{kMassCancels};
  RefusalShare::Window refused_;
};

}  // namespace betex::fix
