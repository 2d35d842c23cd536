#include "tests/conformance/variables.h"

#include <charconv>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "gateway/client/utc_time.h"

namespace betex::conformance {
namespace {

constexpr std::size_t kTimeSize = 17;  // 20261122-14:00:00
constexpr std::size_t kMillisecondsSize = 21;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

std::optional<long> number_in(std::string_view text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional{number}
                                                                  : std::nullopt;
}

// An offset such as "+12" or "-3", taken off `text`; nothing where there is none.
std::optional<long> take_offset(std::string_view& text) {
  if (text.empty() || (text.front() != '+' && text.front() != '-')) {
    return std::nullopt;
  }
  std::size_t end = 1;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') {
    ++end;
  }
  const auto number = number_in(text.substr(1, end - 1));
  if (!number) {
    return std::nullopt;
  }
  const long sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(end);
  return sign * *number;
}

long seconds_in(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3'600;
    case 'd':
      return 86'400;
    default:
      throw std::invalid_argument{"an offset of a time needs a unit: s, m, h or d"};
  }
}

std::string time_text(std::size_t size, std::string_view& rest) {
  auto time = std::chrono::system_clock::now();
  if (const auto offset = take_offset(rest)) {
    time += std::chrono::seconds{*offset * seconds_in(rest.empty() ? '?' : rest.front())};
    rest.remove_prefix(1);
  }
  return client::format_utc(time).substr(0, size);
}

}  // namespace

void Variables::set(const std::string& name, std::string value) {
  values_[name] = std::move(value);
}

std::optional<std::string> Variables::find(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::optional{found->second};
}

std::string Variables::value_of(const std::string& name, std::string_view& rest) const {
  if (name == "now") {
    return time_text(kMillisecondsSize, rest);
  }
  if (name == "seconds") {
    return time_text(kTimeSize, rest);
  }
  const auto value = find(name);
  if (!value) {
    throw std::invalid_argument{"nothing is called @" + name};
  }
  const auto offset = take_offset(rest);
  if (!offset) {
    return *value;
  }
  const auto number = number_in(*value);
  if (!number) {
    throw std::invalid_argument{"@" + name + " is no number: " + *value};
  }
  return std::to_string(*number + *offset);
}

std::string Variables::expand(std::string_view text) const {
  std::string expanded;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find('@'), text.size());
    expanded += text.substr(0, at);
    text.remove_prefix(at);
    if (text.empty()) {
      break;
    }
    text.remove_prefix(1);
    if (text.starts_with('@')) {
      expanded += '@';
      text.remove_prefix(1);
      continue;
    }
    std::size_t end = 0;
    while (end < text.size() && is_name_character(text[end])) {
      ++end;
    }
    const std::string name{text.substr(0, end)};
    text.remove_prefix(end);
    expanded += value_of(name, text);
  }
  return expanded;
}

}  // namespace betex::conformance
