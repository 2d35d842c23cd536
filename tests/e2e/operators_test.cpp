// Operators over FIX, with the gateway as a process: two desks, four eyes, a full disk, segments
// that they archive, and kill -9 between a request and its answer.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/client/error.h"
#include "gateway/client/message.h"
#include "gateway/client/order_entry.h"
#include "gateway/client/utc_time.h"
#include "journal/format.h"
#include "journal/segment_catalog.h"
#include "matching/types.h"
#include "tests/e2e/raw_logon.h"
#include "tests/support/broker.h"
#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kOpsReqId = 20012;
constexpr int kEventSeq = 20020;
constexpr int kBalance = 20023;

std::string deposit(const std::string& id, const std::string& more = {}) {
  return "20012=" + id + "|20011=Deposit|1=BROKER1|20022=1.00|60=" + fix_now() + "|" + more;
}

class OperatorsTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  // The option that starts a gateway with one line of its configuration changed.
  std::vector<std::string> with(const std::string& shipped, const std::string& value) {
    config_ = changed_config(folder_.path() / "config", shipped, value);
    return {"--config", config_};
  }

  // One more.
  void change(const std::string& from, const std::string& to) const {
    replace_in(config_, from, to);
  }

  TempFolder folder_;
  std::filesystem::path config_;  // gateway.toml
};

// ---- Two desks ----------------------------------------------------------------------------------

TEST_F(OperatorsTest, WhatOneDeskIsAnsweredTheOtherIsToldAsACopy) {
  const GatewayProcess gateway{wal()};
  const auto one = log_on(gateway, "OPS1");
  const auto two = log_on(gateway, "OPS2");
  const std::vector<std::string> requests{
      "20012=r-1|20011=Suspend|1300=EPL-ARS-CHE|20032=1|20010=2|58=a goal|",
      "20012=r-2|20011=Resume|1300=EPL-ARS-CHE|",
      "20012=r-3|20011=Resume|1300=EPL-ARS-CHE|",  // refused
      "20012=r-4|20011=Deposit|1=BROKER1|20022=5|",
      "20012=r-5|20011=SetLimits|1=BROKER2|20026=9|",
      "20012=r-6|20011=HaltExchange|",
      "20012=r-7|20011=UnhaltExchange|",
  };
  for (const std::string& request : requests) {
    one->send("UOC", request + "60=" + fix_now() + "|");
    const RawFixMessage answer = one->read_type("UOR");
    const RawFixMessage copy = two->read_type("UOR");
    EXPECT_EQ(answer.value(kOpsReqId), request.substr(6, 3));
    EXPECT_TRUE(answer.value(797).empty());
    EXPECT_EQ(copy.value(797), "Y");
    EXPECT_EQ(copy.value(20015), "OPS1");
    const std::vector<int> own{8, 9, 10, 34, 52, 56, 369, 797, 20015};
    EXPECT_EQ(copy.text_without(own), answer.text_without(own));
  }
}

// ---- Four eyes ----------------------------------------------------------------------------------

TEST_F(OperatorsTest, FundsThatNeedASecondOperatorMoveWhenAnotherHasApproved) {
  const GatewayProcess gateway{wal(), with("four_eyes = []", "four_eyes = [\"funds\"]")};
  const auto one = log_on(gateway, "OPS1");
  const auto two = log_on(gateway, "OPS2");
  one->send("UOC", deposit("pay-1", "58=by wire|"));
  const RawFixMessage proposed = one->read_type("UOR");
  EXPECT_EQ(proposed.value(20013), "6") << proposed.text();
  const RawFixMessage shown = two->read_type("UOR");
  EXPECT_EQ(shown.value(20013), "6");
  EXPECT_EQ(shown.value(20022), "1.00");
  EXPECT_EQ(shown.value(1), "BROKER1");
  EXPECT_EQ(shown.value(58), "by wire");

  const std::string approve = "20011=Approve|20014=pay-1|20020=" + shown.value(kEventSeq) + "|";
  one->send("UOC", "20012=ok-1|" + approve + "60=" + fix_now() + "|");
  const RawFixMessage refused = one->read_type("UOR");
  EXPECT_EQ(refused.value(20013), "1");
  EXPECT_EQ(refused.value(20001), "142") << "not the one who has proposed it";
  (void)two->read_type("UOR");

  two->send("UOC", "20012=ok-2|" + approve + "60=" + fix_now() + "|");
  const RawFixMessage done = one->read_type("UOR");
  EXPECT_EQ(done.value(20013), "0") << done.text();
  EXPECT_EQ(done.value(20015), "OPS1");
  EXPECT_EQ(done.value(20016), "OPS2");
  EXPECT_EQ(done.value(kBalance), "10001.00");
}

