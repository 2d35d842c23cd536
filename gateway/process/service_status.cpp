#include "gateway/process/service_status.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/post.hpp>

namespace betex::gateway {
namespace {

// A stop may have a longer notice than systemd has patience (TimeoutStopSec=): said again each
// second, it never comes to its end. It counts only once systemd has asked for the stop.
constexpr std::string_view kMoreTimeToStop = "EXTEND_TIMEOUT_USEC=30000000\n";

}  // namespace

std::string service_status(Phase phase, const HealthSource& health) {
  if (phase == Phase::Stopping) {
    return "STOPPING=1\nSTATUS=stopping\n";
  }
  if (const auto why = health.why_not_started()) {
    return "STATUS=starting: " + *why + "\n";
  }
  if (const auto why = health.why_not_live()) {
    return "READY=1\nSTATUS=stuck: " + *why + "\n";
  }
  const auto why = health.why_not_ready();
  std::string lines =
      "READY=1\nWATCHDOG=1\nSTATUS=" + (why ? "takes no orders: " + *why : "takes orders");
  const auto remark = health.remark();
  return remark ? lines + ", " + *remark + "\n" + std::string{kMoreTimeToStop} : lines + "\n";
}

std::chrono::microseconds status_interval(const ServiceManager& manager) noexcept {
  constexpr std::chrono::microseconds kLongest = std::chrono::seconds{1};
  constexpr std::chrono::microseconds kShortest = std::chrono::milliseconds{1};
  constexpr int kTimesInAll = 3;
  return manager.watchdog() ? std::clamp(*manager.watchdog() / kTimesInAll, kShortest, kLongest)
                            : kLongest;
}

ServiceStatus::ServiceStatus(boost::asio::io_context& io,
                             const Health& health,
                             ServiceManager manager)
    : health_{health},
      manager_{std::move(manager)},
      interval_{status_interval(manager_)},
      timer_{io} {
  tell();
}

void ServiceStatus::tell() const {
  if (manager_.listens()) {
    manager_.tell(service_status(health_.phase(), health_));
  }
}

void ServiceStatus::start() {
  if (manager_.listens()) {
    boost::asio::post(timer_.get_executor(), [this] { tell_and_wait(); });
  }
}

void ServiceStatus::tell_and_wait() {
  tell();
  timer_.expires_after(interval_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      tell_and_wait();
    }
  });
}

}  // namespace betex::gateway
