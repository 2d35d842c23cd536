// A market data session of betex-fix, whose gateway is the test's.
#include "gateway/tools/price_desk.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/client/error.h"
#include "gateway/tools/command_parser.h"
#include "tests/support/fix_text.h"
#include "tests/support/patience.h"
#include "tests/tools/scripted_gateway.h"

namespace betex::tools {
namespace {

using client::Message;
using ::testing::HasSubstr;
using Outcome = PriceDesk::Outcome;
using Reply = ScriptedGateway::Reply;
using test::message_of;

std::string image(const std::string& id, const std::string& symbol, int rpt_seq) {
  return "35=W|55=" + symbol + "|83=" + std::to_string(rpt_seq) + "|262=" + id +
         "|264=10|268=1|269=1|270=2.04|271=30|1023=1|779=20261122-14:00:00.000000|893=Y|1021=2|"
         "1187=Y|1300=EPL|1682=17|20033=N|";
}

std::string update(const std::string& id, int prev, int rpt_seq) {
  return "35=X|262=" + id + "|268=1|279=1|269=1|55=A|270=2.04|271=20|60=20261122-14:00:01.000000|" +
         "83=" + std::to_string(rpt_seq) + "|20050=" + std::to_string(prev) + "|";
}

class PriceDeskTest : public ::testing::Test {
 protected:
  // What the gateway is asked, and what it says to each MarketDataRequest.
  void answer_by(std::function<Reply(const Message& request)> answer) {
    gateway_.emplace([this, answer](const Message& message) -> std::optional<Reply> {
      const std::scoped_lock lock{mutex_};
      asked_.push_back(message);
      if (message.type() == "V" || message.type() == "x") {
        return answer(message);
      }
      return std::nullopt;
    });
    settings_.port = gateway_->port();
    settings_.patience = test::kPatience;
  }

  Outcome carry_out(const std::string& line) {
    PriceDesk desk{settings_, screen_};
    desk.log_on();
    testing::internal::CaptureStdout();
    std::string shown;
    try {
      const Outcome outcome = desk.carry_out(std::get<PricesRequest>(parse_line(line)->body));
      shown_ = testing::internal::GetCapturedStdout();
      desk.log_out();
      return outcome;
    } catch (...) {
      shown_ = testing::internal::GetCapturedStdout();
      throw;
    }
  }

  // The requests among what it was asked.
  std::vector<Message> requests() {
    const std::scoped_lock lock{mutex_};
    std::vector<Message> all;
    for (const Message& message : asked_) {
      if (message.type() == "V" || message.type() == "x") {
        all.push_back(message);
      }
    }
    return all;
  }

