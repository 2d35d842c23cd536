// The kernel's side of the simulated network: descriptors, and what blocks. The calls of the C
// library (libc_*.cpp) come here with what they were given, already understood.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include <sys/types.h>

#include "tests/sim/machine/network.h"
#include "tests/sim/machine/open_file.h"
#include "tests/sim/machine/wire.h"

namespace betex::sim {

// Results of its calls are the kernel's: negative errno values are errors.
struct Network::Inside final : Wire {
  using Wire::Wire;
  ~Inside() override;

  // ---- Descriptors: always the lowest that is free

  int open(std::shared_ptr<OpenFile> file);
  [[nodiscard]] std::shared_ptr<OpenFile> find(int descriptor) const;  // null: EBADF
  int close(int descriptor);
  void close_all(int process);

  template <typename Kind>
  [[nodiscard]] std::shared_ptr<Kind> find(int descriptor) const {
    return std::dynamic_pointer_cast<Kind>(find(descriptor));
  }

  // ---- Calls of sockets that wait where they may (the others are the Socket's own)

  int connect(int descriptor, const Address& address);
  int accept(int descriptor, Address& from);
  ssize_t receive(int descriptor, Pieces into, int flags);
  ssize_t send(int descriptor, Pieces from, int flags);

  // read(2) and write(2), of any descriptor.
  ssize_t read(int descriptor, Pieces into);
  ssize_t write(int descriptor, Pieces from);

  // ---- For the machine
  [[nodiscard]] Clocks::Time next_event() { return timeline().next(); }

  bool reset_one(Random& random);
  void look_at_room();

  [[nodiscard]] std::shared_ptr<Socket> listener(const Address& address) const override;
  [[nodiscard]] bool is_taken(const Address& address, const Socket& by) const override;
  [[nodiscard]] std::uint16_t free_port() override;

 private:
  std::map<int, std::shared_ptr<OpenFile>> open_;
  std::uint16_t last_port_ = 0;
};

}  // namespace betex::sim
