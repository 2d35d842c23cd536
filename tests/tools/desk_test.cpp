// A desk whose gateway fails at the worst moment.
#include "gateway/tools/desk.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "gateway/client/error.h"
#include "gateway/tools/command_parser.h"
#include "gateway/tools/screen.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"
#include "tests/tools/scripted_gateway.h"

namespace betex::tools {
namespace {

using client::Message;
using Reply = ScriptedGateway::Reply;

constexpr int kOpsReqId = 20012;
constexpr int kOpsCommand = 20011;
constexpr int kOpsResult = 20013;

class DeskTest : public ::testing::Test {
 protected:
  [[nodiscard]] DeskSettings settings(const ScriptedGateway& gateway) const {
    DeskSettings made{.port = gateway.port(),
                      .state_file = folder_.path() / "state",
                      .patience = test::kPatience};
    made.session.sender = "OPS1";
    return made;
  }

  [[nodiscard]] static Request request(const std::string& line) { return parse_line(line).value(); }

  // The answer to an operator's request.
  [[nodiscard]] static Message done(const Message& request) {
    Message report{"UOR"};
    report.add(kOpsReqId, request.get(kOpsReqId)).add(kOpsCommand, request.get(kOpsCommand));
    return report.add(kOpsResult, "0");
  }

  test::TempFolder folder_;
  Screen screen_{Colours::No};
};

TEST_F(DeskTest, AnAnswerIsTheOutcomeThoughTheSessionEndsBehindIt) {
  const ScriptedGateway gateway{[](const Message& message) -> std::optional<Reply> {
    if (message.type() == "UOC") {
      return Reply{.messages = {done(message)}, .hang_up = true};
    }
    return std::nullopt;
  }};
  Desk desk{settings(gateway), screen_};
  desk.log_on();
  EXPECT_EQ(desk.carry_out(request("market halt EPL --id r")), Desk::Outcome::Accepted);
  EXPECT_THROW(desk.carry_out(request("market close EPL")), client::Disconnected);
}

TEST_F(DeskTest, WhereTheSessionEndsBeforeTheAnswerTheOutcomeIsUnknown) {
  const ScriptedGateway gateway{[](const Message& message) -> std::optional<Reply> {
    if (message.type() == "UOC") {
      return Reply{.messages = {}, .hang_up = true};
    }
    return std::nullopt;
  }};
  Desk desk{settings(gateway), screen_};
  desk.log_on();
  ::testing::internal::CaptureStderr();
  EXPECT_THROW(desk.carry_out(request("market halt EPL --id r")), client::Disconnected);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "betex-fix: the same request with --id r acts once\n");
}

}  // namespace
}  // namespace betex::tools
