// config/betex-gateway.service, as systemd's own tool sees it.
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <sys/wait.h>

namespace betex::gateway {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kUnit = std::string{BETEX_SOURCE_DIR} + "/config/betex-gateway.service";

struct Ended {
  int exit_code = -1;
  std::string output;
};

Ended run(const std::string& command) {
  Ended ended;
  std::FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  for (std::size_t count = 0; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    ended.output.append(buffer.data(), count);
  }
  const int status = pclose(pipe);
  ended.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

TEST(SystemdUnit, IsExposedToTwoOfTenAtMost) {
  const std::string command = "systemd-analyze security --offline=true --no-pager --threshold=20 ";
  const Ended ended = run(command + kUnit);
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_THAT(ended.output, HasSubstr("Overall exposure level for betex-gateway.service"));
}

std::string unit_text() {
  std::ostringstream text;
  text << std::ifstream{kUnit}.rdbuf();
  return text.str();
}

TEST(SystemdUnit, WritesNoCore) {
  EXPECT_THAT(unit_text(), HasSubstr("\nLimitCORE=0\n"));
}

// A unit is started when the gateway listens, and it is killed when it says nothing for longer than
// its own patience with a thread, which is 10 s. What it says goes through a socket of systemd's.
TEST(SystemdUnit, IsToldWhenTheGatewayIsReadyAndThatItLives) {
  EXPECT_THAT(unit_text(), HasSubstr("\nType=notify\n"));
  EXPECT_THAT(unit_text(), HasSubstr("\nWatchdogSec=30\n"));
  EXPECT_THAT(unit_text(), ContainsRegex("\nRestrictAddressFamilies=[^\n]*AF_UNIX"));
}

// The folders of the log, of the witness and of the log file that gateway.toml proposes; all else
// is read-only.
TEST(SystemdUnit, MayWriteWhatTheConfigurationProposes) {
  EXPECT_THAT(unit_text(), HasSubstr("\nStateDirectory=betex betex-witness\n"));
  EXPECT_THAT(unit_text(), HasSubstr("\nLogsDirectory=betex\n"));
  std::ostringstream config;
  config << std::ifstream{std::string{BETEX_SOURCE_DIR} + "/config/gateway.toml"}.rdbuf();
  EXPECT_THAT(config.str(), HasSubstr("\n# witness = \"/var/lib/betex-witness/"));
  EXPECT_THAT(config.str(), HasSubstr("\n# file = \"/var/log/betex/"));
}

// It is in /dev/shm, from where systemd would remove it at each end of the gateway, a crash
// included.
TEST(SystemdUnit, KeepsTheSessionCache) {
  EXPECT_THAT(unit_text(), HasSubstr("\nRemoveIPC=false\n"));
}

// The exits that come again at each start until somebody mends their cause. 69 is none of them: who
// may not write any more starts again as a standby. Of an ExecStartPre systemd would start again
// after any.
TEST(SystemdUnit, StaysDownWhereAStartMendsNothing) {
  EXPECT_THAT(unit_text(), HasSubstr("\nRestart=on-failure\n"));
  EXPECT_THAT(unit_text(), HasSubstr("\nRestartPreventExitStatus=64 65 75 78\n"));
  EXPECT_THAT(unit_text(), Not(HasSubstr("\nExecStartPre=")));
}

// A full disk gets room at some time, and nobody has to tell the unit then.
TEST(SystemdUnit, NeverGivesUpOnWhatAStartMayMend) {
  EXPECT_THAT(unit_text(), HasSubstr("\nStartLimitIntervalSec=0\n"));
  EXPECT_THAT(unit_text(), HasSubstr("\nRestartSec=5\n"));
}

// Without it a machine that boots with a wrong clock would start on it.
TEST(SystemdUnit, StartsWhenTheClockIsRight) {
  EXPECT_THAT(unit_text(), ContainsRegex("\nWants=[^\n]*time-sync\\.target"));
  EXPECT_THAT(unit_text(), ContainsRegex("\nAfter=[^\n]*time-sync\\.target"));
}

// What systemd itself would warn of: unknown settings and values. Only the programs are not there.
TEST(SystemdUnit, IsUnderstoodBySystemd) {
  const Ended ended = run("systemd-analyze verify --man=no " + kUnit);
  constexpr int kNotFound = 127;  // the shell's: then nothing was looked at
  ASSERT_NE(ended.exit_code, kNotFound) << ended.output;
  std::istringstream lines{ended.output};
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.find("betex-gateway.service:") == std::string::npos ||
                line.find("is not executable") != std::string::npos)
        << line;
  }
}

}  // namespace
}  // namespace betex::gateway
