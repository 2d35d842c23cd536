#include "gateway/process/disk_watch.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include <pthread.h>
#include <spdlog/spdlog.h>

namespace betex::gateway {

DiskWatch::DiskWatch(std::vector<Look> looks, std::chrono::milliseconds interval)
    : looks_{std::move(looks)}, interval_{interval}, thread_{[this](const std::stop_token& stop) {
        run(stop);
      }} {}

void DiskWatch::run(const std::stop_token& stop) const {
  ::pthread_setname_np(::pthread_self(), "disk");
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock{mutex};
  std::string told;
  while (!stopped.wait_for(lock, stop, interval_, [&] { return stop.stop_requested(); })) {
    std::string wrong = look();
    if (!wrong.empty() && wrong != told) {
      spdlog::error("how much is free on a disk is not known: {}", wrong);
    }
    told = std::move(wrong);
  }
}

// Returns what went wrong; empty where nothing did.
std::string DiskWatch::look() const {
  std::string wrong;
  for (const Look& each : looks_) {
    try {
      each();
    } catch (const std::exception& error) {
      wrong = error.what();
    }
  }
  return wrong;
}

}  // namespace betex::gateway
