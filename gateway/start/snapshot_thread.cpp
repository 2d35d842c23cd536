#include "gateway/start/snapshot_thread.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include <pthread.h>

#include "gateway/agent/thread_turns.h"

namespace betex::gateway {
namespace {

constexpr int kLowestPriority = 19;

}  // namespace

SnapshotThread::SnapshotThread(SnapshotSettings settings,
                               journal::EnvironmentPool& pool,
                               journal::Journal& journal,
                               Retention& retention,
                               Told told)
    : upkeep_{std::move(settings), pool, journal, retention, std::move(told)} {}

void SnapshotThread::start(matching::EventSeq last) {
  if (!upkeep_.has_nothing_to_do()) {
    thread_ = std::jthread{[this, last](const std::stop_token& stop) { run(stop, last); }};
    ::pthread_setname_np(thread_.native_handle(), "snapshot");
  }
}

void SnapshotThread::run(const std::stop_token& stop, matching::EventSeq last) {
  take_turns(kLowestPriority);
  upkeep_.begin(last);
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock{mutex};
  while (!stopped.wait_for(
      lock, stop, JournalUpkeep::kBetweenLooks, [&] { return stop.stop_requested(); })) {
    upkeep_.look([&] { return !stop.stop_requested(); });
  }
}

}  // namespace betex::gateway
