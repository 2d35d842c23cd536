#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <utility>

#include <gmock/gmock.h>

#include "gateway/config/config.h"
#include "tests/gateway/config/config_fixture.h"
#include "tests/support/temp_folder.h"

namespace betex::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::filesystem::path kConfig{BETEX_SOURCE_DIR "/config"};

Config shipped() {
  return load_config(kConfig / "gateway.toml", {});
}

TEST(ShippedConfig, IsRightAndWarnsOfNothing) {
  const Config config = shipped();
  EXPECT_THAT(warnings(config), IsEmpty());
  EXPECT_EQ(config.wal.root, std::filesystem::path{BETEX_SOURCE_DIR} / "data/wal");
  EXPECT_EQ(config.wal.max_segment_events, 1'000'000U);
  EXPECT_EQ(config.fix.port, 9880);
  EXPECT_EQ(config.http.port, 9882);
  EXPECT_EQ(config.market_data.port, 9883);
  EXPECT_TRUE(AddressRange::parse(config.fix.address)->loopback_only());
  EXPECT_TRUE(AddressRange::parse(config.market_data.address)->loopback_only());
  EXPECT_TRUE(AddressRange::parse(config.http.address)->loopback_only());
}

// gateway.toml says that what is left out has the value shown in it.
TEST(ShippedConfig, ShowsTheDefaults) {
  const Config config = shipped();
  const Config defaults;
  EXPECT_EQ(config.wal.segment_map_size_bytes, defaults.wal.segment_map_size_bytes);
  EXPECT_EQ(config.wal.low_disk_bytes, defaults.wal.low_disk_bytes);
  EXPECT_EQ(config.wal.snapshot_every_events, defaults.wal.snapshot_every_events);
  EXPECT_EQ(config.wal.retire, defaults.wal.retire);
  EXPECT_EQ(config.reports.replay_days, defaults.reports.replay_days);
  EXPECT_EQ(config.session_cache.place, defaults.session_cache.place);
  EXPECT_EQ(config.session_cache.size_bytes, defaults.session_cache.size_bytes);
  EXPECT_EQ(config.rings.command_slots, defaults.rings.command_slots);
  EXPECT_EQ(config.rings.event_slots, defaults.rings.event_slots);
  EXPECT_EQ(config.rings.arena_bytes, defaults.rings.arena_bytes);
  EXPECT_EQ(config.rings.wait_strategy, defaults.rings.wait_strategy);
  EXPECT_EQ(config.rings.stage_threads, defaults.rings.stage_threads);
  EXPECT_EQ(config.engine.live_orders, defaults.engine.live_orders);
  EXPECT_EQ(config.engine.finished_orders, defaults.engine.finished_orders);
  EXPECT_EQ(config.engine.cl_ord_ids, defaults.engine.cl_ord_ids);
  EXPECT_EQ(config.fix.address, defaults.fix.address);
  EXPECT_EQ(config.market_data.enabled, defaults.market_data.enabled);
  EXPECT_EQ(config.market_data.address, defaults.market_data.address);
  EXPECT_EQ(config.market_data.port, defaults.market_data.port);
  EXPECT_EQ(config.market_data.tls_port, defaults.market_data.tls_port);
  EXPECT_EQ(config.market_data.limits, defaults.market_data.limits);
  EXPECT_EQ(config.fix.port, defaults.fix.port);
  EXPECT_EQ(config.fix.io_threads, defaults.fix.io_threads);
  EXPECT_EQ(config.fix.limits.message_bytes, defaults.fix.limits.message_bytes);
  EXPECT_EQ(config.fix.limits.fields, defaults.fix.limits.fields);
  EXPECT_EQ(config.fix.limits.outbound_queue_bytes, defaults.fix.limits.outbound_queue_bytes);
  EXPECT_EQ(config.fix.limits.logon_deadline, defaults.fix.limits.logon_deadline);
  EXPECT_EQ(config.fix.limits.connections, defaults.fix.limits.connections);
  EXPECT_EQ(config.fix.limits.connections_per_address, defaults.fix.limits.connections_per_address);
  EXPECT_EQ(config.fix.limits.sending_time_tolerance, defaults.fix.limits.sending_time_tolerance);
  EXPECT_EQ(config.http.enabled, defaults.http.enabled);
  EXPECT_EQ(config.http.address, defaults.http.address);
  EXPECT_EQ(config.http.port, defaults.http.port);
  EXPECT_EQ(config.http.page, defaults.http.page);
  EXPECT_EQ(config.http.page_hosts, defaults.http.page_hosts);
  EXPECT_EQ(config.cluster.mode, defaults.cluster.mode);
  EXPECT_EQ(config.cluster.append_bytes, defaults.cluster.append_bytes);
  EXPECT_EQ(config.cluster.window_slots, defaults.cluster.window_slots);
  EXPECT_EQ(config.cluster.window_bytes, defaults.cluster.window_bytes);
  EXPECT_EQ(config.cluster.etcd_quota_bytes, defaults.cluster.etcd_quota_bytes);
  EXPECT_EQ(config.cluster.stall_unready, defaults.cluster.stall_unready);
  EXPECT_EQ(config.cluster.stall_exit, defaults.cluster.stall_exit);
  EXPECT_EQ(config.cluster.max_clock_lead, defaults.cluster.max_clock_lead);
  EXPECT_EQ(config.log.level, defaults.log.level);
  EXPECT_EQ(config.log.file, defaults.log.file);
  EXPECT_EQ(config.trading_day_end, defaults.trading_day_end);
  EXPECT_EQ(config.exchange.currency, defaults.exchange.currency);
  EXPECT_EQ(config.exchange.max_requests_a_day, defaults.exchange.max_requests_a_day);
  EXPECT_EQ(config.exchange.four_eyes, defaults.exchange.four_eyes);
  EXPECT_EQ(config.exchange.stop_notice, defaults.exchange.stop_notice);
  EXPECT_EQ(config.wal.witness, defaults.wal.witness);
}

