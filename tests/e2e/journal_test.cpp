// The gateway over its journal's life: snapshots, retired segments, a disk that runs full.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/client/error.h"
#include "journal/errors.h"
#include "journal/retirement.h"
#include "journal/segment_catalog.h"
#include "journal/snapshot.h"
#include "tests/journal/shim.h"
#include "tests/support/broker.h"
#include "tests/support/gateway_process.h"
#include "tests/support/http_get.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using client::NewOrder;
using client::Side;

NewOrder lay(const std::string& id) {
  return {.cl_ord_id = id,
          .symbol = "EPL-ARS-CHE.HOME",
          .side = Side::LayOrSell,
          .quantity = "30",
          .price = "2.04",
          .time_in_force = client::TimeInForce::GoodTillCancel};
}

// The status line of the answer.
std::string http_status(std::uint16_t port, const std::string& path) {
  const std::string answer = http_get(port, path);
  return answer.substr(0, answer.find('\n'));
}

class GatewayJournalTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  // The option that starts a gateway with one line of its configuration changed.
  [[nodiscard]] std::vector<std::string> with(const std::string& shipped,
                                              const std::string& value) const {
    return {"--config", changed_config(folder_.path() / "config", shipped, value)};
  }

  TempFolder folder_;
};

TEST_F(GatewayJournalTest, OnAFullDiskOrdersAreRefusedAndCancelsAreNot) {
  Broker broker{"BROKER1"};
  {
    GatewayProcess gateway{wal()};
    broker.log_on(gateway.fix_port());
    broker.send(lay("lay-1"));
    EXPECT_EQ(broker.next_execution().exec_type, '0');
    EXPECT_EQ(gateway.terminate(), 0);
  }
  EXPECT_THROW(broker.session().receive(kPatience), client::Disconnected);
  {
    GatewayProcess gateway{
        wal(), with("low_disk_bytes = 1_073_741_824", "low_disk_bytes = 1_000_000_000_000_000")};
    broker.log_on(gateway.fix_port());
    broker.send(lay("lay-2"));
    const client::MessageReject refusal = broker.next_message_reject();
    EXPECT_EQ(refusal.reject_reason, 4);
    EXPECT_EQ(refusal.reason, 144);
    EXPECT_NE(http_status(gateway.http_port(), "/readyz").find("503"), std::string::npos);
    EXPECT_NE(http_status(gateway.http_port(), "/livez").find("200"), std::string::npos);
    broker.send(client::CancelRequest{.cl_ord_id = "cancel-1",
                                      .orig_cl_ord_id = "lay-1",
                                      .symbol = "EPL-ARS-CHE.HOME",
                                      .side = Side::LayOrSell});
    EXPECT_EQ(broker.next_execution().exec_type, '4');
    EXPECT_EQ(gateway.terminate(), 0);
  }
  EXPECT_THROW(broker.session().receive(kPatience), client::Disconnected);

  GatewayProcess gateway{wal()};
  broker.log_on(gateway.fix_port());
  broker.send(lay("lay-2"));
  EXPECT_EQ(broker.next_execution().exec_type, '0') << "the refused order's id is free";
}

// Nobody is active but the client that is refused, whose refusal has the session cache look too.
TEST_F(GatewayJournalTest, RoomThatIsMadeIsSeenThoughNobodyWrites) {
  const std::filesystem::path free = folder_.path() / "free";
  const auto make_room = [&](std::uint64_t bytes) {
    const std::filesystem::path written = folder_.path() / "written";
    std::ofstream{written} << bytes;
    std::filesystem::rename(written, free);  // the gateway reads it at any time
  };
  constexpr std::uint64_t kEnough = std::uint64_t{4} << 30U;
  make_room(kEnough);
  GatewayProcess gateway{wal(), {}, with_shim(wal(), {"BETEX_DISK_FREE=" + free.string()})};
  const auto comes_to_answer = [&](const std::string& status) {
    return comes_to([&] {
      return http_status(gateway.http_port(), "/readyz").find(status) != std::string::npos;
    });
  };
  Broker broker{"BROKER1"};
  broker.log_on(gateway.fix_port());
  EXPECT_TRUE(comes_to_answer("200"));
  make_room(0);
  EXPECT_TRUE(comes_to_answer("503"));
  broker.send(lay("lay-1"));
  EXPECT_EQ(broker.next_message_reject().reason, 144);
  make_room(kEnough);
  EXPECT_TRUE(comes_to_answer("200"));
  broker.send(lay("lay-1"));
  EXPECT_EQ(broker.next_execution().exec_type, '0');
  EXPECT_EQ(gateway.terminate(), 0);
}

