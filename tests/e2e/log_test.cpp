// The log of a running gateway: nobody reads it, or it is rotated.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/files.h"
#include "tests/support/gateway_process.h"
#include "tests/support/http_get.h"
#include "tests/support/patience.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

constexpr std::chrono::seconds kTimeout{60};

// Until it is there.
void wait_for(const std::filesystem::path& file, const std::string& what) {
  ASSERT_TRUE(comes_to([&] { return content_of(file).find(what) != std::string::npos; }))
      << what << ": " << content_of(file);
}

class LogE2eTest : public testing::Test {
 protected:
  TempFolder folder_;
};

// At level trace each message is several lines: the pipe and the queue are soon full.
TEST_F(LogE2eTest, AReaderOfStandardErrorThatPausesStopsNobody) {
  const auto fifo = folder_.path() / "stderr";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const auto out = folder_.path() / "out";
  auto command = gateway_command(
      folder_.path() / "wal",
      {"--config", changed_config(folder_.path(), "level = \"info\"", "level = \"trace\"")});
  command.insert(command.begin(),
                 {"/bin/sh", "-c", "exec \"$@\" 2>" + fifo.string() + " >" + out.string(), "sh"});
  ChildProcess process{command};
  wait_for(out, "http=");
  const std::string ports = content_of(out);
  const auto port_of = [&](const std::string& name) {
    return static_cast<std::uint16_t>(std::stoi(ports.substr(ports.find(name) + name.size())));
  };

  RawFixPeer peer{port_of("fix="),
                  {.begin_string = "FIXT.1.1", .sender = "BROKER1", .target = "BETEX"}};
  peer.send("A", "98=0|108=30|553=BROKER1|554=demo|1137=9|");
  ASSERT_EQ(peer.read_type("A").type(), "A");
  const std::string id(400, 'x');
  const std::string metric = "\nbetex_log_lines_dropped_total ";
  std::string metrics;
  for (int i = 0; i < 20'000 && metrics.find(metric + "0\n") == metrics.find(metric); ++i) {
    peer.send("1", "112=" + std::to_string(i) + id + "|");
    ASSERT_EQ(peer.read_type("0").value(112), std::to_string(i) + id);
    if (i % 500 == 499) {
      metrics = http_get(port_of("http="), "/metrics");
      ASSERT_NE(metrics.find(metric), std::string::npos) << metrics;
    }
  }
  EXPECT_EQ(metrics.find(metric + "0\n"), std::string::npos) << "nothing was ever dropped";
  EXPECT_NE(http_get(port_of("http="), "/livez").find("200 OK"), std::string::npos);
  process.signal(SIGKILL);
  process.wait(kTimeout);
  close(reader);
}

TEST_F(LogE2eTest, SighupGoesOnInANewFile) {
  const auto log = folder_.path() / "betex.log";
  const auto old = folder_.path() / "betex.log.1";
  const auto config = changed_config(
      folder_.path(), "level = \"info\"", "level = \"info\"\nfile = \"" + log.string() + "\"");
  GatewayProcess gateway{folder_.path() / "wal", {"--config", config}};
  wait_for(log, "recovered");
  std::filesystem::rename(log, old);
  gateway.process().signal(SIGHUP);
  wait_for(log, "reloaded");
  EXPECT_EQ(content_of(old).find("reloaded"), std::string::npos);

  std::filesystem::remove(log);  // and with a configuration that is wrong as well
  std::ofstream{config, std::ios::app} << "\n[nonsense]\n";
  gateway.process().signal(SIGHUP);
  wait_for(log, "not reloaded");
  EXPECT_EQ(gateway.terminate(), 0);
  EXPECT_NE(content_of(log).find("stopped"), std::string::npos);
}

}  // namespace
}  // namespace betex::test
