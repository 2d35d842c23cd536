#include "gateway/tools/fix_command_line.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "gateway/tools/password.h"
#include "tests/support/temp_folder.h"

namespace betex::tools {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FixCommandLineTest : public ::testing::Test {
 protected:
  FixCommandLineTest() { unsetenv("BETEX_FIX_PASSWORD"); }

  ~FixCommandLineTest() override { unsetenv("BETEX_FIX_PASSWORD"); }

  static std::variant<FixCommandLine, EarlyExit> parse(std::vector<std::string> words) {
    std::vector<const char*> arguments{"betex-fix"};
    for (const std::string& word : words) {
      arguments.push_back(word.c_str());
    }
    return parse_fix_command_line(static_cast<int>(arguments.size()), arguments.data());
  }

  static FixCommandLine accepted(const std::vector<std::string>& words) {
    auto result = parse(words);
    if (const auto* const exit = std::get_if<EarlyExit>(&result)) {
      ADD_FAILURE() << exit->text;
      return {};
    }
    return std::get<FixCommandLine>(std::move(result));
  }

  static void expect_usage_error(const std::vector<std::string>& words, const std::string& what) {
    const auto result = parse(words);
    const auto* const exit = std::get_if<EarlyExit>(&result);
    ASSERT_NE(exit, nullptr) << ::testing::PrintToString(words);
    EXPECT_EQ(exit->code, 64);
    EXPECT_THAT(exit->text, HasSubstr(what));
  }

  [[nodiscard]] std::string file_with(const std::string& text) const {
    const std::filesystem::path file = folder_.path() / "password";
    std::ofstream{file, std::ios::binary} << text;
    return file;
  }

