// Reads the values of one [SESSION] over the [DEFAULT]s; what is wrong with them becomes findings.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "gateway/config/config_error.h"
#include "gateway/config/settings_file.h"

namespace betex::gateway {

class SettingReader {
 public:
  // All must outlive it.
  SettingReader(const SettingsFile& settings,
                const SettingsSection& own,
                const std::filesystem::path& file,
                std::vector<Finding>& findings)
      : defaults_{settings.defaults}, own_{own}, file_{file}, findings_{findings} {}

  // At the key's line, or at the session's when it has none.
  void complain(const std::string& key, const Complaint& complaint);

 protected:
  // Null where neither the session nor [DEFAULT] has it.
  [[nodiscard]] const Setting* find(const std::string& key) const;

  // The session itself has it.
  [[nodiscard]] bool is_own(const std::string& key) const { return own_.settings.contains(key); }

  // The value, or an empty text with a complaint.
  std::string required(const std::string& key, const std::string& what);
  std::string name(const std::string& key);

  // Of these the value stays as it is where the key is absent or wrong.
  void seconds(const std::string& key, std::chrono::seconds& value, std::int64_t least = 1);
  void count(const std::string& key, std::uint32_t min, std::uint32_t& value);

  // Y or N, which is the default.
  bool flag(const std::string& key);

 private:
  const SettingsSection& defaults_;
  const SettingsSection& own_;
  const std::filesystem::path& file_;
  std::vector<Finding>& findings_;
};

}  // namespace betex::gateway
