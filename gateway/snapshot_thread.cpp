#include "gateway/snapshot_thread.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include "journal/recovery.h"
#include "journal/snapshot.h"

namespace betex::gateway {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{200};
constexpr int kLowestPriority = 19;

}  // namespace

SnapshotThread::SnapshotThread(SnapshotSettings settings,
                               journal::EnvironmentPool& pool,
                               journal::Journal& journal,
                               Retention& retention)
    : settings_{std::move(settings)}, pool_{pool}, journal_{journal}, retention_{retention} {}

void SnapshotThread::start(matching::EventSeq last) {
  if (settings_.every_events != 0) {
    thread_ = std::jthread{[this, last](const std::stop_token& stop) { run(stop, last); }};
    ::pthread_setname_np(thread_.native_handle(), "snapshot");
  }
}

void SnapshotThread::run(const std::stop_token& stop, matching::EventSeq last) {
  // On Linux a thread has a priority of its own.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLowestPriority);
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock{mutex};
  while (!stopped.wait_for(lock, stop, kBetweenLooks, [&] { return stop.stop_requested(); })) {
    const matching::EventSeq taken = retention_.taken();
    if (taken.value() - last.value() >= settings_.every_events) {
      last = taken;
      try {
        take(stop, taken);
      } catch (const std::exception& error) {
        spdlog::error("no snapshot after event {}: {}", taken.value(), error.what());
      }
    }
  }
}

void SnapshotThread::take(const std::stop_token& stop, matching::EventSeq up_to) {
  const std::optional<matching::EventSeq> seq = journal::take_snapshot(
      settings_.wal_root,
      pool_,
      {.up_to = up_to,
       .progress = [&](matching::EventSeq) { return !stop.stop_requested(); },
       .note = [this](matching::EventSeq end) { return retention_.note(end); }});
  if (!seq) {
    return;
  }
  if (!journal::is_whole(settings_.wal_root, *seq)) {
    spdlog::error("the snapshot after event {} does not read back as it was written", seq->value());
    return;
  }
  retention_.add_snapshot(*seq);
  journal_.advance_watermark(*seq);
  journal::remove_snapshots_below(settings_.wal_root, retention_.floor());
  spdlog::info("snapshot after event {}", seq->value());
}

}  // namespace betex::gateway
