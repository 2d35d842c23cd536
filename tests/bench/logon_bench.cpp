// What logons cost: how soon all sessions are on again after a kill -9, how many passwords somebody
// may try, what that does to the client whose session it is, and whether time tells which sessions
// there are. The last line is the figures as JSON (json_line.h).
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/core.h>

#include "gateway/config/credentials.h"
#include "tests/bench/bench_program.h"
#include "tests/bench/json_line.h"
#include "tests/bench/session_name.h"
#include "tests/support/gateway_process.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::minutes kPatience{10};

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

struct Options {
  std::string gateway = BETEX_GATEWAY_PROGRAM;
  int sessions = 500;
  bool slow_passwords = true;  // also of 600 000 iterations
  std::chrono::milliseconds guessing{20'000};
  int refusals = 20;  // of each kind
};

// A gateway whose sessions all have the same password.
class Gateway {
 public:
  Gateway(const Options& options, const gateway::PasswordHash& hash) : program_{options.gateway} {
    const auto file = test::changed_config(
        folder_.path(), "connections_per_address = 100\n", "connections_per_address = 1_000\n");
    config_ = file.string();
    std::ofstream settings{file.parent_path() / "sessions.cfg"};
    std::ofstream credentials{file.parent_path() / "credentials"};
    settings << "[DEFAULT]\nConnectionType=acceptor\nSenderCompID=BETEX\nBeginString=FIXT.1.1\n"
                "DefaultApplVerID=9\nRole=Broker\nAllowFrom=127.0.0.0/8\n";
    for (int i = 0; i < options.sessions; ++i) {
      const std::string name = session_name(i);
      settings << "[SESSION]\nTargetCompID=" << name << "\nAccounts=" << name << "\n";
      credentials << gateway::credential_line(name, hash) << "\n";
    }
  }

  void start() {
    auto command = test::gateway_command(folder_.path() / "wal", {"--config", config_});
    command.front() = program_;
    process_ = std::make_unique<test::ChildProcess>(command);
    const auto end = Clock::now() + kPatience;
    std::string out;
    while (!(out = process_->standard_output()).ends_with('\n')) {
      if (process_->ended() || Clock::now() > end) {
        throw std::runtime_error{"the gateway does not listen: " + process_->standard_error()};
      }
      std::this_thread::sleep_for(milliseconds{2});
    }
    const std::string name = "fix=";
    const char* const digits = out.data() + out.find(name) + name.size();
    std::from_chars(digits, out.data() + out.size(), port_);
  }

  void kill() {
    process_->signal(SIGKILL);
    process_->wait(kPatience);
  }

  // One that has sent its Logon.
  [[nodiscard]] std::unique_ptr<test::RawFixPeer> knock(const std::string& comp_id,
                                                        const std::string& password,
                                                        int number = 1,
                                                        const std::string& from = {}) const {
    auto peer = std::make_unique<test::RawFixPeer>(
        port_,
        test::RawFixPeer::Names{.begin_string = "FIXT.1.1", .sender = comp_id, .target = "BETEX"},
        from);
    peer->next_out = number;
    peer->send("A", "98=0|108=60|553=" + comp_id + "|554=" + password + "|1137=9|");
    return peer;
  }

