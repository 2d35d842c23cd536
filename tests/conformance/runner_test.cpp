// The runner itself: its language, and that it bites.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/conformance/passwords.h"
#include "tests/conformance/player.h"
#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Identity kIdentity{
    .dialect = "FIX.4.4", .sender = "ME", .target = "YOU", .username = "me", .password = "secret"};

std::string composed(const std::string& text, std::uint32_t number = 7) {
  return client::readable(compose(split_fields(text), kIdentity, number));
}

std::vector<int> differing(const std::string& expected, const std::string& came) {
  Variables variables;
  const auto message = client::Message::parse(compose(split_fields(came), kIdentity, 7));
  std::vector<int> tags;
  for (const auto& difference :
       compare(split_fields(expected), message, variables, Strictness::Only)) {
    tags.push_back(difference.tag);
  }
  return tags;
}

TEST(MessageText, HeaderAndTrailerAreFilledIn) {
  EXPECT_EQ(composed("35=1|52=20261122-14:00:00|112=x|"),
            "8=FIX.4.4|9=50|35=1|34=7|49=ME|56=YOU|52=20261122-14:00:00|112=x|10=216|");
}

TEST(MessageText, WhatIsGivenStaysAsItIs) {
  EXPECT_EQ(composed("35=0|9=1|10=000|34=99|!49|!56|52=now|8=FIX.9|43=|abc=d"),
            "8=FIX.9|9=1|35=0|34=99|52=now|43=|abc=d|10=000|");
}

TEST(MessageText, ALogonGetsItsCredentials) {
  EXPECT_THAT(composed("35=A|108=10"), HasSubstr("|108=10|98=0|553=me|554=secret|10="));
  EXPECT_THAT(composed("35=A|!98|554=other"), HasSubstr("|554=other|108=30|553=me|10="));
}

TEST(MessageText, RawTextGetsLengthAndSumOnly) {
  EXPECT_EQ(client::readable(compose_raw("8=X|9=#|35=0|10=#|")), "8=X|9=5|35=0|10=080|");
  EXPECT_EQ(client::readable(compose_raw("9=5|35=0|10=1|")), "9=5|35=0|10=1|");
}

TEST(MessageText, EveryKindOfDifferenceIsSeen) {
  const std::string came = "35=8|39=0|38=10.00|58=Text|20001=5|";
  EXPECT_EQ(differing("35=8|39=0|38=10|58=/T.*/|20001=*|!41|", came), std::vector<int>{});
  EXPECT_EQ(differing("35=8|39=1|38=10|58=/t.*/|20001=*|", came), (std::vector<int>{39, 58}));
  EXPECT_EQ(differing("35=8|39=0|!38|41=*|58=*|", came), (std::vector<int>{38, 41, 20001}));
}

TEST(Variables, NamesOffsetsAndTimes) {
  Variables variables;
  variables.set("next", "7");
  variables.set("id", "a-1");
  EXPECT_EQ(variables.expand("34=@next|36=@next+3|45=@next-1|11=@id-x|58=@@|"),
            "34=7|36=10|45=6|11=a-1-x|58=@|");
  EXPECT_EQ(variables.expand("@now-130s").size(), 21U);
  EXPECT_EQ(variables.expand("@seconds").size(), 17U);
  EXPECT_LT(variables.expand("@now-2d"), variables.expand("@now"));
  EXPECT_THROW((void)variables.expand("@nobody"), std::invalid_argument);
  EXPECT_THROW((void)variables.expand("@id+1"), std::invalid_argument);
}

TEST(Script, LinesForTheOtherDialectAreLeftOut) {
  const char* const text = "# a comment\n[FIX.4.4] connect\nB > 35=0|\n";
  EXPECT_EQ(Script::parse("s", text, "FIX.4.4").statements().size(), 2U);
  const Script other = Script::parse("s", text, "FIXT.1.1");
  ASSERT_EQ(other.statements().size(), 1U);
  EXPECT_EQ(other.statements()[0].connection, "B");
  EXPECT_EQ(other.statements()[0].line, 3U);
  EXPECT_FALSE(Script::parse("s", "only FIX.4.4\n", "FIXT.1.1").applies());
}

TEST(Script, WhatIsNotInTheLanguageIsAnErrorWithItsLine) {
  for (const char* const text : {"dance\n", "connect now\n", "A\n", "> hello\n", "[FIX.4.4]\n"}) {
    EXPECT_THROW((void)Script::parse("s", text, "FIX.4.4"), ScriptError) << text;
  }
}

