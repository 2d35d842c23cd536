// gateway.toml: what it says, what stands where it says nothing, what the command line says over
// it, and how all of it is printed. Each single mistake: wrong_gateway_setting_test.cpp; addresses,
// ports and certificates: gateway_listening_test.cpp.
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <gmock/gmock.h>

#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using GatewayFile = ConfigFixture;

TEST_F(GatewayFile, DefaultsStandWhereNothingIsSaid) {
  const Config config = load();
  EXPECT_EQ(config.wal.root, folder.path() / "wal");
  EXPECT_EQ(config.wal.max_segment_events, 5000U);
  EXPECT_EQ(config.wal.segment_map_size_bytes, 2U << 30);
  EXPECT_EQ(config.wal.low_disk_bytes, 1U << 30);
  EXPECT_EQ(config.wal.snapshot_every_events, 1'000'000U);
  EXPECT_EQ(config.wal.retire, Retire::WhenUnneeded);
  EXPECT_EQ(config.wal.remote_file_systems, RemoteFileSystems::Refuse);
  EXPECT_EQ(config.reports.replay_days, std::chrono::days{7});
  EXPECT_EQ(config.session_cache.place, CachePlacement::Auto);
  EXPECT_EQ(config.session_cache.size_bytes, 0U);
  EXPECT_EQ(config.rings.command_slots, 32768U);
  EXPECT_EQ(config.rings.event_slots, 32768U);
  EXPECT_EQ(config.rings.arena_bytes, 64U << 20);
  EXPECT_EQ(config.rings.wait_strategy, WaitMode::Block);
  EXPECT_EQ(config.engine.live_orders, 0U);
  EXPECT_EQ(config.engine.finished_orders, 0U);
  EXPECT_EQ(config.engine.cl_ord_ids, 0U);
  EXPECT_EQ(config.fix.address, "127.0.0.1");
  EXPECT_EQ(config.fix.port, 9880);
  EXPECT_EQ(config.fix.dictionaries, folder.path() / "fix_spec");
  EXPECT_EQ(config.fix.limits.message_bytes, 16384U);
  EXPECT_EQ(config.fix.limits.fields, 512U);
  EXPECT_EQ(config.fix.limits.logon_deadline, std::chrono::seconds{5});
  EXPECT_EQ(config.fix.limits.sending_time_tolerance, std::chrono::seconds{120});
  EXPECT_TRUE(config.market_data.enabled);
  EXPECT_EQ(config.market_data.address, "127.0.0.1");
  EXPECT_EQ(config.market_data.port, 9883);
  EXPECT_FALSE(config.market_data.tls_port.has_value());
  EXPECT_EQ(config.market_data.limits.sessions, 500U);
  EXPECT_EQ(config.market_data.limits.instruments_per_session, 1000U);
  EXPECT_EQ(config.market_data.limits.requests, 100U);
  EXPECT_EQ(config.market_data.limits.requests_a_second, 20U);
  EXPECT_EQ(config.market_data.limits.slow_bytes, 262'144U);
  EXPECT_EQ(config.market_data.limits.normal_bytes, 65'536U);
  EXPECT_TRUE(config.http.enabled);
  EXPECT_EQ(config.http.port, 9882);
  EXPECT_TRUE(config.http.page);
  EXPECT_THAT(config.http.page_hosts, IsEmpty());
  EXPECT_FALSE(config.clock.require_synchronised);
  EXPECT_EQ(config.log.level, LogLevel::Info);
  EXPECT_THAT(config.log.file.string(), IsEmpty());
  EXPECT_EQ(config.trading_day_end, std::chrono::seconds{0});
  EXPECT_EQ(config.exchange.currency, "EUR");
  EXPECT_EQ(config.exchange.max_requests_a_day, 0U);
  EXPECT_EQ(config.exchange.four_eyes, 0U);
  EXPECT_EQ(config.exchange.stop_notice, std::chrono::seconds{0});
  EXPECT_THAT(config.wal.witness.string(), IsEmpty());
}

TEST_F(GatewayFile, EveryValueIsTaken) {
  replace(gateway,
          "[fix]\n",
          "max_segment_events = 7\n"
          "segment_map_size_bytes = 8_388_608\n"
          "low_disk_bytes = 0\n"
          "snapshot_every_events = 9\n"
          "retire = \"up_to_watermark\"\n"
          "remote_file_systems = \"accept\"\n"
          "witness = \"witness\"\n"
          "[reports]\n"
          "replay_days = 30\n"
          "[session_cache]\n"
          "place = \"wal_root\"\n"
          "size_bytes = 16_777_216\n"
          "[rings]\n"
          "command_slots = 512\n"
          "event_slots = 128\n"
          "arena_bytes = 2_000_000\n"
          "wait_strategy = \"busy-spin\"\n"
          "stage_threads = \"separate\"\n"
          "[engine]\n"
          "live_orders = 1_000\n"
          "finished_orders = 2_000\n"
          "cl_ord_ids = 3_000\n"
          "[market_data]\n"
          "enabled = false\n"
          "address = \"127.0.0.2\"\n"
          "port = 1234\n"
          "[market_data.limits]\n"
          "sessions = 5\n"
          "instruments_per_session = 6\n"
          "requests = 7\n"
          "requests_a_second = 8\n"
          "slow_bytes = 100_000\n"
          "normal_bytes = 9\n"
          "[http]\n"
          "enabled = false\n"
          "address = \"::1\"\n"
          "port = 8080\n"
          "page = false\n"
          "page_hosts = [\"betex.example\", \"10.0.0.7\"]\n"
          "[clock]\n"
          "require_synchronised = true\n"
          "[log]\n"
          "level = \"warn\"\n"
          "file = \"betex.log\"\n"
          "[trading_day]\n"
          "end_utc = 04:30:15\n"
          "[exchange]\n"
          "currency = \"GBP\"\n"
          "max_requests_a_day = 100_000\n"
          "four_eyes = [\"session_numbers\", \"results\"]\n"
          "stop_notice_s = 60\n"
          "accounts = \"accounts.toml\"\n"
          "[fix.limits]\n"
          "message_bytes = 2048\n"
          "fields = 100\n"
          "outbound_queue_bytes = 100_000\n"
          "logon_deadline_ms = 250\n"
          "connections = 20\n"
          "connections_per_address = 10\n"
          "connections_before_logon = 15\n"
          "sending_time_tolerance_s = 30\n"
          "[fix]\n"
          "address = \"0.0.0.0\"\n"
          "port = 0\n"
          "io_threads = 3\n");
  replace(gateway, "[exchange]\naccounts = \"accounts.toml\"\n[markets]", "[markets]");
  const Config config = load();
  EXPECT_TRUE(config.clock.require_synchronised);
  EXPECT_EQ(config.wal.max_segment_events, 7U);
  EXPECT_EQ(config.wal.segment_map_size_bytes, 8U << 20);
  EXPECT_EQ(config.wal.low_disk_bytes, 0U);
  EXPECT_EQ(config.wal.snapshot_every_events, 9U);
  EXPECT_EQ(config.wal.retire, Retire::UpToWatermark);
  EXPECT_EQ(config.wal.remote_file_systems, RemoteFileSystems::Accept);
  EXPECT_EQ(config.reports.replay_days, std::chrono::days{30});
  EXPECT_EQ(config.session_cache.place, CachePlacement::WalRoot);
  EXPECT_EQ(config.session_cache.size_bytes, 16U << 20);
  EXPECT_EQ(config.rings.command_slots, 512U);
  EXPECT_EQ(config.rings.event_slots, 128U);
  EXPECT_EQ(config.rings.arena_bytes, 2'000'000U);
  EXPECT_EQ(config.rings.wait_strategy, WaitMode::BusySpin);
  EXPECT_EQ(config.rings.stage_threads, StageThreads::Separate);
  EXPECT_EQ(config.engine.live_orders, 1000U);
  EXPECT_EQ(config.engine.finished_orders, 2000U);
  EXPECT_EQ(config.engine.cl_ord_ids, 3000U);
  EXPECT_FALSE(config.market_data.enabled);
  EXPECT_EQ(config.market_data.address, "127.0.0.2");
  EXPECT_EQ(config.market_data.port, 1234);
  EXPECT_EQ(config.market_data.limits,
            (MarketDataSessionLimits{.sessions = 5,
                                     .instruments_per_session = 6,
                                     .requests = 7,
                                     .requests_a_second = 8,
                                     .slow_bytes = 100'000,
                                     .normal_bytes = 9}));
  EXPECT_FALSE(config.http.enabled);
  EXPECT_EQ(config.http.address, "::1");
  EXPECT_EQ(config.http.port, 8080);
  EXPECT_FALSE(config.http.page);
  EXPECT_THAT(config.http.page_hosts, ElementsAre("betex.example", "10.0.0.7"));
  EXPECT_EQ(config.log.level, LogLevel::Warn);
  EXPECT_EQ(config.log.file, folder.path() / "betex.log");
  EXPECT_EQ(config.trading_day_end, std::chrono::seconds{4 * 3600 + 30 * 60 + 15});
  EXPECT_EQ(config.exchange.currency, "GBP");
  EXPECT_EQ(config.exchange.max_requests_a_day, 100'000U);
  EXPECT_EQ(config.exchange.four_eyes, 5U);
  EXPECT_EQ(config.exchange.stop_notice, std::chrono::seconds{60});
  EXPECT_EQ(config.wal.witness, folder.path() / "witness");
  EXPECT_EQ(config.fix.limits.message_bytes, 2048U);
  EXPECT_EQ(config.fix.limits.fields, 100U);
  EXPECT_EQ(config.fix.limits.outbound_queue_bytes, 100'000U);
  EXPECT_EQ(config.fix.limits.logon_deadline, std::chrono::milliseconds{250});
  EXPECT_EQ(config.fix.limits.connections, 20U);
  EXPECT_EQ(config.fix.limits.connections_per_address, 10U);
  EXPECT_EQ(config.fix.limits.connections_before_logon, 15U);
  EXPECT_EQ(config.fix.limits.sending_time_tolerance, std::chrono::seconds{30});
  EXPECT_EQ(config.fix.address, "0.0.0.0");
  EXPECT_EQ(config.fix.port, 0);
  EXPECT_EQ(config.fix.io_threads, 3U);
}

TEST_F(GatewayFile, EverythingThatIsWrongIsSaidAtOnce) {
  replace(gateway, "root = \"wal\"", "rot = \"wal\"\nmax_segment_events = 0");
  replace(sessions, "Role=Broker", "Role=Trader");
  credentials += "BERT\n";
  replace(markets, "LinearCent", "Classic");
  EXPECT_THAT(
      complaints(),
      ElementsAre("gateway.toml:1: wal.root: is missing; give the folder of the write-ahead log",
                  "gateway.toml:3: wal.max_segment_events: 0 is out of range; give a whole number "
                  "from 1 to 1000000000000",
                  "gateway.toml:2: wal.rot: is not known; did you mean 'root'?",
                  "credentials:2: is neither username:pbkdf2-sha256:iterations:salt:hash nor "
                  "username:sha256:salt:hash; replace the "
                  "line by one that betex-gateway --hash-password makes",
                  "sessions.cfg:8: Role: 'Trader' is not known; give Broker, Ops, DropCopy or "
                  "MarketData",
                  "markets.toml:4: market.ladder: 'Classic' is not known; give one of LinearCent, "
                  "TaperedDeciCent, DeciCent"));
}

TEST_F(GatewayFile, WhatIsThrownSaysEveryLine) {
  gateway = "[wal]\n";
  try {
    static_cast<void>(load());
    FAIL() << "it was accepted";
  } catch (const ConfigError& error) {
    const std::string file = (folder.path() / "gateway.toml").string();
    EXPECT_EQ(error.what(),
              file + ":1: wal.root: is missing; give the folder of the write-ahead log\n" + file +
                  ": fix.sessions: is missing; give the file of the FIX sessions\n" + file +
                  ": fix.credentials: is missing; give the file of the usernames and password "
                  "hashes\n" +
                  file +
                  ": fix.dictionaries: is missing; give the folder of the FIX data dictionaries");
  }
}

TEST_F(GatewayFile, SyntaxErrorIsSaidWithItsLine) {
  gateway = "[wal]\nroot = \n";
  ASSERT_EQ(complaints().size(), 1U);
  EXPECT_THAT(complaints()[0], HasSubstr("gateway.toml:2: is not TOML: "));
  EXPECT_THAT(complaints()[0], HasSubstr("; correct this line"));
}

TEST_F(GatewayFile, MissingFilesAreSaid) {
  replace(gateway, "sessions.cfg", "none.cfg");
  replace(gateway, "\"credentials\"", "\"none\"");
  replace(gateway, "markets.toml", "none.toml");
  const std::string rest =
      ": cannot be read: No such file or directory; name a file that this user may read";
  EXPECT_THAT(complaints(), ElementsAre("none" + rest, "none.cfg" + rest, "none.toml" + rest));
}

TEST_F(GatewayFile, FolderIsNoFile) {
  replace(gateway, "sessions.cfg", "fix_spec");
  EXPECT_THAT(complaints(),
              ElementsAre("fix_spec: cannot be read: Is a directory; name a file that this user "
                          "may read"));
}

TEST_F(GatewayFile, WalRootMustNotBeAFile) {
  replace(gateway, "root = \"wal\"", "root = \"sessions.cfg\"");
  EXPECT_THAT(complaints(),
              ElementsAre("gateway.toml:2: wal.root: sessions.cfg is not a folder; name a folder"));
}

// However it is spelled, and through a link too.
TEST_F(GatewayFile, AWitnessInTheLogsFolderIsNone) {
  std::filesystem::create_directories(folder.path() / "wal" / "inside");
  std::filesystem::create_directory_symlink(folder.path() / "wal", folder.path() / "link");
  replace(gateway, "[fix]\n", "witness = \"WITNESS\"\n[fix]\n");
  const std::string as_it_was = gateway;
  for (const std::string path :
       {"wal/witness", "wal/inside/witness", "fix_spec/../wal/witness", "link/witness"}) {
    gateway = as_it_was;
    replace(gateway, "WITNESS", path);
    EXPECT_THAT(complaints(),
                ElementsAre(HasSubstr("witness is inside of the log's folder; name a file "
                                      "elsewhere, on another disk if there is one")))
        << path;
  }
  gateway = as_it_was;
  replace(gateway, "WITNESS", "wal-witness");
  EXPECT_THAT(complaints(), IsEmpty()) << "its name alone begins like the log's";
}

TEST_F(GatewayFile, DictionariesMustBeThere) {
  replace(gateway, "\"fix_spec\"", "\"spec\"");
  EXPECT_THAT(complaints(),
              ElementsAre("gateway.toml:6: fix.dictionaries: spec is not a folder; name the "
                          "folder fix_spec of the source tree, or a copy of it"));
}

TEST_F(GatewayFile, CommandLineStandsOverTheFile) {
  replace(gateway, "root = \"wal\"", "root = 3");
  replace(gateway, "[fix]\n", "[fix]\nport = 70_000\n");
  gateway += "[http]\nenabled = false\n[market_data]\nenabled = false\n";
  overrides = {.wal_root = "/tmp/betex-elsewhere",
               .fix_port = 0,
               .tls_port = std::nullopt,
               .market_data_port = 0,
               .http_port = 0,
               .max_segment_events = 9,
               .stop_notice_s = 90,
               .cluster_node = std::nullopt};
  const Config config = load();
  EXPECT_EQ(config.wal.root, "/tmp/betex-elsewhere");
  EXPECT_EQ(config.wal.max_segment_events, 9U);
  EXPECT_EQ(config.exchange.stop_notice, std::chrono::seconds{90});
  EXPECT_EQ(config.fix.port, 0);
  EXPECT_TRUE(config.market_data.enabled);
  EXPECT_EQ(config.market_data.port, 0);
  EXPECT_TRUE(config.http.enabled);
  EXPECT_EQ(config.http.port, 0);
}

TEST_F(GatewayFile, CommandLinesMistakesNameTheOption) {
  overrides.tls_port = 9880;
  overrides.max_segment_events = 0;
  EXPECT_THAT(complaints(),
              ElementsAre("command line: --max-segment-events: 0 is out of range; give a whole "
                          "number from 1 to 1000000000000",
                          "command line: --tls-port: 9880 is the plain FIX port; give another "
                          "one"));
}

TEST_F(GatewayFile, WalRootOfTheCommandLineIsRelativeToTheWorkingFolder) {
  overrides.wal_root = "data/wal";
  EXPECT_EQ(load().wal.root, std::filesystem::current_path() / "data/wal");
}

TEST_F(GatewayFile, ASessionCacheThatIsTooSmallIsRefused) {
  replace(gateway, "[fix]\n", "[session_cache]\nsize_bytes = 16_777_215\n[fix]\n");
  EXPECT_THAT(
      complaints(),
      ElementsAre(HasSubstr("session_cache.size_bytes: 16777215 is too little for anybody's "
                            "messages; give at least 16777216, or 0 for what sessions "
                            "need")));
}

TEST_F(GatewayFile, PrintsTheValuesInForceWithoutSecrets) {
  overrides.fix_port = 1234;
  const std::string text = print(load());
  EXPECT_THAT(text, HasSubstr("[wal]\nroot = \"" + (folder.path() / "wal").string() + "\"\n"));
  EXPECT_THAT(text, HasSubstr("[fix]\naddress = \"127.0.0.1\"\nport = 1234\n"));
  EXPECT_THAT(text, HasSubstr("retire = \"when_unneeded\"\n"));
  EXPECT_THAT(text, HasSubstr("[session_cache]\nplace = \"auto\"\nsize_bytes = 0\n"));
  EXPECT_THAT(text, HasSubstr("wait_strategy = \"block\"\n"));
  EXPECT_THAT(text, HasSubstr("[engine]\nlive_orders = 0\nfinished_orders = 0\ncl_ord_ids = 0\n"));
  EXPECT_THAT(text, HasSubstr("[clock]\nrequire_synchronised = false\n"));
  EXPECT_THAT(text, HasSubstr("end_utc = 00:00:00\n"));
  EXPECT_THAT(text,
              HasSubstr("[SESSION]\nBeginString=FIXT.1.1\nSenderCompID=BETEX\nTargetCompID=ANNA\n"
                        "Username=ANNA\nRole=Broker\nAccounts=ANNA\nMinHeartBtInt=5\n"
                        "MaxHeartBtInt=60\nResetAllowed=N\nCancelOnDisconnect="
                        "N\nCancelOnDisconnectGrace=10\nAllowFrom=127.0.0.1\n"));
  EXPECT_THAT(text, HasSubstr("ANNA:pbkdf2-sha256:10000:****:****\n"));
  EXPECT_THAT(text,
              HasSubstr("[exchange]\ncurrency = \"EUR\"\nmax_requests_a_day = 0\nfour_eyes = []\n"
                        "stop_notice_s = 0\n"));
  EXPECT_EQ(text.find("witness"), std::string::npos);
  EXPECT_THAT(text,
              HasSubstr("[[account]]\nname = \"ANNA\"\nkind = \"collateralised\"\n"
                        "balance = \"0.0000\"\ncredit = \"0.0000\"\n"));
  EXPECT_THAT(text, HasSubstr("[[market]]\nname = \"RAIN\"\nkind = \"binary\"\n"));
  EXPECT_EQ(text.find("000102"), std::string::npos);
  EXPECT_EQ(text.find("aaaa"), std::string::npos);
}

TEST_F(GatewayFile, PrintsTheWitnessAndWhatASecondOperatorHasToApprove) {
  replace(gateway, "[fix]\n", "witness = \"witness\"\n[fix]\n");
  replace(gateway, "[exchange]\n", "[exchange]\nfour_eyes = [\"funds\", \"results\"]\n");
  const std::string text = print(load());
  EXPECT_THAT(text, HasSubstr("witness = \"" + (folder.path() / "witness").string() + "\"\n"));
  EXPECT_THAT(text, HasSubstr("four_eyes = [\"results\", \"funds\"]\n"));
}

}  // namespace
}  // namespace betex::gateway
