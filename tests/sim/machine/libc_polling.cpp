// The C library's waiting for descriptors, and those descriptors that are only waited for.
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/timerfd.h>

#include "tests/sim/machine/counters.h"
#include "tests/sim/machine/epoll.h"
#include "tests/sim/machine/interposed.h"

namespace {

using namespace betex::sim;

constinit const RealCall<int(pollfd*, nfds_t, int)> real_poll{"poll"};
constinit const RealCall<int(pollfd*, nfds_t, const timespec*, const sigset_t*)> real_ppoll{
    "ppoll"};
constinit const RealCall<int(int, fd_set*, fd_set*, fd_set*, timeval*)> real_select{"select"};
constinit const RealCall<int(int)> real_epoll_create{"epoll_create"};
constinit const RealCall<int(int)> real_epoll_create1{"epoll_create1"};
constinit const RealCall<int(int, int, int, epoll_event*)> real_epoll_ctl{"epoll_ctl"};
constinit const RealCall<int(int, epoll_event*, int, int)> real_epoll_wait{"epoll_wait"};
constinit const RealCall<int(int, epoll_event*, int, int, const sigset_t*)> real_epoll_pwait{
    "epoll_pwait"};
constinit const RealCall<int(unsigned, int)> real_eventfd{"eventfd"};
constinit const RealCall<int(int, int)> real_timerfd_create{"timerfd_create"};
constinit const RealCall<int(int, int, const itimerspec*, itimerspec*)> real_timerfd_settime{
    "timerfd_settime"};
constinit const RealCall<int(int, itimerspec*)> real_timerfd_gettime{"timerfd_gettime"};

constexpr std::size_t kMostEvents = 1024;

// Negative: for ever.
Clocks::Time deadline_in_ms(const Machine& machine, int timeout) noexcept {
  return timeout < 0 ? Clocks::kNever : deadline_in(machine, std::chrono::milliseconds{timeout});
}

// Whether all of them are real descriptors: then the wait is a real one, too.
bool are_real(const pollfd* files, nfds_t count) noexcept {
  for (nfds_t i = 0; i < count; ++i) {
    if (files[i].fd >= Network::kFirstDescriptor) {
      return false;
    }
  }
  return count > 0;
}

void look_at(Network::Inside& network, pollfd& each) {
  each.revents = 0;
  if (each.fd < 0) {
    return;
  }
  if (each.fd < Network::kFirstDescriptor) {
    real_poll(&each, 1, 0);
    return;
  }
  const auto file = network.find(each.fd);
  const auto wanted =
      static_cast<unsigned>(static_cast<unsigned short>(each.events)) | POLLERR | POLLHUP;
  each.revents = static_cast<short>(file == nullptr ? POLLNVAL : file->events() & wanted);
}

int poll_until(Machine& machine, pollfd* files, nfds_t count, Clocks::Time deadline) {
  Network::Inside& network = machine.network.inside();
  int ready = 0;
  const auto is_ready = [&] {
    network.timeline().catch_up();
    ready = 0;
    for (nfds_t i = 0; i < count; ++i) {
      look_at(network, files[i]);
      ready += files[i].revents != 0 ? 1 : 0;
    }
    return ready > 0;
  };
  if (!is_ready()) {
    machine.wait(is_ready, deadline);
  }
  return ready;
}

int wait_for_epoll(
    Network::Inside& network, int descriptor, epoll_event* events, int most, int timeout) {
  const auto epoll = network.find<Epoll>(descriptor);
  if (epoll == nullptr || most <= 0) {
    return epoll == nullptr && network.find(descriptor) == nullptr ? -EBADF : -EINVAL;
  }
  Machine& machine = *Machine::current();
  const auto is_ready = [&] {
    network.timeline().catch_up();
    return epoll->events() != 0;
  };
  if (!is_ready()) {
    machine.wait(is_ready, deadline_in_ms(machine, timeout));
  }
  return static_cast<int>(
      epoll->take(events, std::min(static_cast<std::size_t>(most), kMostEvents)));
}

itimerspec setting_of(const Machine& machine, const Timer& timer) noexcept {
  const auto end = timer.end();
  return {.it_interval = to_timespec(timer.interval()),
          .it_value = to_timespec(end ? std::max(*end - machine.clocks.now(), Clocks::Time{1})
                                      : Clocks::Time{0})};
}

}  // namespace

