// Threads of which one at most runs at a time: a test says whose turn it is, and for how long one
// runs is said by itself. So code that calls, waits and goes on can be interleaved, the same way
// each time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <sched.h>

namespace betex::test {

// *Owned by one thread*, but for yield() and is_done().
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

  // By whoever has the turn.
  [[nodiscard]] bool is_done(std::size_t worker) const;

  // Lets workers run until `next` says none. It is asked whose turn is next, of those that are not
  // done: at once, at each yield, and where a task is done. By the thread that has the turn: a
  // worker that goes on itself costs nothing then. It throws nothing.
  void run(std::function<std::optional<std::size_t>()> next);

  // By the worker itself: returns at its next turn.
  void yield(std::size_t worker);

 private:
  // One thread waits, another one wakes it up; in whichever order.
  class Baton {
   public:
    void give();
    void take();

   private:
    std::mutex mutex_;
    std::condition_variable bell_;
    bool given_ = false;
  };

  struct Worker {
    Baton turn;
    std::function<void()> task;  // none: it is done
    bool ends = false;
    std::thread thread;
  };

  // The thread that makes it, and the threads that this one makes, stay on one processor, until it
  // ends: to wake up another one costs more than what is done there.
  class OnOneProcessor {
   public:
    OnOneProcessor() noexcept;
    ~OnOneProcessor();
    OnOneProcessor(const OnOneProcessor&) = delete;
    OnOneProcessor& operator=(const OnOneProcessor&) = delete;
    OnOneProcessor(OnOneProcessor&&) = delete;
    OnOneProcessor& operator=(OnOneProcessor&&) = delete;

   private:
    cpu_set_t before_{};
    bool is_kept_ = false;
  };

  void live(Worker& worker);
  void hand_to(std::optional<std::size_t> worker);

  const OnOneProcessor on_one_processor_;
  Baton owners_;
  std::function<std::optional<std::size_t>()> next_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace betex::test
