// The C library's calls that any descriptor takes: the simulated network's end there, files' at the
// simulated disk (libc_files.h).
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/sim/machine/interposed.h"
#include "tests/sim/machine/libc_files.h"

namespace {

using namespace betex::sim;

constinit const RealCall<ssize_t(int, void*, std::size_t)> real_read{"read"};
constinit const RealCall<ssize_t(int, const iovec*, int)> real_readv{"readv"};
constinit const RealCall<int(int, int, ...)> real_fcntl{"fcntl"};
constinit const RealCall<int(int, int, ...)> real_fcntl64{"fcntl64"};
constinit const RealCall<int(int, unsigned long, ...)> real_ioctl{"ioctl"};

// As `call` gives it for an open descriptor of the network.
template <typename Call>
auto with_open(const Network::Inside& network, int descriptor, Call&& call)
    -> decltype(call(std::declval<OpenFile&>())) {
  const auto file = network.find(descriptor);
  return told(file == nullptr ? decltype(call(std::declval<OpenFile&>())){-EBADF} : call(*file));
}

int control(OpenFile& file, int command, long argument) noexcept {
  switch (command) {
    case F_GETFL:
      return O_RDWR | (file.blocks ? 0 : O_NONBLOCK);
    case F_SETFL:
      file.blocks = (argument & O_NONBLOCK) == 0;
      return 0;
    case F_GETFD:
      return FD_CLOEXEC;  // nothing is ever executed
    case F_SETFD:
      return 0;
    default:
      return -EINVAL;
  }
}

int control_device(OpenFile& file, unsigned long request, void* argument) noexcept {
  auto* const value = static_cast<int*>(argument);
  auto* const socket = dynamic_cast<Socket*>(&file);
  if (request == FIONBIO) {
    file.blocks = *value == 0;
    return 0;
  }
  if (request == FIONREAD && socket != nullptr) {
    *value = static_cast<int>(socket->unread());
    return 0;
  }
  return -ENOTTY;
}

}  // namespace

void* betex::sim::next_definition_of(const char* name) noexcept {
  void* const found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) {
    std::abort();
  }
  return found;
}

extern "C" {

ssize_t read(int descriptor, void* buffer, std::size_t size) {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_read(descriptor, buffer, size);
  }
  return with_open(*network, descriptor, [&](OpenFile&) {
    const iovec piece{buffer, size};
    return network->read(descriptor, {&piece, 1});
  });
}

ssize_t readv(int descriptor, const iovec* pieces, int count) {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_readv(descriptor, pieces, count);
  }
  return with_open(*network, descriptor, [&](OpenFile&) {
    return network->read(descriptor, {pieces, static_cast<std::size_t>(count)});
  });
}

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return disk_write(descriptor, bytes, size);
  }
  return with_open(*network, descriptor, [&](OpenFile&) {
    const iovec piece{const_cast<void*>(bytes), size};
    return network->write(descriptor, {&piece, 1});
  });
}

ssize_t writev(int descriptor, const iovec* pieces, int count) {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return disk_writev(descriptor, pieces, count);
  }
  return with_open(*network, descriptor, [&](OpenFile&) {
    return network->write(descriptor, {pieces, static_cast<std::size_t>(count)});
  });
}

int close(int descriptor) {
  Network::Inside* const network = network_of(descriptor);
  return network == nullptr ? disk_close(descriptor) : told(network->close(descriptor));
}

int fcntl(int descriptor, int command, ...) {
  std::va_list list;
  va_start(list, command);
  const long argument = va_arg(list, long);
  va_end(list);
  Network::Inside* const network = network_of(descriptor);
  return network == nullptr ? real_fcntl(descriptor, command, argument)
                            : with_open(*network, descriptor, [&](OpenFile& file) {
                                return control(file, command, argument);
                              });
}

int fcntl64(int descriptor, int command, ...) {
  std::va_list list;
  va_start(list, command);
  const long argument = va_arg(list, long);
  va_end(list);
  return network_of(descriptor) == nullptr ? real_fcntl64(descriptor, command, argument)
                                           : fcntl(descriptor, command, argument);
}

int ioctl(int descriptor, unsigned long request, ...) noexcept {
  std::va_list list;
  va_start(list, request);
  void* const argument = va_arg(list, void*);
  va_end(list);
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_ioctl(descriptor, request, argument);
  }
  network->timeline().catch_up();
  return with_open(*network, descriptor, [&](OpenFile& file) {
    return control_device(file, request, argument);
  });
}

// What it is called where _FORTIFY_SOURCE is on and the size is not known when compiling.
ssize_t __read_chk(int descriptor, void* buffer, std::size_t size, std::size_t room) {
  if (size > room) {
    std::abort();
  }
  return read(descriptor, buffer, size);
}

}  // extern "C"
