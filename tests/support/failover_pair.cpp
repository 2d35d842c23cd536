#include "tests/support/failover_pair.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/files.h"

namespace betex::test {
namespace {

constexpr std::size_t kNodes = 2;
constexpr std::array<const char*, kNodes> kNames{"a", "b"};
constexpr std::chrono::milliseconds kPollInterval{2};
constexpr std::chrono::milliseconds kKillTimeout{60'000};
constexpr std::chrono::milliseconds kStopTimeout{60'000};

// A loopback port that is this test's while it lives, also while nobody listens there: the socket
// is bound and does not listen, so whoever listens with SO_REUSEADDR, as the gateway does, may bind
// it too, and the system gives it to nobody.
class HeldPort {
 public:
  HeldPort() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    const int on = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (socket_ < 0 || ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(socket_, generic, size) != 0 || ::getsockname(socket_, generic, &size) != 0) {
      const int error = errno;
      ::close(socket_);
      throw std::system_error{error, std::generic_category(), "a free port"};
    }
    port_ = ntohs(address.sin_port);
  }

  ~HeldPort() { ::close(socket_); }

  HeldPort(const HeldPort&) = delete;
  HeldPort& operator=(const HeldPort&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

// "lease_ttl_s" of "lease_ttl_s = 2".
std::string_view key_of(std::string_view line) {
  return line.substr(0, line.find_first_of(" ="));
}

// `text` without its table [cluster] and the tables in it.
std::string without_cluster(const std::string& text) {
  std::string rest;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string_view line = std::string_view{text}.substr(at, end - at);
    if (line.starts_with('[')) {
      inside = line.starts_with("[cluster]") || line.starts_with("[cluster.");
    }
    if (!inside) {
      rest += line;
    }
    at = end;
  }
  return rest;
}

// `lines`, and `others`, which win over those of them that have the same key.
std::vector<std::string> merged(std::vector<std::string> lines,
                                const std::vector<std::string>& others) {
  for (const std::string& line : others) {
    std::erase_if(lines, [&](const std::string& own) { return key_of(own) == key_of(line); });
  }
  lines.insert(lines.end(), others.begin(), others.end());
  return lines;
}

}  // namespace

void write_cluster(const std::filesystem::path& config, const std::vector<std::string>& lines) {
  std::string text = without_cluster(content_of(config)) + "\n[cluster]\n";
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  std::ofstream{config, std::ios::binary} << text;
}

struct FailoverPair::Node {
  std::string name;
  std::vector<std::unique_ptr<FaultyLink>> links;  // one for each etcd member
  HeldPort fix;
  HeldPort http;
  std::filesystem::path wal;
  std::filesystem::path config;
  std::unique_ptr<ChildProcess> process;
  bool paused = false;
  std::uint64_t listened = 0;  // which of all listenings, of this process; 0: it has not yet
  bool stood_by = false;
};

FailoverPair::FailoverPair(EtcdCluster& etcd, const FailoverOptions& options) : options_{options} {
  for (const char* name : kNames) {
    auto node = std::make_unique<Node>();
    node->name = name;
    std::string endpoints;
    for (std::size_t member = 0; member < etcd.size(); ++member) {
      node->links.push_back(std::make_unique<FaultyLink>(etcd.client_port(member)));
      endpoints += endpoints.empty() ? "" : ", ";
      endpoints += "\"http://127.0.0.1:" + std::to_string(node->links.back()->port()) + "\"";
    }
    const std::filesystem::path folder = folder_.path() / name;
    node->wal = folder / "wal";
    node->config = changed_config(folder, options.changes);
    write_cluster(node->config,
                  merged({"mode = \"replicated\"",
                          "node = \"" + node->name + "\"",
                          "etcd = [" + endpoints + "]",
                          "lease_ttl_s = 2"},
                         options.cluster_lines));
    nodes_.push_back(std::move(node));
  }
}

FailoverPair::~FailoverPair() = default;

void FailoverPair::start(std::size_t node,
                         const std::vector<std::string>& arguments,
                         const std::vector<std::string>& environment) {
  Node& starting = *nodes_.at(node);
  std::vector<std::string> all{"--config",
                               starting.config.string(),
                               "--fix-port",
                               std::to_string(starting.fix.port()),
                               "--http-port",
                               std::to_string(starting.http.port())};
  all.insert(all.end(), options_.arguments.begin(), options_.arguments.end());
  all.insert(all.end(), arguments.begin(), arguments.end());
  const std::vector<std::string> command = in_environment(
      environment,
      options_.program.empty() ? gateway_command(starting.wal, all)
                               : gateway_command(options_.program, starting.wal, all));
  if (starting.process && !starting.process->ended()) {
    throw std::logic_error{"node " + starting.name + " runs"};
  }
  starting.process = std::make_unique<ChildProcess>(command);
  starting.paused = false;
  starting.listened = 0;
  starting.stood_by = false;
}

FailoverPair::Node& FailoverPair::started(std::size_t node) const {
  Node& found = *nodes_.at(node);
  if (!found.process) {
    throw std::logic_error{"node " + found.name + " was never started"};
  }
  return found;
}

// At what it has said.
void FailoverPair::look(Node& node) {
  if (!node.process || (node.listened != 0 && node.stood_by)) {
    return;
  }
  const std::string out = "\n" + node.process->standard_output();
  if (node.listened == 0 && out.find("\nlistening fix=") != std::string::npos) {
    node.listened = ++times_listened_;
  }
  node.stood_by = node.stood_by || out.find("\nstanding by") != std::string::npos;
}

bool FailoverPair::listens(std::size_t node) {
  look(*nodes_.at(node));
  return running(node) && nodes_.at(node)->listened != 0;
}

bool FailoverPair::stands_by(std::size_t node) {
  look(*nodes_.at(node));
  return running(node) && nodes_.at(node)->stood_by && nodes_.at(node)->listened == 0;
}

template <typename Condition>
void FailoverPair::wait_for(const std::string& what, Milliseconds most, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + most;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw std::runtime_error{"in vain it was waited " + what + "\n" + logs()};
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

std::size_t FailoverPair::wait_for_leader(Milliseconds most) {
  std::size_t leader = kNodes;
  wait_for("for a leader", most, [&] {
    for (std::size_t node = 0; node < kNodes; ++node) {
      const bool leads = listens(node) && !nodes_[node]->paused;
      if (leads && (leader == kNodes || nodes_[node]->listened > nodes_[leader]->listened)) {
        leader = node;
      }
    }
    return leader != kNodes;
  });
  return leader;
}

void FailoverPair::wait_until_leads(std::size_t node, Milliseconds most) {
  const std::string what = "until node " + started(node).name + " leads";
  wait_for(what, most, [&] {
    if (!running(node)) {
      throw std::runtime_error{"it ended; it was waited " + what + "\n" + logs()};
    }
    return listens(node);
  });
}

void FailoverPair::wait_for_standby(std::size_t node, Milliseconds most) {
  const std::string what = "until node " + started(node).name + " stands by";
  wait_for(what, most, [&] {
    if (!running(node)) {
      throw std::runtime_error{"it ended; it was waited " + what + "\n" + logs()};
    }
    return stands_by(node);
  });
}

void FailoverPair::kill(std::size_t node) {
  started(node).process->signal(SIGKILL);
  started(node).process->wait(kKillTimeout);
}

int FailoverPair::terminate(std::size_t node) {
  started(node).process->signal(SIGTERM);
  return started(node).process->wait(kStopTimeout);
}

void FailoverPair::pause(std::size_t node) {
  started(node).process->signal(SIGSTOP);
  started(node).paused = true;
}

void FailoverPair::resume(std::size_t node) {
  started(node).process->signal(SIGCONT);
  started(node).paused = false;
}

std::optional<int> FailoverPair::ended_within(std::size_t node, Milliseconds most) {
  ChildProcess& process = *started(node).process;
  const auto deadline = std::chrono::steady_clock::now() + most;
  while (!process.ended()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return std::nullopt;
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return process.wait(Milliseconds{0});
}

bool FailoverPair::running(std::size_t node) {
  const Node& asked = *nodes_.at(node);
  return asked.process && !asked.process->ended();
}

bool FailoverPair::was_started(std::size_t node) const {
  return nodes_.at(node)->process != nullptr;
}

void FailoverPair::cut(std::size_t node) {
  for (const auto& link : nodes_.at(node)->links) {
    link->cut();
  }
}

void FailoverPair::cut_requests(std::size_t node) {
  for (const auto& link : nodes_.at(node)->links) {
    link->cut_requests();
  }
}

void FailoverPair::cut_answers(std::size_t node) {
  for (const auto& link : nodes_.at(node)->links) {
    link->cut_answers();
  }
}

void FailoverPair::mend(std::size_t node) {
  for (const auto& link : nodes_.at(node)->links) {
    link->mend();
  }
}

FaultyLink& FailoverPair::link(std::size_t node, std::size_t member) {
  return *nodes_.at(node)->links.at(member);
}

std::uint16_t FailoverPair::fix_port(std::size_t node) const {
  return nodes_.at(node)->fix.port();
}

std::uint16_t FailoverPair::http_port(std::size_t node) const {
  return nodes_.at(node)->http.port();
}

const std::filesystem::path& FailoverPair::wal(std::size_t node) const {
  return nodes_.at(node)->wal;
}

const std::filesystem::path& FailoverPair::config(std::size_t node) const {
  return nodes_.at(node)->config;
}

std::string FailoverPair::log(std::size_t node) const {
  return started(node).process->standard_error();
}

ChildProcess& FailoverPair::process(std::size_t node) {
  return *started(node).process;
}

std::string FailoverPair::logs() const {
  std::string text;
  for (const auto& node : nodes_) {
    if (node->process) {
      text += "node " + node->name + " wrote:\n" + node->process->standard_error();
    }
  }
  return text;
}

}  // namespace betex::test
