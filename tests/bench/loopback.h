// Plain blocking TCP over loopback, for benchmarks.
#pragma once

#include <cstdint>

namespace betex::bench {

// A listening socket on a free port.
class Listener {
 public:
  Listener();
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  // Waits for a connection; the caller closes it.
  [[nodiscard]] int accept() const;

 private:
  int descriptor_ = -1;
  std::uint16_t port_ = 0;
};

// A connection with TCP_NODELAY; the caller closes it. Throws std::system_error.
[[nodiscard]] int connect_to_loopback(std::uint16_t port);

}  // namespace betex::bench
