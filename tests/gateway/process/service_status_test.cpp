// What systemd is told, and that it arrives.
#include "gateway/process/service_status.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/process/signs_of_life.h"
#include "tests/gateway/http/fake_sources.h"
#include "tests/support/patience.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ServiceStatus, AStartIsNotReady) {
  FakeHealth health;
  health.not_started = "the journal is being replayed";
  EXPECT_EQ(service_status(Phase::Recovering, health),
            "STATUS=starting: the journal is being replayed\n");
}

TEST(ServiceStatus, AGatewayThatListensIsReadyAndAlive) {
  const FakeHealth health{};
  EXPECT_EQ(service_status(Phase::Accepting, health), "READY=1\nWATCHDOG=1\nSTATUS=takes orders\n");
}

TEST(ServiceStatus, OneThatTakesNoOrdersIsAliveAllTheSame) {
  FakeHealth health;
  health.not_ready = "the disk is nearly full";
  EXPECT_EQ(service_status(Phase::Accepting, health),
            "READY=1\nWATCHDOG=1\nSTATUS=takes no orders: the disk is nearly full\n");
}

TEST(ServiceStatus, OneThatStandsByIsReadyAndAlive) {
  Health health;
  health.enter(Phase::Standby);
  health.wait_for("node b leads; 0 events behind");
  EXPECT_EQ(service_status(health.phase(), health),
            "READY=1\nWATCHDOG=1\nSTATUS=takes no orders: standby: node b leads; 0 events "
            "behind\n");
}

TEST(ServiceStatus, TheWatchdogHearsNothingOfOneThatIsStuck) {
  FakeHealth health;
  health.not_live = "thread match has not moved since the last look";
  const std::string lines = service_status(Phase::Accepting, health);
  EXPECT_THAT(lines, Not(HasSubstr("WATCHDOG")));
  EXPECT_THAT(lines, HasSubstr("STATUS=stuck: thread match has not moved since the last look\n"));
}

TEST(ServiceStatus, APlannedStopIsSaidAndAsksForTime) {
  FakeHealth health;
  health.said = "stopping in 42 s";
  EXPECT_EQ(service_status(Phase::Accepting, health),
            "READY=1\nWATCHDOG=1\nSTATUS=takes orders, stopping in 42 s\n"
            "EXTEND_TIMEOUT_USEC=30000000\n");
  EXPECT_EQ(service_status(Phase::Stopping, health), "STOPPING=1\nSTATUS=stopping\n");
}

TEST(ServiceStatus, AStopIsSaid) {
  const FakeHealth health{};
  EXPECT_EQ(service_status(Phase::Stopping, health), "STOPPING=1\nSTATUS=stopping\n");
}

// What systemd would be: a socket with a name, in the file system or without.
class Listener {
 public:
  explicit Listener(std::string name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    if (name[0] == '@') {
      address.sun_path[0] = '\0';
    }
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size), 0);
  }

  ~Listener() { ::close(descriptor_); }

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Empty where nothing has come.
  [[nodiscard]] std::string next() const {
    std::array<char, 4096> buffer;
    const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return {buffer.data(), count < 0 ? 0 : static_cast<std::size_t>(count)};
  }

 private:
  int descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

TEST(ServiceManager, IsToldThroughAPath) {
  const test::TempFolder folder;
  const std::string path = folder.path() / "notify";
  const Listener listener{path};
  ServiceManager{path}.tell("READY=1\n");
  EXPECT_EQ(listener.next(), "READY=1\n");
  EXPECT_EQ(listener.next(), "");
}

TEST(ServiceManager, IsToldThroughAnAbstractName) {
  const std::string name = "@betex-test-" + std::to_string(::getpid());
  const Listener listener{name};
  ServiceManager{name}.tell("STATUS=starting\n");
  EXPECT_EQ(listener.next(), "STATUS=starting\n");
}

