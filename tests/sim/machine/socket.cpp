#include "tests/sim/machine/socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "tests/sim/machine/wire.h"

namespace betex::sim {
namespace {

constexpr std::uint32_t kReadable = POLLIN | POLLRDNORM;
constexpr std::uint32_t kWritable = POLLOUT | POLLWRNORM;
constexpr std::uint32_t kAllEvents = kReadable | kWritable | POLLERR | POLLHUP | POLLRDHUP;

// A caller whose call found the listener's queue full tries again.
constexpr Clocks::Time kCallAgain = std::chrono::seconds{1};

constexpr bool is_loopback(std::uint32_t ip) noexcept {
  return ip >> 24U == 127U;
}

}  // namespace

std::uint8_t Socket::tcp_state() const noexcept {
  switch (state_) {
    case State::Listening:
      return TCP_LISTEN;
    case State::Connecting:
      return TCP_SYN_SENT;
    case State::Connected:
      if (peer_has_ended_) {
        return output_ended_ ? TCP_CLOSE : TCP_CLOSE_WAIT;
      }
      return output_ended_ ? TCP_FIN_WAIT2 : TCP_ESTABLISHED;
    case State::Fresh:
    case State::Over:
    case State::Closed:
      break;
  }
  return TCP_CLOSE;
}

// ---- Beginning

int Socket::bind(const Address& address) {
  if (state_ != State::Fresh || local_.port != 0) {
    return -EINVAL;
  }
  if (address.ip != INADDR_ANY && !is_loopback(address.ip)) {
    return -EADDRNOTAVAIL;
  }
  const Address wanted{address.ip, address.port != 0 ? address.port : wire_.free_port()};
  if (wire_.is_taken(wanted, *this)) {
    return -EADDRINUSE;
  }
  local_ = wanted;
  return 0;
}

int Socket::listen(int backlog) {
  if (state_ != State::Fresh && state_ != State::Listening) {
    return -EINVAL;
  }
  if (local_.port == 0) {
    local_.port = wire_.free_port();
  }
  state_ = State::Listening;
  backlog_ = static_cast<std::size_t>(std::max(backlog, 0)) + 1;
  return 0;
}

int Socket::connect(const Address& address) {
  switch (state_) {
    case State::Fresh:
      break;
    case State::Connecting:
      return -EALREADY;
    case State::Over:
      return error_ != 0 ? -take_error() : -ECONNABORTED;
    default:
      return -EISCONN;
  }
  remote_ = {address.ip == INADDR_ANY ? INADDR_LOOPBACK : address.ip, address.port};
  if (!is_loopback(remote_.ip)) {
    return -ENETUNREACH;
  }
  local_ = {local_.ip == INADDR_ANY ? INADDR_LOOPBACK : local_.ip,
            local_.port == 0 ? wire_.free_port() : local_.port};
  state_ = State::Connecting;
  has_called_ = true;
  wire_.timeline().arrival_at(wire_.arrival(Clocks::Time{0}), [caller = weak_from_this(), address] {
    if (const auto self = caller.lock()) {
      self->call(address);
    }
  });
  return -EINPROGRESS;
}

// The call has come to where it was going.
void Socket::call(const Address& address) {
  if (state_ != State::Connecting) {
    return;
  }
  const auto listener = wire_.listener(address);
  if (listener == nullptr) {
    travel_to(shared_from_this(), [](Socket& self) { self.give_up(ECONNREFUSED); });
  } else if (listener->to_accept_.size() < listener->backlog_) {
    listener->answer(shared_from_this());
  } else {
    wire_.timeline().arrival_at(wire_.timeline().now() + kCallAgain,
                                [caller = weak_from_this(), address] {
                                  if (const auto self = caller.lock()) {
                                    self->call(address);
                                  }
                                });
  }
}

void Socket::answer(const std::shared_ptr<Socket>& caller) {
  auto socket = std::make_shared<Socket>(process(), wire_);
  socket->state_ = State::Connected;
  socket->local_ = caller->remote_;
  socket->remote_ = caller->local_;
  socket->options = options;
  socket->peer_ = caller;
  caller->peer_ = socket;
  to_accept_.push_back(std::move(socket));
  happened(kReadable);
  travel_to(caller, [](Socket& self) {
    if (self.state_ == State::Connecting) {
      self.state_ = State::Connected;
      self.happened(kWritable);
    }
  });
}

std::shared_ptr<Socket> Socket::accept() {
  auto socket = std::move(to_accept_.front());
  to_accept_.pop_front();
  return socket;
}

// ---- Bytes

bool Socket::takes_bytes() const noexcept {
  return state_ == State::Connected && error_ == 0 && !output_ended_ && room() > 0;
}

ssize_t Socket::send(Pieces from) {
  if (error_ != 0) {
    return -take_error();
  }
  if (state_ == State::Connecting) {
    return -EAGAIN;
  }
  if (state_ != State::Connected || output_ended_) {
    return -EPIPE;
  }
  const std::size_t wanted = from.bytes();
  if (wanted == 0) {
    return 0;
  }
  if (room() == 0) {
    is_starved_ = true;
    return -EAGAIN;
  }
  const std::size_t fits = std::min(wanted, room());
  const std::size_t size = wire_.part_of(fits);
  std::string bytes;
  bytes.reserve(size);
  for (std::size_t i = 0; bytes.size() < size; ++i) {
    const auto* const piece = static_cast<const char*>(from.first[i].iov_base);
    bytes.append(piece, std::min(from.first[i].iov_len, size - bytes.size()));
  }
  untaken_ += size;
  wire_.count(bytes);
  if (size < wanted) {
    is_starved_ = true;
    look_at_room();  // for a part by chance: as though there had been no room for a moment
  }
  const auto self = shared_from_this();
  travel_to(peer_, [self, bytes = std::move(bytes)](Socket& to) { to.arrive(bytes, self); });
  return static_cast<ssize_t>(size);
}

void Socket::arrive(const std::string& bytes, const std::shared_ptr<Socket>& sender) {
  if (state_ == State::Over || sender->state_ == State::Over) {
    return;
  }
  if (state_ == State::Closed) {
    travel_to(sender, [](Socket& self) { self.reset_arrives(); });
    return;
  }
  received_ += bytes;
  happened(kReadable);
}

ssize_t Socket::receive(Pieces into, bool peek) {
  const std::size_t wanted = std::min(into.bytes(), unread());
  if (unread() == 0) {
    if (peer_has_ended_) {
      return 0;
    }
    if (error_ != 0) {
      return -take_error();
    }
    switch (state_) {
      case State::Connected:
        return input_ended_ ? 0 : -EAGAIN;
      case State::Connecting:
        return -EAGAIN;
      case State::Over:
        return 0;
      default:
        return -ENOTCONN;
    }
  }
  if (wanted == 0) {
    return 0;
  }
  const std::size_t size = wire_.part_of(wanted);
  std::size_t given = 0;
  for (std::size_t i = 0; given < size; ++i) {
    const std::size_t piece = std::min(into.first[i].iov_len, size - given);
    std::memcpy(into.first[i].iov_base, received_.data() + taken_ + given, piece);
    given += piece;
  }
  if (!peek) {
    has_read(size);
  }
  if (size < wanted) {
    happened(kReadable);  // as though the rest had come only now
  }
  return static_cast<ssize_t>(size);
}

void Socket::has_read(std::size_t bytes) {
  taken_ += bytes;
  if (taken_ == received_.size()) {
    received_.clear();
    taken_ = 0;
  } else if (taken_ > received_.size() / 2) {
    received_.erase(0, taken_);
    taken_ = 0;
  }
  if (peer_ != nullptr) {
    peer_->untaken_ -= std::min(bytes, peer_->untaken_);
    peer_->look_at_room();
  }
}

std::size_t Socket::room() const noexcept {
  const std::size_t all = wire_.behaviour().buffer_bytes;
  return untaken_ < all ? all - untaken_ : 0;
}

// The kernel's condition: a third is free.
bool Socket::is_writable() const noexcept {
  return room() > 0 && room() >= untaken_ / 2;
}

void Socket::look_at_room() {
  if (is_starved_ && is_writable()) {
    is_starved_ = false;
    happened(kWritable);
  }
}

// ---- Ending

int Socket::shut_down(bool input, bool output) {
  if (state_ == State::Listening) {
    return input ? -EOPNOTSUPP : 0;
  }
  if (state_ != State::Connected) {
    return -ENOTCONN;
  }
  if (output && !std::exchange(output_ended_, true)) {
    travel_to(peer_, [](Socket& to) { to.end_arrives(); });
    happened(kWritable);
  }
  if (input && !std::exchange(input_ended_, true)) {
    happened(kReadable | POLLRDHUP);
  }
  return 0;
}

void Socket::closed() {
  close(unread() > 0 || resets_when_closed());
}

// As the kernel does it, for whatever reason: what nobody will read any more is answered by a
// reset, else the peer is told that this is the end.
void Socket::close(bool nobody_reads_on) {
  const State before = std::exchange(state_, State::Closed);
  for (const auto& each : std::exchange(to_accept_, {})) {
    each->close(true);
  }
  if (peer_ == nullptr) {
    return;
  }
  const auto peer = peer_;
  if (before == State::Connecting || (before == State::Connected && nobody_reads_on)) {
    travel_to(peer, [](Socket& to) { to.reset_arrives(); });
  } else if (before == State::Connected && !output_ended_) {
    travel_to(peer, [](Socket& to) { to.end_arrives(); });
  }
  if (peer->state_ == State::Closed) {
    peer->peer_.reset();
    peer_.reset();
  }
}

void Socket::end_arrives() {
  if (state_ == State::Connected && !std::exchange(peer_has_ended_, true)) {
    happened(output_ended_ ? kAllEvents : kReadable | POLLRDHUP);
  }
}

void Socket::reset_arrives() {
  if (state_ == State::Connected) {
    ++wire_.resets;
    give_up(peer_has_ended_ ? EPIPE : ECONNRESET);
  } else if (state_ == State::Connecting) {
    give_up(ECONNREFUSED);
  }
}

void Socket::reset() {
  if (state_ == State::Connected || state_ == State::Connecting) {
    give_up(ECONNRESET);
  }
}

void Socket::give_up(int error) {
  if (state_ == State::Closed) {
    return;
  }
  state_ = State::Over;
  error_ = error;
  happened(kAllEvents);
}

std::uint32_t Socket::events() const {
  const std::uint32_t error = error_ != 0 ? POLLERR : 0U;
  switch (state_) {
    case State::Fresh:
      return kWritable | POLLHUP;
    case State::Listening:
      return to_accept_.empty() ? 0 : kReadable;
    case State::Connecting:
      return 0;
    case State::Connected: {
      std::uint32_t events = error;
      if (unread() > 0 || peer_has_ended_ || input_ended_) {
        events |= kReadable;
      }
      if (peer_has_ended_ || input_ended_) {
        events |= POLLRDHUP;
      }
      if (output_ended_ || is_writable()) {
        events |= kWritable;
      }
      if (output_ended_ && (peer_has_ended_ || input_ended_)) {
        events |= POLLHUP;
      }
      return events;
    }
    case State::Over:
      return kReadable | kWritable | POLLHUP | POLLRDHUP | error;
    case State::Closed:
      break;
  }
  return POLLNVAL;
}

// ---- Options

bool Socket::reuses_address() const {
  const auto found = options.find({SOL_SOCKET, SO_REUSEADDR});
  return found != options.end() &&
         std::any_of(
             found->second.begin(), found->second.end(), [](auto byte) { return byte != 0; });
}

bool Socket::resets_when_closed() const {
  const auto found = options.find({SOL_SOCKET, SO_LINGER});
  linger setting{};
  if (found != options.end() && found->second.size() == sizeof setting) {
    std::memcpy(&setting, found->second.data(), sizeof setting);
  }
  return setting.l_onoff != 0 && setting.l_linger == 0;
}

Clocks::Time Socket::patience(int option) const {
  const auto found = options.find({SOL_SOCKET, option});
  timeval time{};
  if (found != options.end() && found->second.size() == sizeof time) {
    std::memcpy(&time, found->second.data(), sizeof time);
  }
  return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}

// In its connection's order.
void Socket::travel_to(const std::shared_ptr<Socket>& to, std::function<void(Socket&)> arrives) {
  to->last_arrival_ = wire_.arrival(to->last_arrival_);
  wire_.timeline().arrival_at(to->last_arrival_,
                              [to, arrives = std::move(arrives)] { arrives(*to); });
}

}  // namespace betex::sim
