// Mistakes in gateway.toml, one a row.
#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>

#include <gmock/gmock.h>

#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

using ::testing::ElementsAre;

// One wrong line in gateway.toml, and what is said about it.
struct WrongSetting {
  std::string name;
  std::string section;
  std::string line;
  std::string complaint;

  friend void PrintTo(const WrongSetting& wrong, std::ostream* out) { *out << wrong.name; }
};

class WrongGatewaySetting : public ConfigFixture,
                            public ::testing::WithParamInterface<WrongSetting> {};

TEST_P(WrongGatewaySetting, IsSaidWithItsLineAndARemedy) {
  const auto& [name, section, line, complaint] = GetParam();
  const std::string header = section.empty() ? "" : "[" + section + "]\n";
  if (gateway.find(header) == std::string::npos) {
    gateway += header + line + "\n";
  } else {
    replace(gateway, header, header + line + "\n");
  }
  const auto lines_before = static_cast<std::size_t>(std::count(
      gateway.begin(), gateway.begin() + static_cast<std::ptrdiff_t>(gateway.find(line)), '\n'));
  EXPECT_THAT(complaints(),
              ElementsAre("gateway.toml:" + std::to_string(lines_before + 1) + ": " + complaint));
}

INSTANTIATE_TEST_SUITE_P(
    All,
    WrongGatewaySetting,
    ::testing::Values(
        WrongSetting{"UnknownSection",
                     "",
                     "ring = { slots = 3 }",
                     "ring: is not known; did you mean 'rings'?"},
        WrongSetting{"UnknownWithoutLikeness",
                     "trading_day",
                     "holidays = 3",
                     "trading_day.holidays: is not known; known here: end_utc"},
        WrongSetting{"TextForNumber",
                     "fix",
                     "port = \"9880\"",
                     "fix.port: has the wrong type; give a whole number from 0 to 65535"},
        WrongSetting{"FloatForNumber",
                     "fix",
                     "port = 9880.0",
                     "fix.port: has the wrong type; give a whole number from 0 to 65535"},
        WrongSetting{"PortOutOfRange",
                     "fix",
                     "port = 99999",
                     "fix.port: 99999 is out of range; give a whole number from 0 to 65535"},
        WrongSetting{"TlsPortIsThePlainOne",
                     "fix",
                     "tls_port = 9880",
                     "fix.tls_port: 9880 is the plain FIX port; give another one"},
        WrongSetting{"TlsCertificateMissing",
                     "fix",
                     "tls_certificate = \"none.pem\"\ntls_port = 9881",
                     "fix.tls_certificate: none.pem is not a file; name a PEM file"},
        WrongSetting{"TlsKeyWithoutCertificate",
                     "fix",
                     "tls_key = \"sessions.cfg\"\ntls_port = 9881",
                     "fix.tls_key: has no certificate; give tls_certificate"},
        WrongSetting{
            "TlsFileWithoutPort",
            "fix",
            "tls_client_ca = \"sessions.cfg\"",
            "fix.tls_client_ca: is of no use without tls_port; give tls_port, or remove it"},
        WrongSetting{"DemoCertificateBeyondLoopback",
                     "fix",
                     "tls_port = 9881\naddress = \"0.0.0.0\"",
                     "fix.tls_port: has no certificate, and 0.0.0.0 is not loopback; give "
                     "tls_certificate, or leave tls_port out"},
        WrongSetting{"HostNameForAddress",
                     "fix",
                     "address = \"localhost\"",
                     "fix.address: 'localhost' is not an IP address; give one of this machine's, "
                     "or 0.0.0.0 for all of them"},
        WrongSetting{"NetworkForAddress",
                     "http",
                     "address = \"127.0.0.0/8\"",
                     "http.address: '127.0.0.0/8' is not an IP address; give one of this "
                     "machine's, or 0.0.0.0 for all of them"},
        WrongSetting{"HttpOnTheFixPort",
                     "http",
                     "port = 9880",
                     "http.port: 9880 is the FIX port; give another one"},
        WrongSetting{"MarketDataOnTheFixPort",
                     "market_data",
                     "port = 9880",
                     "market_data.port: 9880 is the plain FIX port; give another one"},
        WrongSetting{"HttpOnTheMarketDataPort",
                     "http",
                     "port = 9883",
                     "http.port: 9883 is the market data port; give another one"},
        WrongSetting{"MarketDataOverTlsWithoutACertificate",
                     "market_data",
                     "tls_port = 9884",
                     "market_data.tls_port: needs a certificate, and there is none; give tls_port "
                     "in [fix]"},
        WrongSetting{"NetworkForTheMarketDataAddress",
                     "market_data",
                     "address = \"127.0.0.0/8\"",
                     "market_data.address: '127.0.0.0/8' is not an IP address; give one of this "
                     "machine's, or 0.0.0.0 for all of them"},
        WrongSetting{"NormalIsNotBelowSlow",
                     "market_data.limits",
                     "normal_bytes = 20_000\nslow_bytes = 20_000",
                     "market_data.limits.normal_bytes: 20000 is not below slow_bytes, 20000; give "
                     "a smaller one"},
        WrongSetting{"PortForPageHost",
                     "http",
                     "page_hosts = [\"betex.example:443\"]",
                     "http.page_hosts: 'betex.example:443' is not a host's name; give a name or an "
                     "IPv4 address, without a port"},
        WrongSetting{"NumberForFlag",
                     "http",
                     "enabled = 1",
                     "http.enabled: has the wrong type; give true or false"},
        WrongSetting{"SlotsNoPowerOfTwo",
                     "rings",
                     "event_slots = 1000",
                     "rings.event_slots: 1000 is not a power of two; give 512 or 1024"},
        WrongSetting{"SlotsTooFew",
                     "rings",
                     "command_slots = 32",
                     "rings.command_slots: 32 is out of range; give a whole number from 512 to "
                     "1048576"},
        WrongSetting{"UnknownWaitStrategy",
                     "rings",
                     "wait_strategy = \"spin\"",
                     "rings.wait_strategy: 'spin' is not known; give one of busy-spin, yield, "
                     "block"},
        WrongSetting{"MapNotWholePages",
                     "wal",
                     "segment_map_size_bytes = 1_048_577",
                     "wal.segment_map_size_bytes: 1048577 is not a whole number of pages; give a "
                     "multiple of 4096"},
        WrongSetting{"UnknownWayToRetire",
                     "wal",
                     "retire = \"watermark\"",
                     "wal.retire: 'watermark' is not known; give one of when_unneeded, "
                     "up_to_watermark"},
        WrongSetting{"EmptyText",
                     "log",
                     "level = \"\"",
                     "log.level: is empty; give a text, or leave the key out"},
        WrongSetting{"LogFolderMissing",
                     "log",
                     "file = \"logs/betex.log\"",
                     "log.file: the folder of logs/betex.log is not there; create the folder"},
        WrongSetting{"TextForTime",
                     "trading_day",
                     "end_utc = \"00:00\"",
                     "trading_day.end_utc: has the wrong type; give a time without quotes, as in "
                     "00:00:00"},
        WrongSetting{"CurrencyOfTwoLetters",
                     "exchange",
                     "currency = \"EU\"",
                     "exchange.currency: 'EU' is not a currency; give its three capital letters, "
                     "as in EUR"},
        WrongSetting{"CurrencyInSmallLetters",
                     "exchange",
                     "currency = \"eur\"",
                     "exchange.currency: 'eur' is not a currency; give its three capital letters, "
                     "as in EUR"},
        WrongSetting{"RequestsOutOfRange",
                     "exchange",
                     "max_requests_a_day = -1",
                     "exchange.max_requests_a_day: -1 is out of range; give a whole number from 0 "
                     "to 4294967295"},
        WrongSetting{"NoticeLongerThanAnHour",
                     "exchange",
                     "stop_notice_s = 3_601",
                     "exchange.stop_notice_s: 3601 is out of range; give a whole number from 0 to "
                     "3600"},
        WrongSetting{"ClassOfRequestsThatThereIsNot",
                     "exchange",
                     "four_eyes = [\"results\", \"money\"]",
                     "exchange.four_eyes: 'money' is not known; give some of results, funds, "
                     "session_numbers"},
        WrongSetting{"ClassOfRequestsTwice",
                     "exchange",
                     "four_eyes = [\"funds\", \"funds\"]",
                     "exchange.four_eyes: 'funds' is there twice; remove one of the two"},
        WrongSetting{"WitnessWithoutItsFolder",
                     "wal",
                     "witness = \"elsewhere/witness\"",
                     "wal.witness: the folder of elsewhere/witness is not there; create the "
                     "folder"},
        WrongSetting{"WitnessThatIsAFolder",
                     "wal",
                     "witness = \"fix_spec\"",
                     "wal.witness: fix_spec is a folder; name a file"},
        WrongSetting{"MorePerAddressThanInAll",
                     "fix.limits",
                     "connections_per_address = 5000",
                     "fix.limits.connections_per_address: 5000 is above connections, 1000; give "
                     "a smaller one"},
        WrongSetting{"MoreBeforeTheLogonThanInAll",
                     "fix.limits",
                     "connections_before_logon = 2000",
                     "fix.limits.connections_before_logon: 2000 is above connections, 1000; give "
                     "a smaller one"},
        WrongSetting{"SectionThatIsNoTable",
                     "",
                     "rings = 3",
                     "rings: has the wrong type; give a table, as in [rings]"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace betex::gateway
