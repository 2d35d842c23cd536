#include "tests/gateway/session/test_gateway.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "gateway/session/dictionaries.h"

namespace betex::test {

namespace {

constexpr const char* kOurCompId = "BETEX";

const fix::Dictionaries& dictionaries() {
  static const fix::Dictionaries kDictionaries{BETEX_DICTIONARIES_DIR};
  return kDictionaries;
}

bool speaks_fix44(const std::string& comp_id) {
  return comp_id == "BROKER3";
}

bool is_for_market_data(const std::string& comp_id) {
  return comp_id.starts_with("MD");
}

gateway::Credentials credentials_for(const std::vector<fix::SessionSettings>& sessions,
                                     const std::string& password) {
  gateway::Credentials credentials;
  for (const auto& session : sessions) {
    credentials.add(session.username,
                    gateway::hash_password(password, gateway::kMinPasswordIterations));
  }
  return credentials;
}

}  // namespace

std::vector<fix::SessionSettings> test_sessions() {
  std::vector<fix::SessionSettings> sessions;
  for (const std::string comp_id : {"BROKER1", "BROKER2", "BROKER3", "STRICT", "OPS1"}) {
    fix::SessionSettings settings;
    settings.version = speaks_fix44(comp_id) ? fix::FixVersion::Fix44 : fix::FixVersion::Fixt11;
    settings.our_comp_id = kOurCompId;
    settings.comp_id = comp_id;
    settings.accounts = {matching::Name{comp_id}};
    settings.username = comp_id;
    settings.reset_allowed = comp_id != "STRICT";
    settings.logon = {.min_heart_bt_int = 1, .max_heart_bt_int = 60};
    settings.allow_from = {*gateway::AddressRange::parse("127.0.0.0/8")};
    if (comp_id == "OPS1") {
      settings.role = fix::SessionRole::Ops;
      settings.accounts.clear();
      settings.throttle = {.messages_per_second = 1, .burst = 1, .refusals_before_a_pause = 1};
    }
    sessions.push_back(settings);
  }
  return sessions;
}

std::vector<fix::SessionSettings> test_market_data_sessions() {
  std::vector<fix::SessionSettings> sessions;
  for (const std::string comp_id : {"MD1", "MD2", "MD3"}) {
    fix::SessionSettings settings = test_sessions().front();
    settings.comp_id = comp_id;
    settings.role = fix::SessionRole::MarketData;
    settings.accounts.clear();
    sessions.push_back(settings);
  }
  return sessions;
}

TestGateway::TestGateway(FakePipeline& pipeline,
                         const std::filesystem::path& folder,
                         const TestGatewayOptions& options)
    : pipeline_{pipeline},
      limits_{options.limits},
      work_{io_.get_executor()},
      market_data_work_{market_data_io_.get_executor()},
      credentials_{credentials_for(test_sessions(), options.password)},
      authenticator_{credentials_} {
  limits_.delivery_proof_interval = options.delivery_proof_interval;
  const gateway::Clock& clock = options.clock != nullptr ? *options.clock : machine_clock_;
  auto sessions = test_sessions();
  sessions.front().reset_schedule = options.reset_schedule;
  for (const fix::SessionSettings& settings : test_market_data_sessions()) {
    sessions.push_back(settings);
  }
  const auto recovered = pipeline.sessions();
  cache_ = std::make_unique<fix::SessionCache>(
      folder / "cache",
      fix::CacheIdentity{.boot_id = options.boot_id, .wal_id = "wal-1"},
      fix::RecoveredSessions{.sessions = recovered, .last_seq = pipeline.last_seq()},
      options.cache);
  server_ =
      std::make_unique<fix::FixServer>(fix::FixServer::Parts{.io = io_,
                                                             .dictionaries = dictionaries(),
                                                             .commands = pipeline,
                                                             .reports = pipeline,
                                                             .authenticator = authenticator_,
                                                             .cache = *cache_,
                                                             .clock = clock,
                                                             .currency = matching::Currency{"EUR"},
                                                             .replays = &replays_},
                                       limits_,
                                       sessions,
                                       recovered);
  market_data_ = std::make_unique<fix::MarketDataServer>(
      fix::MarketDataServer::Parts{.io = market_data_io_,
                                   .dictionaries = dictionaries(),
                                   .commands = pipeline,
                                   .feed = feed_,
                                   .authenticator = authenticator_,
                                   .clock = clock},
      limits_,
      options.most_market_data,
      sessions,
      recovered);
  ports_ = std::make_unique<fix::SessionPorts>(*server_, market_data_.get());
  pipeline.set_sink(ports_.get());
  port_ = server_->listen("127.0.0.1", 0);
  market_data_port_ = market_data_->listen("127.0.0.1", 0);
  for (int i = 0; i < options.io_threads; ++i) {
    threads_.emplace_back([this] { run(io_); });
    threads_.emplace_back([this] { run(market_data_io_); });
  }
}

void TestGateway::run(boost::asio::io_context& io) {
  try {
    io.run();
  } catch (const std::exception& error) {
    const std::lock_guard lock{failure_mutex_};
    failure_ = error.what();
  }
}

TestGateway::~TestGateway() {
  pipeline_.set_sink(nullptr);
  io_.stop();
  market_data_io_.stop();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

std::string TestGateway::failure() const {
  const std::lock_guard lock{failure_mutex_};
  return failure_;
}

std::unique_ptr<RawFixPeer> TestGateway::connect(const std::string& comp_id,
                                                 const std::string& from) const {
  return std::make_unique<RawFixPeer>(
      is_for_market_data(comp_id) ? market_data_port_ : port_,
      RawFixPeer::Names{.begin_string = speaks_fix44(comp_id) ? "FIX.4.4" : "FIXT.1.1",
                        .sender = comp_id,
                        .target = kOurCompId},
      from);
}

std::unique_ptr<RawFixPeer> TestGateway::log_on(const std::string& comp_id,
                                                int number,
                                                const std::string& fields) const {
  auto peer = connect(comp_id);
  peer->next_out = number;
  peer->send("A", logon_fields(comp_id) + fields);
  const RawFixMessage answer = peer->read();
  if (answer.type() != "A") {
    throw std::runtime_error{"no Logon: " + answer.text()};
  }
  return peer;
}

std::string logon_fields(const std::string& comp_id, const std::string& password) {
  const bool market_data = is_for_market_data(comp_id);
  return std::string{"98=0|108=30|"} + (market_data ? "141=Y|" : "") +
         "553=" + (market_data ? "BROKER1" : comp_id) + "|554=" + password + "|" +
         (speaks_fix44(comp_id) ? "" : "1137=9|");
}

std::string order_fields(const std::string& cl_ord_id) {
  return "11=" + cl_ord_id + "|38=10|40=2|44=0.60|54=1|55=RAIN-LON|59=1|60=" + fix_now() + "|";
}

std::string market_data_fields(const std::string& md_req_id) {
  return "262=" + md_req_id + "|263=0|264=1|267=2|269=0|269=1|146=1|55=RAIN-LON|";
}

}  // namespace betex::test