// Who was never on before; and once more from the log, after the gateway was killed.
TEST_F(OperatorsTest, WhoLogsOnLaterIsShownWhatWaitsAndApprovesIt) {
  const auto four_eyes = with("four_eyes = []", "four_eyes = [\"funds\"]");
  std::string shown_before;
  {
    GatewayProcess gateway{wal(), four_eyes};
    const auto one = log_on(gateway, "OPS1");
    one->send("UOC", deposit("pay-1", "58=by wire|"));
    const RawFixMessage proposed = one->read_type("UOR");
    EXPECT_EQ(proposed.value(20013), "6") << proposed.text();
    one->send("UOC", deposit("pay-1", "58=by wire|"));
    const RawFixMessage known = one->read_type("UOR");
    EXPECT_EQ(known.value(20013), "4") << known.text();
    EXPECT_EQ(known.value(20017), proposed.value(kEventSeq));
    EXPECT_EQ(known.value(126), proposed.value(126)) << "it still waits";

    const auto two = log_on(gateway, "OPS2");
    const RawFixMessage shown = two->read_type("UOR");
    EXPECT_EQ(shown.value(797), "Y");
    EXPECT_EQ(shown.value(20068), proposed.value(20068));
    const std::vector<int> own{8, 9, 10, 34, 52, 56, 369, 797};
    EXPECT_EQ(shown.text_without(own), proposed.text_without(own));
    shown_before = shown.text_without(own);
    gateway.kill();
  }
  GatewayProcess gateway{wal(), four_eyes};
  const auto two = log_on(gateway, "OPS2");  // its Logon before the kill is in no journal
  const RawFixMessage shown = two->read_type("UOR");
  EXPECT_EQ(shown.text_without({8, 9, 10, 34, 52, 56, 369, 797}), shown_before);
  two->send("UOC",
            "20012=ok-1|20011=Approve|20014=pay-1|20020=" + shown.value(kEventSeq) +
                "|60=" + fix_now() + "|");
  const RawFixMessage done = two->read_type("UOR");
  EXPECT_EQ(done.value(20013), "0") << done.text();
  EXPECT_EQ(done.value(kBalance), "10001.00");
}

TEST_F(OperatorsTest, SighupTakesOverWhatNeedsASecondOperator) {
  GatewayProcess gateway{wal(), with("four_eyes = []", "four_eyes = [\"funds\"]")};
  const auto peer = log_on(gateway, "OPS1");
  peer->send("UOC", deposit("pay-1"));
  EXPECT_EQ(peer->read_type("UOR").value(20013), "6");
  change("four_eyes = [\"funds\"]", "four_eyes = []");
  gateway.process().signal(SIGHUP);
  ASSERT_TRUE(comes_to_say(gateway.process(), "reloaded"));
  peer->send("UOC", deposit("pay-2"));
  EXPECT_EQ(peer->read_type("UOR").value(20013), "0");
}

// ---- The machine --------------------------------------------------------------------------------

TEST_F(OperatorsTest, OnAFullDiskSafetyIsTakenAndAllElseIsNot) {
  {
    GatewayProcess gateway{wal()};  // makes the markets
    EXPECT_EQ(gateway.terminate(), 0);
  }
  const GatewayProcess gateway{
      wal(), with("low_disk_bytes = 1_073_741_824", "low_disk_bytes = 1_000_000_000_000_000")};
  const auto peer = log_on(gateway, "OPS1");
  peer->send("UOC", deposit("pay-1"));
  const RawFixMessage refused = peer->read_type("j");
  EXPECT_EQ(refused.value(380), "4");
  EXPECT_EQ(refused.value(20001), "144");
  peer->send("UOC", "20012=goal-1|20011=Suspend|1300=EPL-ARS-CHE|20032=1|60=" + fix_now() + "|");
  EXPECT_EQ(peer->read_type("UOR").value(20013), "0");
}

