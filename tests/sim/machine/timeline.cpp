#include "tests/sim/machine/timeline.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tests/sim/machine/machine.h"

namespace betex::sim {

Clocks::Time Timeline::now() const noexcept {
  return is_catching_up_ ? caught_up_to_ : Machine::current()->clocks.now();
}

Timeline::Entry Timeline::at(Clocks::Time time, std::function<void()> happens) {
  return enter(time, {.travels = false, .happens = std::move(happens)});
}

Timeline::Entry Timeline::arrival_at(Clocks::Time time, std::function<void()> happens) {
  return enter(time, {.travels = true, .happens = std::move(happens)});
}

Timeline::Entry Timeline::enter(Clocks::Time time, What what) {
  const Entry entry{.time = time, .number = ++last_number_};
  what_.emplace(entry, std::move(what));
  return entry;
}

void Timeline::delay(Clocks::Time until) {
  std::vector<What> delayed;
  for (auto each = what_.begin(); each != what_.end() && each->first.time <= until;) {
    if (each->second.travels) {
      delayed.push_back(std::move(each->second));
      each = what_.erase(each);
    } else {
      ++each;
    }
  }
  for (What& each : delayed) {
    enter(until, std::move(each));
  }
}

void Timeline::catch_up() {
  if (is_catching_up_) {
    return;
  }
  is_catching_up_ = true;
  const Clocks::Time now = Machine::current()->clocks.now();
  while (!what_.empty() && what_.begin()->first.time <= now) {
    const auto first = what_.begin();
    caught_up_to_ = std::max(caught_up_to_, first->first.time);
    const std::function<void()> happens = std::move(first->second.happens);
    what_.erase(first);
    happens();
  }
  is_catching_up_ = false;
}

Clocks::Time Timeline::next() {
  catch_up();
  return what_.empty() ? Clocks::kNever : what_.begin()->first.time;
}

}  // namespace betex::sim
