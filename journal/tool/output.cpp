#include "journal/tool/output.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <variant>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace betex::journal {
namespace {

constexpr int kBarWidth = 50;

std::string to_json(std::string_view kind, const Line& line) {
  nlohmann::ordered_json object;
  object["kind"] = kind;
  for (const EventField& field : line) {
    std::visit([&](const auto& value) { object[field.name] = value; }, field.value);
  }
  // What came from a client may be any bytes.
  return object.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

void print(OutputStyle style, std::string_view kind, const Line& line) {
  const std::string text =
      style == OutputStyle::Json ? to_json(kind, line) : to_text({.kind = kind, .fields = line});
  if (std::puts(text.c_str()) == EOF) {
    throw OutputFailed{errno};
  }
}

ProgressBar::ProgressBar(std::uint64_t from, std::uint64_t to, Output output)
    : from_{from},
      to_{to},
      visible_{::isatty(STDERR_FILENO) != 0 &&
               (output == Output::AtTheEnd || ::isatty(STDOUT_FILENO) == 0)} {}

ProgressBar::~ProgressBar() {
  if (visible_ && percent_ >= 0) {
    std::fputc('\n', stderr);
  }
}

void ProgressBar::show(std::uint64_t at) {
  if (!visible_ || to_ <= from_) {
    return;
  }
  const auto percent = static_cast<int>((std::min(at, to_) - from_) * 100 / (to_ - from_));
  if (percent == percent_) {
    return;
  }
  percent_ = percent;
  const int full = percent * kBarWidth / 100;
  std::fprintf(stderr,
               "\r[%s%s] %3d %%",
               std::string(static_cast<std::size_t>(full), '#').c_str(),
               std::string(static_cast<std::size_t>(kBarWidth - full), ' ').c_str(),
               percent);
}

}  // namespace betex::journal
