#include "gateway/time/gateway_clocks.h"

namespace betex::gateway {

using std::chrono::nanoseconds;

SessionClock::SessionClock(const MachineClock& machine) : machine_{machine}, time_{machine.read()} {
  publish();
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
  publish();
  certain_.store(look.state != ClockState::Uncertain, std::memory_order_relaxed);
  return look;
}

SessionTime SessionClock::load() const {
  const auto words = published_.load();
  SessionTime time;
  time.boottime_ = nanoseconds{words[0]};
  time.time_ = nanoseconds{words[1]};
  time.draw_ = nanoseconds{words[2]};
  return time;
}

void SessionClock::publish() {
  published_.store({time_.boottime_.count(), time_.time_.count(), time_.draw_.count()});
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
