#include "tests/sim/machine/network.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/sim/machine/interposed.h"
#include "tests/sim/machine/network_inside.h"

namespace betex::sim {
namespace {

// Those that Linux gives to callers.
constexpr std::uint16_t kFirstFreePort = 32768;
constexpr std::uint16_t kLastFreePort = 60999;

Machine& machine() {
  return *Machine::current();
}

// What `attempt` gives, tried again each time that one of `events` is there, for as long as the
// file blocks and has patience.
template <typename Attempt>
auto until_done(
    OpenFile& file, bool blocks, std::uint32_t events, Clocks::Time patience, Attempt&& attempt) {
  Timeline& timeline = machine().network.inside().timeline();
  const Clocks::Time deadline =
      patience == Clocks::Time{0} ? Clocks::kNever : machine().clocks.now() + patience;
  const auto is_there = [&] {
    timeline.catch_up();
    return (file.events() & (events | POLLERR | POLLHUP)) != 0;
  };
  for (;;) {
    timeline.catch_up();
    const auto result = attempt();
    if (result != -EAGAIN || !blocks || !machine().wait(is_there, deadline)) {
      return result;
    }
  }
}

// A connection, as the trace names it.
std::string name_of(const Socket& socket) {
  return std::to_string(socket.local().port) + '-' + std::to_string(socket.remote().port);
}

// One call that counts, and its line in the trace.
template <typename Call>
auto counted(const char* what, const Socket& socket, Call&& call) {
  const int process = current_process();
  machine().pass(process, Machine::Moment::Before);
  const auto result = call();
  machine().note(std::to_string(process) + ' ' + what + ' ' + name_of(socket) + ' ' +
                 std::to_string(result) + ' ' +
                 std::to_string(machine().network.inside().sent_hash()));
  machine().pass(process, Machine::Moment::After);
  return result;
}

// The rest of them, behind so many bytes.
class Rest {
 public:
  explicit Rest(Pieces pieces) : rest_{pieces.first, pieces.first + pieces.count} {}

  [[nodiscard]] Pieces pieces() const noexcept {
    return {rest_.data() + first_, rest_.size() - first_};
  }

  [[nodiscard]] bool is_empty() const noexcept { return pieces().bytes() == 0; }

  void skip(std::size_t bytes) noexcept {
    for (; first_ < rest_.size() && bytes >= rest_[first_].iov_len; ++first_) {
      bytes -= rest_[first_].iov_len;
    }
    if (bytes > 0) {
      iovec& piece = rest_[first_];
      piece.iov_base = static_cast<char*>(piece.iov_base) + bytes;
      piece.iov_len -= bytes;
    }
  }

