// A client that has lost all it knew rebuilds its day from the exchange: by
// ApplicationMessageRequest (BW), event by event, over restarts of the gateway too.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/broker.h"
#include "tests/support/gateway_process.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using client::CancelRequest;
using client::Message;
using client::NewOrder;
using client::Side;
using client::TimeInForce;

constexpr const char* kHome = "EPL-ARS-CHE.HOME";

// What a report says, by its ExecID(17) or, where it has none, its ReportID(20068): without what
// the session and the repetition add.
class DayRecord {
 public:
  void note(const Message& message) {
    std::string id = std::string{message.find(17).value_or("")};
    if (id.empty()) {
      id = "report " + std::string{message.find(20068).value_or("")};
    }
    if (id == "0" || id == "report ") {
      return;  // the answer to a request that changes nothing
    }
    std::string text = message.type() + ":";
    for (const client::Field& field : message.fields()) {
      if (!kOfTheSession.contains(field.tag)) {
        text += " " + std::to_string(field.tag) + "=" + field.value;
      }
    }
    const auto [at, is_new] = reports_.emplace(id, text);
    EXPECT_TRUE(is_new || at->second == text) << at->second << " and " << text;
  }

  [[nodiscard]] const std::map<std::string, std::string>& reports() const { return reports_; }

 private:
  inline static const std::set<int> kOfTheSession{8, 9, 10, 34, 43, 49, 52, 56, 97, 122, 369, 1128};

  std::map<std::string, std::string> reports_;
};

// One day of a broker's.
struct Day {
  // All that comes before the answer to a status request sent now.
  void read() {
    for (const Message& message : broker.rest()) {
      record.note(message);
    }
  }

  Broker broker;
  DayRecord record;
};

class ReplayTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  static void lay(Broker& broker, const std::string& id, const char* stake) {
    broker.send(NewOrder{.cl_ord_id = id,
                         .symbol = kHome,
                         .side = Side::LayOrSell,
                         .quantity = stake,
                         .price = "2.04",
                         .time_in_force = TimeInForce::GoodTillCancel});
  }

  static void back(Broker& broker, const std::string& id, const char* stake) {
    broker.send(NewOrder{.cl_ord_id = id,
                         .symbol = kHome,
                         .side = Side::BackOrBuy,
                         .quantity = stake,
                         .price = "2.04",
                         .time_in_force = TimeInForce::GoodTillCancel});
  }

  static void cancel(Broker& broker, const std::string& id, const std::string& orig) {
    broker.send(CancelRequest{
        .cl_ord_id = id, .orig_cl_ord_id = orig, .symbol = kHome, .side = Side::LayOrSell});
  }

  // Orders, fills, cancels and refusals of two brokers.
  static void trade(Day& one, Day& two, int round) {
    const std::string n = std::to_string(round);
    lay(one.broker, "lay-" + n, "30");
    lay(one.broker, "lay-" + n, "30");     // its id is used
    lay(one.broker, "odd-" + n, "0.001");  // no such stake
    one.read();
    back(two.broker, "back-" + n, "10");
    two.read();
    cancel(one.broker, "cancel-" + n, "lay-" + n);
    cancel(one.broker, "late-" + n, "lay-" + n);
    one.read();
  }

  static Message request(const std::string& id, std::uint64_t first, std::uint64_t last) {
    Message message{"BW"};
    message.add(1346, id).add(1347, std::int64_t{0}).add(1351, std::int64_t{1});
    message.add(1355, "BETEX").add(1182, static_cast<std::int64_t>(first));
    message.add(1183, static_cast<std::int64_t>(last));
    return message;
  }

  // All that is told again, by BW from the log's first event on.
  static DayRecord replayed(Broker& broker, const std::string& id) {
    DayRecord record;
    broker.session().send(request(id, 1, 0));
    Message message = broker.next_message();
    for (; message.type() != "BY"; message = broker.next_message()) {
      if (message.type() == "BX") {
        EXPECT_TRUE(message.has(1348, "0"));
        record = {};  // what came before it is of the session, not of the request
      } else {
        EXPECT_TRUE(message.has(97, "Y")) << message.type();
        record.note(message);
      }
    }
    EXPECT_EQ(message.get_int(20077), static_cast<std::int64_t>(record.reports().size()));
    return record;
  }

  const TempFolder folder_;

  // Small segments and snapshots; how long the log is kept is what is shipped.
  const std::vector<std::string> arguments_{"--config",
                                            changed_config(folder_.path() / "config",
                                                           "snapshot_every_events = 1_000_000",
                                                           "snapshot_every_events = 40")
                                                .string(),
                                            "--max-segment-events",
                                            "20"};
};

TEST_F(ReplayTest, AClientThatHasLostItsStoreRebuildsItsDay) {
  Day one{.broker = Broker{"BROKER1"}, .record = {}};
  Day two{.broker = Broker{"BROKER2"}, .record = {}};
  constexpr int kRounds = 12;
  {
    GatewayProcess gateway{wal(), arguments_};
    one.broker.log_on(gateway.fix_port());
    two.broker.log_on(gateway.fix_port());
    for (int round = 0; round < kRounds / 2; ++round) {
      trade(one, two, round);
    }
    gateway.kill();
    one.broker.session().disconnect();
    two.broker.session().disconnect();
  }
  GatewayProcess gateway{wal(), arguments_};
  one.broker.log_on(gateway.fix_port());
  two.broker.log_on(gateway.fix_port());
  for (int round = kRounds / 2; round < kRounds; ++round) {
    trade(one, two, round);
  }
  one.read();
  two.read();
  ASSERT_GE(one.record.reports().size(), static_cast<std::size_t>(kRounds) * 5);

  for (Day* const day : {&one, &two}) {
    const std::string comp_id = day->broker.session().sender();
    EXPECT_EQ(replayed(day->broker, "beside").reports(), day->record.reports()) << comp_id;
    day->broker.session().logout(kPatience);
    Broker lost{comp_id};  // nothing in its store
    lost.log_on(gateway.fix_port(), client::ResetNumbers::Yes);
    EXPECT_EQ(replayed(lost, "again").reports(), day->record.reports()) << comp_id;
  }
  EXPECT_EQ(gateway.terminate(), 0);
}

TEST_F(ReplayTest, AnotherApplicationIsUnknownAndTheGatewayGoesOn) {
  GatewayProcess gateway{wal(), arguments_};
  Broker broker{"BROKER1"};
  broker.log_on(gateway.fix_port());
  Message other{"BW"};
  other.add(1346, "X").add(1347, std::int64_t{0}).add(1351, std::int64_t{1});
  other.add(1355, "OTHER").add(1182, std::int64_t{1}).add(1183, std::int64_t{0});
  broker.session().send(other);
  Message answer = broker.next_message();
  while (answer.type() != "BX") {
    answer = broker.next_message();
  }
  EXPECT_TRUE(answer.has(1348, "1"));
  EXPECT_EQ(gateway.terminate(), 0);
}

}  // namespace
}  // namespace betex::test
