// Threads of which one at most runs at a time: a test says which, and for how long it runs is said
// by itself. So code that calls, waits and goes on can be interleaved, the same way each time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace betex::test {

// *Owned by one thread*, but for yield().
class Turns {
 public:
  explicit Turns(std::size_t workers);

  // All tasks are done.
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;
  Turns(Turns&&) = delete;
  Turns& operator=(Turns&&) = delete;

  // A worker's next task, which throws nothing. It does not run yet.
  void begin(std::size_t worker, std::function<void()> task);

  [[nodiscard]] bool is_done(std::size_t worker) const;

  // Lets it run until it yields or is done.
  void resume(std::size_t worker);

  // By the worker itself: returns at its next turn.
  void yield(std::size_t worker);

 private:
  struct Worker {
    std::condition_variable turn;
    std::function<void()> task;  // none: it is done
    bool runs = false;
    bool ends = false;
    std::thread thread;
  };

  void run(Worker& worker);

  mutable std::mutex mutex_;
  std::condition_variable back_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace betex::test
