#include "gateway/config/setting_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "gateway/config/names.h"

namespace betex::gateway {
namespace {

constexpr std::int64_t kMaxSeconds = 3600;
constexpr std::uint32_t kMaxMessages = 1'000'000;

}  // namespace

void SettingReader::complain(const std::string& key, const Complaint& complaint) {
  const Setting* const setting = find(key);
  Finding finding{.file = file_,
                  .line = setting == nullptr ? own_.line : setting->line,
                  .key = key,
                  .problem = complaint.problem,
                  .remedy = complaint.remedy};
  // What is wrong in [DEFAULT] is wrong in every session: said once.
  const bool said = std::ranges::any_of(findings_, [&finding](const Finding& other) {
    return to_string(other) == to_string(finding);
  });
  if (!said) {
    findings_.push_back(std::move(finding));
  }
}

const Setting* SettingReader::find(const std::string& key) const {
  for (const SettingsSection* section : {&own_, &defaults_}) {
    const auto found = section->settings.find(key);
    if (found != section->settings.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

std::string SettingReader::required(const std::string& key, const std::string& what) {
  const Setting* const setting = find(key);
  if (setting == nullptr) {
    complain(key, {"is missing", "give " + what + ", here or in [DEFAULT]"});
    return {};
  }
  return setting->value;
}

std::string SettingReader::name(const std::string& key) {
  std::string value = required(key, "a name");
  if (const auto wrong = wrong_name(value); wrong && !value.empty()) {
    complain(key, *wrong);
  }
  return value;
}

void SettingReader::seconds(const std::string& key,
                            std::chrono::seconds& value,
                            std::int64_t least) {
  const Setting* const setting = find(key);
  if (setting == nullptr) {
    return;
  }
  const std::string& text = setting->value;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least ||
      number > kMaxSeconds) {
    complain(key,
             {"'" + text + "' is not a number of seconds",
              "give " + std::to_string(least) + " to " + std::to_string(kMaxSeconds)});
    return;
  }
  value = std::chrono::seconds{number};
}

void SettingReader::count(const std::string& key, std::uint32_t min, std::uint32_t& value) {
  const Setting* const setting = find(key);
  if (setting == nullptr) {
    return;
  }
  const std::string& text = setting->value;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < min ||
      number > kMaxMessages) {
    complain(key,
             {"'" + text + "' is out of range",
              "give a whole number from " + std::to_string(min) + " to " +
                  std::to_string(kMaxMessages)});
    return;
  }
  value = number;
}

bool SettingReader::flag(const std::string& key) {
  const Setting* const setting = find(key);
  if (setting == nullptr || setting->value == "N") {
    return false;
  }
  if (setting->value != "Y") {
    complain(key, {"'" + setting->value + "' is not known", "give Y or N"});
    return false;
  }
  return true;
}

}  // namespace betex::gateway
