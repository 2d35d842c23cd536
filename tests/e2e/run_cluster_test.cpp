// gateway/run-cluster, as a newcomer runs it.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/gateway_process.h"

namespace betex::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr std::chrono::minutes kPatience{10};

struct Ended {
  int exit_code = 0;
  std::string out;
  std::string err;
};

Ended run_cluster(const std::vector<std::string>& options) {
  std::vector<std::string> command{
      BETEX_SOURCE_DIR "/gateway/run-cluster", "--programs", BETEX_PROGRAM_FOLDER};
  command.insert(command.end(), options.begin(), options.end());
  ChildProcess process{command};
  const int exit_code = process.wait(kPatience);
  return {exit_code, process.standard_output(), process.standard_error()};
}

// The lease is longer than what a busy machine keeps everybody waiting for.
TEST(RunCluster, ShowsThatAnOrderOutlivesItsGateway) {
  const Ended ended = run_cluster({"--show-failover", "--lease", "20"});
  ASSERT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("a leads, b stands by\n"));
  const auto failover = ended.out.find("b leads, after ");
  ASSERT_NE(failover, std::string::npos) << ended.out;
  const std::string before = ended.out.substr(0, failover);
  const std::string after = ended.out.substr(failover);
  EXPECT_THAT(before, ContainsRegex("EPL-ARS-CHE.HOME +LAY +30.00 @ 2.04 +NEW"));
  EXPECT_THAT(after, ContainsRegex("EPL-ARS-CHE.HOME +LAY +30.00 @ 2.04"));
  EXPECT_THAT(after, ContainsRegex("EPL-ARS-CHE.HOME +BACK +30.00 @ 2.04"));
  EXPECT_THAT(after, HasSubstr("a stands by\n"));
  EXPECT_THAT(ended.out, EndsWith("The order has outlived its gateway.\n"));
  const std::regex process{"process (\\d+)\n"};
  auto found = std::sregex_iterator{ended.out.begin(), ended.out.end(), process};
  ASSERT_NE(found, std::sregex_iterator{});
  for (; found != std::sregex_iterator{}; ++found) {
    EXPECT_EQ(::kill(std::stoi((*found)[1]), 0), -1) << "is left: " << (*found)[1];
    EXPECT_EQ(errno, ESRCH);
  }
}

TEST(RunCluster, SaysWhatIsWrongWithItsOptions) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--first-port", "65527"},
                                                {"--first-port"},
                                                {"--lease", "0"},
                                                {"--lease", "61"},
                                                {"--programs"},
                                                {"--programs", ""},
                                                {"--members"}}) {
    const Ended ended = run_cluster(wrong);
    EXPECT_EQ(ended.exit_code, 64) << wrong.front();
    EXPECT_NE(ended.err, "");
    EXPECT_EQ(ended.out, "");
  }
}

}  // namespace
}  // namespace betex::test
