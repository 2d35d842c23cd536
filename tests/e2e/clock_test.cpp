// The gateway on a machine whose clock is wrong, is set, or stood still with the machine: ahead and
// behind, at the start and while it runs, and killed in each of these states.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "journal/environment_pool.h"
#include "journal/journal_reader.h"
#include "tests/e2e/clock_control.h"
#include "tests/support/gateway_process.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using ::testing::HasSubstr;
using ::testing::Not;

// The clocks of the gateways that have `environment()`.
class MachineClocks {
 public:
  explicit MachineClocks(const std::filesystem::path& file) : file_{file} {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0 || ::ftruncate(descriptor, sizeof(ClockControl)) != 0) {
      throw std::system_error{errno, std::generic_category(), file.string()};
    }
    void* const memory =
        ::mmap(nullptr, sizeof(ClockControl), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (memory == MAP_FAILED) {
      throw std::system_error{errno, std::generic_category(), file.string()};
    }
    control_ = static_cast<ClockControl*>(memory);
  }

  ~MachineClocks() { ::munmap(control_, sizeof(ClockControl)); }

  MachineClocks(const MachineClocks&) = delete;
  MachineClocks& operator=(const MachineClocks&) = delete;

  // The wall clock, from now on so far from the true time.
  void set_wall(nanoseconds from_true) { control_->wall_offset_ns = from_true.count(); }

  // Both clocks go on; whoever was suspended has not noticed.
  void suspend(nanoseconds time) {
    control_->boottime_offset_ns += time.count();
    control_->wall_offset_ns += time.count();
  }

  // Time that nobody waits for passes.
  void pass(nanoseconds time) { control_->boottime_offset_ns += time.count(); }

  // 0: synchronised, 1: not, 2: the kernel does not say.
  void set_unsynchronised(int value) { control_->unsynchronised = value; }

  [[nodiscard]] std::vector<std::string> environment() const {
    return {"LD_PRELOAD=" BETEX_CLOCK_SHIM,
            "ASAN_OPTIONS=verify_asan_link_order=0",
            "BETEX_CLOCK_FILE=" + file_.string()};
  }

 private:
  std::filesystem::path file_;
  ClockControl* control_ = nullptr;
};

// Status line and body.
std::string http_get(std::uint16_t port, const std::string& path) {
  boost::asio::ip::tcp::iostream stream{"127.0.0.1", std::to_string(port)};
  stream << "GET " << path << " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  stream.flush();
  return {std::istreambuf_iterator<char>{stream}, {}};
}

// A UTCTimestamp so far from now.
std::string utc_in(std::chrono::seconds time) {
  const std::time_t when =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + time);
  std::tm utc{};
  gmtime_r(&when, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d-%H:%M:%S", &utc);
  return text;
}

std::string order(const std::string& id, const std::string& time_in_force = "59=1|") {
  return "11=" + id + "|38=10|40=2|44=0.60|54=1|55=RAIN-LON|" + time_in_force + "60=" + fix_now() +
         "|";
}

std::string cancel(const std::string& id, const std::string& orig) {
  return "11=" + id + "|41=" + orig + "|54=1|55=RAIN-LON|60=" + fix_now() + "|";
}

