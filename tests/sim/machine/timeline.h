// What is going to happen by itself, in its order: timers end, bytes arrive.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <tuple>

#include "tests/sim/machine/clocks.h"

namespace betex::sim {

class Timeline {
 public:
  // Of what happens at one time, what was entered first comes first.
  struct Entry {
    Clocks::Time time{0};
    std::uint64_t number = 0;

    friend bool operator<(const Entry& one, const Entry& other) noexcept {
      return std::tie(one.time, one.number) < std::tie(other.time, other.number);
    }
  };

  // The clocks'; where something happens that was due earlier, then.
  [[nodiscard]] Clocks::Time now() const noexcept;

  Entry at(Clocks::Time time, std::function<void()> happens);

  // The same, of what travels: delay() may delay it.
  Entry arrival_at(Clocks::Time time, std::function<void()> happens);

  void remove(const Entry& entry) { what_.erase(entry); }

  // All that travels comes then at the earliest, in the order in which it was to come.
  void delay(Clocks::Time until);

  // Lets all happen that is due.
  void catch_up();

  // Later than now; kNever: nothing will.
  [[nodiscard]] Clocks::Time next();

 private:
  struct What {
    bool travels;
    std::function<void()> happens;
  };

  Entry enter(Clocks::Time time, What what);

  std::map<Entry, What> what_;
  std::uint64_t last_number_ = 0;
  Clocks::Time caught_up_to_{0};
  bool is_catching_up_ = false;
};

}  // namespace betex::sim
