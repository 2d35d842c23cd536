#include "tests/sim/machine/wire.h"

#include <algorithm>

namespace betex::sim {

void Wire::stall(Clocks::Time until) {
  timeline_.catch_up();
  stalled_until_ = std::max(stalled_until_, until);
  timeline_.delay(stalled_until_);
}

Clocks::Time Wire::arrival(Clocks::Time last) {
  const Clocks::Time takes{random_.between(behaviour_.least.count(),
                                           std::max(behaviour_.least, behaviour_.most).count())};
  return std::max({timeline_.now() + takes, last, stalled_until_});
}

std::size_t Wire::part_of(std::size_t bytes) {
  return bytes > 1 && random_.chance(behaviour_.partial) ? 1 + random_.below(bytes - 1) : bytes;
}

void Wire::count(std::string_view sent) noexcept {
  bytes_sent_ += sent.size();
  sent_hash_ = hashed(sent_hash_, sent);
}

}  // namespace betex::sim
