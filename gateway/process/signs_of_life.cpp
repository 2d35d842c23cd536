#include "gateway/process/signs_of_life.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include <pthread.h>

#include "gateway/process/service_status.h"

namespace betex::gateway {

SignsOfLife::SignsOfLife(ServiceManager manager, const std::string& status)
    : manager_{std::move(manager)} {
  if (manager_.listens()) {
    manager_.tell("STATUS=" + status + "\n");
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
  }
}

void SignsOfLife::run(const std::stop_token& stop) const {
  ::pthread_setname_np(::pthread_self(), "life");
  std::mutex mutex;
  std::condition_variable_any stopped;
  while (!stop.stop_requested()) {
    manager_.tell("WATCHDOG=1\n");
    std::unique_lock lock{mutex};
    stopped.wait_for(lock, stop, status_interval(manager_), [] { return false; });
  }
}

}  // namespace betex::gateway
