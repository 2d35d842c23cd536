// Who sleeps at an address until it is woken there: at a condition variable or a futex.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace betex::sim {

class Sleepers {
 public:
  // Of the current fiber, which looks whether wakes() has changed until leave().
  [[nodiscard]] std::uint64_t come(const void* address) {
    Place& place = places_[address];
    ++place.sleepers;
    return place.wakes;
  }

  void leave(const void* address) {
    const auto found = places_.find(address);
    if (found != places_.end() && --found->second.sleepers == 0) {
      places_.erase(found);
    }
  }

  [[nodiscard]] std::uint64_t wakes(const void* address) const {
    const auto found = places_.find(address);
    return found == places_.end() ? 0 : found->second.wakes;
  }

  // All who sleep there, as those who sleep must be ready for; how many they are.
  std::size_t wake(const void* address) {
    const auto found = places_.find(address);
    if (found == places_.end()) {
      return 0;
    }
    ++found->second.wakes;
    return found->second.sleepers;
  }

 private:
  struct Place {
    std::size_t sleepers = 0;  // also those of processes that were killed since
    std::uint64_t wakes = 0;
  };

  std::map<const void*, Place>
      places_;  // by address for finding only: their order depends on chance
};

}  // namespace betex::sim
