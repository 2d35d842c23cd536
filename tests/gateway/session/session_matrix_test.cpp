// What becomes of a message, written down: its type, its number beside the expected one, 43 and
// 122, and a fault in it. In both dialects.
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/gateway/session/test_gateway.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using matching::MsgSeqNum;
using matching::PlaceOrder;
using matching::RefuseInbound;
using matching::SessionInfo;

enum class Position : std::uint8_t { Below, Expected, Above };
enum class Duplicate : std::uint8_t { No, Yes, Without122, Later122 };  // 43, and what 122 is like
enum class Fault : std::uint8_t { None, UnknownField, SendingTime, TargetCompId, BeginString };

constexpr std::array kDuplicates{
    Duplicate::No, Duplicate::Yes, Duplicate::Without122, Duplicate::Later122};
constexpr std::array kFaults{
    Fault::None, Fault::UnknownField, Fault::SendingTime, Fault::TargetCompId, Fault::BeginString};

// One letter for each fault in the order above, one word for each Duplicate:
//   a  it acts                           w  asked for what lacks; then as at the expected number
//   .  nothing                           q  it acts, then asked for what lacks
//   c  Reject 371=9999 373=0             k  Reject 371=9999, then asked for what lacks
//   m  Reject 371=122 373=1              s  asked for what lacks, then a Logout
//   O  Reject 371=122 373=10, a Logout   g  a Logout, and the end
//   T  Reject 371=52 373=10, a Logout    L  a Logout "MsgSeqNum too low", and the end
//   I  Reject 371=56 373=9, a Logout     B  a Logout "Incorrect BeginString"
// What a message answers by, and what it refuses, is counted at the expected number alone.
struct Rules {
  std::array<std::string_view, 4> below;
  std::array<std::string_view, 4> expected;
  std::array<std::string_view, 4> above;
};

constexpr Rules kMost{.below = {"LLTIB", "..TIB", "mmTIB", "OOTIB"},
                      .expected = {"acTIB", "acTIB", "mmTIB", "OOTIB"},
                      .above = {"wwwww", "wwwww", "wwwww", "wwwww"}};
constexpr Rules kResendRequest{.below = kMost.below,
                               .expected = kMost.expected,
                               .above = {"qkTIB", "qkTIB", "mmTIB", "OOTIB"}};
constexpr Rules kGapFill{.below = {"LLTIB", "..TIB", "..TIB", "..TIB"},
                         .expected = {"acTIB", "acTIB", "acTIB", "acTIB"},
                         .above = kMost.above};
constexpr Rules kReset{.below = {"acTIB", "acTIB", "acTIB", "acTIB"},
                       .expected = {"acTIB", "acTIB", "acTIB", "acTIB"},
                       .above = {"acTIB", "acTIB", "acTIB", "acTIB"}};
constexpr Rules kLogout{.below = {"ggTIB", "..TIB", "mmTIB", "OOTIB"},
                        .expected = {"gcTIB", "gcTIB", "mmTIB", "OOTIB"},
                        .above = {"ssTIB", "ssTIB", "mmTIB", "OOTIB"}};

struct Kind {
  const char* name;
  const char* type;
  const char* body;
  const char* answer;  // the type of what it is answered by, where it acts; empty: nothing
  const Rules& rules;
};

const std::vector<Kind> kKinds{
    {"Heartbeat", "0", "", "", kMost},
    {"TestRequest", "1", "112=x|", "0", kMost},
    {"ResendRequest", "2", "7=1|16=1|", "4", kResendRequest},
    {"Reject", "3", "45=1|", "", kMost},
    {"GapFill", "4", "36={next}|123=Y|", "", kGapFill},
    {"Reset", "4", "36={far}|", "", kReset},
    {"Logout", "5", "", "", kLogout},
    {"NewOrderSingle", "D", "{order}", "8", kMost},
    {"OrderCancelRequest", "F", "11=C|41=A|54=1|55=RAIN-LON|60={now}|", "", kMost},
};

std::string utc(std::chrono::seconds from_now) {
  const std::time_t time =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + from_now);
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y%m%d-%H:%M:%S", &parts);
  return {text.data(), size};
}

void replace(std::string& text, std::string_view name, const std::string& value) {
  if (const auto at = text.find(name); at != std::string::npos) {
    text.replace(at, name.size(), value);
  }
}

class SessionMatrixTest : public testing::TestWithParam<const char*> {
 protected:
  struct Cell {
    const Kind& kind;
    Position position;
    Duplicate duplicate;
    Fault fault;
    char rule;
  };

