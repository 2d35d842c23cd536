#include "gateway/config/command_line.h"

#include <vector>

#include <gmock/gmock.h>

namespace betex::gateway {
namespace {

using ::testing::HasSubstr;

std::variant<CommandLine, EarlyExit> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "betex-gateway");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

CommandLine accepted(const std::vector<const char*>& arguments) {
  const auto result = parse(arguments);
  if (const auto* const exit = std::get_if<EarlyExit>(&result)) {
    ADD_FAILURE() << exit->text;
    return {};
  }
  return std::get<CommandLine>(result);
}

void expect_usage_error(const std::vector<const char*>& arguments, const std::string& what) {
  const auto result = parse(arguments);
  const auto* const exit = std::get_if<EarlyExit>(&result);
  ASSERT_NE(exit, nullptr);
  EXPECT_EQ(exit->code, 64);
  EXPECT_THAT(exit->text, HasSubstr(what));
}

TEST(CommandLine, ConfigAloneRuns) {
  const CommandLine line = accepted({"--config", "config/gateway.toml"});
  EXPECT_EQ(line.action, Action::Run);
  EXPECT_EQ(line.config_file, "config/gateway.toml");
  EXPECT_FALSE(line.overrides.wal_root);
  EXPECT_FALSE(line.overrides.fix_port);
  EXPECT_FALSE(line.overrides.tls_port);
  EXPECT_FALSE(line.overrides.market_data_port);
  EXPECT_FALSE(line.overrides.http_port);
  EXPECT_FALSE(line.overrides.max_segment_events);
  EXPECT_FALSE(line.overrides.stop_notice_s);
  EXPECT_FALSE(line.overrides.cluster_node);
  EXPECT_FALSE(line.accept_clock);
}

TEST(CommandLine, TheClockIsAcceptedWhenAskedTo) {
  EXPECT_TRUE(accepted({"--config", "c", "--accept-clock"}).accept_clock);
}

TEST(CommandLine, SessionsBeginAgainWhenAskedTo) {
  EXPECT_FALSE(accepted({"--config", "c"}).new_epochs);
  EXPECT_TRUE(accepted({"--config", "c", "--new-epochs"}).new_epochs);
}

TEST(CommandLine, AClustersLogIsMadeOrAdoptedWhenAskedTo) {
  EXPECT_FALSE(accepted({"--config", "c"}).init_quorum_log);
  EXPECT_FALSE(accepted({"--config", "c"}).adopt_quorum_log);
  const CommandLine init = accepted({"--config", "c", "--init-quorum-log"});
  EXPECT_TRUE(init.init_quorum_log);
  EXPECT_FALSE(init.adopt_quorum_log);
  const CommandLine adopt = accepted({"--config", "c", "--adopt-quorum-log"});
  EXPECT_FALSE(adopt.init_quorum_log);
  EXPECT_TRUE(adopt.adopt_quorum_log);
  expect_usage_error({"--config", "c", "--init-quorum-log", "--adopt-quorum-log"}, "excludes");
}

TEST(CommandLine, OverridesAreTaken) {
  const CommandLine line = accepted({"--config=c",
                                     "--wal-root",
                                     "/var/wal",
                                     "--fix-port",
                                     "0",
                                     "--tls-port",
                                     "9881",
                                     "--market-data-port=0",
                                     "--http-port=65535",
                                     "--max-segment-events",
                                     "5000",
                                     "--node",
                                     "a",
                                     "--notice=60"});
  EXPECT_EQ(line.overrides.wal_root, "/var/wal");
  EXPECT_EQ(line.overrides.fix_port, 0);
  EXPECT_EQ(line.overrides.tls_port, 9881);
  EXPECT_EQ(line.overrides.market_data_port, 0);
  EXPECT_EQ(line.overrides.http_port, 65535);
  EXPECT_EQ(line.overrides.max_segment_events, 5000U);
  EXPECT_EQ(line.overrides.stop_notice_s, 60U);
  EXPECT_EQ(line.overrides.cluster_node, "a");
}

TEST(CommandLine, ActionsAreTold) {
  EXPECT_EQ(accepted({"--config", "c", "--check-config"}).action, Action::CheckConfig);
  EXPECT_EQ(accepted({"--config", "c", "--print-config"}).action, Action::PrintConfig);
  const CommandLine line = accepted({"--hash-password", "ANNA"});
  EXPECT_EQ(line.action, Action::HashPassword);
  EXPECT_EQ(line.username, "ANNA");
  EXPECT_FALSE(line.generate_password);
  EXPECT_TRUE(accepted({"--hash-password", "ANNA", "--generate"}).generate_password);
}

TEST(CommandLine, MistakesAreUsageErrors) {
  expect_usage_error({}, "--config is required");
  expect_usage_error({"--config"}, "--config: 1 required FILE missing");
  expect_usage_error({"--config", "c", "--fix-prot", "1"}, "--fix-prot");
  expect_usage_error({"--config", "c", "extra"}, "extra");
  expect_usage_error({"--config", "c", "--fix-port", "65536"}, "--fix-port = 65536");
  expect_usage_error({"--config", "c", "--fix-port", "-1"}, "--fix-port: '-1' is not a number");
  expect_usage_error({"--config", "c", "--http-port", "web"}, "--http-port: 'web' is not a number");
  expect_usage_error({"--config", "c", "--max-segment-events", "many"}, "'many' is not a number");
  expect_usage_error({"--config", "c", "--notice", "1m"}, "--notice: '1m' is not a number");
  expect_usage_error({"--config", "c", "--check-config", "--print-config"}, "excludes");
  expect_usage_error({"--config", "c", "--generate"}, "--generate requires --hash-password");
  expect_usage_error({"--hash-password", "a b"}, "'a b' is not 1 to 31 printable characters");
}

TEST(CommandLine, NumbersAreDecimal) {
  const Overrides overrides = accepted({"--config=c",
                                        "--fix-port=010",
                                        "--tls-port=011",
                                        "--market-data-port=013",
                                        "--http-port=012",
                                        "--max-segment-events=0100",
                                        "--notice=090"})
                                  .overrides;
  EXPECT_EQ(overrides.fix_port, 10);
  EXPECT_EQ(overrides.tls_port, 11);
  EXPECT_EQ(overrides.market_data_port, 13);
  EXPECT_EQ(overrides.http_port, 12);
  EXPECT_EQ(overrides.max_segment_events, 100U);
  EXPECT_EQ(overrides.stop_notice_s, 90U);
  expect_usage_error({"--config", "c", "--fix-port", "0x10"}, "'0x10' is not a number");
}

TEST(CommandLine, AnOptionIsNoValueAndNoValueIsEmpty) {
  expect_usage_error({"--config", "c", "--wal-root=", "--check-config"},
                     "--wal-root: the value is empty");
  expect_usage_error({"--config", "c", "--wal-root", "--check-config"},
                     "--wal-root: '--check-config' begins with --");
  for (const char* option : {"--config",
                             "--wal-root",
                             "--fix-port",
                             "--tls-port",
                             "--market-data-port",
                             "--http-port",
                             "--max-segment-events",
                             "--node",
                             "--notice",
                             "--hash-password"}) {
    expect_usage_error({option, ""}, std::string{option} + ": the value is empty");
    expect_usage_error({option, "--version"}, "'--version' begins with --");
  }
}

TEST(CommandLine, HelpAndVersionEndWell) {
  const auto help = std::get<EarlyExit>(parse({"--help"}));
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.text, HasSubstr("--max-segment-events NUMBER"));
  const auto version = std::get<EarlyExit>(parse({"--version"}));
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.text, "betex-gateway 0.1.0\n");
}

}  // namespace
}  // namespace betex::gateway