TEST_F(OperatorsTest, WhoIsOnAndHowTheNodeIs) {
  GatewayProcess before{wal()};
  {
    const auto cut_off = log_on(before, "BROKER2");
    before.kill();
  }
  const GatewayProcess gateway{wal()};
  const auto peer = log_on(gateway, "OPS1");
  peer->send("BC", "933=q|935=9|936=3|930=OPS1|930=BROKER1|930=BROKER2|");
  const RawFixMessage answer = peer->read_type("BD");
  EXPECT_EQ(answer.value(933), "q");
  EXPECT_EQ(answer.value(893), "Y");
  EXPECT_EQ(answer.value(936), "3");
  EXPECT_NE(answer.text().find("|930=OPS1|928=1|"), std::string::npos) << answer.text();
  EXPECT_NE(answer.text().find("|930=BROKER1|928=3|"), std::string::npos) << answer.text();
  EXPECT_NE(answer.text().find("|930=BROKER2|928=2|"), std::string::npos) << answer.text();
  EXPECT_GT(std::stoi(answer.value(20061)), 0);
  EXPECT_GE(std::stoi(answer.value(20064)), 1);
  EXPECT_GT(std::stoll(answer.value(20065)), 0);
}

// ---- Retention ----------------------------------------------------------------------------------

// A desk that proves what it has, as sessions have to whose reports shall not keep the log.
class ArchivingDesk {
 public:
  void log_on(const GatewayProcess& gateway) { desk_.log_on(gateway.fix_port()); }

  void pay() {
    client::Message request = operation("Deposit");
    ask(request.add(1, "BROKER1").add(20022, "1.00"), "UOR");
  }

  client::Message move_watermark(matching::EventSeq seq) {
    client::Message request = operation("MoveWatermark");
    return ask(request.add(kEventSeq, static_cast<std::int64_t>(seq.value())), "UOR");
  }

  // Gives the log something to rotate by, until the node's figure is this.
  bool pay_until(int tag, const std::string& value) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (figure(tag) != value && std::chrono::steady_clock::now() < end) {
      pay();
      std::this_thread::sleep_for(10ms);
    }
    return figure(tag) == value;
  }

  // Of the node's figures.
  std::string figure(int tag) {
    client::Message request{"BC"};
    return std::string{
        ask(request.add(933, "q").add(935, "9").add(936, "1").add(930, "OPS1"), "BD").get(tag)};
  }

  // The connection has ended, or is about to.
  void lose_connection() {
    try {
      while (desk_.session().receive(kPatience)) {
      }
    } catch (const client::Disconnected&) {
    }
  }

 private:
  client::Message operation(const std::string& command) {
    client::Message request{"UOC"};
    request.add(60, client::utc_now())
        .add(20011, command)
        .add(kOpsReqId, "r-" + std::to_string(++requests_));
    return request;
  }

  // The next message of this type.
  client::Message ask(const client::Message& request, std::string_view type) {
    desk_.session().send(request);
    for (;;) {
      client::Message answer = desk_.next_message();
      if (answer.type() == type) {
        return answer;
      }
    }
  }

  Broker desk_{"OPS1"};
  int requests_ = 0;
};

TEST_F(OperatorsTest, SegmentsStayUntilOperatorsHaveThemElsewhere) {
  std::vector<std::string> arguments =
      with("retire = \"when_unneeded\"", "retire = \"up_to_watermark\"");
  change("snapshot_every_events = 1_000_000", "snapshot_every_events = 10");
  change("replay_days = 7", "replay_days = 0");
  arguments.insert(arguments.end(), {"--max-segment-events", "5"});
  const auto retired = [&] { return journal::list_segments(wal() / journal::kRetiredFolder); };
  ArchivingDesk desk;
  std::optional<matching::EventSeq> first_ends;
  {
    GatewayProcess gateway{wal(), arguments};
    desk.log_on(gateway);
    EXPECT_EQ(desk.figure(20067), "snapshot");
    ASSERT_TRUE(desk.pay_until(20067, "watermark")) << desk.figure(20067);
    EXPECT_EQ(desk.figure(20066), "0");
    EXPECT_THAT(retired(), IsEmpty()) << "though nothing needs the first one any more";

    first_ends = journal::end_of_oldest(journal::list_segments(wal() / journal::kSegmentsFolder));
    ASSERT_TRUE(first_ends);
    const client::Message moved = desk.move_watermark(*first_ends);
    EXPECT_TRUE(moved.has(20013, "0"));
    EXPECT_EQ(moved.get(20066), std::to_string(first_ends->value()));
    EXPECT_TRUE(desk.move_watermark(matching::EventSeq{1}).has(20013, "1")) << "back";
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (retired().empty() && std::chrono::steady_clock::now() < end) {
      desk.pay();
    }
    gateway.kill();
    desk.lose_connection();
  }
  const auto is_the_first_alone = [&] {
    return retired().size() == 1 && retired().front().first_seq == matching::EventSeq{1};
  };
  EXPECT_TRUE(is_the_first_alone());
  const GatewayProcess gateway{wal(), arguments};
  desk.log_on(gateway);
  EXPECT_EQ(desk.figure(20066), std::to_string(first_ends->value()));
  EXPECT_TRUE(is_the_first_alone()) << "a start goes by it too";
  EXPECT_TRUE(desk.pay_until(20067, "watermark")) << desk.figure(20067);
  EXPECT_TRUE(is_the_first_alone());
}

