// A desk whose gateway fails at the worst moment.
#include "gateway/tools/desk.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

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

// Operators have one space of ids: what two of them ask for in one microsecond is asked for twice.
TEST_F(DeskTest, TheIdsOfTwoDesksDifferWhateverTheClockSays) {
  std::mutex mutex;
  std::vector<std::string> ids;  // guarded by mutex
  const ScriptedGateway gateway{[&](const Message& message) -> std::optional<Reply> {
    if (message.type() != "UOC") {
      return std::nullopt;
    }
    const std::lock_guard lock{mutex};
    ids.emplace_back(message.get(kOpsReqId));
    return Reply{.messages = {done(message)}};
  }};
  constexpr std::size_t kDesks = 4;
  for (std::size_t i = 0; i < kDesks; ++i) {
    Desk desk{settings(gateway), screen_};
    desk.log_on();
    desk.carry_out(request("market halt EPL"));
    desk.carry_out(request("market halt EPL"));
    desk.log_out();
  }
  const std::lock_guard lock{mutex};
  ASSERT_EQ(ids.size(), 2 * kDesks);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  std::set<std::string> of_desks;
  for (const std::string& id : ids) {
    EXPECT_LE(id.size(), 31U) << id;
    of_desks.insert(id.substr(id.size() - 6));
  }
  EXPECT_GT(of_desks.size(), 1U);
  EXPECT_LE(of_desks.size(), kDesks);
}

}  // namespace
}  // namespace betex::tools
