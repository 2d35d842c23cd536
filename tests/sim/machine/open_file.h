// What a simulated descriptor stands for; the kernel's "open file description".
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <poll.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "tests/sim/machine/clocks.h"

namespace betex::sim {

class Epoll;

// Pieces of memory of a call's, one behind the other.
struct Pieces {
  const iovec* first = nullptr;
  std::size_t count = 0;

  [[nodiscard]] std::size_t bytes() const noexcept;
};

// Results are those of the kernel: what the call gives, or an errno value as a negative number.
class OpenFile {
 public:
  explicit OpenFile(int process) : process_{process} {}

  virtual ~OpenFile() = default;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  OpenFile(OpenFile&&) = delete;
  OpenFile& operator=(OpenFile&&) = delete;

  // What of poll(2)'s holds now, asked for or not. The same bits as epoll(7)'s.
  [[nodiscard]] virtual std::uint32_t events() const = 0;

  // Never waits: -EAGAIN where the call would.
  virtual ssize_t read(Pieces /*into*/);
  virtual ssize_t write(Pieces /*from*/);

  // No descriptor stands for it any more.
  virtual void closed() {}

  [[nodiscard]] int process() const noexcept { return process_; }

  void set_process(int process) noexcept { process_ = process; }

  bool blocks = true;  // no O_NONBLOCK

  // ---- Who is to be told of what happens
  void watch(std::weak_ptr<Epoll> epoll, int descriptor);
  void unwatch(const Epoll& epoll, int descriptor);
  void unwatch_all();

 protected:
  // These events began, or began again.
  void happened(std::uint32_t events);

 private:
  struct Watcher {
    std::weak_ptr<Epoll> epoll;
    int descriptor;
  };

  int process_;  // that has it, and is told by its death
  std::vector<Watcher> watchers_;
};

}  // namespace betex::sim
