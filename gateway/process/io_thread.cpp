#include "gateway/process/io_thread.h"

#include <pthread.h>

#include "gateway/process/fail_stop.h"

namespace betex::gateway {

IoThread::IoThread() : work_{context_.get_executor()}, thread_{[this] { run(); }} {
  pthread_setname_np(thread_.native_handle(), "io");
}

IoThread::~IoThread() {
  stop();
}

void IoThread::stop() {
  context_.stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void IoThread::run() noexcept {
  try {
    context_.run();
  } catch (...) {
    fail_stop("io", std::current_exception());
  }
}

}  // namespace betex::gateway