class ClockTest : public testing::Test {
 protected:
  // The command line of a gateway with these settings of [clock], whose BROKER1 has its orders
  // cancelled when it has been gone for a second.
  [[nodiscard]] std::vector<std::string> options(std::vector<std::string> more = {}) {
    if (config_.empty()) {
      config_ = changed_config(
          folder_.path(),
          "require_synchronised = false",
          require_synchronised_ ? "require_synchronised = true" : "require_synchronised = false");
      replace_in("sessions.cfg",
                 "CancelOnDisconnect=N",
                 "CancelOnDisconnect=N\nCancelOnDisconnectGrace=1");
    }
    std::vector<std::string> all{"--config", config_.string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  void replace_in(const std::string& name, const std::string& from, const std::string& to) const {
    const auto file = config_.parent_path() / name;
    std::ifstream in{file, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    const auto found = text.find(from);
    ASSERT_NE(found, std::string::npos) << from;
    std::ofstream{file, std::ios::binary} << text.replace(found, from.size(), to);
  }

  std::unique_ptr<GatewayProcess> start(const std::vector<std::string>& more = {}) {
    return std::make_unique<GatewayProcess>(wal(), options(more), clocks_.environment());
  }

  // A gateway that is not expected to listen soon.
  std::unique_ptr<ChildProcess> start_that_waits() {
    std::vector<std::string> command = clocks_.environment();
    command.insert(command.begin(), "/usr/bin/env");
    const auto gateway = gateway_command(wal(), options());
    command.insert(command.end(), gateway.begin(), gateway.end());
    auto process = std::make_unique<ChildProcess>(command);
    wait_for_log(*process, "waiting for the clock to be corrected");
    EXPECT_EQ(process->standard_output(), "") << "it does not listen";
    return process;
  }

  static void wait_for_output(const ChildProcess& process) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (process.standard_output().find("listening") == std::string::npos) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << process.standard_error();
      std::this_thread::sleep_for(10ms);
    }
  }

  static void wait_for_log(const ChildProcess& process, const std::string& what) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (process.standard_error().find(what) == std::string::npos) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << process.standard_error();
      std::this_thread::sleep_for(10ms);
    }
  }

  static std::unique_ptr<RawFixPeer> log_on(const GatewayProcess& gateway,
                                            int number,
                                            const std::string& fields = "108=30|",
                                            const std::string& comp_id = "BROKER1") {
    auto peer = std::make_unique<RawFixPeer>(
        gateway.fix_port(),
        RawFixPeer::Names{.begin_string = "FIXT.1.1", .sender = comp_id, .target = "BETEX"});
    peer->next_out = number;
    peer->send("A", "98=0|553=" + comp_id + "|554=demo|1137=9|" + fields);
    EXPECT_EQ(peer->read().type(), "A");
    return peer;
  }

  // Waits until the drop copy has told of so many orders that were cancelled for a lost connection.
  static void wait_for_lost_orders(const GatewayProcess& gateway, int count) {
    const auto drop_copy = log_on(gateway, 1, "108=60|", "DROP1");
    while (count > 0) {
      count -= drop_copy->read_type("8").value(378) == "12" ? 1 : 0;
    }
  }

  static void expect_alive(RawFixPeer& peer, const std::string& id) {
    peer.send("1", "112=" + id + "|");
    std::string got;
    while (got != id) {
      got = peer.read_type("0").value(112);
    }
  }

  static void expect_refused_for_the_clock(RawFixPeer& peer, const std::string& id) {
    peer.send("D", order(id));
    const RawFixMessage refused = peer.read_type("j");
    EXPECT_EQ(refused.value(380) + " " + refused.value(20001), "4 145") << refused.text();
  }

  // The log's times never go back.
  void expect_times_go_on() const {
    journal::EnvironmentPool pool;
    journal::JournalReader reader{wal(), pool, matching::EventSeq{1}};
    matching::Timestamp last;
    std::size_t count = 0;
    while (const auto transaction = reader.next()) {
      EXPECT_GE(transaction->header.timestamp, last);
      last = transaction->header.timestamp;
      ++count;
    }
    EXPECT_GT(count, 5U);
  }

  [[nodiscard]] std::filesystem::path wal() const { return folder_.path() / "wal"; }

  TempFolder folder_;
  MachineClocks clocks_{folder_.path() / "clocks"};
  std::filesystem::path config_;
  bool require_synchronised_ = false;
};

// ---- The clock is set while it runs -------------------------------------------------------------

