#include "gateway/tools/screen.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace betex::tools {
namespace {

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

// Of "Select Graphic Rendition" (ECMA-48).
std::string_view rendition(Tone tone) {
  switch (tone) {
    case Tone::Good:
      return "32";
    case Tone::Bad:
      return "31";
    case Tone::Notice:
      return "33";
    case Tone::Faint:
      return "2";
    case Tone::Back:
      return "94";
    case Tone::Lay:
      return "95";
    case Tone::Plain:
      break;
  }
  return {};
}

// One that can do more than print a line behind the other.
bool is_able(int descriptor) {
  const std::string_view terminal = environment("TERM");
  return isatty(descriptor) == 1 && !terminal.empty() && terminal != "dumb";
}

}  // namespace

Colours colours_of(int descriptor) {
  return is_able(descriptor) && environment("NO_COLOR").empty() ? Colours::Yes : Colours::No;
}

std::optional<ScreenSize> size_of(int descriptor) {
  constexpr ScreenSize kUsual{.columns = 80, .rows = 24};
  if (!is_able(descriptor)) {
    return std::nullopt;
  }
  winsize size{};
  const bool known =
      ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  return known ? ScreenSize{.columns = size.ws_col, .rows = size.ws_row} : kUsual;
}

std::string coloured(std::string_view line, Tone tone) {
  const std::string_view code = rendition(tone);
  return code.empty() ? std::string{line} : fmt::format("\x1b[{}m{}\x1b[0m", code, line);
}

bool Screen::print(std::string_view line, Tone tone) {
  drawn_ = 0;
  return put(shown(line, tone) + '\n');
}

// Each line is erased behind its end and nothing before, so that the picture does not flicker.
bool Screen::redraw(const std::vector<ScreenLine>& lines) {
  const std::optional<ScreenSize> size = size_of(STDOUT_FILENO);
  if (!size) {
    bool printed = works();
    for (const ScreenLine& line : lines) {
      printed = print(line.text, line.tone);
    }
    return printed;
  }
  std::string text = drawn_ > 0 ? fmt::format("\x1b[{}A\r", drawn_) : std::string{};
  for (const ScreenLine& line : lines) {
    const std::string_view visible = std::string_view{line.text}.substr(0, size->columns - 1);
    text += shown(visible, line.tone) + "\x1b[K\n";
  }
  text += "\x1b[J";
  drawn_ = lines.size();
  return put(text);
}

void Screen::surround(std::function<void()> before, std::function<void()> after) {
  before_ = std::move(before);
  after_ = std::move(after);
}

std::string Screen::shown(std::string_view line, Tone tone) const {
  return colours_ == Colours::Yes ? coloured(line, tone) : std::string{line};
}

bool Screen::put(const std::string& text) {
  if (!works()) {
    return false;
  }
  before_();
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    why_not_ = std::strerror(errno);
  }
  after_();
  return works();
}

}  // namespace betex::tools
