// A TOML file as a tree of plain values that remember where they were written. The TOML library
// stays behind this header.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gateway/config/config_error.h"

namespace betex::gateway {

struct TomlValue;

struct TomlTable {
  int line = 0;
  std::map<std::string, TomlValue> values;
};

using TomlArray = std::vector<TomlValue>;

// A local time; seconds after midnight.
using TomlTime = std::chrono::seconds;

// What betex's files have no use for (floats, dates): always the wrong type.
struct TomlOther {};

struct TomlValue {
  std::variant<std::string, std::int64_t, bool, TomlTime, TomlArray, TomlTable, TomlOther> value;
  int line = 0;
  std::string option;  // the command line's option that it came from; empty: from the file
};

// Nothing when the file cannot be read or is no TOML; the reason is then added to `findings`.
[[nodiscard]] std::optional<TomlTable> load_toml(const std::filesystem::path& file,
                                                 std::vector<Finding>& findings);

// The file's bytes, or nothing, with the reason in `findings`.
[[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& file,
                                                   std::vector<Finding>& findings);

}  // namespace betex::gateway
