// Threads of a simulated machine: each has a stack of its own, and one runs until it gives the
// processor back. All of them are one thread of the real machine.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace betex::sim {

// Resumed on the real thread's own stack only, never from within another fiber.
class Fiber {
 public:
  // `process`: whose it is, for what the machine does to a process as a whole.
  Fiber(std::string name, int process, std::function<void()> body);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  Fiber(Fiber&&) = delete;
  Fiber& operator=(Fiber&&) = delete;

  // The one that runs; null on the real thread's own stack.
  [[nodiscard]] static Fiber* current() noexcept;

  // Runs it until it yields, ends or is abandoned. An exception out of its body comes out here.
  void resume();

  // Of the current fiber: back to who has resumed it.
  static void yield();

  // Of the current fiber: back to who has resumed it, for ever. Nothing on its stack is destroyed,
  // as nothing is when a process is killed: what it holds is leaked, until the real process ends.
  [[noreturn]] static void abandon();

  [[nodiscard]] bool over() const noexcept;  // ended or abandoned
  [[nodiscard]] bool abandoned() const noexcept;

  [[nodiscard]] const std::string& name() const noexcept;
  [[nodiscard]] int process() const noexcept;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace betex::sim
