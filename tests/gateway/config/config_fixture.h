// A correct configuration in a temporary folder, for tests that break it in one place.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/config/config.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway {

inline std::filesystem::path write_file(const std::filesystem::path& file, std::string_view text) {
  std::ofstream stream{file, std::ios::binary};
  stream << text;
  EXPECT_TRUE(stream.flush()) << "cannot write " << file;
  return file;
}

class ConfigFixture : public ::testing::Test {
 protected:
  ConfigFixture() { std::filesystem::create_directory(folder.path() / "fix_spec"); }

  // Each file as the test last set it.
  std::string gateway =
      "[wal]\n"
      "root = \"wal\"\n"
      "[fix]\n"
      "sessions = \"sessions.cfg\"\n"
      "credentials = \"credentials\"\n"
      "dictionaries = \"fix_spec\"\n"
      "[exchange]\n"
      "accounts = \"accounts.toml\"\n"
      "[markets]\n"
      "demo = \"markets.toml\"\n";
  std::string sessions =
      "[DEFAULT]\n"
      "SenderCompID=BETEX\n"
      "AllowFrom=127.0.0.1\n"
      "[SESSION]\n"
      "BeginString=FIXT.1.1\n"
      "DefaultApplVerID=9\n"
      "TargetCompID=ANNA\n"
      "Role=Broker\n"
      "Accounts=ANNA\n";
  std::string credentials =
      "ANNA:pbkdf2-sha256:10000:"
      "000102030405060708090a0b0c0d0e0f:" +
      std::string(64, 'a') + "\n";
  std::string accounts =
      "[[account]]\n"
      "name = \"ANNA\"\n"
      "kind = \"collateralised\"\n";
  std::string markets =
      "[[market]]\n"
      "name = \"RAIN\"\n"
      "kind = \"binary\"\n"
      "ladder = \"LinearCent\"\n";
  Overrides overrides;

  [[nodiscard]] Config load() const {
    write_file(folder.path() / "sessions.cfg", sessions);
    write_file(folder.path() / "credentials", credentials);
    write_file(folder.path() / "accounts.toml", accounts);
    write_file(folder.path() / "markets.toml", markets);
    return load_config(write_file(folder.path() / "gateway.toml", gateway), overrides);
  }

  // What load() complains about, each without the folder's path; empty when it does not.
  [[nodiscard]] std::vector<std::string> complaints() const {
    std::vector<std::string> lines;
    try {
      static_cast<void>(load());
    } catch (const ConfigError& error) {
      const std::string prefix = folder.path().string() + "/";
      for (const Finding& finding : error.findings()) {
        std::string line = to_string(finding);
        for (auto at = line.find(prefix); at != std::string::npos; at = line.find(prefix)) {
          line.erase(at, prefix.size());
        }
        lines.push_back(line);
      }
    }
    return lines;
  }

  test::TempFolder folder;
};

inline std::vector<std::string> names_of(const std::vector<AccountConfig>& accounts) {
  std::vector<std::string> names;
  for (const AccountConfig& account : accounts) {
    names.push_back(account.name);
  }
  return names;
}

// Replaces `from`, which must be there, once.
inline void replace(std::string& text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
}

}  // namespace betex::gateway
