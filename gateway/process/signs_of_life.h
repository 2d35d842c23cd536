// Tells the service manager that the process lives while no gateway does so: one has ended, and
// another one is going to begin in the same process.
#pragma once

#include <stop_token>
#include <string>
#include <thread>

#include "gateway/process/service_manager.h"

namespace betex::gateway {

class SignsOfLife {
 public:
  // Says once that it is `status`, in a few words, and from now on again and again, on a thread of
  // its own, that it lives. None of it where nobody listens.
  SignsOfLife(ServiceManager manager, const std::string& status);

  // Ends the thread.
  ~SignsOfLife() = default;
  SignsOfLife(const SignsOfLife&) = delete;
  SignsOfLife& operator=(const SignsOfLife&) = delete;
  SignsOfLife(SignsOfLife&&) = delete;
  SignsOfLife& operator=(SignsOfLife&&) = delete;

 private:
  void run(const std::stop_token& stop) const;

  const ServiceManager manager_;
  std::jthread thread_;
};

}  // namespace betex::gateway
