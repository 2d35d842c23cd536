#include "gateway/tools/script.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace betex::tools {
namespace {

// Between two looks for reports and signals.
constexpr std::chrono::milliseconds kStep{100};

constexpr std::size_t kLongestLine = std::size_t{64} * 1024;

}  // namespace

std::optional<std::string> Script::next_line() {
  heed_signals();
  std::size_t line_end = 0;
  while ((line_end = pending_.find('\n')) == std::string::npos && !ended_) {
    if (pending_.size() > kLongestLine) {
      throw UnclearRequest{fmt::format("it is longer than {} bytes", kLongestLine)};
    }
    read_some();
  }
  if (pending_.empty()) {
    return std::nullopt;
  }
  std::string line = pending_.substr(0, line_end);
  pending_.erase(0, line_end == std::string::npos ? line_end : line_end + 1);
  return line;
}

void Script::read_some() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, static_cast<int>(kStep.count())) <= 0) {
    desk_.print_arrived();
    heed_signals();
    return;
  }
  std::array<char, 4096> buffer;
  const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) {
    return;
  }
  if (count < 0) {
    throw InputError{fmt::format("standard input cannot be read: {}", std::strerror(errno))};
  }
  ended_ = count == 0;
  pending_.append(buffer.data(), static_cast<std::size_t>(count));
}

void Script::heed_signals() {
  if (const int signal = interrupts_.came(); signal != 0) {
    throw ScriptInterrupted{signal};
  }
}

}  // namespace betex::tools
