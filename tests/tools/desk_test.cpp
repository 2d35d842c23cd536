// A desk whose gateway fails at the worst moment.
#include "gateway/tools/desk.h"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

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

// A port of this machine: bound, and listening or not.
class Port {
 public:
  enum class Kind { Refuses, TakesConnectionsAndIsSilent };

  explicit Port(Kind kind) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    const bool made = ::bind(socket_, generic, size) == 0 &&
                      (kind == Kind::Refuses || ::listen(socket_, 8) == 0) &&
                      ::getsockname(socket_, generic, &size) == 0;
    EXPECT_TRUE(made);
    number_ = ntohs(address.sin_port);
  }

  ~Port() { ::close(socket_); }

  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  [[nodiscard]] std::uint16_t number() const noexcept { return number_; }

 private:
  int socket_;
  std::uint16_t number_ = 0;
};

TEST_F(DeskTest, OfAClusterTheNodeThatTakesSessionsIsFound) {
  for (const Port::Kind kind : {Port::Kind::Refuses, Port::Kind::TakesConnectionsAndIsSilent}) {
    const Port standby{kind};
    const ScriptedGateway leader{[](const Message& message) -> std::optional<Reply> {
      if (message.type() == "UOC") {
        return Reply{.messages = {done(message)}};
      }
      return std::nullopt;
    }};
    DeskSettings cluster = settings(leader);
    cluster.port = 0;
    cluster.reset = client::ResetNumbers::Yes;
    cluster.cluster = {{"127.0.0.1", standby.number()}, {"127.0.0.1", leader.port()}};
    Desk desk{std::move(cluster), screen_};
    desk.log_on();
    EXPECT_EQ(desk.carry_out(request("market halt EPL --id r")), Desk::Outcome::Accepted);
  }
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

TEST_F(DeskTest, AReplayIsPrintedUntilItsEnd) {
  const ScriptedGateway gateway{[](const Message& message) -> std::optional<Reply> {
    if (message.type() != "BW") {
      return std::nullopt;
    }
    const std::string_view id = message.get(1346);
    const bool kept = message.has(1182, "7");
    Message ack{"BX"};
    ack.add(1346, id).add(1348, kept ? "0" : "2").add(1182, "7").add(1183, "90");
    if (!kept) {
      return Reply{.messages = {ack}};
    }
    Message told{"8"};
    told.add(97, "Y").add(11, "a").add(14, "0").add(17, "7-0").add(37, "1").add(39, "0");
    told.add(54, "1").add(55, "R").add(150, "0").add(151, "5");
    Message end{"BY"};
    end.add(1346, id).add(1357, "90").add(1426, "3").add(20077, "1");
    return Reply{.messages = {ack, told, end}};
  }};
  Desk desk{settings(gateway), screen_};
  desk.log_on();
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(desk.carry_out(request("replay 7 90")), Desk::Outcome::Accepted);
  const std::string out = ::testing::internal::GetCapturedStdout();
  EXPECT_NE(out.find(" BEGINS: events 7 to 90\n"), std::string::npos) << out;
  EXPECT_NE(out.find(" id a (possible repeat)\n"), std::string::npos) << out;
  EXPECT_TRUE(out.ends_with(" COMPLETE: 1 reports, up to event 90\n")) << out;
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(desk.carry_out(request("replay 1 90")), Desk::Outcome::Refused);
  EXPECT_NE(::testing::internal::GetCapturedStdout().find("cannot be had now"), std::string::npos);
}

TEST_F(DeskTest, OfEachReportAProgramGetsAnObject) {
  const ScriptedGateway gateway{[](const Message& message) -> std::optional<Reply> {
    if (message.type() != "UOG") {
      return std::nullopt;
    }
    Message report{"UOH"};
    report.add(1, "B").add(11, message.get(11)).add(20080, message.get(20080)).add(20081, "5");
    return Reply{.messages = {report}};
  }};
  DeskSettings json = settings(gateway);
  json.output = Output::Json;
  Desk desk{std::move(json), screen_};
  desk.log_on();
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(desk.carry_out(request("group delete QUOTES --id g")), Desk::Outcome::Accepted);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            R"({"event":"order_group","time":"","account":"B","group":"QUOTES","action":"delete",)"
            R"("id":"g"})"
            "\n");
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