class RunnerPasswordsTest : public testing::Test {
 protected:
  RunnerPasswordsTest() { unsetenv(kPasswordVariable); }

  ~RunnerPasswordsTest() override { unsetenv(kPasswordVariable); }

  [[nodiscard]] std::filesystem::path file_with(const std::string& text) const {
    const auto file = folder_.path() / "passwords";
    std::ofstream{file, std::ios::binary} << text;
    return file;
  }

 private:
  test::TempFolder folder_;
};

TEST_F(RunnerPasswordsTest, ComeFromTheFileElseTheEnvironmentElseTheyAreTheDemos) {
  EXPECT_THAT(read_passwords({}), ElementsAre("demo"));
  setenv(kPasswordVariable, "of, the environment", 1);
  EXPECT_THAT(read_passwords({}), ElementsAre("of, the environment"));
  const auto passwords = read_passwords(file_with("one\ntwo"));
  EXPECT_THAT(passwords, ElementsAre("one", "two"));
  EXPECT_EQ(password_of(passwords, 0), "one");
  EXPECT_EQ(password_of(passwords, 1), "two");
  EXPECT_EQ(password_of(passwords, 7), "two");
}

TEST_F(RunnerPasswordsTest, WhatIsNoneIsNamedWithoutIt) {
  for (const char* const text : {"", "one\n\n", "one\nsecret\r\n"}) {
    EXPECT_THROW((void)read_passwords(file_with(text)), std::runtime_error) << text;
  }
  EXPECT_THROW((void)read_passwords("/no/such/file"), std::runtime_error);
  try {
    (void)read_passwords(file_with("one\nsecret\r\n"));
    FAIL() << "it is a password";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the password in line 2 of "));
    EXPECT_THAT(error.what(), Not(HasSubstr("secret")));
  }
}

class PlayerTest : public testing::Test {
 protected:
  std::string play(const std::string& text) {
    PlaySettings settings{.identities = {{"A",
                                          {.dialect = "FIX.4.4",
                                           .sender = "BROKER3",
                                           .target = "BETEX",
                                           .username = "BROKER3",
                                           .password = "demo"}}},
                          .patience = std::chrono::seconds{40}};
    settings.endpoint.port = gateway_.fix_port();
    return Player{settings}.play(Script::parse("s", text, "FIX.4.4"));
  }

  test::TempFolder wal_;
  test::GatewayProcess gateway_{wal_.path()};
};

TEST_F(PlayerTest, TellsWhereAndInWhichFieldsTheHostDiffers) {
  const std::string failure = play("logon\n> 35=1|112=ping|\n< 35=0|112=pong|58=x|\n");
  EXPECT_THAT(failure, HasSubstr("s:3: not what was expected"));
  EXPECT_THAT(failure, HasSubstr("    112     pong                          ping\n"));
  EXPECT_THAT(failure, HasSubstr("    58      x                             (not there)\n"));
  EXPECT_THAT(failure, HasSubstr("A > 8=FIX.4.4|"));
}

TEST_F(PlayerTest, SeesWhatIsSaidBeyondTheScriptAndWhatIsNotSaid) {
  EXPECT_THAT(play("logon\n> 35=1|112=ping|\n"), HasSubstr("said more than the script"));
  EXPECT_THAT(play("logon\n> 35=1|!112|\nexpect nothing\n"),
              HasSubstr("s:3: not what was expected"));
  EXPECT_THAT(play("logon\n> 35=5|\n< 35=5|\nexpect disconnect\n< 35=0|\n"),
              HasSubstr("s:5: there is no connection"));
  EXPECT_THAT(play("connect\n> 35=0|\n< 35=A|\n"), HasSubstr("the host has disconnected"));
  EXPECT_THAT(play("logon\nexpected 9\n> 35=1|112=a|\n< 35=0|\n"),
              HasSubstr("tag 34 of what came is 2, expected 9"));
  EXPECT_THROW(play("connect\n> 11=@nothing|\n"), ScriptError);
  try {
    play("logon\noperator suspend RAIN-LON\n");
    FAIL() << "there is no operator";
  } catch (const ScriptError& error) {
    EXPECT_THAT(error.what(), HasSubstr("s:2: the exchange's operator is out of reach"));
  }
}

}  // namespace
}  // namespace betex::conformance