  std::mutex mutex_;
  std::vector<Message> asked_;
  PriceDeskSettings settings_;
  Screen screen_{Colours::No};
  std::string shown_;
  std::optional<ScriptedGateway> gateway_;
};

TEST_F(PriceDeskTest, LogsOnWithBothNumbersAnew) {
  answer_by([](const Message& request) {
    return Reply{.messages = {message_of(image(std::string{request.get(262)}, "A", 7))}};
  });
  EXPECT_EQ(carry_out("md image A"), Outcome::Done);
  EXPECT_EQ(carry_out("md image A"), Outcome::Done) << "again, on another connection";
  ASSERT_GE(asked_.size(), 1U);
  EXPECT_TRUE(asked_.front().has(141, "Y"));
  EXPECT_TRUE(asked_.front().has(553, "MD1"));
}

TEST_F(PriceDeskTest, ImagesAreOneForEachInstrument) {
  answer_by([](const Message& request) {
    const std::string id{request.get(262)};
    return Reply{.messages = {message_of(image(id, "B", 7)), message_of(image(id, "A", 8))}};
  });
  EXPECT_EQ(carry_out("md image A B --depth 3"), Outcome::Done);
  EXPECT_THAT(shown_, HasSubstr("B of EPL  OPEN"));
  EXPECT_THAT(shown_, HasSubstr("A of EPL  OPEN"));
  const std::vector<Message> asked = requests();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_TRUE(asked[0].has(263, "0"));
  EXPECT_TRUE(asked[0].has(264, "3"));
  EXPECT_TRUE(asked[0].has(146, "2"));
}

TEST_F(PriceDeskTest, ChangesAreLinesUntilTheMarketIsSettled) {
  answer_by([](const Message& request) {
    const std::string id{request.get(262)};
    return Reply{.messages = {message_of(image(id, "A", 7)),
                              message_of(update(id, 7, 9)),
                              message_of("35=f|55=A|326=101|1300=EPL|60=T|")}};
  });
  EXPECT_EQ(carry_out("md watch A"), Outcome::Done);
  EXPECT_THAT(shown_, HasSubstr("IMAGE  OPEN; to back 2.04 x 30"));
  EXPECT_THAT(shown_, HasSubstr("CHANGE to back 2.04 x 20"));
  EXPECT_THAT(shown_, HasSubstr("STATUS SETTLED"));
}

TEST_F(PriceDeskTest, WhereStandardOutputIsNoTerminalThereIsAPictureForEachChange) {
  answer_by([](const Message& request) {
    const std::string id{request.get(262)};
    return Reply{.messages = {message_of(image(id, "A", 7)),
                              message_of(update(id, 7, 9)),
                              message_of("35=f|55=A|326=101|1300=EPL|60=T|")}};
  });
  EXPECT_EQ(carry_out("book A"), Outcome::Done);
  EXPECT_THAT(shown_, HasSubstr("A of EPL  OPEN\n"));
  EXPECT_THAT(shown_, HasSubstr("30 |    2.04 |\n"));
  EXPECT_THAT(shown_, HasSubstr("20 |    2.04 |\n"));
  EXPECT_THAT(shown_, HasSubstr("A of EPL  SETTLED\n"));
  EXPECT_EQ(shown_.find('\x1b'), std::string::npos);
}

TEST_F(PriceDeskTest, TheTimeBeginsWithTheFirstAnswer) {
  answer_by([](const Message& request) {
    return Reply{.messages = {message_of(image(std::string{request.get(262)}, "A", 7))}};
  });
  EXPECT_EQ(carry_out("md watch A --for-ms 0"), Outcome::Done);
  EXPECT_THAT(shown_, HasSubstr("IMAGE"));
}

TEST_F(PriceDeskTest, ABookThatIsLostIsAskedForAnew) {
  answer_by([asked = 0](const Message& request) mutable {
    const std::string id{request.get(262)};
    if (request.has(263, "2")) {
      return Reply{};
    }
    if (++asked == 1) {
      return Reply{.messages = {message_of(image(id, "A", 7)), message_of(update(id, 8, 9))}};
    }
    return Reply{.messages = {message_of(image(id, "A", 10)),
                              message_of("35=f|55=A|326=102|1300=EPL|60=T|")}};
  });
  EXPECT_EQ(carry_out("md watch A"), Outcome::Done);
  const std::vector<Message> asked = requests();
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_TRUE(asked[1].has(263, "2"));
  EXPECT_EQ(asked[1].get(262), asked[0].get(262));
  EXPECT_FALSE(asked[1].find(146));
  EXPECT_NE(asked[2].get(262), asked[0].get(262));
  EXPECT_TRUE(asked[2].has(55, "A"));
  EXPECT_THAT(shown_, HasSubstr("LOST"));
  EXPECT_THAT(shown_, HasSubstr("VOIDED"));
}

TEST_F(PriceDeskTest, ARefusalIsSaid) {
  answer_by([](const Message& request) {
    return Reply{
        .messages = {message_of("35=Y|55=A|58=no such instrument|262=" +
                                std::string{request.get(262)} + "|281=0|20001=33|20002=N|")}};
  });
  EXPECT_EQ(carry_out("book A"), Outcome::Refused);
  EXPECT_THAT(shown_, HasSubstr("REFUSED, A: no such instrument (reason 33)"));
}

TEST_F(PriceDeskTest, SoIsWhatIsNotForThisSession) {
  answer_by([](const Message& request) {
    return Reply{.messages = {message_of("35=j|45=" + std::string{request.get(34)} +
                                         "|58=not permitted|372=V|380=6|20001=142|20002=N|")}};
  });
  EXPECT_EQ(carry_out("md watch A"), Outcome::Refused);
  EXPECT_THAT(shown_, HasSubstr("REFUSED: not permitted (reason 142)"));
}

TEST_F(PriceDeskTest, WhatDoesNotComeIsNotWaitedForForEver) {
  answer_by([](const Message&) { return Reply{}; });
  settings_.patience = std::chrono::milliseconds{200};
  EXPECT_THROW(carry_out("md image A"), client::TimedOut);
}

TEST_F(PriceDeskTest, TheEndOfTheSessionIsAnError) {
  answer_by([](const Message& request) {
    return Reply{.messages = {message_of(image(std::string{request.get(262)}, "A", 7))},
                 .hang_up = true};
  });
  EXPECT_THROW(carry_out("md watch A"), client::Disconnected);
  EXPECT_THAT(shown_, HasSubstr("IMAGE"));
}

TEST_F(PriceDeskTest, InstrumentsAreListed) {
  answer_by([](const Message& request) {
    const std::string id{request.get(320)};
    const std::string rest = "|320=" + id + "|322=" + id + "|393=2|560=0|1300=EPL|20031=1|";
    return Reply{.messages = {message_of("35=y|146=1|55=A|965=1|562=0.01" + rest + "893=N|"),
                              message_of("35=y|146=1|55=B|965=1|562=0.01" + rest + "893=Y|")}};
  });
  EXPECT_EQ(carry_out("md list --json"), Outcome::Done);
  EXPECT_THAT(shown_, HasSubstr(R"("symbol":"A")"));
  EXPECT_THAT(shown_, HasSubstr(R"("symbol":"B")"));
  EXPECT_FALSE(requests().at(0).find(263)) << "once";
}

TEST_F(PriceDeskTest, WhoeverCallsItMayEndIt) {
  answer_by([](const Message& request) {
    return Reply{.messages = {message_of(image(std::string{request.get(262)}, "A", 7))}};
  });
  PriceDesk desk{settings_, screen_};
  int calls = 0;
  desk.meanwhile([&calls] { return ++calls < 3; });
  desk.log_on();
  EXPECT_EQ(desk.carry_out({.kind = PricesRequest::Kind::Watch, .symbols = {"A"}}), Outcome::Done);
  EXPECT_EQ(calls, 3);
  desk.log_out();
}

}  // namespace
}  // namespace betex::tools
