#include "tests/gateway/cluster/turns.h"

#include <utility>

#include "matching/assert.h"

namespace betex::test {

void Turns::Baton::give() {
  {
    const std::lock_guard lock{mutex_};
    given_ = true;
  }
  bell_.notify_one();
}

void Turns::Baton::take() {
  std::unique_lock lock{mutex_};
  bell_.wait(lock, [this] { return given_; });
  given_ = false;
}

Turns::OnOneProcessor::OnOneProcessor() noexcept {
  const int processor = ::sched_getcpu();
  if (processor < 0 || processor >= CPU_SETSIZE ||
      ::sched_getaffinity(0, sizeof before_, &before_) != 0) {
    return;  // it is slower then
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(processor), &one);
  is_kept_ = ::sched_setaffinity(0, sizeof one, &one) == 0;
}

Turns::OnOneProcessor::~OnOneProcessor() {
  if (is_kept_) {
    ::sched_setaffinity(0, sizeof before_, &before_);
  }
}

Turns::Turns(std::size_t workers) {
  for (std::size_t i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<Worker>());
    Worker& worker = *workers_.back();
    worker.thread = std::thread{[this, &worker] { live(worker); }};
  }
}

Turns::~Turns() {
  for (const std::unique_ptr<Worker>& worker : workers_) {
    BETEX_ASSERT(!worker->task);
    worker->ends = true;
    worker->turn.give();
    worker->thread.join();
  }
}

void Turns::begin(std::size_t worker, std::function<void()> task) {
  BETEX_ASSERT(!workers_[worker]->task);
  workers_[worker]->task = std::move(task);
}

bool Turns::is_done(std::size_t worker) const {
  return !workers_[worker]->task;
}

void Turns::run(std::function<std::optional<std::size_t>()> next) {
  next_ = std::move(next);
  if (const std::optional<std::size_t> first = next_()) {
    hand_to(first);
    owners_.take();
  }
}

// Whoever hands the turn on touches nothing that is shared before it has one again.
void Turns::hand_to(std::optional<std::size_t> worker) {
  if (!worker) {
    owners_.give();
    return;
  }
  BETEX_ASSERT(!is_done(*worker));
  workers_[*worker]->turn.give();
}

void Turns::yield(std::size_t worker) {
  Baton& own = workers_[worker]->turn;
  const std::optional<std::size_t> next = next_();
  if (next != worker) {
    hand_to(next);
    own.take();
  }
}

void Turns::live(Worker& worker) {
  for (;;) {
    worker.turn.take();
    if (worker.ends) {
      return;
    }
    worker.task();
    worker.task = nullptr;
    hand_to(next_());
  }
}

}  // namespace betex::test
