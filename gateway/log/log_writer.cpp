#include "gateway/log/log_writer.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <pthread.h>

namespace betex::gateway {

struct LogWriter::Shared {
  Shared(LogTarget where, MakeLine make, std::size_t bytes)
      : target{std::move(where)}, make_line{std::move(make)}, queue_bytes{bytes} {
    queue.reserve(bytes);
  }

  // The log's thread alone.
  LogTarget target;
  const MakeLine make_line;

  const std::size_t queue_bytes;
  std::mutex mutex;
  std::condition_variable work;  // for the log's thread
  std::condition_variable done;  // for whoever flushes

  // Guarded by the mutex.
  std::string queue;
  std::uint64_t pushed = 0;   // times push() or reopen() was called
  std::uint64_t handled = 0;  // of these, what is written or lost
  std::uint64_t unsaid = 0;   // lines dropped since that was last said
  bool reopen = false;
  bool closing = false;
  bool ended = false;

  std::atomic<std::uint64_t> dropped{0};  // written under the mutex, read by anybody
};

namespace {

struct Batch {
  std::string lines;
  std::uint64_t up_to = 0;
  std::uint64_t dropped = 0;
  bool reopen = false;
};

}  // namespace

LogWriter::LogWriter(LogTarget target, MakeLine make_line, LogWriterLimits limits)
    : shared_{std::make_shared<Shared>(
          std::move(target), std::move(make_line), limits.queue_bytes)},
      patience_{limits.patience} {
  std::thread thread{[shared = shared_] { run(shared); }};
  ::pthread_setname_np(thread.native_handle(), "log");
  thread.detach();  // its end is waited for here, as long as that makes sense
}

LogWriter::~LogWriter() {
  std::unique_lock lock{shared_->mutex};
  shared_->closing = true;
  shared_->work.notify_one();
  shared_->done.wait_for(lock, patience_, [this] { return shared_->ended; });
}

void LogWriter::push(std::string_view line, Weight weight) {
  const std::size_t limit =
      weight == Weight::Warning ? shared_->queue_bytes : shared_->queue_bytes / 4 * 3;
  const std::lock_guard lock{shared_->mutex};
  ++shared_->pushed;
  if (shared_->queue.size() + line.size() > limit) {
    ++shared_->unsaid;
    shared_->dropped.fetch_add(1, std::memory_order_relaxed);
  } else {
    shared_->queue += line;
  }
  shared_->work.notify_one();
}

void LogWriter::reopen() {
  const std::lock_guard lock{shared_->mutex};
  ++shared_->pushed;
  shared_->reopen = true;
  shared_->work.notify_one();
}

bool LogWriter::flush(std::chrono::milliseconds patience) {
  std::unique_lock lock{shared_->mutex};
  const std::uint64_t all = shared_->pushed;
  return shared_->done.wait_for(lock, patience, [&] { return shared_->handled >= all; });
}

std::uint64_t LogWriter::lines_dropped() const noexcept {
  return shared_->dropped.load(std::memory_order_relaxed);
}

void LogWriter::run(const std::shared_ptr<Shared>& shared) {
  Batch batch;
  batch.lines.reserve(shared->queue_bytes);
  std::unique_lock lock{shared->mutex};
  while (true) {
    shared->work.wait(lock, [&] { return shared->handled < shared->pushed || shared->closing; });
    if (shared->handled == shared->pushed) {
      break;
    }
    batch.lines.clear();
    std::swap(batch.lines, shared->queue);
    batch.up_to = shared->pushed;
    batch.dropped = std::exchange(shared->unsaid, 0);
    batch.reopen = std::exchange(shared->reopen, false);
    lock.unlock();

    if (batch.reopen) {
      try {
        shared->target.reopen();
      } catch (const std::exception& error) {
        batch.lines +=
            shared->make_line(std::string{"the log goes on in the old file: "} + error.what());
      }
    }
    if (batch.dropped > 0) {
      batch.lines += shared->make_line(std::to_string(batch.dropped) +
                                       " lines of the log were dropped here: they came faster "
                                       "than they could be written");
    }
    const std::size_t lost = shared->target.write(batch.lines);

    lock.lock();
    shared->unsaid += lost;
    shared->dropped.fetch_add(lost, std::memory_order_relaxed);
    shared->handled = batch.up_to;
    shared->done.notify_all();
  }
  shared->ended = true;
  shared->done.notify_all();
}

}  // namespace betex::gateway
