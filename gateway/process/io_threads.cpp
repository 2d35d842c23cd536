#include "gateway/process/io_threads.h"

#include <algorithm>
#include <exception>
#include <string>

#include <pthread.h>

#include "gateway/process/fail_stop.h"
#include "matching/assert.h"

namespace betex::gateway {

std::size_t io_thread_count(std::size_t configured, std::size_t processors) noexcept {
  constexpr std::size_t kOneFor = 4;  // processors
  constexpr std::size_t kMostUnasked = 8;
  return configured != 0 ? configured
                         : std::clamp<std::size_t>(processors / kOneFor, 1, kMostUnasked);
}

IoThreads::IoThreads(std::size_t count)
    : context_{static_cast<int>(count)}, work_{context_.get_executor()} {
  BETEX_ASSERT(count > 0);
  for (std::size_t i = 1; i <= count; ++i) {
    std::thread& thread = threads_.emplace_back([this] { run(); });
    const std::string name = i == 1 ? "io" : "io-" + std::to_string(i);
    pthread_setname_np(thread.native_handle(), name.c_str());
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

void IoThreads::run() noexcept {
  try {
    context_.run();
  } catch (...) {
    fail_stop("io", std::current_exception());
  }
}

}  // namespace betex::gateway
