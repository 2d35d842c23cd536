// The gateway as an operator meets it: how it starts, refuses to start, stops and starts again.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/client/error.h"
#include "tests/support/broker.h"
#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using client::ExecutionReport;
using client::NewOrder;
using client::Side;
using client::StatusRequest;

constexpr std::chrono::seconds kExitTimeout{60};

struct Refusal {
  int exit_code;
  std::string error;
};

// Runs a gateway that is expected to end by itself.
Refusal refused_start(const std::filesystem::path& wal_root,
                      const std::vector<std::string>& arguments) {
  ChildProcess process{gateway_command(wal_root, arguments)};
  const int exit_code = process.wait(kExitTimeout);
  EXPECT_EQ(process.standard_output(), "");
  return {exit_code, process.standard_error()};
}

// Without warnings, such as of the checkout's credentials, which everybody may read.
int complaints_in(const std::string& text) {
  int complaints = 0;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    complaints += line.find(" warning ") == std::string::npos ? 1 : 0;
  }
  return complaints;
}

// Every file below `folder` with its content.
std::map<std::string, std::string> snapshot(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
    files.emplace(entry.path().string(),
                  entry.is_regular_file() ? content_of(entry.path()) : std::string{});
  }
  return files;
}

// Each of its threads: one may be in the midst of a write when the signal comes.
bool is_stopped(pid_t process) {
  const std::filesystem::path threads = "/proc/" + std::to_string(process) + "/task";
  for (const auto& thread : std::filesystem::directory_iterator{threads}) {
    if (content_of(thread.path() / "status").find("\nState:\tT") == std::string::npos) {
      return false;
    }
  }
  return true;
}

NewOrder lay(const std::string& id) {
  return {.cl_ord_id = id,
          .symbol = "EPL-ARS-CHE.HOME",
          .side = Side::LayOrSell,
          .quantity = "30",
          .price = "2.04",
          .time_in_force = client::TimeInForce::GoodTillCancel};
}

class ProcessTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  TempFolder folder_;
};

TEST_F(ProcessTest, BadConfigurationIsOneClearErrorAndTouchesNothing) {
  const std::filesystem::path config = folder_.path() / "gateway.toml";
  std::ofstream{config} << "[wal]\nroot = \"wal\"\nmax_segment_events = \"many\"\n";
  const Refusal refusal = refused_start(wal(), {"--config", config.string()});
  EXPECT_EQ(refusal.exit_code, 78) << refusal.error;
  EXPECT_NE(refusal.error.find("max_segment_events"), std::string::npos) << refusal.error;
  EXPECT_FALSE(std::filesystem::exists(wal()));
}

TEST_F(ProcessTest, AnUnknownOptionIsAUsageError) {
  EXPECT_EQ(refused_start(wal(), {"--no-such-option"}).exit_code, 64);
  EXPECT_FALSE(std::filesystem::exists(wal()));
}

TEST_F(ProcessTest, AnOccupiedPortIsOneClearLine) {
  const int occupied = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(occupied, generic, size), 0);
  ASSERT_EQ(listen(occupied, 1), 0);
  ASSERT_EQ(getsockname(occupied, generic, &size), 0);
  const std::string port = std::to_string(ntohs(address.sin_port));

  const Refusal refusal = refused_start(wal(), {"--fix-port", port});
  close(occupied);
  EXPECT_EQ(refusal.exit_code, 74) << refusal.error;
  EXPECT_NE(refusal.error.find(port), std::string::npos) << refusal.error;
  EXPECT_EQ(complaints_in(refusal.error), 1) << refusal.error;
  EXPECT_FALSE(std::filesystem::exists(wal() / "segments")) << "the log was opened";
}

TEST_F(ProcessTest, ASecondGatewayOnTheSameLogIsRefusedAndChangesNothing) {
  GatewayProcess first{wal()};
  Broker broker{"BROKER1"};
  broker.log_on(first.fix_port());
  broker.send(lay("lay-1"));
  broker.next_message();

  // It holds the lock while it is stopped, and changes nothing itself.
  first.process().signal(SIGSTOP);
  ASSERT_TRUE(comes_to([&] { return is_stopped(first.process().pid()); }));
  const auto before = snapshot(wal());
  const Refusal refusal = refused_start(wal(), {});
  EXPECT_EQ(refusal.exit_code, 75) << refusal.error;
  EXPECT_EQ(complaints_in(refusal.error), 1) << refusal.error;
  EXPECT_TRUE(snapshot(wal()) == before);
  first.process().signal(SIGCONT);

  broker.send(lay("lay-2"));
  EXPECT_EQ(broker.next_execution().exec_type, '0');
}