TEST_F(ClockTest, AStepThatIsTakenBackCutsNobodyAndRefusesOrdersMeanwhile) {
  const auto gateway = start();
  const auto peer = log_on(*gateway, 1);
  int orders = 0;
  const auto next_id = [&orders] { return "A" + std::to_string(++orders); };
  for (const nanoseconds step : {nanoseconds{12h}, nanoseconds{-12h}, nanoseconds{25h}}) {
    const std::string resting = next_id();
    peer->send("D", order(resting));
    EXPECT_EQ(peer->read_type("8").value(39), "0");
    EXPECT_THAT(http_get(gateway->http_port(), "/readyz"), HasSubstr(" 200 "));

    clocks_.set_wall(step);
    std::string ready;
    for (int i = 0; i < 400 && ready.find(" 503 ") == std::string::npos; ++i) {
      std::this_thread::sleep_for(50ms);
      ready = http_get(gateway->http_port(), "/readyz");
    }
    EXPECT_THAT(ready, HasSubstr("the machine's clock was set far from session time"));
    wait_for_log(gateway->process(), "it goes on alone, new orders are refused");
    expect_refused_for_the_clock(*peer, next_id());
    peer->send("F", cancel(next_id(), resting));
    EXPECT_EQ(peer->read_type("8").value(39), "4") << "cancels work";
    EXPECT_THAT(http_get(gateway->http_port(), "/metrics"), HasSubstr("betex_clock_uncertain 1"));
    std::this_thread::sleep_for(1500ms);  // a tick of the session
    expect_alive(*peer, "T" + resting);

    clocks_.set_wall(0s);
    for (int i = 0; i < 400 && ready.find(" 200 ") == std::string::npos; ++i) {
      std::this_thread::sleep_for(50ms);
      ready = http_get(gateway->http_port(), "/readyz");
    }
    EXPECT_THAT(ready, HasSubstr(" 200 "));
    const std::string again = next_id();
    peer->send("D", order(again));
    EXPECT_EQ(peer->read_type("8").value(11), again) << "nothing is stale";
    peer->send("F", cancel(next_id(), again));
    EXPECT_EQ(peer->read_type("8").value(39), "4");
    peer->send("D", order(next_id(), "59=6|126=" + utc_in(1h) + "|"));
    EXPECT_EQ(peer->read_type("8").value(39), "0") << "its expiry is not past";
  }
  gateway->kill();
  expect_times_go_on();
}

