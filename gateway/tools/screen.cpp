#include "gateway/tools/screen.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>
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
    case Tone::Plain:
      break;
  }
  return {};
}

}  // namespace

Colours colours_of(int descriptor) {
  const std::string_view terminal = environment("TERM");
  const bool has_some = isatty(descriptor) == 1 && !terminal.empty() && terminal != "dumb";
  return has_some && environment("NO_COLOR").empty() ? Colours::Yes : Colours::No;
}

std::string coloured(std::string_view line, Tone tone) {
  const std::string_view code = rendition(tone);
  return code.empty() ? std::string{line} : fmt::format("\x1b[{}m{}\x1b[0m", code, line);
}

bool Screen::print(std::string_view line, Tone tone) {
  if (!works()) {
    return false;
  }
  const std::string text =
      (colours_ == Colours::Yes ? coloured(line, tone) : std::string{line}) + '\n';
  before_();
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    why_not_ = std::strerror(errno);
  }
  after_();
  return works();
}

void Screen::surround(std::function<void()> before, std::function<void()> after) {
  before_ = std::move(before);
  after_ = std::move(after);
}

}  // namespace betex::tools