TEST(SignsOfLife, AreGivenAgainAndAgain) {
  const test::TempFolder folder;
  const std::string path = folder.path() / "notify";
  const Listener listener{path};
  const SignsOfLife life{ServiceManager{path, std::chrono::milliseconds{3}}, "seeding"};
  EXPECT_EQ(listener.next(), "STATUS=seeding\n");
  const auto deadline = std::chrono::steady_clock::now() + test::kPatience;
  for (int heard = 0; heard < 3;) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    const std::string lines = listener.next();
    if (lines.empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
      continue;
    }
    EXPECT_EQ(lines, "WATCHDOG=1\n");
    ++heard;
  }
}

TEST(SignsOfLife, NobodyToHearThemIsNoFault) {
  const SignsOfLife life{ServiceManager{}, "seeding"};
}

TEST(ServiceManager, NobodyToTellIsNoFault) {
  const ServiceManager nobody;
  EXPECT_FALSE(nobody.listens());
  nobody.tell("READY=1\n");
  const test::TempFolder folder;
  ServiceManager{folder.path() / "gone"}.tell("READY=1\n");
  EXPECT_FALSE(ServiceManager{"notify"}.listens()) << "neither a path nor a name";
  EXPECT_FALSE(ServiceManager{"/" + std::string(200, 'x')}.listens()) << "too long for an address";
}

// Sets a variable for one test.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_{name} { ::setenv(name, value, 1); }

  ~Environment() { ::unsetenv(name_); }

  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

TEST(ServiceManager, IsFoundInTheEnvironment) {
  EXPECT_FALSE(ServiceManager::from_environment().listens());
  const Environment in_a_socket{"NOTIFY_SOCKET", "/run/systemd/notify"};
  EXPECT_TRUE(ServiceManager::from_environment().listens());
  EXPECT_EQ(ServiceManager::from_environment().watchdog(), std::nullopt);
  const Environment with_a_watchdog{"WATCHDOG_USEC", "30000000"};
  EXPECT_EQ(ServiceManager::from_environment().watchdog(), std::chrono::seconds{30});
  const Environment that_is_wrong{"WATCHDOG_USEC", "soon"};
  EXPECT_EQ(ServiceManager::from_environment().watchdog(), std::nullopt);
}

TEST(ServiceStatus, SaysAtOnceThatItStarts) {
  const test::TempFolder folder;
  const std::string path = folder.path() / "notify";
  const Listener listener{path};
  boost::asio::io_context io;
  Health health;
  ServiceStatus status{io, health, ServiceManager{path}};
  EXPECT_EQ(listener.next(), "STATUS=starting: the journal is being replayed\n");
  health.enter(Phase::Accepting);
  status.start();
  io.run_one();
  EXPECT_EQ(listener.next(), "READY=1\nWATCHDOG=1\nSTATUS=takes orders\n");
  health.enter(Phase::Stopping);
  status.tell();
  EXPECT_EQ(listener.next(), "STOPPING=1\nSTATUS=stopping\n");
}

TEST(ServiceStatus, IsSaidAgainInTimeForTheWatchdog) {
  using namespace std::chrono_literals;
  const auto interval = [](std::chrono::microseconds watchdog) {
    return status_interval(ServiceManager{"/run/notify", watchdog});
  };
  EXPECT_EQ(status_interval(ServiceManager{"/run/notify"}), 1s);
  EXPECT_EQ(interval(30s), 1s);
  EXPECT_EQ(interval(900ms), 300ms);
  EXPECT_EQ(interval(1us), 1ms) << "the thread of all sockets has other things to do";
  EXPECT_EQ(interval(std::chrono::microseconds::max()), 1s);
}

TEST(ServiceStatus, GoesOnSayingIt) {
  const test::TempFolder folder;
  const std::string path = folder.path() / "notify";
  const Listener listener{path};
  boost::asio::io_context io;
  Health health;
  health.enter(Phase::Accepting);
  ServiceStatus status{io, health, ServiceManager{path, std::chrono::milliseconds{30}}};
  status.start();
  for (int i = 0; i < 3; ++i) {
    io.run_one();
  }
  for (int i = 0; i < 4; ++i) {
    EXPECT_THAT(listener.next(), HasSubstr("WATCHDOG=1")) << i;
  }
}

}  // namespace
}  // namespace betex::gateway
