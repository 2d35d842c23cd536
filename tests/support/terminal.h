// A program on a terminal of its own, as somebody uses it who types and reads.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace betex::test {

// 100 columns. It never outlives the test.
class Terminal {
 public:
  // `environment`: NAME=value each, besides that of the test; TERM is xterm unless it is there.
  explicit Terminal(const std::vector<std::string>& command,
                    const std::vector<std::string>& environment = {});
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(std::string_view keys) const;

  // What has come since the last call, up to and with `text`. Throws std::runtime_error, with what
  // has come instead, where it does not come in time.
  std::string read_to(std::string_view text);

  // Its exit code, or minus the signal that ended it; what it writes is read meanwhile.
  int wait();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  // False at the end.
  bool read_some(std::chrono::steady_clock::time_point deadline);

  int descriptor_ = -1;
  pid_t pid_ = -1;
  bool ended_ = false;
  std::string unread_;
};

inline constexpr std::string_view kTab = "\t";
inline constexpr std::string_view kEnter = "\r";
inline constexpr std::string_view kUp = "\x1b[A";
inline constexpr std::string_view kControlC = "\x03";
inline constexpr std::string_view kControlD = "\x04";

}  // namespace betex::test
