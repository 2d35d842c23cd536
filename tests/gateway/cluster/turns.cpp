#include "tests/gateway/cluster/turns.h"

#include <utility>

#include "matching/assert.h"

namespace betex::test {

Turns::Turns(std::size_t workers) {
  for (std::size_t i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<Worker>());
    Worker& worker = *workers_.back();
    worker.thread = std::thread{[this, &worker] { run(worker); }};
  }
}

Turns::~Turns() {
  for (const std::unique_ptr<Worker>& worker : workers_) {
    {
      const std::lock_guard lock{mutex_};
      BETEX_ASSERT(!worker->task);
      worker->ends = true;
      worker->turn.notify_one();
    }
    worker->thread.join();
  }
}

void Turns::begin(std::size_t worker, std::function<void()> task) {
  const std::lock_guard lock{mutex_};
  BETEX_ASSERT(!workers_[worker]->task);
  workers_[worker]->task = std::move(task);
}

bool Turns::is_done(std::size_t worker) const {
  const std::lock_guard lock{mutex_};
  return !workers_[worker]->task;
}

void Turns::resume(std::size_t worker) {
  std::unique_lock lock{mutex_};
  Worker& chosen = *workers_[worker];
  chosen.runs = true;
  chosen.turn.notify_one();
  back_.wait(lock, [&] { return !chosen.runs; });
}

void Turns::yield(std::size_t worker) {
  std::unique_lock lock{mutex_};
  Worker& self = *workers_[worker];
  self.runs = false;
  back_.notify_one();
  self.turn.wait(lock, [&] { return self.runs; });
}

void Turns::run(Worker& worker) {
  std::unique_lock lock{mutex_};
  for (;;) {
    worker.turn.wait(lock, [&] { return worker.runs || worker.ends; });
    if (worker.ends) {
      return;
    }
    lock.unlock();
    worker.task();
    lock.lock();
    worker.task = nullptr;
    worker.runs = false;
    back_.notify_one();
  }
}

}  // namespace betex::test