// Without the marks of a comment before its settings [cluster] is one of a replicated node, and
// what it shows are the defaults of such a node; what another kind of cluster needs is refused by
// name.
TEST(ShippedConfig, ShowsWhatANodeOfAClusterNeeds) {
  const test::TempFolder folder;
  std::filesystem::copy(
      kConfig, folder.path() / "config", std::filesystem::copy_options::recursive);
  std::filesystem::create_directory_symlink(BETEX_SOURCE_DIR "/fix_spec",
                                            folder.path() / "fix_spec");
  std::ostringstream all;
  all << std::ifstream{kConfig / "gateway.toml"}.rdbuf();
  std::string text = all.str();
  const auto begin = text.find("\n[cluster]\n");
  const auto end = text.find("\n[clock]\n");
  ASSERT_LT(begin, end);
  std::string section = text.substr(begin, end - begin);
  replace(section, "\nmode = \"single\"\n", "\nmode = \"replicated\"\n");
  const std::regex setting{"\n# (\\w+ = )"};
  std::string of_a_cluster = std::regex_replace(section, setting, "\n$1");
  const auto without = [&](const std::string& key) {
    const auto at = of_a_cluster.find("\n" + key + " = ");
    ASSERT_NE(at, std::string::npos) << key;
    of_a_cluster.erase(at, of_a_cluster.find('\n', at + 1) - at);
  };
  for (const char* const key : {"etcd_ca",  // they go with https://
                                "etcd_certificate",
                                "etcd_key",
                                "etcd_user",
                                "etcd_password_file",
                                "kubernetes_api",
                                "kubernetes_lease",
                                "kubernetes_token_file",
                                "kubernetes_ca",
                                "fence_command"}) {
    without(key);
  }
  text.replace(begin, end - begin, of_a_cluster);
  const ClusterConfig cluster =
      load_config(write_file(folder.path() / "config/gateway.toml", text), {}).cluster;
  const ClusterConfig defaults;
  EXPECT_EQ(cluster.mode, ClusterMode::Replicated);
  EXPECT_EQ(cluster.node, "a");
  EXPECT_EQ(cluster.shard, defaults.shard);
  EXPECT_EQ(cluster.authority, defaults.authority);
  EXPECT_EQ(cluster.etcd.endpoints.size(), 3U);
  EXPECT_EQ(cluster.lease_ttl, defaults.lease_ttl);
  EXPECT_EQ(cluster.lease_margin, defaults.lease_margin);
  EXPECT_EQ(cluster.request_timeout, defaults.request_timeout);
  EXPECT_EQ(cluster.seed_command, "/usr/local/sbin/betex-seed \"$@\"");
}

