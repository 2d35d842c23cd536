#include "gateway/session/sending_time.h"

#include <cstdlib>

#include "gateway/wire/utc_time.h"

namespace betex::fix {

bool SendingTimeCheck::passes(std::string_view sending_time,
                              std::chrono::nanoseconds waited) const {
  const auto sent = parse_utc_timestamp(sending_time);
  const auto is_near = [&](const gateway::Clock& clock) {
    const std::chrono::nanoseconds tolerance = tolerance_;
    return std::abs((clock.now() - *sent).value() - waited.count()) <= tolerance.count();
  };
  return sent && (is_near(session_time_) || is_near(machine_time_));
}

std::string_view sending_time_of(std::string_view message) noexcept {
  constexpr std::string_view kBegin = "\00152=";
  const std::size_t found = message.find(kBegin);
  if (found == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = message.substr(found + kBegin.size());
  return rest.substr(0, rest.find('\001'));
}

}  // namespace betex::fix