TEST_F(ClockTest, TheOrdersOfALostClientAreCancelledThoughTheClockWasSetBack) {
  const auto gateway = start();
  auto peer = log_on(*gateway, 1, "108=30|8013=Y|");
  peer->send("D", order("A1"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  clocks_.set_wall(12h);
  std::this_thread::sleep_for(600ms);  // whoever follows the clock has seen it
  clocks_.set_wall(-12h);
  peer->close();
  wait_for_lost_orders(*gateway, 1);
  peer = log_on(*gateway, 3);
  const RawFixMessage cancelled = peer->read_type("8");
  EXPECT_EQ(cancelled.value(39) + " " + cancelled.value(378), "4 12") << cancelled.text();
}

// The clock is two minutes back: what FIX times by it would stand still for as long.
TEST_F(ClockTest, HeartbeatsAndTestRequestsGoOnThoughTheClockWasSetBack) {
  const auto gateway = start();
  const auto peer = log_on(*gateway, 1, "108=5|");
  clocks_.set_wall(-120s);
  EXPECT_EQ(peer->read(20s).type(), "0");
  EXPECT_EQ(peer->read(20s).type(), "1") << "a silent peer is asked";
}

TEST_F(ClockTest, ASmallStepIsAnAlarmAndNothingElse) {
  const auto gateway = start();
  const auto peer = log_on(*gateway, 1);
  clocks_.set_wall(20s);
  wait_for_log(gateway->process(), "it is drawn there");
  EXPECT_THAT(gateway->process().standard_error(), HasSubstr("behind the machine's clock"));
  EXPECT_THAT(http_get(gateway->http_port(), "/readyz"), HasSubstr(" 200 "));
  const std::string metrics = http_get(gateway->http_port(), "/metrics");
  constexpr std::string_view kOffset = "\nbetex_clock_offset_seconds ";
  const auto found = metrics.find(kOffset);
  ASSERT_NE(found, std::string::npos) << metrics;
  const double offset = std::stod(metrics.substr(found + kOffset.size()));
  EXPECT_LT(offset, -1);
  EXPECT_GE(offset, -20.1);
  EXPECT_THAT(metrics, HasSubstr("\nbetex_clock_uncertain 0"));
  peer->send("D", order("A1"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
}

TEST_F(ClockTest, AMachineThatWasSuspendedExpiresWhatIsDueAndCutsNobody) {
  const auto gateway = start();
  const auto peer = log_on(*gateway, 1);
  peer->send("D", order("A1", "59=6|126=" + utc_in(30min) + "|"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  clocks_.suspend(1h);
  EXPECT_EQ(peer->read_type("8").value(39), "C");
  std::this_thread::sleep_for(1500ms);  // a tick of the session
  EXPECT_THAT(http_get(gateway->http_port(), "/readyz"), HasSubstr(" 200 "));
  EXPECT_THAT(gateway->process().standard_error(), Not(HasSubstr("session BROKER1: off")));
  gateway->kill();
  expect_times_go_on();
}

// ---- The clock is wrong at the start ------------------------------------------------------------

TEST_F(ClockTest, AStartOnAClockThatIsFarBehindTheLogWaitsUntilItIsCorrected) {
  auto gateway = start();
  auto peer = log_on(*gateway, 1);
  peer->send("D", order("A1"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  gateway->kill();

  clocks_.set_wall(-12h);
  {
    const auto waiting = start_that_waits();
    EXPECT_THAT(waiting->standard_error(), HasSubstr("ahead of the machine's clock"));
    waiting->signal(SIGKILL);
    EXPECT_EQ(waiting->wait(kPatience), -SIGKILL);
  }
  {
    const auto waiting = start_that_waits();
    waiting->signal(SIGTERM);
    EXPECT_EQ(waiting->wait(kPatience), 0) << waiting->standard_error();
  }
  {
    const auto waiting = start_that_waits();
    clocks_.pass(601s);
    EXPECT_EQ(waiting->wait(kPatience), 78) << waiting->standard_error();
    EXPECT_THAT(waiting->standard_error(), HasSubstr("--accept-clock"));
  }
  {
    const auto waiting = start_that_waits();
    clocks_.set_wall(0s);
    wait_for_output(*waiting);
    waiting->signal(SIGTERM);
    EXPECT_EQ(waiting->wait(kPatience), 0) << waiting->standard_error();
  }
  gateway = start();
  peer = log_on(*gateway, 3);
  peer->send("H", "11=A1|54=1|55=RAIN-LON|");
  EXPECT_EQ(peer->read_type("8").value(39), "0") << "it lives, once";
}

// The first start is half a day ahead and writes so; then the clock is corrected.
TEST_F(ClockTest, AfterALeaderWhoseClockWasAheadTimeGoesOnFromThere) {
  clocks_.set_wall(12h);
  auto gateway = start();
  clocks_.set_wall(0s);
  wait_for_log(gateway->process(), "it goes on alone, new orders are refused");
  EXPECT_THAT(gateway->process().standard_error(), HasSubstr("--accept-clock"));
  {
    const auto peer = log_on(*gateway, 1);  // its 52 is near the machine's clock
    expect_refused_for_the_clock(*peer, "A1");
  }
  gateway->kill();
  start_that_waits()->signal(SIGKILL);

  gateway = start({"--accept-clock"});
  EXPECT_THAT(gateway->process().standard_error(), HasSubstr("taken over all the same"));
  EXPECT_THAT(http_get(gateway->http_port(), "/readyz"), HasSubstr(" 200 "));
  auto peer = log_on(*gateway, 3, "108=30|8013=Y|");
  peer->send("D", order("A2"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  peer->send("D", order("A3", "59=6|126=" + utc_in(1h) + "|"));
  EXPECT_EQ(peer->read_type("8").value(20001), "45") << "by exchange time it is past";
  peer->send("D", order("A4", "59=6|126=" + utc_in(13h) + "|"));
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  peer->close();
  wait_for_lost_orders(*gateway, 2);
  peer = log_on(*gateway, 7);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(peer->read_type("8").value(378), "12");
  }
  gateway->kill();

  gateway = start({"--accept-clock"});
  peer = log_on(*gateway, 7);  // a Logon alone uses up no number of the journal's
  peer->send("H", "11=A2|54=1|55=RAIN-LON|");
  EXPECT_EQ(peer->read_type("8").value(39), "4");
  gateway->kill();
  expect_times_go_on();
}

TEST_F(ClockTest, AClockThatMustBeSynchronisedIsWaitedFor) {
  require_synchronised_ = true;
  for (const int says : {1, 2}) {
    clocks_.set_unsynchronised(says);
    const auto waiting = start_that_waits();
    clocks_.set_unsynchronised(0);
    wait_for_output(*waiting);
    waiting->signal(SIGTERM);
    EXPECT_EQ(waiting->wait(kPatience), 0) << waiting->standard_error();
  }
  clocks_.set_unsynchronised(1);
  EXPECT_EQ(start({"--accept-clock"})->terminate(), 0);
}

// ---- Killed in each state -----------------------------------------------------------------------

struct KilledIn {
  const char* name;
  nanoseconds wall;
  nanoseconds suspended;
};

class KilledInTest : public ClockTest, public testing::WithParamInterface<KilledIn> {};

TEST_P(KilledInTest, NothingIsLostOrDoneTwiceAndTheNextStartTradesOn) {
  auto gateway = start();
  auto peer = log_on(*gateway, 1);
  peer->send("D", order("A1"));
  peer->send("D", order("A2"));
  EXPECT_EQ(peer->read_type("8").value(11), "A1");
  EXPECT_EQ(peer->read_type("8").value(11), "A2");
  if (GetParam().wall != 0s) {
    clocks_.set_wall(GetParam().wall);
    wait_for_log(gateway->process(), "which somebody has set");
  }
  if (GetParam().suspended != 0s) {
    clocks_.suspend(GetParam().suspended);
    EXPECT_EQ(peer->read().type(), "0");
  }
  peer->send("F", cancel("A3", "A2"));
  EXPECT_EQ(peer->read_type("8").value(39), "4");
  gateway->kill();

  clocks_.set_wall(GetParam().suspended);
  gateway = start();
  peer = log_on(*gateway, 5);
  peer->send("H", "11=A1|54=1|55=RAIN-LON|");
  EXPECT_EQ(peer->read_type("8").value(39), "0");
  peer->send("H", "11=A2|54=1|55=RAIN-LON|");
  EXPECT_EQ(peer->read_type("8").value(39), "4");
  peer->send("D", order("A4"));
  EXPECT_EQ(peer->read_type("8").value(11), "A4");
  gateway->kill();
  expect_times_go_on();
}

INSTANTIATE_TEST_SUITE_P(States,
                         KilledInTest,
                         testing::Values(KilledIn{"Right", 0s, 0s},
                                         KilledIn{"Off", 20s, 0s},
                                         KilledIn{"Ahead", -12h, 0s},
                                         KilledIn{"Behind", 12h, 0s},
                                         KilledIn{"Suspended", 0s, 90s}),
                         [](const auto& state) { return std::string{state.param.name}; });

}  // namespace
}  // namespace betex::test
