// The syntax of QuickFIX's settings files: [DEFAULT] and [SESSION] sections of key=value lines,
// comments from '#' at the start of a line.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/config_error.h"

namespace betex::gateway {

struct Setting {
  std::string value;
  int line = 0;
};

struct SettingsSection {
  int line = 0;
  std::map<std::string, Setting> settings;
};

struct SettingsFile {
  SettingsSection defaults;
  std::vector<SettingsSection> sessions;
};

// Without the lines that are wrong, which become findings.
[[nodiscard]] SettingsFile parse_settings(std::string_view text,
                                          const std::filesystem::path& file,
                                          std::vector<Finding>& findings);

// `text` without white space at its ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// The items of a comma-separated list, trimmed; an empty item stays.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

}  // namespace betex::gateway
