#include "tests/sim/machine/open_file.h"

#include <cerrno>
#include <utility>

#include "tests/sim/machine/epoll.h"

namespace betex::sim {

std::size_t Pieces::bytes() const noexcept {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += first[i].iov_len;
  }
  return sum;
}

ssize_t OpenFile::read(Pieces /*into*/) {
  return -EINVAL;
}

ssize_t OpenFile::write(Pieces /*from*/) {
  return -EINVAL;
}

void OpenFile::watch(std::weak_ptr<Epoll> epoll, int descriptor) {
  watchers_.push_back({std::move(epoll), descriptor});
}

void OpenFile::unwatch(const Epoll& epoll, int descriptor) {
  std::erase_if(watchers_, [&](const Watcher& each) {
    return each.descriptor == descriptor && each.epoll.lock().get() == &epoll;
  });
}

void OpenFile::unwatch_all() {
  for (const Watcher& each : std::exchange(watchers_, {})) {
    if (const auto epoll = each.epoll.lock()) {
      epoll->remove(each.descriptor);
    }
  }
}

void OpenFile::happened(std::uint32_t events) {
  for (const Watcher& each : watchers_) {
    if (const auto epoll = each.epoll.lock()) {
      epoll->happened(each.descriptor, events);
    }
  }
}

}  // namespace betex::sim
