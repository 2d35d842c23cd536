#include "tests/support/etcd_cluster.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/support/faulty_link.h"
#include "tests/support/port_owner.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kProgram = "/usr/bin/etcd";
constexpr std::chrono::seconds kStartTimeout = 60s;  // machines stall
constexpr std::chrono::milliseconds kPollInterval = 10ms;
constexpr int kStarts = 5;  // of the whole, each with other ports

// Other ports may help.
class Ended : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A socket that is closed at the end.
class Socket {
 public:
  Socket() : number_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    if (number_ < 0) {
      throw std::system_error{errno, std::generic_category(), "socket"};
    }
  }

  ~Socket() { close(number_); }

  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket(Socket&&) = delete;
  Socket& operator=(Socket&&) = delete;

  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

sockaddr_in loopback(std::uint16_t port) noexcept {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A port that nobody else gets as long as this lives.
class HeldPort {
 public:
  HeldPort() {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::system_error{errno, std::generic_category(), "bind"};
    }
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  Socket socket_;
  std::uint16_t port_ = 0;
};

// What this gives, header and all; empty where nobody answers within two seconds. `asked` is
// "METHOD PATH".
std::string fetch(std::uint16_t port, const std::string& asked, const std::string& body = {}) {
  const Socket socket;
  const timeval most{.tv_sec = 2, .tv_usec = 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
  const sockaddr_in address = loopback(port);
  const std::string request = asked + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" +
                              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
          static_cast<ssize_t>(request.size())) {
    return {};
  }
  std::string answer;
  std::array<char, 16'384> piece{};
  for (;;) {
    const ssize_t size = recv(socket.get(), piece.data(), piece.size(), 0);
    if (size <= 0) {
      return size == 0 ? answer : std::string{};
    }
    answer.append(piece.data(), static_cast<std::size_t>(size));
  }
}

std::string url(std::uint16_t port, bool tls = false) {
  return (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port);
}

// Where there is room for the members' logs: each makes files of 64 MB beforehand.
std::filesystem::path place_for(const EtcdOptions& options) {
  const std::filesystem::path memory{"/dev/shm"};
  constexpr std::uintmax_t kMemberBytes = std::uintmax_t{512} << 20;
  std::error_code none;
  const std::filesystem::space_info room = std::filesystem::space(memory, none);
  const bool fits = !none && room.available != static_cast<std::uintmax_t>(-1) &&
                    room.available >= options.members * kMemberBytes &&
                    access(memory.c_str(), W_OK) == 0;
  return fits && !options.on_disk ? memory : std::filesystem::temp_directory_path();
}

}  // namespace

bool etcd_is_installed() {
  return access(kProgram, X_OK) == 0;
}

struct EtcdCluster::Member {
  std::size_t number = 0;
  std::string name;
  std::uint16_t client_port = 0;
  std::uint16_t peer_port = 0;
  std::uint16_t health_port = 0;  // plain, and without a logon, whatever the clients' is
  bool tls = false;               // clients come by it
  bool paused = false;
  std::unique_ptr<FaultyLink> link;       // by which the others come; null: they can't be parted
  std::unique_ptr<ChildProcess> process;  // null: killed

  // Where the others call it.
  [[nodiscard]] std::uint16_t called_port() const noexcept {
    return link ? link->port() : peer_port;
  }

  // It answers for a majority, and its JSON gateway, which has a connection of its own to it, is
  // there, too; by TLS that cannot be seen from here.
  [[nodiscard]] bool is_healthy() const {
    return says(fetch(health_port, "GET /health"), R"("health":"true")") &&
           (tls || says(fetch(client_port, "POST /v3/maintenance/status", "{}"), R"("version")"));
  }

  [[nodiscard]] bool leads() const {
    return says(fetch(health_port, "GET /metrics"), "\netcd_server_is_leader 1\n");
  }

 private:
  static bool says(const std::string& answer, std::string_view words) {
    return answer.find(words) != std::string::npos;
  }
};

EtcdCluster::EtcdCluster(const EtcdOptions& options) : options_{options} {
  for (int start = 1;; ++start) {
    try {
      begin();
      return;
    } catch (const Ended&) {
      members_.clear();
      folder_.reset();
      if (start == kStarts) {
        throw;
      }
    }
  }
}

EtcdCluster::~EtcdCluster() = default;

void EtcdCluster::begin() {
  folder_ = std::make_unique<TempFolder>(place_for(options_));
  {
    std::vector<std::unique_ptr<HeldPort>> held;
    const auto free_port = [&held] {
      return held.emplace_back(std::make_unique<HeldPort>())->port();
    };
    processes_ = std::make_shared<std::vector<std::atomic<pid_t>>>(options_.members);
    const auto caller = [processes = processes_](std::uint16_t port) {
      const std::vector<pid_t> all{processes->begin(), processes->end()};
      return owner_of_port(port, all);
    };
    for (std::size_t i = 0; i < options_.members; ++i) {
      auto& member = members_.emplace_back(std::make_unique<Member>());
      member->number = i;
      member->name = "m" + std::to_string(i);
      member->tls = !options_.certificate.empty();
      member->client_port = free_port();
      member->peer_port = free_port();
      member->health_port = free_port();
      if (options_.can_be_parted) {
        member->link = std::make_unique<FaultyLink>(member->peer_port, caller);
      }
    }
  }
  for (const auto& member : members_) {
    start(*member);
  }
  const auto deadline = Clock::now() + kStartTimeout;
  for (const auto& member : members_) {
    while (!member->is_healthy()) {
      // At once where a port has been taken meanwhile: then others are tried.
      for (const auto& other : members_) {
        if (other->process->ended()) {
          throw Ended{"etcd has ended; it wrote: " + other->process->standard_error()};
        }
      }
      if (Clock::now() >= deadline) {
        throw std::runtime_error{"etcd is not healthy; it wrote: " +
                                 member->process->standard_error()};
      }
      std::this_thread::sleep_for(kPollInterval);
    }
  }
}

