#include "gateway/session/sending_time.h"

#include <cstdlib>

#include "gateway/wire/utc_time.h"

namespace betex::fix {

bool SendingTimeCheck::passes(std::string_view sending_time,
                              std::chrono::nanoseconds waited) const {
  const auto sent = parse_utc_timestamp(sending_time);
  return sent && passes(*sent + matching::Timestamp{waited.count()}, session_time_.now());
}

bool SendingTimeCheck::passes(matching::Timestamp sending_time, matching::Timestamp now) const {
  return near(sending_time, now) || near(sending_time, machine_time_.now());
}

bool SendingTimeCheck::near(matching::Timestamp sending_time,
                            matching::Timestamp now) const noexcept {
  const std::chrono::nanoseconds tolerance = tolerance_;
  return std::abs((now - sending_time).value()) <= tolerance.count();
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
