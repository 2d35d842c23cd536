// epoll(7) of simulated descriptors, by levels and by edges.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>

#include <sys/epoll.h>

#include "tests/sim/machine/open_file.h"

namespace betex::sim {

class Epoll final : public OpenFile, public std::enable_shared_from_this<Epoll> {
 public:
  using OpenFile::OpenFile;

  // 0 or a negative errno value.
  int add(int descriptor, const std::shared_ptr<OpenFile>& file, const epoll_event& wanted);
  int modify(int descriptor, const epoll_event& wanted);
  int remove(int descriptor);

  // What is ready, in the order in which it became so; by edges each once. How many.
  std::size_t take(epoll_event* into, std::size_t most);

  void happened(int descriptor, std::uint32_t events);

  [[nodiscard]] std::uint32_t events() const override;
  void closed() override;

 private:
  struct Item {
    std::weak_ptr<OpenFile> file;
    epoll_event wanted;
    bool is_queued = false;
    bool is_disabled = false;  // EPOLLONESHOT, and it has shot
  };

  // What is to be told of it now.
  [[nodiscard]] static std::uint32_t holds(const Item& item);
  void queue(int descriptor, Item& item);

  std::map<int, Item> items_;
  std::deque<int> ready_;  // perhaps: looked at when taken
};

}  // namespace betex::sim
