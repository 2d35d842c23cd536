#include "gateway/process/io_threads.h"

#include <algorithm>
#include <string>
#include <utility>

#include <pthread.h>

#include "gateway/agent/thread_turns.h"
#include "gateway/process/fail_stop.h"
#include "matching/assert.h"

namespace betex::gateway {

std::size_t io_thread_count(std::size_t configured, std::size_t processors) noexcept {
  constexpr std::size_t kOneFor = 4;  // processors
  constexpr std::size_t kMostUnasked = 8;
  return configured != 0 ? configured
                         : std::clamp<std::size_t>(processors / kOneFor, 1, kMostUnasked);
}

void IoThreads::stop_all(const std::exception_ptr& error) {
  fail_stop("io", error);
}

IoThreads::IoThreads(std::size_t count, std::string name, OnFailure on_failure, int niceness)
    : name_{std::move(name)},
      on_failure_{std::move(on_failure)},
      niceness_{niceness},
      context_{static_cast<int>(count)},
      work_{context_.get_executor()} {
  BETEX_ASSERT(count > 0);
  for (std::size_t i = 1; i <= count; ++i) {
    std::thread& thread = threads_.emplace_back([this] { run(); });
    const std::string thread_name = i == 1 ? name_ : name_ + "-" + std::to_string(i);
    pthread_setname_np(thread.native_handle(), thread_name.c_str());
  }
}

IoThreads::~IoThreads() {
  stop();
}

void IoThreads::stop() {
  context_.stop();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) {
      thread.join();
    }
  }
}

// Until it is stopped.
void IoThreads::run_handlers() {
  if (niceness_ == 0) {
    context_.run();
    return;
  }
  Courtesy courtesy;
  while (context_.run_one() != 0) {
    courtesy.make_room();
  }
}

void IoThreads::run() noexcept {
  take_turns(niceness_);
  for (;;) {
    try {
      run_handlers();
      return;
    } catch (...) {
      on_failure_(std::current_exception());
    }
  }
}

}  // namespace betex::gateway
