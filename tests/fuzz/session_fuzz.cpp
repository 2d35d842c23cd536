// Fuzz target for all that a byte from the network passes: connection, framer, guard, QuickFIX's
// session, decoder, and what goes back. A real FixServer with the engine behind it, and a real
// MarketDataServer, are driven on this thread; the bytes go over loopback.
//
//   build/fuzz/bin/session_fuzz -dict=tests/fuzz/fix.dict CORPUS tests/fuzz/corpus/session
//
// An input is a first byte and lines. The byte's lowest bit says a broker's dialect, the next one
// whether lines are repaired (BodyLength, CheckSum and SendingTime are made right, "34=#" becomes
// the next number), the next four in which pieces the stream is sent, and the last two who sends:
// 2 an operator, 3 a market data session, else a broker. `|` counts as SOH.

#include "tests/fuzz/session_fuzz.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <boost/asio/io_context.hpp>
#include <netinet/in.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/link/clock.h"
#include "gateway/session/dictionaries.h"
#include "gateway/session/fix_server.h"
#include "gateway/session/market_data_server.h"
#include "gateway/session/session_ports.h"
#include "matching/assert.h"
#include "tests/gateway/session/fake_feed.h"
#include "tests/gateway/session/fake_pipeline.h"
#include "tests/gateway/session/test_gateway.h"
#include "tests/support/raw_fix_peer.h"
#include "tests/support/temp_folder.h"

namespace betex::test {
namespace {

constexpr char kSoh = '\x01';
constexpr int kInputsPerServer = 100;  // what is journaled and cached by them is kept
constexpr auto kPatienceOfFuzzer = std::chrono::seconds{20};
constexpr std::size_t kMostMarketData = 10;  // sessions that are on
// A market data session's are served one a second.
constexpr std::ptrdiff_t kMostResendRequests = 3;

std::uint64_t logged_on = 0;  // inputs

const fix::Dictionaries& dictionaries() {
  static const fix::Dictionaries kDictionaries{BETEX_DICTIONARIES_DIR};
  return kDictionaries;
}

class AnyPassword final : public fix::Authenticator {
 public:
  Job authenticate(fix::LogonCredentials /*credentials*/, Done done) override {
    done({.right = true});
    return 0;
  }

  bool drop(Job /*job*/) override { return false; }
};

// The client's end: what it sends, and what it reads and throws away.
class Socket {
 public:
  explicit Socket(std::uint16_t port)
      : descriptor_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    while (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
           0) {
      if (errno != EINTR) {  // libFuzzer's alarm
        throw std::system_error{errno, std::generic_category(), "connect"};
      }
    }
  }

  ~Socket() { ::close(descriptor_); }

  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // How much the other end takes now; it may have gone.
  std::size_t send(std::string_view bytes) const {
    const ssize_t sent =
        ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? (errno == EAGAIN ? 0 : bytes.size()) : static_cast<std::size_t>(sent);
  }

  void end_stream() const { ::shutdown(descriptor_, SHUT_WR); }

  // False when the other end has ended the stream.
  bool discard() const {
    std::array<char, 65536> buffer;
    const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return size > 0 || (size < 0 && errno == EAGAIN);
  }

 private:
  int descriptor_;
};

// As a peer who keeps to the rules about length, sum and time, but not about the rest.
class Repair {
 public:
  explicit Repair(std::string_view begin_string) : begin_string_{begin_string} {}

  std::string operator()(std::string_view line) {
    std::string body;
    while (!line.empty()) {
      const std::size_t end = std::min(line.find(kSoh), line.size());
      const std::string_view field = line.substr(0, end);
      line.remove_prefix(std::min(end + 1, line.size()));
      if (field.empty() || field.starts_with("8=") || field.starts_with("9=") ||
          field.starts_with("10=")) {
        continue;
      }
      if (field == "34=#") {
        body += "34=" + std::to_string(next_++);
      } else if (field.starts_with("52=") || field == "60=#" || field == "122=#") {
        body += std::string{field.substr(0, field.find('='))} + "=" + fix_now();
      } else {
        body += field;
      }
      body += kSoh;
    }
    return fix_message(begin_string_, body);
  }

 private:
  std::string begin_string_;
  int next_ = 2;  // behind the Logon
};

std::vector<fix::SessionSettings> all_sessions() {
  std::vector<fix::SessionSettings> sessions = test_sessions();
  std::ranges::move(test_market_data_sessions(), std::back_inserter(sessions));
  return sessions;
}

bool is_for_market_data(const std::string& comp_id) {
  return comp_id == "MD1";
}

// Both servers, and what they stand on, run by whoever asks.
class FuzzedGateway {
 public:
  FuzzedGateway()
      : cache_{folder_.path() / "cache", {.boot_id = "boot", .wal_id = "wal"}, {}},
        server_{{.io = io_,
                 .dictionaries = dictionaries(),
                 .commands = pipeline_,
                 .reports = pipeline_,
                 .authenticator = authenticator_,
                 .cache = cache_,
                 .clock = clock_},
                fix::TransportLimits{},
                all_sessions(),
                {}},
        market_data_{{.io = io_,
                      .dictionaries = dictionaries(),
                      .commands = pipeline_,
                      .feed = feed_,
                      .authenticator = authenticator_,
                      .clock = clock_},
                     fix::TransportLimits{},
                     kMostMarketData,
                     all_sessions(),
                     {}} {
    pipeline_.set_sink(&ports_);
    port_ = server_.listen("127.0.0.1", 0);
    market_data_port_ = market_data_.listen("127.0.0.1", 0);
  }

