// How a thread shares processors with others, where they are fewer than the threads. Linux's words
// for it are in sched(7).
#pragma once

#include <chrono>

namespace betex::gateway {

// For the calling thread; `niceness` as nice(1) has it, 0 to 19.
//
// With 0 it is one of those that orders wait for: it stays as nice as the process was started, and
// wants its turns soon. Greater than 0: others come first; it should have a Courtesy too where it
// works for long.
//
// Niceness alone is not enough since Linux 6.6: a thread that is woken may have to wait for the
// next tick of the timer, some milliseconds, even where a nicer one runs. From 6.12 on a thread may
// ask for time slices of its own, and who has shorter ones may interrupt. Best effort: where the
// kernel does not know of it, or another policy than SCHED_OTHER was chosen for the thread, its
// slices stay.
void take_turns(int niceness) noexcept;

// Of a thread that others come before. Who is woken on its processor and has just had more than a
// fair share would still wait for it until the next tick.
class Courtesy {
 public:
  // Between two pieces of work. Offers the processor to whoever waits for it, if that was not done
  // for a fifth of a millisecond.
  void make_room() noexcept;

 private:
  std::chrono::steady_clock::time_point offered_{};
};

}  // namespace betex::gateway