 private:
  test::TempFolder folder_;
};

TEST_F(FixCommandLineTest, OptionsOfTheSessionStandBeforeOrBehindTheSubcommand) {
  for (const auto& words :
       {std::vector<std::string>{
            "--as", "B", "--port", "1", "--fix44", "orders", "--symbol", "RAIN-LON"},
        {"orders", "--as", "B", "--port", "1", "--fix44", "--symbol", "RAIN-LON"},
        {"orders", "--symbol", "RAIN-LON", "--port=1", "--fix44", "--as=B"},
        {"--as", "B", "orders", "--fix44", "--symbol", "RAIN-LON", "--port", "1"}}) {
    const FixCommandLine line = accepted(words);
    EXPECT_EQ(line.settings.session.sender, "B");
    EXPECT_EQ(line.settings.port, 1);
    EXPECT_EQ(line.settings.session.dialect, client::Dialect::Fix44);
    EXPECT_EQ(std::get<client::MassStatusRequest>(line.request.value().body).symbol, "RAIN-LON");
  }
}

TEST_F(FixCommandLineTest, AnOrderMayBeNamedLikeASubcommand) {
  const FixCommandLine line = accepted({"--as", "B", "cancel", "list", "--port", "1"});
  EXPECT_EQ(std::get<CancelArgs>(line.request.value().body).order.cl_ord_id, "list");
}

TEST_F(FixCommandLineTest, CommandsOfTwoWordsTakeThemToo) {
  for (const auto& words :
       {std::vector<std::string>{
            "--as", "OPS1", "market", "suspend", "EPL", "goal", "--port", "1", "--id", "r"},
        {"market", "--as", "OPS1", "suspend", "EPL", "goal", "--id", "r", "--port", "1"},
        {"market", "suspend", "--port=1", "EPL", "--id", "r", "goal", "--as=OPS1"}}) {
    const FixCommandLine line = accepted(words);
    EXPECT_EQ(line.mode, Mode::Once);
    EXPECT_EQ(line.settings.session.sender, "OPS1");
    EXPECT_EQ(line.settings.port, 1);
    EXPECT_EQ(std::get<Operation>(line.request.value().body).id, "r");
  }
  expect_usage_error({"--as", "OPS1", "market"}, "subcommand");
}

TEST_F(FixCommandLineTest, AnAmountMayBeNegativeAndATextHaveBlanks) {
  const FixCommandLine line =
      accepted({"--as", "OPS1", "account", "correct", "ALICE", "-5.25", "--remark", "paid twice"});
  const auto operation = std::get<Operation>(line.request.value().body);
  EXPECT_EQ(operation.fields.at(2).value, "-5.25");
  EXPECT_EQ(operation.fields.at(3).value, "paid twice");
}

TEST_F(FixCommandLineTest, PricesHaveASessionOfTheirOwn) {
  const FixCommandLine demo = accepted({"book", "RAIN-LON"});
  EXPECT_EQ(demo.mode, Mode::Prices);
  EXPECT_EQ(demo.prices.sender, "MD1");
  EXPECT_EQ(demo.prices.port, 9883);
  EXPECT_EQ(read_password(demo.prices.password_file).view(), "demo");
  const FixCommandLine own = accepted({"md",
                                       "watch",
                                       "A",
                                       "--as",
                                       "MD7",
                                       "--port",
                                       "1",
                                       "--host",
                                       "h",
                                       "--wait-ms",
                                       "7",
                                       "--raw",
                                       "--json"});
  EXPECT_EQ(own.prices.sender, "MD7");
  EXPECT_EQ(own.prices.port, 1);
  EXPECT_EQ(own.prices.host, "h");
  EXPECT_EQ(own.prices.patience, std::chrono::milliseconds{7});
  EXPECT_TRUE(own.prices.raw);
  EXPECT_EQ(accepted({"--tls", "ca.pem", "book", "A"}).prices.port, 9884);
  EXPECT_EQ(accepted({"--tls", "ca.pem", "--port", "1", "book", "A"}).prices.port, 1);
  EXPECT_EQ(accepted({"--tls", "ca.pem", "--as", "B"}).prices.port, 9884);
  for (const char* const option : {"--account", "--state", "--prices-as"}) {
    expect_usage_error({"book", "A", option, "x"}, option);
  }
  expect_usage_error({"book", "A", "--fix44"}, "--fix44");
}

TEST_F(FixCommandLineTest, ACluster) {
  const FixCommandLine line = accepted(
      {"--as", "B", "--gateway", "h:1", "--gateway", "[::1]:2", "--gateway", "h:1", "orders"});
  const std::vector<client::GatewayAddress> nodes{{"h", 1}, {"::1", 2}};
  EXPECT_EQ(line.settings.cluster, nodes);
  const std::vector<client::GatewayAddress> of_prices{{"h", 9883}, {"::1", 9883}};
  EXPECT_EQ(line.prices.cluster, of_prices);
  EXPECT_EQ(accepted({"--gateway", "h:1", "--gateway", "[::1]:2", "book", "A"}).prices.cluster,
            nodes);
  EXPECT_TRUE(accepted({"--as", "B", "orders"}).settings.cluster.empty());
  expect_usage_error({"--as", "B", "--gateway", "h", "orders"}, "'h' is not HOST:PORT");
  expect_usage_error({"--as", "B", "--gateway", "h:1", "--port", "2", "orders"}, "excludes");
  expect_usage_error({"--as", "B", "--gateway", "h:1", "--host", "g", "orders"}, "excludes");
}

TEST_F(FixCommandLineTest, ReportsMayBeJson) {
  EXPECT_EQ(accepted({"--as", "B", "orders"}).settings.output, Output::Lines);
  EXPECT_EQ(accepted({"--as", "B", "replay", "7", "--json"}).settings.output, Output::Json);
  EXPECT_EQ(accepted({"--json", "--as", "B", "watch"}).settings.output, Output::Json);
  expect_usage_error({"--as", "B", "--raw", "--json", "watch"}, "--raw");
  for (const auto& words :
       {std::vector<std::string>{"--json", "md", "list"}, {"md", "list", "--json"}}) {
    EXPECT_TRUE(std::get<PricesRequest>(accepted(words).request.value().body).json);
  }
  expect_usage_error({"book", "A", "--json"}, "--json");
}

TEST_F(FixCommandLineTest, InScriptsAndAtThePromptThatSessionIsGivenBesides) {
  const FixCommandLine prompt = accepted({"--as", "B", "--port", "1", "--host", "h"});
  EXPECT_EQ(prompt.prices.sender, "MD1");
  EXPECT_EQ(prompt.prices.port, 9883);
  EXPECT_EQ(prompt.prices.host, "h");
  const FixCommandLine script = accepted({"--as",
                                          "B",
                                          "--prices-as",
                                          "MD7",
                                          "--prices-port",
                                          "2",
                                          "--prices-password-file",
                                          file_with("theirs\n"),
                                          "script"});
  EXPECT_EQ(script.settings.session.sender, "B");
  EXPECT_EQ(script.settings.session.password.view(), "demo");
  EXPECT_EQ(script.prices.sender, "MD7");
  EXPECT_EQ(script.prices.port, 2);
  EXPECT_EQ(read_password(script.prices.password_file).view(), "theirs");
}

TEST_F(FixCommandLineTest, WhoseSessionItIsMustBeSaidButOfPrices) {
  expect_usage_error({"watch"}, "--as is required");
  expect_usage_error({"orders"}, "--as is required");
}

TEST_F(FixCommandLineTest, WithoutASubcommandItIsAPrompt) {
  EXPECT_EQ(accepted({"--as", "B"}).mode, Mode::Prompt);
  EXPECT_EQ(accepted({"--as", "B", "script"}).mode, Mode::Script);
  EXPECT_EQ(accepted({"--as", "B", "watch"}).mode, Mode::Watch);
}

TEST_F(FixCommandLineTest, NumbersAreDecimal) {
  const FixCommandLine line =
      accepted({"--as", "B", "--port", "010", "--wait-ms", "0100", "watch", "--for-ms", "010"});
  EXPECT_EQ(line.settings.port, 10);
  EXPECT_EQ(line.settings.patience, std::chrono::milliseconds{100});
  EXPECT_EQ(line.watch_ms, 10);
  expect_usage_error({"--as", "B", "--port", "0x10", "watch"}, "'0x10' is not a number");
  expect_usage_error({"--as", "B", "--port", "65536", "watch"}, "65536");
  expect_usage_error({"--as", "B", "--port", "0", "watch"}, "--port");
  expect_usage_error({"--as", "B", "--wait-ms", "0", "watch"}, "--wait-ms");
  expect_usage_error({"--as", "B", "watch", "--for-ms", "-1"}, "'-1' is not a number");
  expect_usage_error({"--as", "B", "watch", "--for-ms", "9223372036854775807"}, "--for-ms");
}

TEST_F(FixCommandLineTest, NamesOfTheSessionHaveNoControlCharacters) {
  for (const char* option : {"--as", "--host", "--target", "--account"}) {
    expect_usage_error({"--as=B", "watch", std::string{option} + "=A\x01" + "55=B"},
                       "control characters");
  }
}

class StateFileTest : public FixCommandLineTest {
 protected:
  StateFileTest() {
    set("XDG_STATE_HOME", "/state");
    set("HOME", "/home/anna");
    set("TMPDIR", "/no/such/folder");
  }