  ~FuzzedGateway() { pipeline_.set_sink(nullptr); }

  FuzzedGateway(const FuzzedGateway&) = delete;
  FuzzedGateway& operator=(const FuzzedGateway&) = delete;

  // All of `stream` after a Logon, and the end of the connection.
  void serve(const std::string& comp_id, std::string_view stream, std::size_t piece) {
    const matching::SessionEpoch before = epoch_of(comp_id);
    const Socket client{is_for_market_data(comp_id) ? market_data_port_ : port_};
    const std::string begin_string = comp_id == "BROKER3" ? "FIX.4.4" : "FIXT.1.1";
    // logon_fields() has it for the others.
    const std::string reset = is_for_market_data(comp_id) ? "" : "141=Y|";
    const std::string logon = fix_message(begin_string,
                                          "35=A|34=1|49=" + comp_id + "|52=" + fix_now() +
                                              "|56=BETEX|" + reset + logon_fields(comp_id));
    send(client, logon, logon.size());
    send(client, stream, piece);
    client.end_stream();
    run_until([&] { return !client.discard(); });
    run_until([&] { return is_down(comp_id); });
    BETEX_ASSERT(pipeline_.credits_out() == 0);
    logged_on += epoch_of(comp_id) != before ? 1U : 0U;
  }

 private:
  void send(const Socket& client, std::string_view bytes, std::size_t piece) {
    while (!bytes.empty()) {
      bytes.remove_prefix(client.send(bytes.substr(0, piece)));
      client.discard();
      io_.poll();
    }
  }

  template <typename Condition>
  void run_until(const Condition& condition) {
    const auto end = std::chrono::steady_clock::now() + kPatienceOfFuzzer;
    while (!condition()) {
      io_.run_one_for(std::chrono::milliseconds{1});
      BETEX_ASSERT(std::chrono::steady_clock::now() < end);
    }
  }

  // Each Logon is a reset, and begins another one.
  [[nodiscard]] matching::SessionEpoch epoch_of(const std::string& comp_id) const {
    for (const matching::SessionInfo& session : pipeline_.sessions()) {
      if (session.comp_id.view() == comp_id) {
        return session.epoch;
      }
    }
    return {};
  }

  [[nodiscard]] bool is_down(const std::string& comp_id) const {
    for (const matching::SessionInfo& session : pipeline_.sessions()) {
      if (session.comp_id.view() == comp_id && session.up) {
        return false;
      }
    }
    return true;
  }

  TempFolder folder_;
  FakePipeline pipeline_;
  FakeFeed feed_;
  boost::asio::io_context io_;
  AnyPassword authenticator_;
  fix::SessionCache cache_;
  const gateway::SystemClock clock_;
  fix::FixServer server_;
  fix::MarketDataServer market_data_;
  fix::SessionPorts ports_{server_, &market_data_};
  std::uint16_t port_ = 0;
  std::uint16_t market_data_port_ = 0;
};

FuzzedGateway& gateway() {
  static std::unique_ptr<FuzzedGateway> current;
  static int inputs = 0;
  if (current == nullptr || ++inputs % kInputsPerServer == 0) {
    spdlog::set_level(spdlog::level::off);
    current.reset();
    current = std::make_unique<FuzzedGateway>();
  }
  return *current;
}

std::string to_stream(std::string_view lines, std::string_view begin_string, bool repaired) {
  std::string text{lines};
  std::replace(text.begin(), text.end(), '|', kSoh);
  std::string stream;
  Repair repair{begin_string};
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    stream += repaired ? repair(rest.substr(0, end)) : std::string{rest.substr(0, end)};
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return stream;
}

std::string comp_id_of(unsigned first_byte) {
  switch (first_byte / 64) {
    case 2:
      return "OPS1";
    case 3:
      return "MD1";
    default:
      return first_byte % 2 != 0 ? "BROKER3" : "BROKER1";
  }
}

std::ptrdiff_t count(std::string_view text, std::string_view searched) {
  std::ptrdiff_t found = 0;
  for (auto at = text.find(searched); at != text.npos; at = text.find(searched, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

std::uint64_t inputs_logged_on() noexcept {
  return logged_on;
}

}  // namespace betex::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace betex::test;
  if (size == 0) {
    return 0;
  }
  const std::string comp_id = comp_id_of(data[0]);
  const bool repaired = data[0] / 2U % 2 != 0;
  const std::size_t piece = 1U + (data[0] / 4U % 16) * 64U;
  const std::string stream = to_stream({reinterpret_cast<const char*>(data) + 1, size - 1},
                                       comp_id == "BROKER3" ? "FIX.4.4" : "FIXT.1.1",
                                       repaired);
  if (!is_for_market_data(comp_id) || count(stream, "35=2\x01") <= kMostResendRequests) {
    gateway().serve(comp_id, stream, piece);
  }
  return 0;
}
