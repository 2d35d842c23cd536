// Passwords, from the command that makes a line of the credentials file to the logon with it; and
// who has to go when SIGHUP takes his right away.
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/patience.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

class PasswordsTest : public testing::Test {
 protected:
  PasswordsTest()
      : config_{changed_config(folder_.path(),
                               "message_bytes = 16_384",
                               "message_bytes = 16_383  # the test's own")
                    .parent_path()} {}

  // betex-gateway --hash-password USERNAME.
  [[nodiscard]] std::unique_ptr<ChildProcess> hash(const std::string& username,
                                                   const std::string& typed) const {
    return std::make_unique<ChildProcess>(
        std::vector<std::string>{gateway_command({}, {}).front(), "--hash-password", username},
        typed);
  }

  // The line of this user in place of the shipped one.
  void put_credentials(const std::string& username, const std::string& line) const {
    std::string all = content_of(config_ / "credentials");
    const auto begin = all.find("\n" + username + ":") + 1;
    all.replace(begin, all.find('\n', begin) + 1 - begin, line);
    std::ofstream{config_ / "credentials", std::ios::binary} << all;
  }

  void replace_in(const std::string& name, const std::string& from, const std::string& to) const {
    test::replace_in(config_ / name, from, to);
  }

  void start() {
    gateway_ = std::make_unique<GatewayProcess>(
        folder_.path() / "wal",
        std::vector<std::string>{"--config", (config_ / "gateway.toml").string()});
  }

  [[nodiscard]] std::unique_ptr<RawFixPeer> knock(const std::string& comp_id,
                                                  const std::string& password,
                                                  int number = 1) const {
    auto peer = std::make_unique<RawFixPeer>(
        gateway_->fix_port(),
        RawFixPeer::Names{.begin_string = "FIXT.1.1", .sender = comp_id, .target = "BETEX"});
    peer->next_out = number;
    peer->send("A", "98=0|108=30|553=" + comp_id + "|554=" + password + "|1137=9|");
    return peer;
  }

  TempFolder folder_;
  std::filesystem::path config_;
  std::unique_ptr<GatewayProcess> gateway_;
};

TEST_F(PasswordsTest, AGeneratedOneIsShownOnceAndLogsOn) {
  ChildProcess made{{gateway_command({}, {}).front(), "--hash-password", "BROKER1", "--generate"}};
  ASSERT_EQ(made.wait(kPatience), 0) << made.standard_error();
  const std::string line = made.standard_output();
  EXPECT_TRUE(line.starts_with("BROKER1:sha256:")) << line;
  const std::string said = made.standard_error();
  const std::string told = "the password of BROKER1, which is kept nowhere: ";
  ASSERT_TRUE(said.starts_with(told)) << said;
  const std::string password = said.substr(told.size(), 64);
  EXPECT_EQ(line.find(password), std::string::npos);

  put_credentials("BROKER1", line);
  start();
  EXPECT_TRUE(knock("BROKER1", "demo")->wait_for_end());
  EXPECT_EQ(knock("BROKER1", password)->read().type(), "A");
}

TEST_F(PasswordsTest, ATypedOneIsHashedByTodaysIterations) {
  const auto made = hash("BROKER1", "correct horse\n");
  ASSERT_EQ(made->wait(kPatience), 0) << made->standard_error();
  EXPECT_TRUE(made->standard_output().starts_with("BROKER1:pbkdf2-sha256:600000:"));
  put_credentials("BROKER1", made->standard_output());
  start();
  EXPECT_EQ(knock("BROKER1", "correct horse")->read().type(), "A");
}

// Nothing is made of it, and the password is not said.
TEST_F(PasswordsTest, ATypedOneWithUnseenBytesIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "is empty"},
      {"\n", "is empty"},
      {"secret\r\n", "ends in a carriage return (CR)"},
      {"\xef\xbb\xbfsecret\n", "begins with a byte order mark (BOM)"},
      {"sec\x1bret\n", "holds control characters"},
      {std::string{"sec\0ret\n", 8}, "holds control characters"},
      {"\"secret\"\n", "begins or ends in quotes"}};
  for (const auto& [typed, problem] : cases) {
    const auto made = hash("BROKER1", typed);
    EXPECT_EQ(made->wait(kPatience), 64) << problem;
    EXPECT_EQ(made->standard_output(), "");
    EXPECT_NE(made->standard_error().find(problem), std::string::npos) << made->standard_error();
    EXPECT_EQ(made->standard_error().find("secret"), std::string::npos);
  }
}

// ---- SIGHUP -------------------------------------------------------------------------------------

class ReloadedRightsTest : public PasswordsTest {
 protected:
  // SIGHUP, and what the log says up to its end.
  [[nodiscard]] std::string reload() const {
    const std::size_t before = gateway_->process().standard_error().size();
    gateway_->process().signal(SIGHUP);
    EXPECT_TRUE(comes_to_say(gateway_->process(), "reloaded", before));
    return gateway_->process().standard_error().substr(before);
  }
};

