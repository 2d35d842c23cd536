#include "tests/bench/floors.h"

#include <sys/socket.h>
#include <unistd.h>

namespace betex::bench {

PlainCommit::PlainCommit(const std::filesystem::path& folder)
    : environment_{folder,
                   {.access = journal::EnvironmentOptions::Access::ReadWrite,
                    .map_size = std::size_t{1} << 30}} {}

void PlainCommit::operator()() {
  journal::WriteTransaction transaction{environment_};
  transaction.append(journal::IntegerKey{++last_key_}.bytes(), record_);
  transaction.commit();
}

PingPong::PingPong() {
  echo_ = std::thread{[this, message = message_]() mutable {
    const int peer = listener_.accept();
    while (recv(peer, message.data(), message.size(), MSG_WAITALL) == kMessageSize) {
      send(peer, message.data(), message.size(), MSG_NOSIGNAL);
    }
    close(peer);
  }};
  descriptor_ = connect_to_loopback(listener_.port());
}

PingPong::~PingPong() {
  close(descriptor_);
  echo_.join();
}

void PingPong::operator()() {
  send(descriptor_, message_.data(), message_.size(), MSG_NOSIGNAL);
  recv(descriptor_, message_.data(), message_.size(), MSG_WAITALL);
}

}  // namespace betex::bench
