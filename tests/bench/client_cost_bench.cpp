// What one client can cost: attacks a gateway that runs, as BROKER1, for some seconds each, and
// says what they left on the disk and in the log, and how long BROKER2's orders took beside them.
// The gateway is whichever one the caller has started, so that two builds can be held against each
// other. The last line is the figures as JSON (json_line.h).
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/bench_program.h"
#include "tests/bench/json_line.h"
#include "tests/bench/loopback.h"
#include "tests/support/raw_fix_peer.h"

namespace betex::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::uint16_t port = 9880;
  std::filesystem::path wal;
  std::filesystem::path log;
  double seconds = 5;  // each
  std::vector<std::string> attacks;
};

std::string order_fields(const std::string& id) {
  return "11=" + id + "|38=1|40=2|44=0.01|54=1|55=RAIN-LON|59=1|60=" + test::fix_now() + "|";
}

// A broker that reads as fast as it can, counts what it reads, and answers nothing.
class Peer {
 public:
  Peer(std::uint16_t port, std::string comp_id)
      : comp_id_{std::move(comp_id)}, socket_{connect_to_loopback(port)} {
    send("A", "98=0|108=30|141=Y|553=" + comp_id_ + "|554=demo|1137=9|");
    read_until("\00135=A\001", 1);
  }

  ~Peer() { ::close(socket_); }

  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void add(std::string& to, const std::string& type, const std::string& fields) {
    to += test::fix_message("FIXT.1.1",
                            "35=" + type + "|34=" + std::to_string(number_++) + "|49=" + comp_id_ +
                                "|52=" + test::fix_now() + "|56=BETEX|" + fields);
  }

  void send_bytes(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        throw std::runtime_error{comp_id_ + ": the connection has ended"};
      }
      sent_ += static_cast<std::size_t>(sent);
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void send(const std::string& type, const std::string& fields) {
    std::string bytes;
    add(bytes, type, fields);
    send_bytes(bytes);
  }

  // Until `what` has come so often since the last call, or the time is over; how often it has.
  std::size_t read_until(std::string_view what,
                         std::size_t times,
                         Clock::time_point end = Clock::now() + std::chrono::seconds{30}) {
    std::size_t found = 0;
    while (found < times) {
      pollfd input{socket_, POLLIN, 0};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
      if (left.count() <= 0 || ::poll(&input, 1, static_cast<int>(left.count())) == 0) {
        return found;
      }
      std::array<char, 65536> buffer;
      const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (count <= 0) {
        throw std::runtime_error{comp_id_ + ": the connection has ended"};
      }
      std::string text = rest_ + std::string{buffer.data(), static_cast<std::size_t>(count)};
      std::size_t at = 0;
      for (std::size_t next = 0; (next = text.find(what, at)) != std::string::npos;) {
        ++found;
        at = next + what.size();
      }
      rest_ = text.substr(std::max(at, text.size() - std::min(text.size(), what.size() - 1)));
    }
    return found;
  }

  [[nodiscard]] std::size_t sent() const noexcept { return sent_; }

 private:
  std::string comp_id_;
  int socket_;
  int number_ = 1;
  std::size_t sent_ = 0;
  std::string rest_;
};

constexpr std::string_view kReport = "\00135=8\001";

// Orders of BROKER2, one after the other, on a thread of their own.
class Bystander {
 public:
  explicit Bystander(std::uint16_t port) : peer_{port, "BROKER2"} {
    thread_ = std::thread{[this] {
      for (int i = 0; !stop_; ++i) {
        const auto begin = Clock::now();
        peer_.send("D", order_fields("B" + std::to_string(i)));
        if (peer_.read_until(kReport, 1) == 1) {
          times_.push_back(Clock::now() - begin);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
      }
    }};
  }

  // No more of them.
  void end() {
    stop_ = true;
    thread_.join();
    std::sort(times_.begin(), times_.end());
  }

  // After end(): milliseconds, of those that were answered; none where none was.
  [[nodiscard]] std::optional<double> at(std::size_t percent) const {
    if (times_.empty()) {
      return std::nullopt;
    }
    const auto time = times_[std::min(times_.size() - 1, times_.size() * percent / 100)];
    return std::chrono::duration<double, std::milli>(time).count();
  }

 private:
  Peer peer_;
  std::vector<Clock::duration> times_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

std::uintmax_t disk_bytes(const std::filesystem::path& path) {
  std::uintmax_t bytes = 0;
  std::error_code gone;  // a segment may be moved meanwhile
  if (std::filesystem::is_regular_file(path, gone)) {
    return std::filesystem::file_size(path, gone);
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path, gone)) {
    if (entry.is_regular_file(gone)) {
      bytes += entry.file_size(gone);
    }
  }
  return bytes;
}

struct Sizes {
  std::uintmax_t events;
  std::uintmax_t log;
};

Sizes look(const Options& options) {
  return {.events = disk_bytes(options.wal / "segments"), .log = disk_bytes(options.log)};
}

// ---- Attacks, each until `end` ------------------------------------------------------------------

// Long answers, none of which is proven to have arrived.
void ask_for_all_orders(Peer& peer, Clock::time_point end) {
  constexpr int kOrders = 5000;
  std::string orders;
  for (int i = 0; i < kOrders; ++i) {
    peer.add(orders, "D", order_fields("S" + std::to_string(i)));
  }
  peer.send_bytes(orders);
  peer.read_until(kReport, kOrders);
  for (int i = 0; Clock::now() < end; ++i) {
    peer.send("AF", "584=A" + std::to_string(i) + "|585=7|");
    peer.read_until("\001912=Y\001", 1, end);
  }
}

// Messages that are refused and journaled.
void send_what_is_refused(Peer& peer, Clock::time_point end) {
  std::size_t refused = 0;
  while (Clock::now() < end) {
    constexpr std::size_t kAtOnce = 500;
    std::string messages;
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      peer.add(messages, "D", "11=R|");
    }
    peer.send_bytes(messages);
    refused += peer.read_until("\00135=3\001", kAtOnce, end);
  }
  std::printf("  %zu refused\n", refused);
}

