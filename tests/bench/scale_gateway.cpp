#include "tests/bench/scale_gateway.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "gateway/config/credentials.h"
#include "tests/bench/cpu_usage.h"
#include "tests/bench/session_name.h"

namespace betex::bench {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

// A whole log of 100 million events is replayed, or printed, in minutes.
constexpr std::chrono::minutes kPatience{60};
constexpr auto kPollInterval = 2ms;

double seconds_since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

void write_sessions(const ScaleSize& size, const std::filesystem::path& config) {
  const auto hash = gateway::hash_password("demo", gateway::kMinPasswordIterations);
  std::ofstream settings{config / "sessions.cfg"};
  std::ofstream credentials{config / "credentials"};
  settings << "[DEFAULT]\nConnectionType=acceptor\nSenderCompID=BETEX\nBeginString=FIXT.1.1\n"
              "DefaultApplVerID=9\nRole=Broker\nResetAllowed=Y\nAllowFrom=127.0.0.1\n";
  for (int session = 0; session < size.sessions; ++session) {
    const std::string name = session_name(session);
    settings << "[SESSION]\nTargetCompID=" << name << "\nAccounts=" << name;
    for (int account = session + size.sessions; account < size.accounts; account += size.sessions) {
      settings << ", " << scale_account(size, account);
    }
    settings << "\n";
    credentials << gateway::credential_line(name, hash) << "\n";
  }
}

std::string write_config(const ScaleSize& size,
                         std::uint64_t segment_events,
                         const std::filesystem::path& folder) {
  const std::string connections = std::to_string(std::max(1'000, size.sessions + 100));
  const auto file = test::changed_config(
      folder,
      {{"max_segment_events = 1_000_000", "max_segment_events = " + std::to_string(segment_events)},
       {"snapshot_every_events = 1_000_000", "snapshot_every_events = 0"},
       {"connections = 1_000\n", "connections = " + connections + "\n"},
       {"connections_per_address = 100\n", "connections_per_address = " + connections + "\n"}});
  write_sessions(size, file.parent_path());
  return file.string();
}

// Of /proc/PID/status, in MiB.
double mib_of(pid_t process, std::string_view field) {
  std::ifstream status{"/proc/" + std::to_string(process) + "/status"};
  std::string key;
  while (status >> key) {
    if (key == field) {
      double kib = 0;
      status >> kib;
      return kib / 1024;
    }
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  throw std::runtime_error{"no " + std::string{field} + " in the status of process " +
                           std::to_string(process)};
}

// That the process has read so far, from whatever.
double bytes_read(pid_t process) {
  std::ifstream io{"/proc/" + std::to_string(process) + "/io"};
  std::string key;
  double bytes = 0;
  io >> key >> bytes;  // rchar, the first one
  return bytes;
}

// For /bin/sh.
std::string quoted(const std::string& word) {
  return "'" + word + "'";
}

}  // namespace

ScaleGateway::ScaleGateway(const ScaleSize& size,
                           std::uint64_t segment_events,
                           const std::filesystem::path& folder,
                           std::filesystem::path wal_root)
    : wal_root_{std::move(wal_root)}, config_{write_config(size, segment_events, folder)} {}

double ScaleGateway::start() {
  const auto begin = Steady::now();
  process_ =
      std::make_unique<test::ChildProcess>(test::gateway_command(wal_root_, {"--config", config_}));
  std::string out;
  while (!(out = process_->standard_output()).ends_with('\n')) {
    if (process_->ended() || Steady::now() - begin > kPatience) {
      throw std::runtime_error{"the gateway does not listen: " + process_->standard_error()};
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  const double seconds = seconds_since(begin);
  const std::string name = "fix=";
  const char* const digits = out.data() + out.find(name) + name.size();
  std::from_chars(digits, out.data() + out.size(), port_);
  return seconds;
}

void ScaleGateway::kill() {
  process_->signal(SIGKILL);
  process_->wait(kPatience);
}

void ScaleGateway::wait_until_it_rests() const {
  constexpr double kNextToNothing = 0.05;      // seconds of a processor in a second
  constexpr double kHardlyAnything = 1 << 20;  // bytes
  const auto end = Steady::now() + 15min;
  CpuUsage before = cpu_usage(process_->pid());
  double read_before = bytes_read(process_->pid());
  for (bool works = true; works && Steady::now() < end;) {
    std::this_thread::sleep_for(1s);
    const CpuUsage now = cpu_usage(process_->pid());
    const double read = bytes_read(process_->pid());
    works = total(difference(now, before)) > kNextToNothing || read - read_before > kHardlyAnything;
    before = now;
    read_before = read;
  }
}

double ScaleGateway::own_memory() const {
  return mib_of(process_->pid(), "RssAnon:");
}

double ScaleGateway::shared_memory() const {
  return mib_of(process_->pid(), "RssShmem:");
}

double seconds_of_tool(const std::vector<std::string>& arguments) {
  std::string command = "exec " + quoted(BETEX_JOURNAL_PROGRAM);
  for (const std::string& argument : arguments) {
    command += " " + quoted(argument);
  }
  const auto begin = Steady::now();
  test::ChildProcess tool{{"/bin/sh", "-c", command + " > /dev/null"}};
  const int code = tool.wait(kPatience);
  if (code != 0) {
    throw std::runtime_error{"betex-journal " + arguments.front() + " ended with " +
                             std::to_string(code) + ": " + tool.standard_error()};
  }
  return seconds_since(begin);
}

std::uint64_t bytes_in(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
    bytes += entry.is_regular_file() ? entry.file_size() : 0;
  }
  return bytes;
}

void drop_from_memory(const std::filesystem::path& folder) {
  ::sync();  // pages that are not on the disk yet would stay
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
    if (entry.is_regular_file()) {
      const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
      if (file >= 0) {
        ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
        ::close(file);
      }
    }
  }
}

}  // namespace betex::bench