TEST_F(ProcessTest, SigtermLogsEveryoneOutAndEndsWithZero) {
  GatewayProcess gateway{wal()};
  Broker broker{"BROKER1"};
  broker.log_on(gateway.fix_port());
  broker.send(lay("lay-1"));
  broker.next_message();
  gateway.process().signal(SIGTERM);
  try {
    broker.session().receive(kPatience);
    FAIL() << "a message instead of the Logout";
  } catch (const client::Disconnected& end) {
    EXPECT_NE(std::string{end.what()}.find("logged out"), std::string::npos) << end.what();
  }
  EXPECT_EQ(gateway.process().wait(kExitTimeout), 0) << gateway.process().standard_error();
}

TEST_F(ProcessTest, ATestLeavesNoSessionCacheInMemory) {
  std::filesystem::path cache;
  {
    const TempFolder folder;
    GatewayProcess gateway{folder.path() / "wal"};
    gateway.kill();
    cache = session_cache_file(folder.path() / "wal");
    EXPECT_TRUE(std::filesystem::exists(cache));
  }
  EXPECT_FALSE(std::filesystem::exists(cache));
}

TEST_F(ProcessTest, OrdersOutliveACleanStop) {
  Broker maker{"BROKER1"};
  Broker taker{"BROKER3"};
  std::string order_id;
  {
    GatewayProcess gateway{wal()};
    maker.log_on(gateway.fix_port());
    maker.send(lay("lay-1"));
    order_id = maker.next_execution().order_id;
    EXPECT_EQ(gateway.terminate(), 0);
  }
  EXPECT_THROW(maker.session().receive(kPatience), client::Disconnected);

  GatewayProcess gateway{wal()};
  maker.log_on(gateway.fix_port());
  EXPECT_EQ(maker.session().counters().messages_resent, 0U);
  maker.send(StatusRequest{.cl_ord_id = "lay-1",
                           .symbol = "EPL-ARS-CHE.HOME",
                           .side = Side::LayOrSell,
                           .status_req_id = "status-1"});
  const ExecutionReport status = maker.next_execution();
  EXPECT_EQ(status.order_id, order_id);
  EXPECT_EQ(status.leaves_qty, "30.00");

  taker.log_on(gateway.fix_port());
  NewOrder back = lay("back-1");
  back.side = Side::BackOrBuy;
  taker.send(back);
  EXPECT_EQ(taker.next_execution().exec_type, '0');
  EXPECT_EQ(taker.next_execution().exec_type, 'F');
  EXPECT_EQ(maker.next_execution().leaves_qty, "0.00");
}

TEST_F(ProcessTest, AcknowledgedOrdersOutliveAKill) {
  Broker maker{"BROKER3"};
  {
    GatewayProcess gateway{wal()};
    maker.log_on(gateway.fix_port());
    maker.send(lay("lay-1"));
    EXPECT_EQ(maker.next_execution().exec_type, '0');
    gateway.kill();
  }
  EXPECT_THROW(maker.session().receive(kPatience), client::Disconnected);

  GatewayProcess gateway{wal()};
  maker.log_on(gateway.fix_port());
  EXPECT_TRUE(maker.rest().empty());
  maker.send(lay("lay-1"));
  EXPECT_EQ(maker.next_execution().ord_rej_reason, 6);
  maker.send(client::CancelRequest{.cl_ord_id = "cancel-1",
                                   .orig_cl_ord_id = "lay-1",
                                   .symbol = "EPL-ARS-CHE.HOME",
                                   .side = Side::LayOrSell});
  EXPECT_EQ(maker.next_execution().exec_type, '4');
}

TEST_F(ProcessTest, ConfigurationIsCheckedWithoutStarting) {
  ChildProcess process{gateway_command(wal(), {"--check-config"})};
  EXPECT_EQ(process.wait(kExitTimeout), 0) << process.standard_error();
  EXPECT_FALSE(std::filesystem::exists(wal()));
}

}  // namespace
}  // namespace betex::test
