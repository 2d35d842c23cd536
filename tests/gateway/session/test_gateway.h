// A FixServer and a MarketDataServer with everything around them, on free ports of loopback:
// settings, cache, I/O threads; the pipeline is the test's own. Destroying it is a kill: nothing is
// said to anyone.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "gateway/config/credentials.h"
#include "gateway/link/clock.h"
#include "gateway/session/fix_server.h"
#include "gateway/session/market_data_server.h"
#include "gateway/session/session_cache.h"
#include "gateway/session/session_metrics.h"
#include "gateway/session/session_ports.h"
#include "gateway/transport/authenticator.h"
#include "tests/gateway/session/fake_feed.h"
#include "tests/gateway/session/fake_pipeline.h"
#include "tests/gateway/session/fake_replays.h"
#include "tests/support/raw_fix_peer.h"

namespace betex::test {

inline constexpr const char* kTestPassword = "secret";

// BROKER1 and BROKER2 speak FIXT.1.1, BROKER3 FIX.4.4; STRICT may not reset its numbers; OPS1 is an
// operator's, with a throttle that must not count. Their usernames are their CompIDs.
[[nodiscard]] std::vector<fix::SessionSettings> test_sessions();

// MD1, MD2 and MD3, for market data; their username is BROKER1.
[[nodiscard]] std::vector<fix::SessionSettings> test_market_data_sessions();

struct TestGatewayOptions {
  fix::TransportLimits limits{.first_refusal_delay = std::chrono::milliseconds{20}};
  // In place of the one of `limits`: as a rule these tests want no TestRequest in between.
  std::optional<std::chrono::milliseconds> delivery_proof_interval{};
  std::string boot_id = "boot-1";
  fix::CacheLimits cache{};
  int io_threads = 1;
  const gateway::Clock* clock = nullptr;  // null: the machine's; else it must outlive the gateway
  std::optional<gateway::ResetSchedule> reset_schedule{};  // BROKER1's
  std::string password = kTestPassword;                    // everybody's
  std::size_t most_market_data = 10;                       // sessions that are on
};

class TestGateway {
 public:
  // `folder` holds the cache.
  TestGateway(FakePipeline& pipeline,
              const std::filesystem::path& folder,
              const TestGatewayOptions& options = {});
  ~TestGateway();
  TestGateway(const TestGateway&) = delete;
  TestGateway& operator=(const TestGateway&) = delete;

  [[nodiscard]] fix::FixServer& server() { return *server_; }

  [[nodiscard]] fix::MarketDataServer& market_data() { return *market_data_; }

  [[nodiscard]] fix::SessionPorts& ports() { return *ports_; }

  [[nodiscard]] FakeFeed& feed() { return feed_; }

  [[nodiscard]] FakeReplays& replays() { return replays_; }

  [[nodiscard]] fix::SessionCache& cache() { return *cache_; }

  // What ended an I/O thread; empty: nothing has.
  [[nodiscard]] std::string failure() const;

  [[nodiscard]] boost::asio::io_context& io() { return io_; }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] std::uint16_t market_data_port() const { return market_data_port_; }

  // A peer that has connected, to the port of its session, and said nothing.
  // `from`: as in RawFixPeer.
  [[nodiscard]] std::unique_ptr<RawFixPeer> connect(const std::string& comp_id,
                                                    const std::string& from = {}) const;

  // One that has logged on with `number`, and read the answer. `fields` are added to the Logon.
  [[nodiscard]] std::unique_ptr<RawFixPeer> log_on(const std::string& comp_id,
                                                   int number = 1,
                                                   const std::string& fields = {}) const;

 private:
  void run(boost::asio::io_context& io);

  FakePipeline& pipeline_;
  fix::TransportLimits limits_;
  boost::asio::io_context io_;
  boost::asio::io_context market_data_io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> market_data_work_;
  const gateway::SystemClock machine_clock_;
  gateway::Credentials credentials_;
  fix::PasswordAuthenticator authenticator_;
  std::unique_ptr<fix::SessionCache> cache_;
  FakeReplays replays_;
  std::unique_ptr<fix::FixServer> server_;
  FakeFeed feed_;
  std::unique_ptr<fix::MarketDataServer> market_data_;
  std::unique_ptr<fix::SessionPorts> ports_;
  std::uint16_t port_ = 0;
  std::uint16_t market_data_port_ = 0;
  mutable std::mutex failure_mutex_;
  std::string failure_;
  std::vector<std::thread> threads_;
};

// The body fields of a Logon for `comp_id`; of a market data session with 141=Y.
[[nodiscard]] std::string logon_fields(const std::string& comp_id,
                                       const std::string& password = kTestPassword);

// The body fields of a NewOrderSingle.
[[nodiscard]] std::string order_fields(const std::string& cl_ord_id);

// The body fields of a MarketDataRequest for an image.
[[nodiscard]] std::string market_data_fields(const std::string& md_req_id);

}  // namespace betex::test
