// How fast is an order, from a client's socket to the durable log and back? Runs betex-gateway with
// its WAL on a real disk and measures over loopback, interleaved in rounds so that the machine's
// moods meet all alike:
//   - an order's way to its New with one outstanding, and the rate with many outstanding;
//   - beside them what they cannot be faster than: one durable LMDB commit, one TCP round trip.
//
// end_to_end_bench [FOLDER]: the WAL goes into a new folder in FOLDER (default: the working
// directory, which should not be a tmpfs) and is removed at the end.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "gateway/client/utc_time.h"
#include "journal/lmdb.h"
#include "tests/bench/load_generator.h"
#include "tests/bench/loopback.h"
#include "tests/support/gateway_process.h"

namespace betex::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 5;
constexpr int kSamples = 1000;             // of each latency, each round
constexpr std::uint64_t kOrders = 50'000;  // pipelined, each round
constexpr std::uint64_t kWindow = 2048;    // of them unanswered
constexpr std::size_t kRecordSize = 512;   // about one order's transaction with its record's header
constexpr std::size_t kMessageSize = 220;  // about an order, and a New

using Micros = std::vector<double>;

template <typename Action>
void measure(Micros& samples, Action action) {
  for (int i = 0; i < kSamples; ++i) {
    const auto begin = Clock::now();
    action();
    samples.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
}

double percentile(Micros samples, double share) {
  const auto index = static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1));
  std::nth_element(
      samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(index), samples.end());
  return samples[index];
}

// One record of kRecordSize appended and committed, as the journal does it, and nothing else.
class PlainCommit {
 public:
  explicit PlainCommit(const std::filesystem::path& folder)
      : environment_{folder,
                     {.access = journal::EnvironmentOptions::Access::ReadWrite,
                      .map_size = std::size_t{1} << 30,
                      .main_key_order = journal::KeyOrder::Integer}} {}

  void operator()() {
    journal::WriteTransaction transaction{environment_};
    const journal::IntegerKey key{++last_key_};
    transaction.append(environment_.main_database(), key.bytes(), record_);
    transaction.commit();
  }

 private:
  journal::Environment environment_;
  std::array<std::byte, kRecordSize> record_{};
  std::uint64_t last_key_ = 0;
};

// A message of kMessageSize to another thread over loopback, and one back.
class PingPong {
 public:
  PingPong() {
    std::array<char, kMessageSize> message{};
    echo_ = std::thread{[this, message]() mutable {
      const int peer = listener_.accept();
      while (recv(peer, message.data(), message.size(), MSG_WAITALL) == kMessageSize) {
        send(peer, message.data(), message.size(), MSG_NOSIGNAL);
      }
      close(peer);
    }};
    descriptor_ = connect_to_loopback(listener_.port());
  }

  ~PingPong() {
    close(descriptor_);
    echo_.join();
  }

  PingPong(const PingPong&) = delete;
  PingPong& operator=(const PingPong&) = delete;

  void operator()() {
    send(descriptor_, message_.data(), message_.size(), MSG_NOSIGNAL);
    recv(descriptor_, message_.data(), message_.size(), MSG_WAITALL);
  }

 private:
  Listener listener_;
  std::thread echo_;
  int descriptor_ = -1;
  std::array<char, kMessageSize> message_{};
};

std::string cpu_model() {
  std::ifstream info{"/proc/cpuinfo"};
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      return line.substr(line.find(':') + 2);
    }
  }
  return "unknown CPU";
}

void print_conditions(const std::filesystem::path& folder) {
  utsname system{};
  uname(&system);

  struct statfs disk {};

  statfs(folder.c_str(), &disk);
#ifdef NDEBUG
  constexpr const char* kBuild = "optimised";
#else
  constexpr const char* kBuild = "DEBUG, not for comparing";
#endif
  std::printf("%s\n", client::utc_now().c_str());
  std::printf("%s, %u threads; %s %s; file system type 0x%lx at %s; build: %s\n",
              cpu_model().c_str(),
              std::thread::hardware_concurrency(),
              system.sysname,
              system.release,
              static_cast<unsigned long>(disk.f_type),
              folder.c_str(),
              kBuild);
  std::printf(
      "%d rounds of %d samples each and %lu pipelined orders, window %lu; one FIXT.1.1 "
      "session, TCP over loopback, WAL synced, gateway as shipped in config/\n\n",
      kRounds,
      kSamples,
      static_cast<unsigned long>(kOrders),
      static_cast<unsigned long>(kWindow));
}

void print_latency(const char* what, const Micros& samples) {
  std::printf("%-44s %9.1f %9.1f %9.1f\n",
              what,
              percentile(samples, 0.5),
              percentile(samples, 0.99),
              percentile(samples, 0.999));
}

struct Results {
  Micros commit;
  Micros ping_pong;
  Micros order;
  std::vector<double> rates;  // orders/s, one a round
};

void print(const Results& results) {
  std::printf("%-44s %9s %9s %9s\n", "us", "p50", "p99", "p99.9");
  print_latency("one LMDB commit, one record of 512 bytes", results.commit);
  print_latency("TCP ping-pong, 220 bytes, two threads", results.ping_pong);
  print_latency("order -> New, one outstanding", results.order);
  const double floor = percentile(results.commit, 0.5) + percentile(results.ping_pong, 0.5);
  std::printf("%-44s %9.2f\n\n",
              "order -> New / (commit + ping-pong), p50",
              percentile(results.order, 0.5) / floor);
  const auto [least, most] = std::minmax_element(results.rates.begin(), results.rates.end());
  std::printf(
      "pipelined: median %.0f orders/s (rounds %.0f to %.0f), each answered by its New "
      "after its commit\n",
      percentile(results.rates, 0.5),
      *least,
      *most);
}

void run(const std::filesystem::path& parent) {
  const std::filesystem::path folder = parent / ("end_to_end_bench-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder / "commit");
  print_conditions(folder);
  {
    test::GatewayProcess gateway{folder / "wal"};
    LoadGenerator client{gateway.fix_port(), "BROKER1"};
    PlainCommit commit{folder / "commit"};
    PingPong ping_pong;
    client.pipeline(kOrders / 10, kWindow);  // warm
    Results results;
    for (int round = 0; round < kRounds; ++round) {
      measure(results.commit, [&] { commit(); });
      measure(results.order, [&] { client.round_trip(); });
      measure(results.ping_pong, [&] { ping_pong(); });
      const auto begin = Clock::now();
      client.pipeline(kOrders, kWindow);
      const std::chrono::duration<double> time = Clock::now() - begin;
      results.rates.push_back(static_cast<double>(kOrders) / time.count());
    }
    print(results);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace betex::bench

int main(int argc, char** argv) {
  try {
    betex::bench::run(argc > 1 ? argv[1] : std::filesystem::current_path());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "end_to_end_bench: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
