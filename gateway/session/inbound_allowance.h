// How much a session may send: application messages, mass cancels, and messages that are refused.
#pragma once

#include <chrono>
#include <cstdint>
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
    std::chrono::milliseconds
        retry_after{};  // of a Refuse: one sent then passes, if none is before
  };

  // How an application message would be weighed that comes now, where there is a limit.
  struct Standing {
    std::uint32_t messages_per_second = 0;
    std::uint32_t left = 0;  // that may come at once
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
    Weighed weighed{.verdict = waits ? throttle.weigh_resent(now) : throttle.weigh(now),
                    .resume_at = throttle.resume_at()};
    if (weighed.verdict == Throttle::Verdict::Refuse) {
      weighed.retry_after = throttle.wait(now);
    }
    return weighed;
  }

  // None: there is no limit.
  [[nodiscard]] std::optional<Standing> standing(TimePoint now) noexcept {
    const std::uint32_t a_second = messages_.limits().messages_per_second;
    if (a_second == 0) {
      return std::nullopt;
    }
    return Standing{.messages_per_second = a_second, .left = messages_.left(now)};
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
