#include "gateway/time/clock_watch.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "gateway/time/duration_text.h"

namespace betex::gateway {
namespace {

using std::chrono::nanoseconds;

// Of the processor's time where nothing goes on, too: four wakes a second.
constexpr std::chrono::milliseconds kInterval{250};

std::string where(nanoseconds ahead) {
  return fmt::format("session time is {} {} the machine's clock",
                     duration_text(std::chrono::abs(ahead)),
                     ahead.count() < 0 ? "behind" : "ahead of");
}

// Behind: the log is not ahead of the machine's clock, and a start goes by that at once.
std::string remedy(nanoseconds ahead) {
  return ahead.count() < 0
             ? "if the machine's clock is right now, a restart takes it over"
             : "if the machine's clock is right now, a restart takes it over, once it has reached "
               "the log's last time (--accept-clock: at once)";
}

}  // namespace

std::optional<ClockAlarm::Line> ClockAlarm::tell(const SessionClock::Look& look,
                                                 nanoseconds boottime) {
  const bool changed = look.state != told_;
  if (!changed && (look.state == ClockState::Right || boottime - told_at_ < kAgain)) {
    return std::nullopt;
  }
  told_ = look.state;
  told_at_ = boottime;
  switch (look.state) {
    case ClockState::Right:
      return Line{Severity::Good, where(look.ahead_of_wall) + ": right again"};
    case ClockState::Off:
      return Line{Severity::Error,
                  where(look.ahead_of_wall) +
                      ", which somebody has set; it is drawn there, by a twentieth of the time "
                      "that passes at most"};
    case ClockState::Uncertain:
      break;
  }
  return Line{Severity::Critical,
              where(look.ahead_of_wall) +
                  ", which somebody has set; it goes on alone, new orders are refused and cancels "
                  "are not; " +
                  remedy(look.ahead_of_wall)};
}

ClockWatch::ClockWatch(boost::asio::io_context& io,
                       const MachineClock& machine,
                       SessionClock& clock)
    : machine_{machine}, clock_{clock}, timer_{io} {}

void ClockWatch::start() {
  boost::asio::post(timer_.get_executor(), [this] { look(); });
}

void ClockWatch::look() {
  if (const auto line = alarm_.tell(clock_.look(), machine_.boottime())) {
    switch (line->severity) {
      case ClockAlarm::Severity::Good:
        spdlog::info("{}", line->text);
        break;
      case ClockAlarm::Severity::Error:
        spdlog::error("{}", line->text);
        break;
      case ClockAlarm::Severity::Critical:
        spdlog::critical("{}", line->text);
        break;
    }
  }
  timer_.expires_after(kInterval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      look();
    }
  });
}

}  // namespace betex::gateway
