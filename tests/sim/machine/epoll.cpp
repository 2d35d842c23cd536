#include "tests/sim/machine/epoll.h"

#include <algorithm>
#include <cerrno>

namespace betex::sim {
namespace {

constexpr std::uint32_t kAlways = EPOLLERR | EPOLLHUP;

}  // namespace

int Epoll::add(int descriptor, const std::shared_ptr<OpenFile>& file, const epoll_event& wanted) {
  if (file.get() == this) {
    return -EINVAL;
  }
  const auto [place, is_new] = items_.try_emplace(descriptor, Item{file, wanted});
  if (!is_new) {
    return -EEXIST;
  }
  file->watch(weak_from_this(), descriptor);
  if (holds(place->second) != 0) {
    queue(descriptor, place->second);
  }
  return 0;
}

int Epoll::modify(int descriptor, const epoll_event& wanted) {
  const auto found = items_.find(descriptor);
  if (found == items_.end()) {
    return -ENOENT;
  }
  found->second.wanted = wanted;
  found->second.is_disabled = false;
  if (holds(found->second) != 0) {
    queue(descriptor, found->second);
  }
  return 0;
}

int Epoll::remove(int descriptor) {
  const auto found = items_.find(descriptor);
  if (found == items_.end()) {
    return -ENOENT;
  }
  if (const auto file = found->second.file.lock()) {
    file->unwatch(*this, descriptor);
  }
  items_.erase(found);
  std::erase(ready_, descriptor);
  return 0;
}

std::size_t Epoll::take(epoll_event* into, std::size_t most) {
  std::size_t taken = 0;
  for (std::size_t left = ready_.size(); left > 0 && taken < most; --left) {
    const int descriptor = ready_.front();
    ready_.pop_front();
    Item& item = items_.at(descriptor);
    item.is_queued = false;
    const std::uint32_t now = holds(item);
    if (now == 0) {
      continue;
    }
    into[taken++] = {.events = now, .data = item.wanted.data};
    if ((item.wanted.events & EPOLLONESHOT) != 0) {
      item.is_disabled = true;
    } else if ((item.wanted.events & EPOLLET) == 0) {
      queue(descriptor, item);
    }
  }
  return taken;
}

void Epoll::happened(int descriptor, std::uint32_t events) {
  Item& item = items_.at(descriptor);
  if (!item.is_disabled && (events & (item.wanted.events | kAlways)) != 0) {
    queue(descriptor, item);
    OpenFile::happened(EPOLLIN);
  }
}

std::uint32_t Epoll::events() const {
  const bool is_ready = std::any_of(
      ready_.begin(), ready_.end(), [&](int each) { return holds(items_.at(each)) != 0; });
  return is_ready ? EPOLLIN | EPOLLRDNORM : 0U;
}

void Epoll::closed() {
  while (!items_.empty()) {
    remove(items_.begin()->first);
  }
}

std::uint32_t Epoll::holds(const Item& item) {
  const auto file = item.file.lock();
  return file == nullptr || item.is_disabled ? 0 : file->events() & (item.wanted.events | kAlways);
}

void Epoll::queue(int descriptor, Item& item) {
  if (!item.is_queued) {
    item.is_queued = true;
    ready_.push_back(descriptor);
  }
}

}  // namespace betex::sim
