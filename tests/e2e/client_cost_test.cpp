// What one client may cost, of the built gateway: a disk that is nearly full, and a session cache
// that somebody has damaged.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/e2e/raw_logon.h"
#include "tests/journal/shim.h"
#include "tests/support/gateway_process.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

class ClientCostTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  // The next one of a type, whatever comes before.
  [[nodiscard]] static RawFixMessage read_next(RawFixPeer& peer, const std::string& type) {
    for (;;) {
      RawFixMessage message = peer.read();
      if (message.type() == type) {
        return message;
      }
    }
  }

  TempFolder folder_;
};

// Answers are no commit of the journal, which looks at the disk after each.
TEST_F(ClientCostTest, WithoutRoomOnTheDiskStatusRequestsAreRefusedAndCancelsWork) {
  std::filesystem::create_directories(wal());
  const std::filesystem::path free = folder_.path() / "free";
  std::ofstream{free} << (std::uint64_t{4} << 30);
  const GatewayProcess gateway{wal(), {}, with_shim(wal(), {"BETEX_DISK_FREE=" + free.string()})};
  const auto peer = log_on(gateway, "BROKER1", 1);
  peer->send("D", order_fields("A1"));
  RawFixMessage answer = read_next(*peer, "8");
  EXPECT_EQ(answer.value(150), "0");

  const std::filesystem::path none = folder_.path() / "none";
  std::ofstream{none} << 0;
  std::filesystem::rename(none, free);  // the gateway reads it at any time
  const auto end = std::chrono::steady_clock::now() + kPatience;
  std::string asked_type = "8";
  for (int i = 0; asked_type != "j" && std::chrono::steady_clock::now() < end; ++i) {
    peer->send("AF", "584=S" + std::to_string(i) + "|585=7|");
    do {
      answer = peer->read();
      asked_type = answer.type();
    } while (asked_type != "8" && asked_type != "j");
  }
  EXPECT_EQ(answer.value(380), "4") << answer.text();
  EXPECT_EQ(answer.value(20001), "144");
  peer->send("F", "11=C1|41=A1|54=1|55=RAIN-LON|60=" + fix_now() + "|");
  EXPECT_EQ(read_next(*peer, "8").value(150), "4");
}

TEST_F(ClientCostTest, ADamagedCacheIsMovedAsideAndReportsAreToldAgain) {
  std::string exec_id;
  {
    GatewayProcess gateway{wal()};
    const auto peer = log_on(gateway, "BROKER1", 1);
    peer->send("D", order_fields("A1"));
    exec_id = read_next(*peer, "8").value(17);
    gateway.kill();
  }
  const std::filesystem::path data = session_cache_file(wal());
  std::filesystem::resize_file(data, std::filesystem::file_size(data) / 2);

  GatewayProcess gateway{wal()};
  EXPECT_TRUE(std::filesystem::exists(wal() / "cache.void"));
  ASSERT_TRUE(comes_to_say(gateway.process(), "is damaged"));
  const auto peer = log_on(gateway, "BROKER1", 3);
  const RawFixMessage again = read_next(*peer, "8");
  EXPECT_EQ(again.value(17), exec_id);
  EXPECT_EQ(again.value(97), "Y");
  EXPECT_EQ(gateway.terminate(), 0);
}

}  // namespace
}  // namespace betex::test