// ---- kill -9 ------------------------------------------------------------------------------------

class KilledDesk {
 public:
  void log_on(const GatewayProcess& gateway) { desk_.log_on(gateway.fix_port()); }

  void ask(const std::string& id) {
    client::Message request{"UOC"};
    request.add(1, "BROKER1")
        .add(60, client::utc_now())
        .add(20011, "Deposit")
        .add(kOpsReqId, id)
        .add(20022, "1.00");
    desk_.session().send(request);
  }

  // What has come, until the connection's end.
  void take_rest() {
    try {
      while (take(kPatience)) {
      }
    } catch (const client::Disconnected&) {
    }
  }

  // Until each of so many requests is answered. False: not in time.
  bool take_until(std::size_t requests) {
    while (events_.size() < requests) {
      if (!take(kPatience)) {
        return false;
      }
    }
    return true;
  }

  // The events that have answered each request.
  [[nodiscard]] const std::map<std::string, std::set<std::string>>& events() const {
    return events_;
  }

  [[nodiscard]] const std::string& balance() const { return balance_; }

 private:
  bool take(std::chrono::milliseconds patience) {
    const auto message = desk_.session().receive(patience);
    if (message && message->type() == "UOR") {
      EXPECT_TRUE(message->has(20013, "0"));
      events_[std::string{message->get(kOpsReqId)}].emplace(message->get(kEventSeq));
      balance_ = message->get(kBalance);
    }
    return message.has_value();
  }

  Broker desk_{"OPS1"};
  std::map<std::string, std::set<std::string>> events_;
  std::string balance_;
};

// Asked for once, and nothing that came while the desk was away is lost.
TEST_F(OperatorsTest, WhoIsToldOfMarketsIsToldSoAlsoBehindAKill) {
  Broker desk{"OPS1"};
  {
    GatewayProcess gateway{wal()};
    desk.log_on(gateway.fix_port());
    desk.session().send(client::to_message(client::SecurityListRequest{
        .security_req_id = "all", .updates = client::SecurityListRequest::Updates::Begin}));
    for (bool last = false; !last;) {
      const client::Message listed = desk.next_message();
      ASSERT_EQ(listed.type(), "y");
      last = listed.has(893, "Y");
    }
    gateway.kill();
    EXPECT_THROW((void)desk.next_message(), client::Disconnected);
  }
  const GatewayProcess gateway{wal()};
  const auto other = log_on(gateway, "OPS2");
  other->send("UOC", "20012=goal-1|20011=Suspend|1300=RAIN-LON|20032=1|60=" + fix_now() + "|");
  EXPECT_EQ(other->read_type("UOR").value(20013), "0");
  desk.log_on(gateway.fix_port());
  client::Message told = desk.next_message();
  while (told.type() == "y") {  // asked again, where the kill came before it was known to be heard
    told = desk.next_message();
  }
  EXPECT_EQ(told.type(), "f");
  EXPECT_TRUE(told.has(55, "RAIN-LON") && told.has(326, "2") && told.has(20032, "1"));
  EXPECT_EQ(desk.next_message().type(), "UOR") << "the copy of what the other has asked";
}

// At different moments: before the request is read, decided, durable, answered, and after it.
TEST_F(OperatorsTest, KilledBetweenARequestAndItsAnswerEachIsDoneAndAnsweredOnce) {
  constexpr int kRounds = 12;
  KilledDesk desk;
  for (int round = 0; round < kRounds; ++round) {
    GatewayProcess gateway{wal()};
    desk.log_on(gateway);
    desk.ask("pay-" + std::to_string(round));
    std::this_thread::sleep_for(round * 1ms);
    gateway.kill();
    desk.take_rest();
  }
  const GatewayProcess gateway{wal()};
  desk.log_on(gateway);
  desk.ask("last");
  ASSERT_TRUE(desk.take_until(kRounds + 1));
  for (const auto& [id, events] : desk.events()) {
    EXPECT_THAT(events, SizeIs(1)) << id;
  }
  EXPECT_EQ(desk.balance(), "10013.00");
}

}  // namespace
}  // namespace betex::test
