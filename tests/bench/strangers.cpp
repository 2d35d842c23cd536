#include "tests/bench/strangers.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace betex::bench {
namespace {

// One that was closed comes back after so long: a thousand of them are 10 000 a second.
constexpr std::chrono::milliseconds kComesBackAfter{100};
constexpr int kPollMs = 5;

sockaddr_in loopback(int address, std::uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  made.sin_addr.s_addr = htonl((127U << 24) + static_cast<std::uint32_t>(address));
  return made;
}

}  // namespace

Strangers::Strangers(Plan plan) : plan_{std::move(plan)} {
  for (int address = 0; address < plan_.addresses; ++address) {
    for (int i = 0; i < plan_.connections_each; ++i) {
      slots_.push_back({.address = plan_.first_address + address});
    }
  }
  thread_ = std::thread{[this] { run(); }};
}

Strangers::~Strangers() {
  stopping_ = true;
  thread_.join();
  for (Slot& slot : slots_) {
    end(slot);
  }
}

void Strangers::run() {
  std::vector<pollfd> waiting(slots_.size());
  while (!stopping_) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].descriptor < 0 && Clock::now() >= slots_[i].not_before) {
        begin(slots_[i]);
      }
      waiting[i] = {.fd = slots_[i].descriptor,
                    .events = static_cast<short>(slots_[i].has_said ? POLLIN : POLLOUT),
                    .revents = 0};
    }
    ::poll(waiting.data(), waiting.size(), kPollMs);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].descriptor >= 0 && waiting[i].revents != 0) {
        on_event(slots_[i], waiting[i].revents);
      }
    }
  }
}

void Strangers::begin(Slot& slot) {
  slot.descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  slot.has_said = false;
  const sockaddr_in from = loopback(slot.address, 0);
  const sockaddr_in to = loopback(1, plan_.port);
  if (slot.descriptor < 0 ||
      ::bind(slot.descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) {
    return end(slot);
  }
  ::connect(slot.descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  ++begun_;
}

void Strangers::on_event(Slot& slot, short events) {
  if ((events & POLLOUT) != 0 && !slot.has_said) {
    slot.has_said = true;
    if (!plan_.bytes.empty() &&
        ::send(slot.descriptor, plan_.bytes.data(), plan_.bytes.size(), MSG_NOSIGNAL) < 0) {
      end(slot);
    }
    return;
  }
  char answer[4096];
  const ssize_t size = ::recv(slot.descriptor, answer, sizeof answer, 0);
  if (size <= 0 || plan_.closes_when_answered) {
    end(slot);
  }
}

void Strangers::end(Slot& slot) {
  if (slot.descriptor >= 0) {
    ::close(std::exchange(slot.descriptor, -1));
  }
  slot.not_before = Clock::now() + kComesBackAfter;
}

std::string client_hello() {
  using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
  using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;
  const Context context{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  const Session session{SSL_new(context.get()), &SSL_free};
  BIO* const out = BIO_new(BIO_s_mem());
  SSL_set_bio(session.get(), BIO_new(BIO_s_mem()), out);
  SSL_connect(session.get());
  const char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  if (size <= 0) {
    throw std::runtime_error{"OpenSSL makes no ClientHello"};
  }
  return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace betex::bench