void refuse_what_comes(Peer& peer, Clock::time_point end) {
  while (Clock::now() < end) {
    std::string messages;
    for (int i = 0; i < 20; ++i) {
      peer.add(messages, "j", "45=" + std::string(8000, '\n') + "|372=8|380=0|58=x|");
    }
    peer.send_bytes(messages);
    peer.read_until("\00135=0\001", 1, Clock::now());
  }
}

void ask_for_resends(Peer& peer, Clock::time_point end) {
  constexpr int kOrders = 1000;
  std::string orders;
  for (int i = 0; i < kOrders; ++i) {
    peer.add(orders, "D", order_fields("S" + std::to_string(i)));
  }
  peer.send_bytes(orders);
  peer.read_until(kReport, kOrders);
  while (Clock::now() < end) {
    std::string requests;
    for (int i = 0; i < 4; ++i) {
      peer.add(requests, "2", "7=1|16=1000|");
    }
    peer.send_bytes(requests);
    peer.read_until(kReport, std::size_t{900} * 4, end);
  }
}

void do_nothing(Peer& /*peer*/, Clock::time_point end) {
  std::this_thread::sleep_until(end);
}

using Attack = std::function<void(Peer&, Clock::time_point)>;

const std::map<std::string, Attack> kAttacks{{"nothing", do_nothing},
                                             {"status", ask_for_all_orders},
                                             {"refused", send_what_is_refused},
                                             {"j", refuse_what_comes},
                                             {"resend", ask_for_resends}};

void run(const Options& options, const std::string& name, JsonLine& line) {
  const Sizes before = look(options);
  std::printf("%s, %g s:\n", name.c_str(), options.seconds);
  std::size_t sent = 0;
  Bystander bystander{options.port};
  const auto begin = Clock::now();
  try {
    Peer peer{options.port, "BROKER1"};
    const std::chrono::duration<double> time{options.seconds};
    kAttacks.at(name)(peer, begin + std::chrono::duration_cast<Clock::duration>(time));
    sent = peer.sent();
  } catch (const std::runtime_error& ended) {
    std::printf("  %s\n", ended.what());
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  bystander.end();
  const Sizes after = look(options);
  const auto rate = [&](std::uintmax_t from, std::uintmax_t to) {
    return (static_cast<double>(to) - static_cast<double>(from)) / 1e6 / seconds;
  };
  std::printf("  MB/s: sent %.2f, log of events %+.2f, log %+.3f\n",
              static_cast<double>(sent) / 1e6 / seconds,
              rate(before.events, after.events),
              rate(before.log, after.log));
  line.add(name + ", log of events", rate(before.events, after.events), "MB a second");
  line.add(name + ", log", rate(before.log, after.log), "MB a second");
  std::printf("  another's orders:");
  for (const auto& [which, percent] :
       {std::pair{"p50", 50U}, std::pair{"p99", 99U}, std::pair{"worst", 100U}}) {
    if (const auto millis = bystander.at(percent)) {
      std::printf(" %s %.1f ms", which, *millis);
      line.add(name + ", another's orders, " + which, *millis, "ms");
    }
  }
  std::printf("%s\n", bystander.at(50) ? "" : " none answered");
}

}  // namespace
}  // namespace betex::bench

int main(int argc, char** argv) {
  using namespace betex::bench;
  Options options;
  CLI::App app{"What one client can cost a gateway that runs.", "client_cost_bench"};
  app.add_option("--port", options.port, "Its plain FIX port")->capture_default_str();
  app.add_option("--wal", options.wal, "Its write-ahead log")
      ->required()
      ->check(CLI::ExistingDirectory);
  app.add_option("--log", options.log, "Where its log goes")->required()->check(CLI::ExistingPath);
  app.add_option("--seconds", options.seconds, "For each attack")
      ->check(CLI::Range(0.05, 60.0))
      ->capture_default_str();
  app.add_option("attacks", options.attacks, "nothing, status, refused, j, resend")
      ->required()
      ->check(CLI::IsMember({"nothing", "status", "refused", "j", "resend"}));
  return run_program(app, argc, argv, [&] {
    JsonLine line{"client_cost_bench"};
    for (const std::string& attack : options.attacks) {
      run(options, attack, line);
    }
    line.print();
  });
}