  void play(const Cell& cell);
  void expect(const Cell& cell, char rule);
  void expect_reject(const char* tag, const char* reason);
  void expect_logout(const std::string& text);
  void expect_what_lacks_is_asked_for();
  void end(const Cell& cell);
  void log_on();
  [[nodiscard]] RawFixMessage read();
  [[nodiscard]] std::string message(const Cell& cell) const;

  TempFolder folder_;
  FakePipeline pipeline_;
  TestGateway gateway_{pipeline_, folder_.path()};
  std::unique_ptr<RawFixPeer> peer_;
  int next_ = 0;    // the number that is expected of us
  int number_ = 0;  // the message's
  std::size_t cells_ = 0;
};

void SessionMatrixTest::log_on() {
  peer_ = gateway_.log_on(GetParam(), 1, "141=Y|");
  peer_->next_out = 2;
  peer_->send("0");
  next_ = 3;
}

// What an epoch before was told is told again after each Logon: it is of another cell.
RawFixMessage SessionMatrixTest::read() {
  RawFixMessage message = peer_->read();
  while (message.value(97) == "Y") {
    message = peer_->read();
  }
  return message;
}

std::string SessionMatrixTest::message(const Cell& cell) const {
  const bool fix44 = std::string_view{GetParam()} == "BROKER3";
  const bool early = cell.fault == Fault::SendingTime;
  std::string text = "35=" + std::string{cell.kind.type} + "|34=" + std::to_string(number_) +
                     "|49=" + GetParam() +
                     "|52=" + utc(early ? std::chrono::seconds{-300} : std::chrono::seconds{0}) +
                     "|56=" + (cell.fault == Fault::TargetCompId ? "SOMEBODY" : "BETEX") + "|";
  text += cell.duplicate == Duplicate::No ? "" : "43=Y|";
  text += cell.duplicate == Duplicate::Yes ? "122=" + utc(std::chrono::seconds{-1}) + "|" : "";
  text += cell.duplicate == Duplicate::Later122 ? "122=" + utc(std::chrono::seconds{60}) + "|" : "";
  text += cell.kind.body;
  replace(text, "{next}", std::to_string(number_ + 1));
  replace(text, "{far}", std::to_string(next_ + 10));
  replace(text, "{order}", order_fields("A" + std::to_string(cells_)));
  replace(text, "{now}", fix_now());
  text += cell.fault == Fault::UnknownField ? "9999=x|" : "";
  const char* const ours = fix44 ? "FIX.4.4" : "FIXT.1.1";
  return fix_message(cell.fault == Fault::BeginString ? "FIX.4.2" : ours, text);
}

void SessionMatrixTest::expect_reject(const char* tag, const char* reason) {
  const RawFixMessage reject = read();
  EXPECT_EQ(reject.type(), "3") << reject.text();
  EXPECT_EQ(reject.value(45), std::to_string(number_)) << reject.text();
  EXPECT_EQ(reject.value(371), tag) << reject.text();
  EXPECT_EQ(reject.value(373), reason) << reject.text();
}

void SessionMatrixTest::expect_logout(const std::string& text) {
  const RawFixMessage logout = read();
  EXPECT_EQ(logout.type(), "5") << logout.text();
  EXPECT_EQ(logout.value(58).substr(0, text.size()), text) << logout.text();
}

void SessionMatrixTest::expect_what_lacks_is_asked_for() {
  const RawFixMessage request = read();
  EXPECT_EQ(request.type(), "2") << request.text();
  EXPECT_EQ(request.value(7), std::to_string(next_)) << request.text();
}

// What the client reads, and which number is expected then.
void SessionMatrixTest::expect(const Cell& cell, char rule) {
  const bool in_sequence = number_ == next_;
  const bool reset = cell.kind.name == std::string_view{"Reset"};
  const auto acts = [&] {
    if (*cell.kind.answer != '\0') {
      EXPECT_EQ(read().type(), cell.kind.answer);
    }
  };
  switch (rule) {
    case 'a':
      acts();
      next_ = reset ? next_ + 10 : next_ + 1;
      return;
    case 'q':
      acts();
      return expect_what_lacks_is_asked_for();
    case 'k':
      expect_reject("9999", "0");
      return expect_what_lacks_is_asked_for();
    case 's':
      expect_what_lacks_is_asked_for();
      return expect_logout("");
    case 'c':
      expect_reject("9999", "0");
      break;
    case 'm':
      expect_reject("122", "1");
      break;
    case 'O':
      expect_reject("122", "10");
      expect_logout("OrigSendingTime(122) is later");
      break;
    case 'T':
      expect_reject("52", "10");
      expect_logout("SendingTime(52) is too far");
      break;
    case 'I':
      expect_reject("56", "9");
      expect_logout("TargetCompID(56) is not");
      break;
    case 'B':
      expect_logout("Incorrect BeginString");
      break;
    case 'L':
      expect_logout("MsgSeqNum too low, expecting " + std::to_string(next_) + " but received " +
                    std::to_string(number_));
      EXPECT_TRUE(peer_->wait_for_end());
      return;
    case 'g':
      expect_logout("");
      EXPECT_TRUE(peer_->wait_for_end());
      break;
    default:
      return;
  }
  next_ += in_sequence && (!reset || rule == 'B') ? 1 : 0;
}

