// What clients and probes of a gateway get while strangers flood it from other addresses of
// loopback: with silent connections, with TLS handshakes, with slow HTTP requests. The last line is
// the figures as JSON (json_line.h).
//
// PROGRAM may be an older betex-gateway. Sessions may come from all of loopback, as from a network
// that strangers are in too.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "gateway/client/connection.h"
#include "gateway/config/credentials.h"
#include "tests/bench/bench_program.h"
#include "tests/bench/json_line.h"
#include "tests/bench/strangers.h"
#include "tests/support/gateway_process.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_certificates.h"

namespace betex::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPatience = 5s;  // a client's, for one logon; a probe's is a second
constexpr auto kBetween = 40ms;
constexpr const char* kLogon = "98=0|108=30|141=Y|553=CLIENT|554=demo|1137=9|";

// One gateway with one session, whose certificate has this kind of key.
class Server {
 public:
  Server(const std::string& program, test::KeyKind key) {
    certificate_ = authority_.issue("gateway", key);
    const auto file = folder_.path() / "gateway.toml";
    std::ofstream{file} << fmt::format(
        "[wal]\nroot = \"wal\"\n[fix]\nport = 0\ntls_port = 0\ntls_certificate = \"{0}\"\n"
        "sessions = \"sessions.cfg\"\ncredentials = \"credentials\"\ndictionaries = \"{1}\"\n"
        "[http]\nport = 0\n[market_data]\nenabled = false\n",
        certificate_.string(),
        BETEX_DICTIONARIES_DIR);
    std::ofstream{folder_.path() / "sessions.cfg"}
        << "[SESSION]\nBeginString=FIXT.1.1\nDefaultApplVerID=9\nSenderCompID=BETEX\n"
           "TargetCompID=CLIENT\nRole=Broker\nAccounts=CLIENT\nResetAllowed=Y\n"
           "AllowFrom=127.0.0.0/8\n";
    const auto credentials = folder_.path() / "credentials";
    std::ofstream{credentials} << gateway::credential_line(
                                      "CLIENT",
                                      gateway::hash_password("demo",
                                                             gateway::kMinPasswordIterations))
                               << "\n";
    std::filesystem::permissions(credentials, std::filesystem::perms{0600});
    process_ = std::make_unique<test::ChildProcess>(
        std::vector<std::string>{program, "--config", file.string()});
    wait_for_ports();
  }

  std::uint16_t fix_port = 0;
  std::uint16_t tls_port = 0;
  std::uint16_t http_port = 0;

  [[nodiscard]] client::TlsFiles tls_files() const {
    return {.ca = authority_.certificate().string(), .certificate = {}, .key = {}};
  }

 private:
  void wait_for_ports() {
    const std::regex line{"listening fix=(\\d+) tls=(\\d+) http=(\\d+)\n"};
    std::smatch ports;
    const auto deadline = Clock::now() + 60s;
    std::string out;  // which `ports` points into
    while (!std::regex_search(out = process_->standard_output(), ports, line)) {
      if (process_->ended() || Clock::now() > deadline) {
        throw std::runtime_error{"the gateway does not listen: " + process_->standard_error()};
      }
      std::this_thread::sleep_for(10ms);
    }
    fix_port = static_cast<std::uint16_t>(std::stoi(ports[1]));
    tls_port = static_cast<std::uint16_t>(std::stoi(ports[2]));
    http_port = static_cast<std::uint16_t>(std::stoi(ports[3]));
  }

  test::TempFolder folder_;
  test::TestAuthority authority_{folder_.path(), "bench"};
  std::filesystem::path certificate_;
  std::unique_ptr<test::ChildProcess> process_;
};

// Each throws where it gets no answer in time.

void log_on_and_off(const Server& server) {
  test::RawFixPeer peer{server.fix_port,
                        {.begin_string = "FIXT.1.1", .sender = "CLIENT", .target = "BETEX"}};
  peer.send("A", kLogon);
  if (peer.read(kPatience).type() != "A") {
    throw std::runtime_error{"no Logon"};
  }
  peer.send("5");
  (void)peer.wait_for_end(kPatience);
}

void log_on_and_off_by_tls(const Server& server) {
  auto connection =
      client::Connection::open_tls("127.0.0.1", server.tls_port, server.tls_files(), kPatience);
  const auto send = [&](const std::string& body) {
    connection.send(test::fix_message("FIXT.1.1",
                                      body + "|49=CLIENT|52=" + test::fix_now() + "|56=BETEX|" +
                                          (body.starts_with("35=A") ? kLogon : "")),
                    kPatience);
  };
  send("35=A|34=1");
  const auto deadline = Clock::now() + kPatience;
  while (connection.received().find("\00135=A\001") == std::string::npos) {
    if (!connection.receive(deadline)) {
      throw std::runtime_error{"no Logon"};
    }
  }
  send("35=5|34=2");
  while (connection.receive(deadline)) {
  }
}