  ~StateFileTest() override {
    for (const auto& [name, value] : before_) {
      put(name.c_str(), value ? value->c_str() : nullptr);
    }
  }

  // null: it is not there.
  void set(const char* name, const char* value) {
    const char* const now = std::getenv(name);
    before_.try_emplace(name, now == nullptr ? std::nullopt : std::optional<std::string>{now});
    put(name, value);
  }

 private:
  static void put(const char* name, const char* value) {
    if (value == nullptr) {
      unsetenv(name);
    } else {
      setenv(name, value, 1);
    }
  }

  std::map<std::string, std::optional<std::string>> before_;
};

TEST_F(StateFileTest, IsOneForASenderAndAGateway) {
  EXPECT_EQ(accepted({"--as", "B", "watch"}).settings.state_file,
            "/state/betex-fix/B@127.0.0.1:9880");
  EXPECT_EQ(accepted({"--as", "B", "--tls", "ca.pem", "--host", "h", "watch"}).settings.state_file,
            "/state/betex-fix/B@h:9881");
  EXPECT_EQ(accepted({"--as", "B", "--state", "here", "watch"}).settings.state_file, "here");
  for (const auto& [first, second] : {std::pair{"h:1", "g:2"}, std::pair{"g:2", "h:1"}}) {
    const auto line = accepted({"--as", "B", "--gateway", first, "--gateway", second, "watch"});
    EXPECT_EQ(line.settings.state_file, "/state/betex-fix/B@g:2,h:1");
  }
}

TEST_F(StateFileTest, IsInTheUsersFolderWhateverTheNameSays) {
  EXPECT_EQ(accepted({"--as", "../../B", "watch"}).settings.state_file,
            "/state/betex-fix/..%2F..%2FB@127.0.0.1:9880");
}

TEST_F(StateFileTest, IsFoundWithoutTheVariables) {
  set("XDG_STATE_HOME", nullptr);
  EXPECT_EQ(accepted({"--as", "B", "watch"}).settings.state_file,
            "/home/anna/.local/state/betex-fix/B@127.0.0.1:9880");
  set("HOME", nullptr);
  EXPECT_EQ(accepted({"--as", "B", "watch"}).settings.state_file,
            "/tmp/betex-fix/B@127.0.0.1:9880");
}

TEST_F(FixCommandLineTest, AnOptionIsNoValueAndNoValueIsEmpty) {
  for (const char* option : {"--as",
                             "--host",
                             "--port",
                             "--tls",
                             "--certificate",
                             "--key",
                             "--target",
                             "--account",
                             "--state",
                             "--password-file",
                             "--wait-ms"}) {
    expect_usage_error({"--as", "B", option, "", "watch"}, "the value is empty");
    expect_usage_error({"--as", "B", std::string{option} + "=", "watch"}, "the value is empty");
    expect_usage_error({"--as", "B", option, "--raw", "watch"}, "'--raw' begins with --");
  }
  expect_usage_error({"--as", "B", "lay", "", "30", "@2.04"}, "the value is empty");
  expect_usage_error({"--as", "B", "lay", "RAIN-LON", "30", "@2.04", "--id", "--gtc"},
                     "'--gtc' begins with --");
}

TEST_F(FixCommandLineTest, APasswordOnTheCommandLineIsRefusedAndNotRepeated) {
  for (const auto& words : {std::vector<std::string>{"--as", "B", "--password", "hunter2", "watch"},
                            {"--as", "B", "watch", "--password=hunter2"}}) {
    expect_usage_error(words, "BETEX_FIX_PASSWORD or --password-file");
    EXPECT_THAT(std::get<EarlyExit>(parse(words)).text, Not(HasSubstr("hunter2")));
  }
}

TEST_F(FixCommandLineTest, ThePasswordComesFromTheFileElseTheEnvironmentElseItIsTheDemos) {
  EXPECT_EQ(accepted({"--as", "B", "watch"}).settings.session.password.view(), "demo");
  setenv("BETEX_FIX_PASSWORD", "--of the environment", 1);
  EXPECT_EQ(accepted({"--as", "B", "watch"}).settings.session.password.view(),
            "--of the environment");
  const std::string file = file_with("of the file\nnot this\n");
  EXPECT_EQ(
      accepted({"--as", "B", "watch", "--password-file", file}).settings.session.password.view(),
      "of the file");
  for (const std::string& text : {std::string(1023, 'x') + "\n", std::string(1023, 'x')}) {
    EXPECT_EQ(accepted({"--as", "B", "watch", "--password-file", file_with(text)})
                  .settings.session.password.view()
                  .size(),
              1023U);
  }
}

TEST_F(FixCommandLineTest, APasswordThatIsNoneIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "is empty"},
      {"\n", "is empty"},
      {"secret\r\n", "carriage return"},
      {"\xEF\xBB\xBFsecret\n", "byte order mark"},
      {"sec\x01ret\n", "control characters"},
      {"\"secret\"\n", "in quotes"},
      {std::string(1024, 'x') + "\n", "its first line is longer than 1023 bytes"}};
  for (const auto& [text, what] : cases) {
    expect_usage_error({"--as", "B", "watch", "--password-file", file_with(text)}, what);
  }
  expect_usage_error({"--as", "B", "watch", "--password-file", "/dev/zero"}, "is longer than");
  expect_usage_error({"--as", "B", "watch", "--password-file", "/no/such/file"},
                     "/no/such/file: No such file or directory");
  expect_usage_error({"--as", "B", "watch", "--password-file", "/"}, "Is a directory");
  setenv("BETEX_FIX_PASSWORD", "", 1);
  expect_usage_error({"--as", "B", "watch"}, "BETEX_FIX_PASSWORD is empty");
}

TEST_F(FixCommandLineTest, HelpEndsWellAndTellsTheExitCodes) {
  const auto help = std::get<EarlyExit>(parse({"--help"}));
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.text, HasSubstr("4 carried out, but not printed"));
  EXPECT_THAT(help.text, Not(HasSubstr("--password ")));
}

}  // namespace
}  // namespace betex::tools
