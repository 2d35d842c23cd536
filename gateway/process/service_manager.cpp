#include "gateway/process/service_manager.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace betex::gateway {
namespace {

std::string_view environment(const char* name) noexcept {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

std::optional<std::chrono::microseconds> microseconds_in(std::string_view text) noexcept {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || rest != end || count <= 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds{count};
}

}  // namespace

ServiceManager::ServiceManager(std::string socket,
                               std::optional<std::chrono::microseconds> watchdog)
    : socket_{std::move(socket)}, watchdog_{watchdog} {
  const bool is_path_or_name = socket_.size() > 1 && (socket_[0] == '/' || socket_[0] == '@');
  if (!is_path_or_name || socket_.size() >= sizeof(sockaddr_un::sun_path)) {
    socket_.clear();
  }
}

ServiceManager ServiceManager::from_environment() {
  return ServiceManager{std::string{environment("NOTIFY_SOCKET")},
                        microseconds_in(environment("WATCHDOG_USEC"))};
}

void ServiceManager::tell(std::string_view lines) const noexcept {
  if (!listens()) {
    return;
  }
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) {
    return;
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(socket_.begin(), socket_.end(), address.sun_path);
  if (address.sun_path[0] == '@') {
    address.sun_path[0] = '\0';
  }
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  ::sendto(descriptor,
           lines.data(),
           lines.size(),
           MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address),
           size);
  ::close(descriptor);
}

}  // namespace betex::gateway
