#include "gateway/time/gateway_clocks.h"

namespace betex::gateway {

using std::chrono::nanoseconds;

SessionClock::SessionClock(const MachineClock& machine) : machine_{machine}, time_{machine.read()} {
  store(time_);
}

matching::Timestamp SessionClock::now() const {
  return at(machine_.boottime());
}

matching::Timestamp SessionClock::at(nanoseconds boottime) const {
  return load().at(boottime);
}

bool SessionClock::certain() const {
  return certain_.load(std::memory_order_relaxed);
}

nanoseconds SessionClock::ahead_of_wall() const {
  return load().ahead_of_wall(machine_.read());
}

SessionClock::Look SessionClock::look() {
  const ClockReading reading = machine_.read();
  const Look look{.ahead_of_wall = time_.ahead_of_wall(reading),
                  .state = judge_.judge(time_.ahead_of_wall(reading))};
  time_.steer(reading);
  store(time_);
  certain_.store(look.state != ClockState::Uncertain, std::memory_order_relaxed);
  return look;
}

SessionTime SessionClock::load() const {
  SessionTime time;
  std::uint32_t before = 0;
  do {
    before = version_.load(std::memory_order_acquire);
    time.boottime_ = nanoseconds{parts_[0].load(std::memory_order_acquire)};
    time.time_ = nanoseconds{parts_[1].load(std::memory_order_acquire)};
    time.draw_ = nanoseconds{parts_[2].load(std::memory_order_acquire)};
  } while (before % 2 != 0 || version_.load(std::memory_order_relaxed) != before);
  return time;
}

void SessionClock::store(const SessionTime& time) {
  const std::uint32_t version = version_.load(std::memory_order_relaxed);
  version_.store(version + 1, std::memory_order_relaxed);
  parts_[0].store(time.boottime_.count(), std::memory_order_release);
  parts_[1].store(time.time_.count(), std::memory_order_release);
  parts_[2].store(time.draw_.count(), std::memory_order_release);
  version_.store(version + 2, std::memory_order_release);
}

ExchangeClock::ExchangeClock(const MachineClock& machine,
                             const SessionClock& session,
                             matching::Timestamp last)
    : machine_{machine}, session_{session}, time_{last, machine.boottime()} {}

matching::Timestamp ExchangeClock::now() const {
  const nanoseconds boottime = machine_.boottime();
  return time_.at(session_.at(boottime), boottime);
}

}  // namespace betex::gateway
