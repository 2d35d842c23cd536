// gateway.toml on where the gateway listens, by which certificates, and what it warns of where that
// is beyond loopback.
#include <string>
#include <utility>

#include <gmock/gmock.h>

#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using GatewayFile = ConfigFixture;

TEST_F(GatewayFile, MarketDataIsWhereFixIsUnlessItIsSaid) {
  write_file(folder.path() / "gateway.pem", "");
  replace(gateway,
          "[fix]\n",
          "[fix]\naddress = \"127.0.0.3\"\ntls_port = 9881\ntls_certificate = \"gateway.pem\"\n");
  EXPECT_EQ(load().market_data.address, "127.0.0.3");
  gateway += "[market_data]\ntls_port = 9884\n";
  EXPECT_EQ(load().market_data.tls_port, 9884);
  EXPECT_THAT(print(load()),
              HasSubstr("\n[market_data]\nenabled = true\naddress = \"127.0.0.3\"\nport = 9883\n"
                        "tls_port = 9884\n\n[market_data.limits]\nsessions = 500\n"));
  for (const auto& [port, what] : {std::pair{"9880", "plain FIX port"},
                                   std::pair{"9881", "port for FIX over TLS"},
                                   std::pair{"9883", "plain market data port"}}) {
    const std::string before = gateway;
    replace(gateway, "tls_port = 9884", std::string{"tls_port = "} + port);
    EXPECT_THAT(complaints(),
                ElementsAre(HasSubstr(std::string{"market_data.tls_port: "} + port + " is the " +
                                      what + "; give another one")));
    gateway = before;
  }
}

// Nor does a demo's certificate leave the machine.
TEST_F(GatewayFile, MarketDataOverTlsBeyondLoopbackNeedsACertificateToo) {
  replace(gateway, "[fix]\n", "[fix]\ntls_port = 9881\n");
  gateway += "[market_data]\naddress = \"0.0.0.0\"\ntls_port = 9884\n";
  EXPECT_THAT(complaints(),
              ElementsAre(HasSubstr("market_data.tls_port: has no certificate, and 0.0.0.0 is not "
                                    "loopback; give tls_certificate in [fix], or leave tls_port "
                                    "out")));
}

TEST_F(GatewayFile, WarnsOfMarketDataBeyondLoopbackAndOfSessionsThatItIsOffFor) {
  sessions +=
      "[SESSION]\nBeginString=FIXT.1.1\nDefaultApplVerID=9\nTargetCompID=MD\nUsername=ANNA\nRole="
      "MarketData\n";
  EXPECT_THAT(warnings(load()), IsEmpty());
  replace(credentials, ":10000:", ":600000:");
  const std::string before = gateway;
  gateway += "[market_data]\naddress = \"0.0.0.0\"\n";
  EXPECT_THAT(
      warnings(load()),
      ElementsAre("market_data.address is 0.0.0.0, reachable from other machines: passwords "
                  "of market data sessions travel unencrypted, but for sessions with "
                  "RequireTls=Y"));
  gateway = before + "[market_data]\nenabled = false\n";
  EXPECT_THAT(
      warnings(load()),
      ElementsAre("market_data.enabled is false, and session MD has Role=MarketData: nobody "
                  "can log on with it"));
}

TEST_F(GatewayFile, WithoutACertificateTheGatewayMakesOneInTheLogsFolder) {
  EXPECT_FALSE(load().fix.tls.has_value());
  replace(gateway, "[fix]\n", "[fix]\ntls_port = 9881\n");
  const Config config = load();
  ASSERT_TRUE(config.fix.tls.has_value());
  EXPECT_EQ(config.fix.tls->port, 9881);
  EXPECT_TRUE(config.fix.tls->demo);
  EXPECT_EQ(config.fix.tls->certificate, folder.path() / "wal" / "tls-demo.pem");
}

TEST_F(GatewayFile, TheTlsKeyMayBeInTheCertificatesFile) {
  replace(gateway, "[fix]\n", "[fix]\ntls_port = 0\ntls_certificate = \"both.pem\"\n");
  write_file(folder.path() / "both.pem", "");
  const Config config = load();
  EXPECT_FALSE(config.fix.tls->demo);
  EXPECT_EQ(config.fix.tls->key, folder.path() / "both.pem");
}

TEST_F(GatewayFile, WarnsOfPlainFixBeyondLoopback) {
  EXPECT_THAT(warnings(load()), IsEmpty());
  replace(gateway, "[fix]\n", "[fix]\naddress = \"0.0.0.0\"\n");
  replace(credentials, ":10000:", ":600000:");
  EXPECT_THAT(warnings(load()),
              ElementsAre("fix.address is 0.0.0.0, reachable from other machines: passwords and "
                          "orders travel unencrypted, but for sessions with RequireTls=Y"));
  write_file(folder.path() / "gateway.pem", "");
  replace(gateway, "[fix]\n", "[fix]\ntls_port = 9881\ntls_certificate = \"gateway.pem\"\n");
  sessions += "RequireTls=Y\n";
  EXPECT_THAT(warnings(load()), IsEmpty());
}

TEST_F(GatewayFile, WarnsOfPasswordsOfFewIterationsBeyondLoopback) {
  EXPECT_THAT(warnings(load()), IsEmpty());
  replace(gateway, "[fix]\n", "[fix]\naddress = \"0.0.0.0\"\n");
  EXPECT_THAT(warnings(load()),
              Contains("credentials: the password of ANNA is hashed by 10000 iterations, and "
                       "600000 are today's: make its line anew by betex-gateway --hash-password"));
}

TEST_F(GatewayFile, RevocationListsNeedTheAuthoritiesWhoseTheyAre) {
  write_file(folder.path() / "crl.pem", "");
  replace(gateway, "[fix]\n", "[fix]\ntls_port = 0\ntls_client_crl = \"crl.pem\"\n");
  EXPECT_THAT(complaints(),
              ElementsAre("gateway.toml:5: fix.tls_client_crl: revokes certificates, and clients "
                          "are asked for none; give tls_client_ca"));
  replace(gateway, "crl.pem", "none.pem");
  replace(gateway, "[fix]\n", "[fix]\ntls_client_ca = \"crl.pem\"\n");
  EXPECT_THAT(complaints(),
              ElementsAre("gateway.toml:6: fix.tls_client_crl: none.pem is not a file; name a PEM "
                          "file"));
  replace(gateway, "none.pem", "crl.pem");
  EXPECT_EQ(load().fix.tls->client_crl, folder.path() / "crl.pem");
  EXPECT_THAT(print(load()), HasSubstr("tls_client_crl = \"" + folder.path().string()));
}

}  // namespace
}  // namespace betex::gateway
