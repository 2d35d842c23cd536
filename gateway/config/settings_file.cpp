#include "gateway/config/settings_file.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "gateway/config/password_text.h"

namespace betex::gateway {

namespace {

class Parser {
 public:
  Parser(const std::filesystem::path& file, std::vector<Finding>& findings)
      : file_{file}, findings_{findings} {}

  SettingsFile parse(std::string_view text) {
    for (const std::string& line : split(text, '\n')) {
      ++line_;
      if (!line.empty() && line.front() != '#') {
        take(line);
      }
    }
    return std::move(result_);
  }

 private:
  enum class Place { BeforeSections, Defaults, Session, UnknownSection };

  void take(const std::string& line) {
    if (line.front() == '[') {
      open_section(line);
      return;
    }
    const std::size_t equals = line.find('=');
    const std::string key{trimmed(std::string_view{line}.substr(0, equals))};
    if (equals == std::string::npos || key.empty()) {
      complain({}, {"is neither a [SECTION] nor key=value", "correct or remove this line"});
      return;
    }
    if (place_ == Place::UnknownSection) {
      return;
    }
    if (place_ == Place::BeforeSections) {
      complain(key, {"stands before the first section", "write [DEFAULT] or [SESSION] above it"});
      return;
    }
    SettingsSection& section =
        place_ == Place::Defaults ? result_.defaults : result_.sessions.back();
    Setting setting{.value = std::string{trimmed(std::string_view{line}.substr(equals + 1))},
                    .line = line_};
    if (setting.value.empty()) {
      complain(key, {"has no value", "give one, or remove the line"});
      return;
    }
    if (std::ranges::any_of(split(setting.value, ','), begins_or_ends_in_quotes)) {
      complain(key, {setting.value + " is in quotes", "leave them out"});
      std::erase_if(setting.value, [](char c) { return c == '"' || c == '\''; });
    }
    const auto [first, added] = section.settings.emplace(key, std::move(setting));
    if (!added) {
      complain(key,
               {"is given twice, first in line " + std::to_string(first->second.line),
                "remove one of the two"});
    }
  }

  void open_section(const std::string& line) {
    if (line == "[SESSION]") {
      place_ = Place::Session;
      result_.sessions.push_back({.line = line_, .settings = {}});
    } else if (line != "[DEFAULT]") {
      place_ = Place::UnknownSection;
      complain({}, {"'" + line + "' is no section", "write [DEFAULT] or [SESSION]"});
    } else {
      place_ = Place::Defaults;
      if (result_.defaults.line != 0) {
        complain({}, {"[DEFAULT] is there twice", "put all defaults into one section"});
      }
      result_.defaults.line = line_;
    }
  }

  void complain(const std::string& key, const Complaint& complaint) {
    findings_.push_back({.file = file_,
                         .line = line_,
                         .key = key,
                         .problem = complaint.problem,
                         .remedy = complaint.remedy});
  }

  const std::filesystem::path& file_;
  std::vector<Finding>& findings_;
  SettingsFile result_;
  Place place_ = Place::BeforeSections;
  int line_ = 0;
};

}  // namespace

SettingsFile parse_settings(std::string_view text,
                            const std::filesystem::path& file,
                            std::vector<Finding>& findings) {
  return Parser{file, findings}.parse(text);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> items;
  while (true) {
    const std::size_t end = text.find(separator);
    items.emplace_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) {
      return items;
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace betex::gateway