TEST(ShippedConfig, HasTheDemoSessions) {
  const std::map<std::string, std::pair<FixVersion, SessionRole>> expected{
      {"BROKER1", {FixVersion::Fixt11, SessionRole::Broker}},
      {"BROKER2", {FixVersion::Fixt11, SessionRole::Broker}},
      {"BROKER3", {FixVersion::Fix44, SessionRole::Broker}},
      {"BROKER4", {FixVersion::Fix44, SessionRole::Broker}},
      {"OPS1", {FixVersion::Fixt11, SessionRole::Ops}},
      {"OPS2", {FixVersion::Fixt11, SessionRole::Ops}},
      {"DROP1", {FixVersion::Fixt11, SessionRole::DropCopy}},
      {"MD1", {FixVersion::Fixt11, SessionRole::MarketData}}};
  std::map<std::string, std::pair<FixVersion, SessionRole>> actual;
  for (const SessionConfig& session : shipped().sessions) {
    actual[session.target_comp_id] = {session.version, session.role};
    EXPECT_EQ(session.sender_comp_id, "BETEX");
    EXPECT_EQ(session.username, session.target_comp_id);
    EXPECT_TRUE(session.reset_allowed);
    for (const AddressRange& range : session.allow_from) {
      EXPECT_TRUE(range.loopback_only()) << range.text();
    }
    if (session.role == SessionRole::Broker) {
      EXPECT_THAT(session.accounts, ElementsAre(session.target_comp_id));
    }
  }
  EXPECT_EQ(actual, expected);
}

TEST(ShippedConfig, HasTheDemoAccounts) {
  const auto accounts = shipped().accounts();
  EXPECT_THAT(names_of(accounts), ElementsAre("BROKER1", "BROKER2", "BROKER3", "BROKER4"));
  for (const AccountConfig& account : accounts) {
    EXPECT_EQ(account.kind, matching::AccountKind::Collateralised);
    EXPECT_EQ(account.balance, matching::Decimal{10'000 * matching::kDecimalScale});
    EXPECT_EQ(account.credit, matching::Decimal{2'000 * matching::kDecimalScale});
  }
}

TEST(ShippedConfig, DemoPasswordsVerify) {
  const Config config = shipped();
  ASSERT_EQ(config.credentials.all().size(), config.sessions.size());
  for (const SessionConfig& session : config.sessions) {
    EXPECT_TRUE(verify_password(*config.credentials.find(session.username), "demo"))
        << session.username;
    EXPECT_FALSE(verify_password(*config.credentials.find(session.username), "Demo"))
        << session.username;
  }
}

TEST(ShippedConfig, HasTheDemoMarkets) {
  const Config config = shipped();
  ASSERT_EQ(config.markets.size(), 2U);
  EXPECT_EQ(config.markets[0].name, "EPL-ARS-CHE");
  EXPECT_EQ(config.markets[0].kind, matching::MarketKind::ExchangeOdds);
  EXPECT_EQ(config.markets[0].ladder, matching::LadderKind::Classic);
  EXPECT_THAT(config.markets[0].instruments,
              ElementsAre("EPL-ARS-CHE.HOME", "EPL-ARS-CHE.DRAW", "EPL-ARS-CHE.AWAY"));
  EXPECT_EQ(config.markets[1].name, "RAIN-LON");
  EXPECT_EQ(config.markets[1].kind, matching::MarketKind::Binary);
  EXPECT_EQ(config.markets[1].ladder, matching::LadderKind::LinearCent);
}

}  // namespace
}  // namespace betex::gateway
