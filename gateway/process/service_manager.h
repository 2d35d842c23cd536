// systemd, where it has started this process and wants to be told how it is (Type=notify).
//
// The protocol of sd_notify(3), which its page calls stable and free to be written anew: a datagram
// of lines NAME=VALUE. libsystemd would bring libraries for compression and encryption into the
// process that holds the passwords, for this much.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace betex::gateway {

// *Thread-safe.*
class ServiceManager {
 public:
  // Nobody wants to know.
  ServiceManager() = default;

  // `socket` is a path, or an abstract name behind '@'. With `watchdog`, who says nothing for so
  // long is killed.
  explicit ServiceManager(std::string socket,
                          std::optional<std::chrono::microseconds> watchdog = std::nullopt);

  // As NOTIFY_SOCKET and WATCHDOG_USEC say.
  [[nodiscard]] static ServiceManager from_environment();

  [[nodiscard]] bool listens() const noexcept { return !socket_.empty(); }

  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const noexcept {
    return watchdog_;
  }

  // Never waits: what finds no room, or nobody, is lost. Say again what matters.
  void tell(std::string_view lines) const noexcept;

 private:
  std::string socket_;  // empty: nobody listens
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace betex::gateway
