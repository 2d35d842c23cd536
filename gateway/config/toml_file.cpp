#include "gateway/config/toml_file.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <toml++/toml.h>

namespace betex::gateway {

namespace {

int line_of(const toml::node& node) {
  return static_cast<int>(node.source().begin.line);
}

TomlTable convert_table(const toml::table& table);

TomlValue convert(const toml::node& node) {  // NOLINT(misc-no-recursion): as deep as the file
  TomlValue result{.value = TomlOther{}, .line = line_of(node), .option = {}};
  if (const auto* text = node.as_string()) {
    result.value = text->get();
  } else if (const auto* number = node.as_integer()) {
    result.value = number->get();
  } else if (const auto* flag = node.as_boolean()) {
    result.value = flag->get();
  } else if (const auto* time = node.as_time()) {
    const toml::time& clock = time->get();
    result.value = TomlTime{clock.hour * 3600 + clock.minute * 60 + clock.second};
  } else if (const auto* array = node.as_array()) {
    TomlArray elements;
    for (const toml::node& element : *array) {
      elements.push_back(convert(element));
    }
    result.value = std::move(elements);
  } else if (const auto* table = node.as_table()) {
    result.value = convert_table(*table);
  }
  return result;
}

TomlTable convert_table(const toml::table& table) {  // NOLINT(misc-no-recursion)
  TomlTable result{.line = line_of(table), .values = {}};
  for (const auto& [key, node] : table) {
    result.values.emplace(key.str(), convert(node));
  }
  return result;
}

}  // namespace

std::optional<std::string> read_text(const std::filesystem::path& file,
                                     std::vector<Finding>& findings) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    error = std::make_error_code(std::errc::is_a_directory);
  } else {
    errno = 0;
    std::ifstream stream{file, std::ios::binary};
    if (stream) {
      std::string text{std::istreambuf_iterator<char>{stream}, {}};
      if (!stream.bad()) {
        return text;
      }
    }
    error = std::error_code{errno, std::generic_category()};
  }
  findings.push_back({.file = file,
                      .line = 0,
                      .key = {},
                      .problem = "cannot be read: " + error.message(),
                      .remedy = "name a file that this user may read"});
  return std::nullopt;
}

std::optional<TomlTable> load_toml(const std::filesystem::path& file,
                                   std::vector<Finding>& findings) {
  const auto text = read_text(file, findings);
  if (!text) {
    return std::nullopt;
  }
  try {
    return convert_table(toml::parse(*text));
  } catch (const toml::parse_error& error) {
    findings.push_back({.file = file,
                        .line = static_cast<int>(error.source().begin.line),
                        .key = {},
                        .problem = "is not TOML: " + std::string{error.description()},
                        .remedy = "correct this line"});
    return std::nullopt;
  }
}

}  // namespace betex::gateway