// The session goes on with the number that is expected, or it is over and the journal has it.
void SessionMatrixTest::end(const Cell& cell) {
  if (std::string_view{"OTIBLgs"}.find(cell.rule) == std::string_view::npos) {
    peer_->send_bytes(peer_->message("1", "112=behind|", next_++));
    const RawFixMessage answer = read();
    EXPECT_EQ(answer.value(112), "behind") << answer.text();
    return;
  }
  peer_.reset();
  EXPECT_TRUE(pipeline_.wait_for_session(
      GetParam(),
      [&](const SessionInfo& s) {
        return !s.up && s.next_in == MsgSeqNum{static_cast<std::uint32_t>(next_)};
      }))
      << "expected next: " << next_;
}

void SessionMatrixTest::play(const Cell& cell) {
  if (peer_ == nullptr) {
    log_on();
  }
  ++cells_;
  const std::size_t orders = pipeline_.submitted_bodies<PlaceOrder>().size();
  const std::size_t refusals = pipeline_.submitted_bodies<RefuseInbound>().size();
  const bool application = cell.kind.type >= std::string_view{"A"};
  const int first = next_;
  number_ = cell.position == Position::Below      ? next_ - 1
            : cell.position == Position::Expected ? next_
                                                  : next_ + 2;
  peer_->send_bytes(message(cell));
  Cell at_its_turn = cell;
  if (cell.rule == 'w') {
    expect_what_lacks_is_asked_for();
    peer_->send_bytes(peer_->message("4", "43=Y|123=Y|36=" + std::to_string(number_) + "|", next_));
    next_ = number_;
    at_its_turn.rule = cell.kind.rules.expected[static_cast<std::size_t>(cell.duplicate)]
                                               [static_cast<std::size_t>(cell.fault)];
  }
  const bool in_sequence = number_ == next_;
  expect(at_its_turn, at_its_turn.rule);
  if (cell.rule == 'q' || cell.rule == 'k') {  // the gap is closed, the request's number included
    peer_->send_bytes(
        peer_->message("4", "43=Y|123=Y|36=" + std::to_string(number_ + 1) + "|", next_));
    next_ = number_ + 1;
  }
  end(at_its_turn);
  const bool acts = at_its_turn.rule == 'a' && cell.kind.type == std::string_view{"D"};
  const bool refused = application && in_sequence &&
                       std::string_view{"cmOTI"}.find(at_its_turn.rule) != std::string_view::npos;
  EXPECT_EQ(pipeline_.submitted_bodies<PlaceOrder>().size(), orders + (acts ? 1 : 0));
  EXPECT_EQ(pipeline_.submitted_bodies<RefuseInbound>().size(), refusals + (refused ? 1 : 0));
  EXPECT_GE(next_, first);
}

TEST_P(SessionMatrixTest, EveryMessageInEveryPlace) {
  for (const Kind& kind : kKinds) {
    for (const Position position : {Position::Below, Position::Expected, Position::Above}) {
      const auto& words = position == Position::Below      ? kind.rules.below
                          : position == Position::Expected ? kind.rules.expected
                                                           : kind.rules.above;
      for (const Duplicate duplicate : kDuplicates) {
        for (const Fault fault : kFaults) {
          const char rule =
              words[static_cast<std::size_t>(duplicate)][static_cast<std::size_t>(fault)];
          SCOPED_TRACE(std::string{kind.name} + " position " +
                       std::to_string(static_cast<int>(position)) + " duplicate " +
                       std::to_string(static_cast<int>(duplicate)) + " fault " +
                       std::to_string(static_cast<int>(fault)) + " rule " + rule);
          ASSERT_NO_THROW(play({.kind = kind,
                                .position = position,
                                .duplicate = duplicate,
                                .fault = fault,
                                .rule = rule}));
          ASSERT_FALSE(HasFailure());
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(BothDialects,
                         SessionMatrixTest,
                         testing::Values("BROKER1", "BROKER3"),
                         [](const auto& param) { return std::string{param.param}; });

}  // namespace
}  // namespace betex::test
