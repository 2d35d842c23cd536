#include "tests/sim/machine/fiber.h"

#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

#include <cxxabi.h>
#include <ucontext.h>

#include "matching/assert.h"
#include "tests/sim/machine/sanitizers.h"
#include "tests/sim/machine/stack.h"

namespace betex::sim {
namespace {

// What the C++ runtime knows of a thread's exceptions: those that are caught and not left yet, and
// how many fly. The ABI says that it is this (Itanium C++ ABI: Exception Handling, 2.2.2).
struct Exceptions {
  void* caught;
  unsigned uncaught;
};

// What a real thread has once, and each fiber for itself.
struct OfAThread {
  Exceptions exceptions{};
  int error = 0;

  void take() noexcept {
    std::memcpy(&exceptions, abi::__cxa_get_globals(), sizeof exceptions);
    error = errno;
  }

  void put_back() const noexcept {
    std::memcpy(abi::__cxa_get_globals(), &exceptions, sizeof exceptions);
    errno = error;
  }
};

// One side of a switch.
struct Side {
  ucontext_t context{};
  OfAThread of_a_thread;
  void* left = nullptr;          // ASan's
  const void* lowest = nullptr;  // of its stack
  std::size_t size = 0;
  void* sanitizer_thread = nullptr;  // TSan's
};

enum class Return : bool { Never, Some };

void switch_sides(Side& from, Side& to, Return back) {
  from.of_a_thread.take();
  to.of_a_thread.put_back();
  sanitizer::leave(back == Return::Some ? &from.left : nullptr, to.lowest, to.size);
  sanitizer::go_on_as(to.sanitizer_thread);
  swapcontext(&from.context, &to.context);
}

thread_local Fiber* running = nullptr;

}  // namespace

struct Fiber::Inside {
  Inside(std::string its_name, int its_process, std::function<void()> its_body)
      : name{std::move(its_name)}, process{its_process}, body{std::move(its_body)} {}

  // The first function on its stack.
  static void begin() {
    Inside& self = *running->inside_;
    self.has_come();
    {
      // Here, so that it stays whole where the fiber is abandoned.
      const std::function<void()> body = std::move(self.body);
      try {
        body();
      } catch (...) {
        self.thrown = std::current_exception();
      }
    }
    self.state = State::Ended;
    switch_sides(self.own, self.resumer, Return::Never);
  }

  void make_context() {
    BETEX_ASSERT(getcontext(&own.context) == 0);
    own.context.uc_stack = {.ss_sp = stack.lowest(), .ss_flags = 0, .ss_size = stack.size()};
    own.context.uc_link = nullptr;
    makecontext(&own.context, &begin, 0);
    // ASan would clean the whole of it at each switch, though it is told of what is left on it.
    own.context.uc_stack.ss_size = kHasSanitizer ? 0 : stack.size();
    own.lowest = stack.lowest();
    own.size = stack.size();
    own.sanitizer_thread = sanitizer::make_thread();
  }

  void has_come() { sanitizer::arrive(own.left, &resumer.lowest, &resumer.size); }

  void go_back() {
    switch_sides(own, resumer, Return::Some);
    has_come();
  }

  enum class State : std::uint8_t { New, Begun, Ended, Abandoned };

  const std::string name;
  const int process;
  std::function<void()> body;
  Stack stack;
  State state = State::New;
  Side own;
  Side resumer;
  std::exception_ptr thrown;
};

Fiber::Fiber(std::string name, int process, std::function<void()> body)
    : inside_{std::make_unique<Inside>(std::move(name), process, std::move(body))} {}

Fiber::~Fiber() {
  switch (inside_->state) {
    case Inside::State::New:
      break;
    case Inside::State::Ended:
      sanitizer::end_thread(inside_->own.sanitizer_thread);
      break;
    case Inside::State::Begun:
    case Inside::State::Abandoned:
      inside_->stack.keep();
      break;
  }
}

Fiber* Fiber::current() noexcept {
  return running;
}

void Fiber::resume() {
  BETEX_ASSERT(running == nullptr);
  BETEX_ASSERT(!over());
  if (inside_->state == Inside::State::New) {
    inside_->make_context();
    inside_->state = Inside::State::Begun;
  }
  Side& resumer = inside_->resumer;
  resumer.sanitizer_thread = sanitizer::this_thread();
  running = this;
  switch_sides(resumer, inside_->own, Return::Some);
  sanitizer::arrive(resumer.left, nullptr, nullptr);
  running = nullptr;
  if (inside_->thrown) {
    std::rethrow_exception(std::exchange(inside_->thrown, nullptr));
  }
}

void Fiber::yield() {
  BETEX_ASSERT(running != nullptr);
  running->inside_->go_back();
}

void Fiber::abandon() {
  BETEX_ASSERT(running != nullptr);
  running->inside_->state = Inside::State::Abandoned;
  running->inside_->go_back();
  BETEX_ASSERT(!"an abandoned fiber was resumed");
  std::abort();
}

bool Fiber::over() const noexcept {
  return inside_->state == Inside::State::Ended || abandoned();
}

bool Fiber::abandoned() const noexcept {
  return inside_->state == Inside::State::Abandoned;
}

const std::string& Fiber::name() const noexcept {
  return inside_->name;
}

int Fiber::process() const noexcept {
  return inside_->process;
}

}  // namespace betex::sim
