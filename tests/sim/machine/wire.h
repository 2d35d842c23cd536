// How bytes travel between sockets, and who listens where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "tests/sim/machine/hash.h"
#include "tests/sim/machine/network.h"
#include "tests/sim/machine/random.h"
#include "tests/sim/machine/socket.h"
#include "tests/sim/machine/timeline.h"

namespace betex::sim {

class Wire {
 public:
  explicit Wire(std::uint64_t seed) : random_{seed, "network"} {}

  virtual ~Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  Wire(Wire&&) = delete;
  Wire& operator=(Wire&&) = delete;

  [[nodiscard]] Timeline& timeline() noexcept { return timeline_; }

  [[nodiscard]] const Network::Behaviour& behaviour() const noexcept { return behaviour_; }

  void behave(const Network::Behaviour& behaviour) noexcept { behaviour_ = behaviour; }

  void stall(Clocks::Time until);

  // When what sets out now arrives, behind what arrives at `last`.
  [[nodiscard]] Clocks::Time arrival(Clocks::Time last);

  // How much of `bytes`, at least 1, a call moves: all, or a part where chance says so.
  [[nodiscard]] std::size_t part_of(std::size_t bytes);

  [[nodiscard]] virtual std::shared_ptr<Socket> listener(const Address& address) const = 0;
  [[nodiscard]] virtual bool is_taken(const Address& address, const Socket& by) const = 0;
  [[nodiscard]] virtual std::uint16_t free_port() = 0;

  void count(std::string_view sent) noexcept;

  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }

  // Of all bytes that were sent so far.
  [[nodiscard]] std::uint64_t sent_hash() const noexcept { return sent_hash_; }

  std::uint64_t resets = 0;

 private:
  Random random_;
  Timeline timeline_;
  Network::Behaviour behaviour_;
  Clocks::Time stalled_until_{0};
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t sent_hash_ = kHashStart;
};

}  // namespace betex::sim
