#include "gateway/session/inbound_brake.h"

#include <cstdint>
#include <utility>
#include <variant>

#include "fix_spec/reasons.h"
#include "gateway/session/session_metrics.h"

namespace betex::fix {

BusinessReject refusal_of(matching::Reason reason, const FieldTable& fields) {
  return {.business_reject_reason = codes_of(reason).business_reject_reason,
          .reason = reason,
          .tag = 0,
          .request_id = readable_request_id(fields)};
}

InboundBrake::InboundBrake(const SessionCore& core, std::function<void()> go_on)
    : core_{core},
      go_on_{std::move(go_on)},
      allowance_{core.settings.throttle, core.environment.refusal_share},
      timer_{core.strand} {}

void InboundBrake::pause_until(TimePoint time) {
  pauses_ = true;
  timer_.expires_at(time);
  timer_.async_wait([this, session = core_.keep_alive()](const boost::system::error_code&) {
    pauses_ = false;
    go_on_();
  });
}

bool InboundBrake::may_refuse() {
  const auto later = allowance_.take_refusal(Throttle::Clock::now());
  if (later) {
    pause_until(*later);
  }
  return !later;
}

bool InboundBrake::is_refusal(const Decoded& decoded) {
  return std::holds_alternative<SessionReject>(decoded) ||
         std::holds_alternative<BusinessReject>(decoded) ||
         std::holds_alternative<MarketDataRequestReject>(decoded);
}

bool InboundBrake::lets_through(Decoded& decoded, bool refused, const Weighed& weighed) {
  switch (weighed.verdict) {
    case Throttle::Verdict::Pass:
      return true;
    case Throttle::Verdict::Pause:
      pause_until(weighed.resume_at);
      return false;
    case Throttle::Verdict::Refuse:
      break;
  }
  if (!refused && !may_refuse()) {
    return false;
  }
  core_.environment.metrics.messages_throttled.add();
  BusinessReject one_too_many = refusal_of(matching::Reason::Throttled, core_.fields);
  one_too_many.retry_after_ms = static_cast<std::uint32_t>(weighed.retry_after.count());
  decoded = one_too_many;
  return true;
}

}  // namespace betex::fix
