// The C library's and the C++ library's random numbers, from the simulated machine's.
#include "tests/sim/machine/libc_random.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>

#include <sys/random.h>
#include <unistd.h>

#include "tests/sim/machine/interposed.h"
#include "tests/sim/machine/machine_inside.h"

namespace {

using namespace betex::sim;

constinit const RealCall<ssize_t(void*, std::size_t, unsigned)> real_getrandom{"getrandom"};
constinit const RealCall<int(void*, std::size_t)> real_getentropy{"getentropy"};
constinit const RealCall<std::uint32_t()> real_arc4random{"arc4random"};
constinit const RealCall<void(void*, std::size_t)> real_arc4random_buf{"arc4random_buf"};
constinit const RealCall<std::uint32_t(std::uint32_t)> real_arc4random_uniform{
    "arc4random_uniform"};
constinit const RealCall<unsigned(std::random_device*)> real_random_device{
    "_ZNSt13random_device9_M_getvalEv"};

}  // namespace

void betex::sim::fill(Random& random, void* buffer, std::size_t size) noexcept {
  auto* bytes = static_cast<unsigned char*>(buffer);
  while (size > 0) {
    const std::uint64_t number = random.next();
    const std::size_t part = std::min(size, sizeof number);
    std::memcpy(bytes, &number, part);
    bytes += part;
    size -= part;
  }
}

// It would ask the processor. Where libstdc++ has it in a header, this is not reached: the test of
// the machine says so.
std::random_device::result_type std::random_device::_M_getval() {
  Machine* const machine = Machine::current();
  return machine == nullptr ? real_random_device(this)
                            : static_cast<result_type>(machine->entropy.next());
}

extern "C" {

ssize_t getrandom(void* buffer, std::size_t size, unsigned flags) {
  Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_getrandom(buffer, size, flags);
  }
  fill(machine->inside().kernel_entropy, buffer, size);
  return static_cast<ssize_t>(size);
}

int getentropy(void* buffer, std::size_t size) {
  Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_getentropy(buffer, size);
  }
  fill(machine->inside().kernel_entropy, buffer, size);
  return 0;
}

std::uint32_t arc4random() noexcept {
  Machine* const machine = Machine::current();
  return machine == nullptr ? real_arc4random()
                            : static_cast<std::uint32_t>(machine->entropy.next());
}

void arc4random_buf(void* buffer, std::size_t size) noexcept {
  Machine* const machine = Machine::current();
  machine == nullptr ? real_arc4random_buf(buffer, size) : fill(machine->entropy, buffer, size);
}

std::uint32_t arc4random_uniform(std::uint32_t bound) noexcept {
  Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_arc4random_uniform(bound);
  }
  return bound < 2 ? 0 : static_cast<std::uint32_t>(machine->entropy.below(bound));
}

}  // extern "C"