TEST_F(ReloadedRightsTest, AChangedPasswordAloneEndsNothing) {
  start();
  const auto peer = knock("BROKER1", "demo");
  EXPECT_EQ(peer->read().type(), "A");
  const auto made = hash("BROKER1", "changed\n");
  ASSERT_EQ(made->wait(kPatience), 0);
  put_credentials("BROKER1", made->standard_output());
  EXPECT_EQ(reload().find("not taken over"), std::string::npos);

  peer->send("1", "112=T|");
  EXPECT_EQ(peer->read_type("0").value(112), "T");
  peer->send("5");
  EXPECT_EQ(peer->read_type("5").type(), "5");
  EXPECT_TRUE(knock("BROKER1", "demo", 4)->wait_for_end()) << "though it was remembered";
  EXPECT_EQ(knock("BROKER1", "changed", 4)->read().type(), "A");
}

TEST_F(ReloadedRightsTest, WhoseRightIsGoneIsLoggedOutAndWhatNeedsARestartIsNamed) {
  start();
  const auto one = knock("BROKER1", "demo");
  const auto two = knock("BROKER2", "demo");
  EXPECT_EQ(one->read().type(), "A");
  EXPECT_EQ(two->read().type(), "A");
  replace_in("sessions.cfg", "TargetCompID=BROKER2", "TargetCompID=BROKER2\nRequireTls=Y");
  replace_in("sessions.cfg", "Accounts=BROKER1\n", "Accounts=BROKER1, BROKER2\n");
  replace_in("gateway.toml", "command_slots = 32_768", "command_slots = 1_024");
  const std::string said = reload();

  EXPECT_EQ(two->read_type("5").value(58), "Not allowed to be logged on any more");
  EXPECT_TRUE(two->wait_for_end());
  EXPECT_NE(said.find("not taken over, which needs a restart: rings.command_slots"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("not taken over, which needs a restart: session BROKER1: Accounts"),
            std::string::npos)
      << said;
  one->send("1", "112=T|");
  EXPECT_EQ(one->read_type("0").value(112), "T");
}

// ---- In memory ----------------------------------------------------------------------------------

// Where in a process's own writable memory these bytes are; empty: nowhere. Huge regions are
// address space that somebody has only reserved.
std::string find_in_memory(pid_t process, const std::string& bytes) {
  constexpr std::uint64_t kHuge = std::uint64_t{64} << 20;
  const std::string folder = "/proc/" + std::to_string(process);
  std::ifstream maps{folder + "/maps"};
  std::ifstream memory{folder + "/mem", std::ios::binary};
  EXPECT_TRUE(maps && memory);
  std::size_t read = 0;
  for (std::string line; std::getline(maps, line);) {
    const std::uint64_t begin = std::stoull(line, nullptr, 16);
    const std::uint64_t end = std::stoull(line.substr(line.find('-') + 1), nullptr, 16);
    if (line.find(" rw-p ") == std::string::npos || end - begin > kHuge) {
      continue;
    }
    std::string region(end - begin, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(begin));
    memory.read(region.data(), static_cast<std::streamsize>(region.size()));
    read += static_cast<std::size_t>(memory.gcount());
    if (region.find(bytes) != std::string::npos) {
      return line;
    }
  }
  EXPECT_GT(read, std::size_t{1} << 16);
  return {};
}

TEST_F(PasswordsTest, NoneIsLeftInMemoryWhenItHasBeenUsed) {
  const std::string right = "Xq7-right-password-Zw3";
  const std::string wrong = "Xq7-wrong-password-Zw3";
  const auto made = hash("BROKER1", right + "\n");
  ASSERT_EQ(made->wait(kPatience), 0);
  put_credentials("BROKER1", made->standard_output());
  start();
  EXPECT_TRUE(knock("BROKER1", wrong)->wait_for_end());
  EXPECT_TRUE(knock("NOBODY", wrong)->wait_for_end());
  const auto peer = knock("BROKER1", right);
  EXPECT_EQ(peer->read().type(), "A");

  const pid_t process = gateway_->process().pid();
  EXPECT_EQ(find_in_memory(process, right), "");
  EXPECT_EQ(find_in_memory(process, wrong), "");
  EXPECT_NE(find_in_memory(process, "BROKER1"), "") << "what is there is found";
}

// A long one, so that no text that it passes through has room for it by chance.
TEST_F(PasswordsTest, NoneIsLeftInMemoryOfBetexFixOnceItIsLoggedOn) {
  const std::string looked_for = "Xq7-right-password-Zw3";
  const std::string password = looked_for + std::string(600, 'x');
  const auto made = hash("BROKER1", password + "\n");
  ASSERT_EQ(made->wait(kPatience), 0);
  put_credentials("BROKER1", made->standard_output());
  start();
  const auto file = folder_.path() / "password";
  std::ofstream{file} << password << "\n";
  const ChildProcess watch{betex_fix_command(
      "BROKER1", gateway_->fix_port(), folder_.path(), {"--password-file", file, "watch"})};
  ASSERT_TRUE(comes_to_say(gateway_->process(), "session BROKER1: on, from"))
      << gateway_->process().standard_error();
  EXPECT_TRUE(comes_to([&] { return find_in_memory(watch.pid(), looked_for).empty(); }));
  EXPECT_NE(find_in_memory(watch.pid(), "BROKER1"), "") << "what is there is found";
}

}  // namespace
}  // namespace betex::test