TEST_F(GatewayJournalTest, AFailingDiskEndsItWithoutAWordAndEveryOrderActsOnce) {
  Broker broker{"BROKER1"};
  const std::filesystem::path fails = folder_.path() / "fails";
  {
    GatewayProcess gateway{
        wal(),
        {},
        with_shim(wal(), {"BETEX_DISK_FAIL=sync:1:EIO", "BETEX_DISK_FAIL_WHEN=" + fails.string()})};
    broker.log_on(gateway.fix_port());
    broker.send(lay("lay-1"));
    EXPECT_EQ(broker.next_execution().exec_type, '0');
    std::ofstream{fails} << "now";
    broker.send(lay("lay-2"));
    EXPECT_THROW(broker.session().receive(kPatience), client::Disconnected);
    EXPECT_EQ(gateway.process().wait(kPatience), journal::kExitIo);
    const std::string said = gateway.process().standard_error();
    EXPECT_NE(said.find("[CommitFailed]; remedy: check the disk"), std::string::npos) << said;
  }
  GatewayProcess gateway{wal()};
  broker.log_on(gateway.fix_port());
  const std::vector<client::Message> news = broker.rest();
  ASSERT_EQ(news.size(), 1U) << "whether it was on the disk or is sent again";
  EXPECT_TRUE(news[0].has(11, "lay-2") && news[0].has(150, "0"));
  broker.send(client::CancelRequest{.cl_ord_id = "cancel-1",
                                    .orig_cl_ord_id = "lay-1",
                                    .symbol = "EPL-ARS-CHE.HOME",
                                    .side = Side::LayOrSell});
  EXPECT_EQ(broker.next_execution().exec_type, '4');
}

TEST_F(GatewayJournalTest, AMapThatIsSmallForTheRingIsWarnedOfWithItsArithmetic) {
  GatewayProcess gateway{
      wal(),
      with("segment_map_size_bytes = 2_147_483_648", "segment_map_size_bytes = 164_495_360")};
  EXPECT_EQ(gateway.terminate(), 0);
  EXPECT_NE(gateway.process().standard_error().find(
                "ring_size 32768 x largest event 32904 B = 1078198272 B"),
            std::string::npos);
}

TEST_F(GatewayJournalTest, ARemoteFileSystemIsRefusedUnlessTheConfigurationInsists) {
  const std::vector<std::string> nfs = with_shim(wal(), {"BETEX_DISK_TYPE=0x6969"});
  EXPECT_THROW((GatewayProcess{wal(), {}, nfs}), std::runtime_error);
  GatewayProcess gateway{
      wal(), with("remote_file_systems = \"refuse\"", "remote_file_systems = \"accept\""), nfs};
  EXPECT_EQ(gateway.terminate(), 0);
}