 private:
  test::TempFolder folder_;
  std::string program_;
  std::string config_;
  std::unique_ptr<test::ChildProcess> process_;
  std::uint16_t port_ = 0;
};

// All at once; those that are refused try again. Milliseconds until each was on.
std::vector<double> log_all_on(const Gateway& gateway,
                               const Options& options,
                               const std::string& password,
                               int number) {
  const auto begin = Clock::now();
  std::vector<std::unique_ptr<test::RawFixPeer>> peers;
  for (int i = 0; i < options.sessions; ++i) {
    peers.push_back(gateway.knock(session_name(i), password, number));
  }
  std::vector<double> times;
  int refused = 0;
  for (int i = 0; i < options.sessions; ++i) {
    auto& peer = peers[static_cast<std::size_t>(i)];
    while (!peer->try_read(kPatience)) {
      ++refused;
      peer = gateway.knock(session_name(i), password, number);
    }
    times.push_back(ms_since(begin));
  }
  std::ranges::sort(times);
  fmt::print("  first {:.0f} ms, half {:.0f} ms, all {:.0f} ms; {} refused and tried again\n",
             times.front(),
             times[times.size() / 2],
             times.back(),
             refused);
  return times;
}

void add_logons(JsonLine& line, const std::string& what, const std::vector<double>& times) {
  line.add(what + ", the first", times.front(), "ms");
  line.add(what + ", half", times[times.size() / 2], "ms");
  line.add(what + ", all", times.back(), "ms");
}

// One for all sessions.
struct Password {
  std::string what;
  gateway::PasswordHash hash;
  std::string text;
};

void measure_restart(const Options& options, const Password& password, JsonLine& line) {
  fmt::print("{} sessions, {}:\n", options.sessions, password.what);
  Gateway gateway{options, password.hash};
  gateway.start();
  add_logons(line, password.what + ", logons", log_all_on(gateway, options, password.text, 1));
  gateway.kill();
  gateway.start();
  fmt::print("  after kill -9:\n");
  add_logons(line,
             password.what + ", logons after kill -9",
             log_all_on(gateway, options, password.text, 2));
  gateway.kill();
}

// Eight connections from one address, each again as soon as it is closed; and the right client from
// another, which was on before and is not remembered after a restart.
void measure_guessing(const Options& options, const gateway::PasswordHash& hash, JsonLine& line) {
  Gateway gateway{options, hash};
  gateway.start();
  const auto end = Clock::now() + options.guessing;
  std::vector<std::thread> guessers;
  std::atomic<int> tried = 0;
  for (int i = 0; i < 8; ++i) {
    guessers.emplace_back([&] {
      while (Clock::now() < end) {
        const auto peer = gateway.knock(session_name(0), "wrong");
        const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
        tried += peer->wait_for_end(std::max(left, milliseconds{0})) ? 1 : 0;
      }
    });
  }
  std::this_thread::sleep_for(options.guessing / 4);
  const auto begin = Clock::now();
  int attempts = 1;
  while (Clock::now() < end &&
         !gateway.knock(session_name(0), "demo", 1, "127.0.0.2")->try_read(kPatience)) {
    ++attempts;
  }
  const double waited = ms_since(begin);
  for (std::thread& guesser : guessers) {
    guesser.join();
  }
  gateway.kill();
  const double seconds = std::chrono::duration<double>{options.guessing}.count();
  fmt::print(
      "eight connections that guess for {} s: {} connections closed, {:.1f} a second\n"
      "  the right client from another address: on after {:.0f} ms and {} attempts\n",
      seconds,
      tried.load(),
      tried.load() / seconds,
      waited,
      attempts);
  line.add("guesses that were answered", tried.load() / seconds, "a second");
  line.add("the right client beside guesses, on after", waited, "ms");
}

void measure_refusals(const Options& options, const gateway::PasswordHash& hash, JsonLine& line) {
  Gateway gateway{options, hash};
  gateway.start();
  std::vector<double> unknown;
  std::vector<double> wrong;
  for (int i = 0; i < options.refusals; ++i) {
    for (auto* const times : {&unknown, &wrong}) {
      const auto begin = Clock::now();
      const std::string name =
          times == &unknown ? "NOBODY" + std::to_string(i) : session_name(i % options.sessions);
      static_cast<void>(gateway.knock(name, "wrong")->wait_for_end(kPatience));
      times->push_back(ms_since(begin));
    }
  }
  gateway.kill();
  std::ranges::sort(unknown);
  std::ranges::sort(wrong);
  const std::size_t half = unknown.size() / 2;
  fmt::print(
      "closed after (ms: least, half, most): unknown CompID {:.2f} {:.2f} {:.2f}, wrong "
      "password {:.2f} {:.2f} {:.2f}\n",
      unknown.front(),
      unknown[half],
      unknown.back(),
      wrong.front(),
      wrong[half],
      wrong.back());
  line.add("an unknown CompID is closed after, half", unknown[half], "ms");
  line.add("a wrong password is closed after, half", wrong[half], "ms");
}

void measure(const Options& options) {
  const bool old = options.gateway != BETEX_GATEWAY_PROGRAM;
  const auto quick = gateway::hash_password("demo", 20'000);
  JsonLine line{"logon_bench"};
  measure_restart(options,
                  {.what = "chosen passwords, 20 000 iterations", .hash = quick, .text = "demo"},
                  line);
  if (!old) {
    const gateway::Secret password = gateway::generate_password();
    measure_restart(options,
                    {.what = "generated passwords",
                     .hash = gateway::hash_generated_password(password.view()),
                     .text = std::string{password.view()}},
                    line);
  }
  if (!old && options.slow_passwords) {
    measure_restart(options,
                    {.what = "chosen passwords, 600 000 iterations",
                     .hash = gateway::hash_password("demo"),
                     .text = "demo"},
                    line);
  }
  measure_guessing(options, quick, line);
  measure_refusals(options, quick, line);
  line.print();
}

}  // namespace
}  // namespace betex::bench

int main(int argc, char** argv) {
  betex::bench::Options options;
  bool smoke = false;
  CLI::App app{"What logons cost.", "logon_bench"};
  app.add_option("--sessions", options.sessions)->check(CLI::Range(20, 900))->capture_default_str();
  app.add_option("--gateway", options.gateway, "An older betex-gateway, to compare")
      ->check(CLI::ExistingFile);
  betex::bench::add_smoke(app, smoke);
  return betex::bench::run_program(app, argc, argv, [&] {
    if (smoke) {
      options = {.gateway = options.gateway,
                 .sessions = 20,
                 .slow_passwords = false,
                 .guessing = std::chrono::milliseconds{800},
                 .refusals = 1};
    }
    betex::bench::measure(options);
  });
}