void EtcdCluster::start(Member& member) {
  member.process = std::make_unique<ChildProcess>(command(member));
  (*processes_)[member.number] = member.process->pid();
}

std::vector<std::string> EtcdCluster::command(const Member& member) const {
  std::string all;
  for (const auto& other : members_) {
    all += (all.empty() ? "" : ",") + other->name + '=' + url(other->called_port());
  }
  // Nothing of the environment: etcd takes settings from there.
  std::vector<std::string> words{"/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "GOMAXPROCS=2"};
#ifdef __aarch64__
  words.emplace_back("ETCD_UNSUPPORTED_ARCH=arm64");
#endif
  words.insert(words.end(),
               {kProgram,
                "--name",
                member.name,
                "--data-dir",
                (folder_->path() / member.name).string(),
                "--listen-client-urls",
                url(member.client_port, member.tls),
                "--advertise-client-urls",
                url(member.client_port, member.tls),
                "--listen-peer-urls",
                url(member.peer_port),
                "--initial-advertise-peer-urls",
                url(member.called_port()),
                "--listen-metrics-urls",
                url(member.health_port),
                "--initial-cluster",
                all,
                "--initial-cluster-state",
                "new",
                "--initial-cluster-token",
                folder_->path().filename().string(),
                "--heartbeat-interval",
                "20",
                "--election-timeout",
                "200",
                "--snapshot-count",
                "1000",
                "--quota-backend-bytes",
                std::to_string(options_.quota_bytes),
                "--auto-compaction-retention",
                "0",
                "--max-request-bytes",
                "1572864",
                "--logger",
                "zap",
                "--log-level",
                "error"});
  if (member.tls) {
    words.insert(words.end(),
                 {"--cert-file",
                  options_.certificate.string(),
                  "--key-file",
                  options_.certificate.string()});
  }
  if (!options_.client_ca.empty()) {
    words.insert(words.end(),
                 {"--client-cert-auth", "--trusted-ca-file", options_.client_ca.string()});
  }
  return words;
}

std::size_t EtcdCluster::size() const noexcept {
  return members_.size();
}

std::uint16_t EtcdCluster::client_port(std::size_t member) const {
  return members_.at(member)->client_port;
}

std::vector<std::string> EtcdCluster::endpoints() const {
  std::vector<std::string> all;
  for (const auto& member : members_) {
    all.push_back(url(member->client_port, member->tls));
  }
  return all;
}

std::size_t EtcdCluster::leader() {
  const auto deadline = Clock::now() + kStartTimeout;
  for (;;) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (members_[i]->process != nullptr && !members_[i]->paused && members_[i]->leads()) {
        return i;
      }
    }
    if (Clock::now() >= deadline) {
      throw std::runtime_error{"etcd has no leader"};
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

void EtcdCluster::kill(std::size_t member) {
  Member& killed = *members_.at(member);
  if (killed.process != nullptr) {
    killed.process->signal(SIGKILL);
    killed.process->wait(kStartTimeout);
    killed.process.reset();
    killed.paused = false;
    (*processes_)[member] = 0;
  }
}

void EtcdCluster::restart(std::size_t member) {
  Member& started = *members_.at(member);
  if (started.process == nullptr) {
    start(started);
  }
}

void EtcdCluster::pause(std::size_t member) {
  Member& paused = *members_.at(member);
  if (paused.process != nullptr) {
    paused.process->signal(SIGSTOP);
    paused.paused = true;
  }
}

void EtcdCluster::resume(std::size_t member) {
  Member& resumed = *members_.at(member);
  if (resumed.process != nullptr) {
    resumed.process->signal(SIGCONT);
    resumed.paused = false;
  }
}

void EtcdCluster::cut(std::size_t from, std::size_t to) {
  cut_.emplace(from, to);
  let_pass_what_may();
}

void EtcdCluster::part(std::size_t member) {
  for (std::size_t other = 0; other < members_.size(); ++other) {
    if (other != member) {
      cut_.emplace(member, other);
      cut_.emplace(other, member);
    }
  }
  let_pass_what_may();
}

void EtcdCluster::mend() {
  cut_.clear();
  let_pass_what_may();
}

// Members say most things to each other in answer to calls that stay open: who called hears.
void EtcdCluster::let_pass_what_may() {
  for (const auto& called : members_) {
    if (!called->link) {
      throw std::logic_error{"members of etcd that can't be parted"};
    }
    for (const auto& caller : members_) {
      called->link->let_pass(caller->number,
                             !cut_.contains({caller->number, called->number}),
                             !cut_.contains({called->number, caller->number}));
    }
  }
}

void EtcdCluster::wait_until_healthy(std::chrono::seconds most) {
  const auto deadline = Clock::now() + most;
  for (const auto& member : members_) {
    while (member->process != nullptr && !member->paused && !member->is_healthy()) {
      std::string words = member->process->standard_error();
      if (Clock::now() >= deadline) {
        throw std::runtime_error{"etcd is not healthy; it wrote: " + words};
      }
      if (member->process->ended()) {
        // Somebody else has its port for a moment, or it is broken: the deadline tells.
        start(*member);
      }
      std::this_thread::sleep_for(kPollInterval);
    }
  }
}

}  // namespace betex::test