extern "C" {

int poll(pollfd* files, nfds_t count, int timeout) {
  Machine* const machine = Machine::current();
  return machine == nullptr || are_real(files, count)
             ? real_poll(files, count, timeout)
             : poll_until(*machine, files, count, deadline_in_ms(*machine, timeout));
}

int ppoll(pollfd* files, nfds_t count, const timespec* timeout, const sigset_t* signals) {
  Machine* const machine = Machine::current();
  if (machine == nullptr || are_real(files, count)) {
    return real_ppoll(files, count, timeout, signals);
  }
  return poll_until(*machine,
                    files,
                    count,
                    timeout == nullptr ? Clocks::kNever : deadline_in(*machine, to_time(*timeout)));
}

// Sets of descriptors have no place for simulated ones: only as a sleep it is the machine's.
int select(int count, fd_set* reads, fd_set* writes, fd_set* exceptions, timeval* timeout) {
  Machine* const machine = Machine::current();
  if (machine == nullptr || count > 0 || timeout == nullptr) {
    return real_select(count, reads, writes, exceptions, timeout);
  }
  sleep_until(*machine, deadline_in(*machine, to_time(*timeout)));
  return 0;
}

int epoll_create1(int flags) noexcept {
  Machine* const machine = Machine::current();
  return machine == nullptr
             ? real_epoll_create1(flags)
             : machine->network.inside().open(std::make_shared<Epoll>(current_process()));
}

int epoll_create(int size) noexcept {
  return Machine::current() == nullptr ? real_epoll_create(size) : epoll_create1(0);
}

int epoll_ctl(int descriptor, int operation, int file, epoll_event* event) noexcept {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_epoll_ctl(descriptor, operation, file, event);
  }
  network->timeline().catch_up();
  const auto epoll = network->find<Epoll>(descriptor);
  const auto watched = network->find(file);
  if (epoll == nullptr || watched == nullptr) {
    // What is real cannot be waited for here, no more than a file can be elsewhere.
    return told(network->find(descriptor) == nullptr ? -EBADF
                : epoll == nullptr                   ? -EINVAL
                : file < Network::kFirstDescriptor   ? -EPERM
                                                     : -EBADF);
  }
  switch (operation) {
    case EPOLL_CTL_ADD:
      return told(epoll->add(file, watched, *event));
    case EPOLL_CTL_MOD:
      return told(epoll->modify(file, *event));
    case EPOLL_CTL_DEL:
      return told(epoll->remove(file));
    default:
      return told(-EINVAL);
  }
}

int epoll_wait(int descriptor, epoll_event* events, int most, int timeout) {
  Network::Inside* const network = network_of(descriptor);
  return network == nullptr ? real_epoll_wait(descriptor, events, most, timeout)
                            : told(wait_for_epoll(*network, descriptor, events, most, timeout));
}

int epoll_pwait(
    int descriptor, epoll_event* events, int most, int timeout, const sigset_t* signals) {
  return network_of(descriptor) == nullptr
             ? real_epoll_pwait(descriptor, events, most, timeout, signals)
             : epoll_wait(descriptor, events, most, timeout);
}

int eventfd(unsigned count, int flags) noexcept {
  Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_eventfd(count, flags);
  }
  auto counter =
      std::make_shared<EventCounter>(current_process(), count, (flags & EFD_SEMAPHORE) != 0);
  counter->blocks = (flags & EFD_NONBLOCK) == 0;
  return machine->network.inside().open(std::move(counter));
}

int timerfd_create(clockid_t clock, int flags) noexcept {
  Machine* const machine = Machine::current();
  if (machine == nullptr) {
    return real_timerfd_create(clock, flags);
  }
  if (clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME) {
    return told(-EINVAL);  // nothing here has a timer by the wall clock
  }
  Network::Inside& network = machine->network.inside();
  auto timer = std::make_shared<Timer>(current_process(), network.timeline());
  timer->blocks = (flags & TFD_NONBLOCK) == 0;
  return network.open(std::move(timer));
}

int timerfd_settime(int descriptor,
                    int flags,
                    const itimerspec* setting,
                    itimerspec* before) noexcept {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_timerfd_settime(descriptor, flags, setting, before);
  }
  network->timeline().catch_up();
  const auto timer = network->find<Timer>(descriptor);
  if (timer == nullptr) {
    return told(network->find(descriptor) == nullptr ? -EBADF : -EINVAL);
  }
  const Machine& machine = *Machine::current();
  if (before != nullptr) {
    *before = setting_of(machine, *timer);
  }
  const Clocks::Time value = to_time(setting->it_value);
  if (value == Clocks::Time{0}) {
    timer->set({}, Clocks::Time{0});
  } else {
    const bool is_absolute = (flags & TFD_TIMER_ABSTIME) != 0;
    timer->set(is_absolute ? value : deadline_in(machine, value), to_time(setting->it_interval));
  }
  return 0;
}

int timerfd_gettime(int descriptor, itimerspec* setting) noexcept {
  Network::Inside* const network = network_of(descriptor);
  if (network == nullptr) {
    return real_timerfd_gettime(descriptor, setting);
  }
  network->timeline().catch_up();
  const auto timer = network->find<Timer>(descriptor);
  if (timer == nullptr) {
    return told(network->find(descriptor) == nullptr ? -EBADF : -EINVAL);
  }
  *setting = setting_of(*Machine::current(), *timer);
  return 0;
}

// What it is called where _FORTIFY_SOURCE is on and the count is not known when compiling.
int __poll_chk(pollfd* files, nfds_t count, int timeout, std::size_t room) {
  if (count > room / sizeof *files) {
    std::abort();
  }
  return poll(files, count, timeout);
}

}  // extern "C"
