// Every script of this folder against the built gateway, in each dialect that it is for.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/conformance/player.h"
#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::conformance {
namespace {

const std::filesystem::path kFolder = std::filesystem::path{BETEX_SOURCE_DIR} / "tests/conformance";

struct Case {
  std::string script;  // as "session/logon.script"
  std::string dialect;
};

Script read(const Case& tested) {
  std::ifstream stream{kFolder / tested.script, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  return Script::parse("tests/conformance/" + tested.script, text, tested.dialect);
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{kFolder}) {
    if (entry.path().extension() != ".script") {
      continue;
    }
    for (const char* const dialect : {"FIXT.1.1", "FIX.4.4"}) {
      Case tested{std::filesystem::relative(entry.path(), kFolder).string(), dialect};
      if (read(tested).applies()) {
        all.push_back(std::move(tested));
      }
    }
  }
  std::sort(all.begin(), all.end(), [](const Case& a, const Case& b) {
    return a.script + a.dialect < b.script + b.dialect;
  });
  return all;
}

Identity demo(const std::string& sender, const std::string& dialect) {
  return {.dialect = dialect,
          .sender = sender,
          .target = "BETEX",
          .username = sender,
          .password = "demo"};
}

std::map<std::string, Identity> identities(const std::string& dialect) {
  const bool fixt = dialect == "FIXT.1.1";
  return {{"A", demo(fixt ? "BROKER1" : "BROKER3", dialect)},
          {"B", demo(fixt ? "BROKER2" : "BROKER4", dialect)},
          {"OPS", demo("OPS1", "FIXT.1.1")},
          {"DROP", demo("DROP1", "FIXT.1.1")}};
}

class Conformance : public testing::TestWithParam<Case> {};

TEST_P(Conformance, GoesAsTheScriptSays) {
  const test::TempFolder wal;
  const test::GatewayProcess gateway{wal.path()};
  PlaySettings settings{.identities = identities(GetParam().dialect),
                        .patience = std::chrono::seconds{40}};
  settings.endpoint.port = gateway.fix_port();
  EXPECT_EQ(Player{settings}.play(read(GetParam())), "");
}

INSTANTIATE_TEST_SUITE_P(Scripts, Conformance, testing::ValuesIn(cases()), [](const auto& tested) {
  std::string name = tested.param.script + "_" + tested.param.dialect;
  name.erase(name.find(".script"), 7);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace betex::conformance