// By a thread of their own: the start has read nothing of them.
TEST_F(GatewayJournalTest, ReportsOfBeforeTheSnapshotComeWhenTheSessionLogsOnAfterAStart) {
  constexpr int kTrades = 150;  // more reports than a portion has
  const auto number = [](int i) { return std::to_string(i); };
  Broker away{"BROKER1"};
  Broker other{"BROKER2"};
  {
    GatewayProcess gateway{wal(),
                           with("snapshot_every_events = 1_000_000", "snapshot_every_events = 50")};
    away.log_on(gateway.fix_port());
    for (int i = 1; i <= kTrades; ++i) {
      away.send(lay("lay-" + number(i)));
      EXPECT_EQ(away.next_execution().exec_type, '0');
    }
    away.session().logout(kPatience);
    other.log_on(gateway.fix_port());
    const auto place = [&](const std::string& id, Side side, const std::string& price) {
      NewOrder order = lay(id);
      order.side = side;
      order.price = price;
      other.send(order);
      return other.next_execution();
    };
    std::uint64_t last_trade = 0;
    for (int i = 1; i <= kTrades; ++i) {
      EXPECT_EQ(place("back-" + number(i), Side::BackOrBuy, "2.04").exec_type, '0');
      const client::ExecutionReport trade = other.next_execution();
      ASSERT_EQ(trade.exec_type, 'F');
      last_trade = std::stoull(trade.exec_id);  // of EVENT-LEG
    }
    const auto is_old = [&] {
      const auto snapshots = journal::list_snapshots(wal());
      return snapshots.empty() || snapshots.back().value() < last_trade;
    };
    const auto end = std::chrono::steady_clock::now() + kPatience;
    for (int i = 1; is_old() && std::chrono::steady_clock::now() < end; ++i) {
      EXPECT_EQ(place("far-" + number(i), Side::LayOrSell, "1.01").exec_type, '0');
    }
    ASSERT_FALSE(is_old());
    gateway.kill();
  }
  EXPECT_THROW(other.session().receive(kPatience), client::Disconnected);
  for (const bool first : {true, false}) {
    GatewayProcess gateway{wal()};
    away.log_on(gateway.fix_port());
    std::uint64_t before = 0;
    for (int i = 1; first && i <= kTrades; ++i) {
      const client::ExecutionReport trade = away.next_execution();
      EXPECT_EQ(trade.exec_type, 'F');
      EXPECT_EQ(trade.cl_ord_id, "lay-" + number(i));
      EXPECT_FALSE(trade.poss_resend);
      EXPECT_GT(std::stoull(trade.exec_id), before);
      before = std::stoull(trade.exec_id);
    }
    EXPECT_TRUE(away.rest().empty()) << "each once";
    EXPECT_EQ(gateway.terminate(), 0);
    EXPECT_THROW(away.session().receive(kPatience), client::Disconnected);
  }
}

TEST_F(GatewayJournalTest, OrdersOutliveTheRetirementOfAllThatASnapshotHolds) {
  Broker broker{"BROKER1"};
  matching::EventSeq snapshot;
  {
    std::vector<std::string> arguments =
        with("snapshot_every_events = 1_000_000", "snapshot_every_events = 10");
    arguments.insert(arguments.end(), {"--max-segment-events", "5"});
    GatewayProcess gateway{wal(), arguments};
    broker.log_on(gateway.fix_port());
    for (int i = 1; i <= 20; ++i) {
      broker.send(lay("lay-" + std::to_string(i)));
      EXPECT_EQ(broker.next_execution().exec_type, '0');
    }
    ASSERT_TRUE(comes_to([&] { return !journal::list_snapshots(wal()).empty(); }));
    gateway.kill();
    snapshot = journal::list_snapshots(wal()).back();
  }
  EXPECT_THROW(broker.session().receive(kPatience), client::Disconnected);
  journal::retire_up_to(wal(), snapshot);
  ASSERT_FALSE(journal::list_segments(wal() / journal::kRetiredFolder).empty());

  GatewayProcess gateway{wal()};
  broker.log_on(gateway.fix_port());
  EXPECT_TRUE(broker.rest().empty());
  for (int i = 1; i <= 20; ++i) {
    const std::string id = std::to_string(i);
    broker.send(client::CancelRequest{.cl_ord_id = "cancel-" + id,
                                      .orig_cl_ord_id = "lay-" + id,
                                      .symbol = "EPL-ARS-CHE.HOME",
                                      .side = Side::LayOrSell});
    EXPECT_EQ(broker.next_execution().exec_type, '4') << id;
  }
  EXPECT_EQ(gateway.terminate(), 0);
}

}  // namespace
}  // namespace betex::test