void probe(const Server& server) {
  test::RawFixPeer peer{server.http_port, {}};
  peer.send_bytes("GET /livez HTTP/1.0\r\n\r\n");
  if (peer.read_all(1s).find(" 200 OK") == std::string::npos) {
    throw std::runtime_error{"no answer"};
  }
}

struct Result {
  int tried = 0;
  std::vector<double> ms;  // of those that succeeded
};

Result repeat(std::chrono::milliseconds duration, const std::function<void()>& attempt) {
  Result result;
  for (const auto end = Clock::now() + duration; Clock::now() < end; ++result.tried) {
    const auto begin = Clock::now();
    try {
      attempt();
      result.ms.push_back(std::chrono::duration<double, std::milli>{Clock::now() - begin}.count());
    } catch (const std::exception&) {
      // Counted by what is missing.
    }
    std::this_thread::sleep_for(kBetween);
  }
  std::ranges::sort(result.ms);
  return result;
}

void tell(const std::string& what, const Result& result, JsonLine& line) {
  const auto at = [&](double part) {
    return result.ms.empty() ? 0.0
                             : result.ms[static_cast<std::size_t>(
                                   part * static_cast<double>(result.ms.size() - 1))];
  };
  fmt::print("| {} | {} of {} | {:.1f} | {:.1f} |\n",
             what,
             result.ms.size(),
             result.tried,
             at(0.5),
             at(1.0));
  std::fflush(stdout);
  const auto failed = static_cast<double>(result.tried) - static_cast<double>(result.ms.size());
  line.add(what + ", failed", 100 * failed / result.tried, "%");
  if (!result.ms.empty()) {
    line.add(what + ", median", at(0.5), "ms");
    line.add(what + ", most", at(1.0), "ms");
  }
}

struct Effort {
  std::chrono::milliseconds each{10'000};
  std::chrono::milliseconds flood_before{1'000};
  int part = 100;  // per cent of the connections
  std::vector<std::pair<std::string, test::KeyKind>> keys{{"EC", test::KeyKind::Ec},
                                                          {"RSA 4096", test::KeyKind::Rsa4096}};
};

struct Run {
  Effort effort;
  JsonLine line{"strangers_bench"};
};

// `attempt` alone, and beside strangers.
void compare(const std::string& what,
             const std::function<void()>& attempt,
             const Strangers::Plan& plan,
             Run& run) {
  tell(what + ", alone", repeat(run.effort.each / 4, attempt), run.line);
  const Strangers strangers{plan};
  std::this_thread::sleep_for(run.effort.flood_before);
  tell(what, repeat(run.effort.each, attempt), run.line);
}

void measure(const std::string& program, const Effort& effort) {
  const auto connections = [&](int each) { return std::max(each * effort.part / 100, 1); };
  Run run{.effort = effort};
  fmt::print("{}, {} s a line, {} processors\n",
             program,
             std::chrono::duration<double>{effort.each}.count(),
             std::thread::hardware_concurrency());
  fmt::print("| | succeeded | median ms | most ms |\n|---|---|---|---|\n");
  {
    const Server server{program, test::KeyKind::Ec};
    compare(
        "logons beside 1 000 silent connections from ten addresses",
        [&] { log_on_and_off(server); },
        {.port = server.fix_port, .addresses = 10, .connections_each = connections(100)},
        run);
  }
  for (const auto& [name, key] : effort.keys) {
    const Server server{program, key};
    compare(
        fmt::format("TLS logons, {}, beside 450 handshakes from nine addresses", name),
        [&] { log_on_and_off_by_tls(server); },
        {.port = server.tls_port,
         .addresses = 9,
         .connections_each = connections(50),
         .bytes = client_hello(),
         .closes_when_answered = true},
        run);
  }
  const Server server{program, test::KeyKind::Ec};
  compare(
      "GET /livez beside 64 slow HTTP clients of the same address",
      [&] { probe(server); },
      {.port = server.http_port,
       .first_address = 1,
       .connections_each = connections(64),
       .bytes = "GET /metrics HTTP/1.1\r\n"},
      run);
  run.line.print();
}

}  // namespace
}  // namespace betex::bench

int main(int argc, char** argv) {
  CLI::App app{"What clients get of a gateway that strangers flood.", "strangers_bench"};
  std::string program = BETEX_GATEWAY_PROGRAM;
  int seconds = 10;
  bool smoke = false;
  app.add_option("program", program, "betex-gateway, as built or an older one")
      ->check(CLI::ExistingFile)
      ->capture_default_str();
  app.add_option("seconds", seconds, "For each line")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  betex::bench::add_smoke(app, smoke);
  return betex::bench::run_program(app, argc, argv, [&] {
    using std::chrono::milliseconds;
    betex::bench::measure(program,
                          smoke ? betex::bench::Effort{.each = milliseconds{200},
                                                       .flood_before = milliseconds{50},
                                                       .part = 2,
                                                       .keys = {{"EC", betex::test::KeyKind::Ec}}}
                                : betex::bench::Effort{.each = std::chrono::seconds{seconds}});
  });
}
