#include "tests/support/port_owner.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace betex::test {
namespace {

// How a link in /proc/PID/fd names the socket of the connection from there; empty: there is none.
std::string socket_at(std::uint16_t port) {
  constexpr std::size_t kFrom = 1;
  constexpr std::size_t kState = 3;
  constexpr std::size_t kInode = 9;
  constexpr const char* kEstablished = "01";
  std::array<char, 32> local{};
  std::snprintf(local.data(), local.size(), "0100007F:%04X", static_cast<unsigned>(port));
  std::ifstream table{"/proc/net/tcp"};
  for (std::string line; std::getline(table, line);) {
    std::istringstream stream{line};
    const std::vector<std::string> words{std::istream_iterator<std::string>{stream}, {}};
    if (words.size() > kInode && words[kFrom] == local.data() && words[kState] == kEstablished) {
      return "socket:[" + words[kInode] + "]";
    }
  }
  return {};
}

bool has_open(pid_t process, const std::string& socket) {
  std::error_code error;  // of what has ended meanwhile
  const std::filesystem::path folder = "/proc/" + std::to_string(process) + "/fd";
  for (std::filesystem::directory_iterator at{folder, error}, end; !error && at != end;
       at.increment(error)) {
    std::error_code closed;
    if (std::filesystem::read_symlink(at->path(), closed) == socket) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<std::size_t> owner_of_port(std::uint16_t port, std::span<const pid_t> processes) {
  const std::string socket = socket_at(port);
  for (std::size_t i = 0; !socket.empty() && i < processes.size(); ++i) {
    if (processes[i] > 0 && has_open(processes[i], socket)) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace betex::test