 private:
  std::vector<iovec> rest_;
  std::size_t first_ = 0;
};

}  // namespace

// ---- What the run does to it

Network::Network(std::uint64_t seed) : inside_{std::make_unique<Inside>(seed)} {}

Network::~Network() = default;

void Network::behave(const Behaviour& behaviour) {
  inside_->timeline().catch_up();
  inside_->behave(behaviour);
  inside_->look_at_room();
}

void Network::stall(Clocks::Time until) {
  inside_->stall(until);
}

bool Network::reset_one(Random& random) {
  return inside_->reset_one(random);
}

std::uint64_t Network::bytes_sent() const noexcept {
  return inside_->bytes_sent();
}

std::uint64_t Network::resets() const noexcept {
  return inside_->resets;
}

// ---- Descriptors

Network::Inside::~Inside() {
  for (const auto& [descriptor, file] : open_) {
    if (const auto socket = std::dynamic_pointer_cast<Socket>(file)) {
      if (socket->peer() != nullptr) {
        socket->peer()->forget_peer();
      }
      socket->forget_peer();
    }
  }
}

int Network::Inside::open(std::shared_ptr<OpenFile> file) {
  int descriptor = kFirstDescriptor;
  for (auto each = open_.begin(); each != open_.end() && each->first == descriptor; ++each) {
    ++descriptor;
  }
  open_.emplace(descriptor, std::move(file));
  return descriptor;
}

std::shared_ptr<OpenFile> Network::Inside::find(int descriptor) const {
  const auto found = open_.find(descriptor);
  return found == open_.end() ? nullptr : found->second;
}

int Network::Inside::close(int descriptor) {
  timeline().catch_up();
  const auto found = open_.find(descriptor);
  if (found == open_.end()) {
    return -EBADF;
  }
  const auto file = std::move(found->second);
  open_.erase(found);
  file->unwatch_all();
  file->closed();
  return 0;
}

void Network::Inside::close_all(int process) {
  std::vector<int> its;
  for (const auto& [descriptor, file] : open_) {
    if (file->process() == process) {
      its.push_back(descriptor);
    }
  }
  for (const int each : its) {
    close(each);
  }
}

// ---- Calls

int Network::Inside::connect(int descriptor, const Address& address) {
  const auto socket = find<Socket>(descriptor);
  timeline().catch_up();
  return counted("connects", *socket, [&] {
    const int result = socket->connect(address);
    timeline().catch_up();
    if (result != -EINPROGRESS && result != -EALREADY) {
      return result;
    }
    const auto is_done = [&] {
      timeline().catch_up();
      return socket->state() != Socket::State::Connecting;
    };
    if (!is_done() && (!socket->blocks || !machine().wait(is_done, Clocks::kNever))) {
      return result;
    }
    return -socket->take_error();
  });
}

int Network::Inside::accept(int descriptor, Address& from) {
  const auto listener = find<Socket>(descriptor);
  return until_done(*listener, listener->blocks, POLLIN, Clocks::Time{0}, [&] {
    if (listener->state() != Socket::State::Listening) {
      return -EINVAL;
    }
    if (!listener->has_to_accept()) {
      return -EAGAIN;
    }
    return counted("accepts", *listener, [&] {
      const auto socket = listener->accept();
      socket->set_process(current_process());
      from = socket->remote();
      return open(socket);
    });
  });
}

ssize_t Network::Inside::receive(int descriptor, Pieces into, int flags) {
  const auto socket = find<Socket>(descriptor);
  const bool peeks = (flags & MSG_PEEK) != 0;
  const bool blocks = socket->blocks && (flags & MSG_DONTWAIT) == 0;
  const auto some = [&](Pieces pieces) {
    return until_done(*socket, blocks, POLLIN, socket->patience(SO_RCVTIMEO), [&] {
      if (socket->unread() == 0 || peeks) {
        return socket->receive(pieces, peeks);
      }
      return counted("receives", *socket, [&] { return socket->receive(pieces, false); });
    });
  };
  if (!blocks || peeks || (flags & MSG_WAITALL) == 0) {
    return some(into);
  }
  ssize_t sum = 0;
  for (Rest rest{into}; !rest.is_empty();) {
    const ssize_t result = some(rest.pieces());
    if (result <= 0) {
      return sum > 0 ? sum : result;
    }
    rest.skip(static_cast<std::size_t>(result));
    sum += result;
  }
  return sum;
}

ssize_t Network::Inside::send(int descriptor, Pieces from, int flags) {
  const auto socket = find<Socket>(descriptor);
  const bool blocks = socket->blocks && (flags & MSG_DONTWAIT) == 0;
  const auto some = [&](Pieces pieces) {
    return until_done(*socket, blocks, POLLOUT, socket->patience(SO_SNDTIMEO), [&] {
      if (!socket->takes_bytes()) {
        return socket->send(pieces);
      }
      return counted("sends", *socket, [&] { return socket->send(pieces); });
    });
  };
  if (!blocks) {
    return some(from);
  }
  ssize_t sum = 0;
  for (Rest rest{from}; !rest.is_empty();) {  // all of it, as the kernel does
    const ssize_t result = some(rest.pieces());
    if (result < 0) {
      return sum > 0 ? sum : result;
    }
    rest.skip(static_cast<std::size_t>(result));
    sum += result;
  }
  return sum;
}

ssize_t Network::Inside::read(int descriptor, Pieces into) {
  if (find<Socket>(descriptor) != nullptr) {
    return receive(descriptor, into, 0);
  }
  const auto file = find(descriptor);
  return until_done(*file, file->blocks, POLLIN, Clocks::Time{0}, [&] { return file->read(into); });
}

ssize_t Network::Inside::write(int descriptor, Pieces from) {
  if (find<Socket>(descriptor) != nullptr) {
    return send(descriptor, from, 0);
  }
  const auto file = find(descriptor);
  return until_done(
      *file, file->blocks, POLLOUT, Clocks::Time{0}, [&] { return file->write(from); });
}

// ---- For the machine and the sockets

bool Network::Inside::reset_one(Random& random) {
  timeline().catch_up();
  std::vector<std::shared_ptr<Socket>> callers;
  for (const auto& [descriptor, file] : open_) {
    const auto socket = std::dynamic_pointer_cast<Socket>(file);
    if (socket != nullptr && socket->has_called() && socket->is_connected() &&
        socket->peer()->is_connected()) {
      callers.push_back(socket);
    }
  }
  if (callers.empty()) {
    return false;
  }
  const auto& caller = callers[random.below(callers.size())];
  machine().note("the network resets " + name_of(*caller));
  const auto peer = caller->peer();
  caller->reset();
  peer->reset();
  ++resets;
  return true;
}

void Network::Inside::look_at_room() {
  for (const auto& [descriptor, file] : open_) {
    if (const auto socket = std::dynamic_pointer_cast<Socket>(file)) {
      socket->look_at_room();
    }
  }
}

std::shared_ptr<Socket> Network::Inside::listener(const Address& address) const {
  for (const auto& [descriptor, file] : open_) {
    auto socket = std::dynamic_pointer_cast<Socket>(file);
    if (socket != nullptr && socket->state() == Socket::State::Listening &&
        socket->local().port == address.port &&
        (socket->local().ip == INADDR_ANY || socket->local().ip == address.ip)) {
      return socket;
    }
  }
  return nullptr;
}

bool Network::Inside::is_taken(const Address& address, const Socket& by) const {
  return std::any_of(open_.begin(), open_.end(), [&](const auto& each) {
    const auto socket = std::dynamic_pointer_cast<Socket>(each.second);
    if (socket == nullptr || socket.get() == &by || socket->local().port != address.port ||
        socket->state() == Socket::State::Over) {
      return false;
    }
    const bool is_other_place = socket->local().ip != address.ip && address.ip != INADDR_ANY &&
                                socket->local().ip != INADDR_ANY;
    const bool may_share = socket->reuses_address() && by.reuses_address();
    return !is_other_place && (socket->state() == Socket::State::Listening || !may_share);
  });
}

// In turn, so that a port that was just given back is not at once another's.
std::uint16_t Network::Inside::free_port() {
  const auto is_used = [this](std::uint16_t port) {
    return std::any_of(open_.begin(), open_.end(), [&](const auto& each) {
      const auto socket = std::dynamic_pointer_cast<Socket>(each.second);
      return socket != nullptr && socket->local().port == port;
    });
  };
  do {
    last_port_ = last_port_ < kFirstFreePort || last_port_ == kLastFreePort
                     ? kFirstFreePort
                     : static_cast<std::uint16_t>(last_port_ + 1);
  } while (is_used(last_port_));
  return last_port_;
}

}  // namespace betex::sim
