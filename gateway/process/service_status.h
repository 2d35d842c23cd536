// Tells the service manager how the gateway is: that it has started, that it lives, what it waits
// for. Once the gateway serves its sockets this runs on their thread, and asks what the probes ask:
// a thread that is stuck, their own too, ends the good news.
#pragma once

#include <chrono>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "gateway/process/health.h"
#include "gateway/process/service_manager.h"

namespace betex::gateway {

// The lines for a gateway in this phase whose health is this.
[[nodiscard]] std::string service_status(Phase phase, const HealthSource& health);

// How often it is told: once a second, and several times within what a watchdog allows.
[[nodiscard]] std::chrono::microseconds status_interval(const ServiceManager& manager) noexcept;

class ServiceStatus {
 public:
  // Says at once that the gateway is starting. `io` and `health` must outlive it, and it the last
  // run of `io`.
  ServiceStatus(boost::asio::io_context& io, const Health& health, ServiceManager manager);

  // Says it now, since something has changed. From any thread.
  void tell() const;

  // From now on at every status_interval(), on `io`. Once, from any thread.
  void start();

 private:
  void tell_and_wait();

  const Health& health_;
  const ServiceManager manager_;
  const std::chrono::microseconds interval_;
  boost::asio::steady_timer timer_;
};

}  // namespace betex::gateway
