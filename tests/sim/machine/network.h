// The simulated network: TCP on 127.0.0.1 between processes of one machine, as the socket calls of
// the C library see it. Descriptors begin at kFirstDescriptor, so that they are never a real
// file's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tests/sim/machine/clocks.h"
#include "tests/sim/machine/random.h"

namespace betex::sim {

class Network {
 public:
  static constexpr int kFirstDescriptor = 1 << 20;

  explicit Network(std::uint64_t seed);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // How bytes travel from now on: each piece takes between `least` and `most`, never overtaking the
  // one before it in its connection; a send takes, and a recv gives, only a part in `partial`
  // percent of calls.
  struct Behaviour {
    Clocks::Time least{0};
    Clocks::Time most{0};
    double partial = 0;
    std::size_t buffer_bytes = 65536;  // of each direction: a send blocks behind so many
  };

  void behave(const Behaviour& behaviour);

  // Nothing travels until then; nobody notices but by silence.
  void stall(Clocks::Time until);

  // One connection that is open, chosen by `random`, is reset: both ends read ECONNRESET, and what
  // was under way is lost. False where there is none.
  bool reset_one(Random& random);

  // Bytes that were sent so far, and connections that were reset, by reset_one() or since an end
  // was closed before it had read all, for the figures.
  [[nodiscard]] std::uint64_t bytes_sent() const noexcept;
  [[nodiscard]] std::uint64_t resets() const noexcept;

  struct Inside;  // network_inside.h

  [[nodiscard]] Inside& inside() noexcept { return *inside_; }

 private:
  std::unique_ptr<Inside> inside_;
};

}  // namespace betex::sim
