#include "journal/tool/output.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <type_traits>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace betex::journal {
namespace {

constexpr int kBarWidth = 50;

// What came from a client may be any bytes.
std::string in_json(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string in_json(const EventField& field) {
  return std::visit(
      []<typename Value>(const Value& value) {
        if constexpr (std::is_same_v<Value, std::string>) {
          return in_json(std::string_view{value});
        } else {
          return to_text(matching::Int128{value});  // nlohmann's numbers end at 64 bits
        }
      },
      field.value);
}

// A list of all values of one name.
struct Column {
  std::string_view name;
  std::string values;
};

void add_to(std::vector<Column>& columns, const EventField& field) {
  auto column = std::ranges::find(columns, field.name, &Column::name);
  if (column == columns.end()) {
    columns.push_back({.name = field.name, .values = in_json(field)});
  } else {
    column->values += "," + in_json(field);
  }
}

// Each name stands once: a reader of JSON keeps one of two.
std::string to_json(std::string_view kind, const Line& line) {
  std::string text = R"({"kind":)" + in_json(kind);
  std::vector<Column> columns;
  for (const EventField& field : line) {
    if (field.in_list) {
      add_to(columns, field);
    } else {
      text += "," + in_json(std::string_view{field.name}) + ":" + in_json(field);
    }
  }
  for (const Column& column : columns) {
    text += "," + in_json(column.name) + ":[" + column.values + "]";
  }
  return text + "}";
}

}  // namespace

void print(OutputStyle style, std::string_view kind, const Line& line) {
  print(style == OutputStyle::Json ? to_json(kind, line) : to_text({.kind = kind, .fields = line}));
}

void print(const std::string& line) {
  if (std::puts(line.c_str()) == EOF) {
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
