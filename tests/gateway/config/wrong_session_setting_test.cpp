// Mistakes in sessions.cfg, one a row.
#include <ostream>
#include <string>

#include <gmock/gmock.h>

#include "tests/gateway/config/config_fixture.h"

namespace betex::gateway {
namespace {

using ::testing::ElementsAre;

// The fixture's session ends in line 9; a line is added there, or replaces another.
struct WrongSession {
  std::string name;
  std::string from;  // empty: `to` is added at the end
  std::string to;
  std::string complaint;

  friend void PrintTo(const WrongSession& wrong, std::ostream* out) { *out << wrong.name; }
};

class WrongSessionSetting : public ConfigFixture,
                            public ::testing::WithParamInterface<WrongSession> {};

TEST_P(WrongSessionSetting, IsSaidWithItsLineAndARemedy) {
  const auto& [name, from, to, complaint] = GetParam();
  if (from.empty()) {
    sessions += to;
  } else {
    replace(sessions, from, to);
  }
  EXPECT_THAT(complaints(), ElementsAre("sessions.cfg" + complaint));
}

INSTANTIATE_TEST_SUITE_P(
    Syntax,
    WrongSessionSetting,
    ::testing::Values(
        WrongSession{"NoKeyValue",
                     "",
                     "hello\n",
                     ":10: is neither a [SECTION] nor key=value; correct or remove this line"},
        WrongSession{"NoKey",
                     "",
                     "=1\n",
                     ":10: is neither a [SECTION] nor key=value; correct or remove this line"},
        WrongSession{"NoValue",
                     "",
                     "ResetAllowed=\n",
                     ":10: ResetAllowed: has no value; give one, or remove the line"},
        WrongSession{"Twice",
                     "",
                     "Role=Ops\n",
                     ":10: Role: is given twice, first in line 8; remove one of the two"},
        WrongSession{"UnknownSection",
                     "",
                     "[SESSIONS]\nRole=Ops\n",
                     ":10: '[SESSIONS]' is no section; write [DEFAULT] or [SESSION]"},
        WrongSession{"SecondDefault",
                     "",
                     "[DEFAULT]\nMinHeartBtInt=6\n",
                     ":10: [DEFAULT] is there twice; put all defaults into one section"},
        WrongSession{"BeforeTheSections",
                     "[DEFAULT]\n",
                     "Username=ANNA\n[DEFAULT]\n",
                     ":1: Username: stands before the first section; write [DEFAULT] or [SESSION] "
                     "above it"},
        WrongSession{"ByteOrderMark",
                     "[DEFAULT]\n",
                     "\xef\xbb\xbf[DEFAULT]\n",
                     ":1: begins with a byte order mark (BOM); save the file as UTF-8 without one"},
        WrongSession{"Utf16",
                     "[DEFAULT]\n",
                     "\xff\xfe[DEFAULT]\n",
                     ":1: is UTF-16; save the file as UTF-8 without a byte order mark"},
        WrongSession{"CarriageReturn",
                     "Role=Broker\n",
                     "Role=Broker\r\n",
                     ":8: holds a carriage return (CR); save the file with Unix line ends, LF "
                     "alone"},
        WrongSession{"ControlCharacter",
                     "Role=Broker\n",
                     "Role=Broker\n# \x1b[2J\n",
                     ":9: holds a control character; remove it"},
        WrongSession{"Quotes",
                     "TargetCompID=ANNA\n",
                     "TargetCompID=\"ANNA\"\n",
                     ":7: TargetCompID: \"ANNA\" is in quotes; leave them out"},
        WrongSession{"SingleQuotes",
                     "FIXT.1.1",
                     "'FIXT.1.1'",
                     ":5: BeginString: 'FIXT.1.1' is in quotes; leave them out"},
        WrongSession{"QuotesInAList",
                     "Accounts=ANNA",
                     "Accounts=ANNA, \"BERT\"",
                     ":9: Accounts: ANNA, \"BERT\" is in quotes; leave them out"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Values,
    WrongSessionSetting,
    ::testing::Values(
        WrongSession{"BeginStringMissing",
                     "BeginString=FIXT.1.1\n",
                     "",
                     ":4: BeginString: is missing; give FIXT.1.1 or FIX.4.4, here or in [DEFAULT]"},
        WrongSession{"BeginStringUnknown",
                     "FIXT.1.1",
                     "FIX.4.2",
                     ":5: BeginString: 'FIX.4.2' is not spoken here; give FIXT.1.1 or FIX.4.4"},
        WrongSession{"ApplVerIdMissing",
                     "DefaultApplVerID=9\n",
                     "",
                     ":4: DefaultApplVerID: is missing; give 9 (FIX.5.0SP2), here or in "
                     "[DEFAULT]"},
        WrongSession{"ApplVerIdUnknown",
                     "DefaultApplVerID=9",
                     "DefaultApplVerID=7",
                     ":6: DefaultApplVerID: '7' is not spoken here; give 9 (FIX.5.0SP2)"},
        WrongSession{"ApplVerIdWithFix44",
                     "FIXT.1.1",
                     "FIX.4.4",
                     ":6: DefaultApplVerID: is not for FIX.4.4; remove it, or give FIXT.1.1"},
        WrongSession{"SenderMissing",
                     "SenderCompID=BETEX\n",
                     "",
                     ":3: SenderCompID: is missing; give a name, here or in [DEFAULT]"},
        WrongSession{"TargetMissing",
                     "TargetCompID=ANNA\n",
                     "",
                     ":4: TargetCompID: is missing; give a name, here or in [DEFAULT]"},
        WrongSession{"TargetTooLong",
                     "SenderCompID=BETEX",
                     "SenderCompID=ABCDEFGHIJKLMNOPQRSTUVWXYZ123456",
                     ":2: SenderCompID: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ123456' is not a name; give 1 "
                     "to 31 printable characters, no space, no comma"},
        WrongSession{"RoleMissing",
                     "Role=Broker\n",
                     "",
                     ":4: Role: is missing; give Broker, Ops, DropCopy or MarketData, here or in "
                     "[DEFAULT]"},
        WrongSession{"RoleUnknown",
                     "Role=Broker",
                     "Role=broker",
                     ":8: Role: 'broker' is not known; give Broker, Ops, DropCopy or MarketData"},
        WrongSession{"AccountsMissing",
                     "Accounts=ANNA\n",
                     "",
                     ":4: Accounts: is missing; give names with commas between them, here or in "
                     "[DEFAULT]"},
        WrongSession{"AccountTwice",
                     "Accounts=ANNA",
                     "Accounts=ANNA, ANNA",
                     ":9: Accounts: 'ANNA' is there twice; remove one of the two"},
        WrongSession{"AccountEmpty",
                     "Accounts=ANNA",
                     "Accounts=ANNA,",
                     ":9: Accounts: '' is not a name; give 1 to 31 printable characters, no "
                     "space, no comma"},
        WrongSession{"AccountsOfOps",
                     "Role=Broker",
                     "Role=Ops",
                     ":9: Accounts: an Ops session has no accounts of its own; remove it"},
        WrongSession{"AccountsOfMarketData",
                     "Role=Broker",
                     "Role=MarketData",
                     ":9: Accounts: a MarketData session has no accounts of its own; remove it"},
        WrongSession{"HeartbeatNoNumber",
                     "",
                     "MinHeartBtInt=5s\n",
                     ":10: MinHeartBtInt: '5s' is not a number of seconds; give 1 to 3600"},
        WrongSession{"HeartbeatZero",
                     "",
                     "MaxHeartBtInt=0\n",
                     ":10: MaxHeartBtInt: '0' is not a number of seconds; give 1 to 3600"},
        WrongSession{"HeartbeatsCrossed",
                     "",
                     "MinHeartBtInt=61\n",
                     ":10: MinHeartBtInt: 61 is above MaxHeartBtInt, 60; give a smaller one"},
        WrongSession{"TlsWithoutAPort",
                     "",
                     "RequireTls=Y\n",
                     ":10: RequireTls: needs TLS, and there is none; give tls_port in [fix] of "
                     "gateway.toml"},
        WrongSession{"FlagUnknown",
                     "",
                     "ResetAllowed=yes\n",
                     ":10: ResetAllowed: 'yes' is not known; give Y or N"},
        WrongSession{"GraceNoNumber",
                     "",
                     "CancelOnDisconnectGrace=-1\n",
                     ":10: CancelOnDisconnectGrace: '-1' is not a number of seconds; give 0 to "
                     "3600"},
        WrongSession{"AllowFromMissing",
                     "AllowFrom=127.0.0.1\n",
                     "",
                     ":3: AllowFrom: is missing; give addresses with commas between them, as in "
                     "127.0.0.1, 10.1.0.0/16, here or in [DEFAULT]"},
        WrongSession{"AllowFromHostName",
                     "AllowFrom=127.0.0.1",
                     "AllowFrom=127.0.0.1, localhost",
                     ":3: AllowFrom: 'localhost' is not an IP address or network; give one as in "
                     "127.0.0.1, 10.1.0.0/16 or fd00::/8"},
        WrongSession{"Initiator",
                     "",
                     "ConnectionType=initiator\n",
                     ":10: ConnectionType: 'initiator' is not possible here; give acceptor"},
        WrongSession{"NoCredential",
                     "",
                     "Username=BERT\n",
                     ":10: Username: 'BERT' is not in the credentials file; add the line that "
                     "betex-gateway --hash-password BERT prints"},
        WrongSession{"NoSession",
                     "[SESSION]\nBeginString=FIXT.1.1\nDefaultApplVerID=9\nTargetCompID=ANNA\n"
                     "Role=Broker\nAccounts=ANNA\n",
                     "",
                     ": has no session; add a [SESSION]"},
        WrongSession{"UnknownKey",
                     "",
                     "resetAlowed=Y\n",
                     ":10: resetAlowed: is not known; did you mean 'ResetAllowed'?"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    QuickFixKeys,
    WrongSessionSetting,
    ::testing::Values(
        WrongSession{"HttpAcceptPort",
                     "",
                     "HttpAcceptPort=9911\n",
                     ":10: HttpAcceptPort: would open QuickFIX's own web port, which anyone can "
                     "stop sessions with; remove it; the gateway's HTTP port is set in [http] of "
                     "gateway.toml"},
        WrongSession{"UseDataDictionary",
                     "",
                     "UseDataDictionary=N\n",
                     ":10: UseDataDictionary: the gateway's own dictionaries are always used; "
                     "remove it"},
        WrongSession{"DataDictionary",
                     "",
                     "DataDictionary=FIX44.xml\n",
                     ":10: DataDictionary: the gateway's own dictionaries are always used; remove "
                     "it; their folder is 'dictionaries' in [fix] of gateway.toml"},
        WrongSession{"AppDataDictionary",
                     "",
                     "AppDataDictionary.FIX.5.0SP2=FIX50SP2.xml\n",
                     ":10: AppDataDictionary.FIX.5.0SP2: the gateway's own dictionaries are always "
                     "used; remove it; their folder is 'dictionaries' in [fix] of gateway.toml"},
        WrongSession{"TransportDataDictionary",
                     "",
                     "TransportDataDictionary=FIXT11.xml\n",
                     ":10: TransportDataDictionary: the gateway's own dictionaries are always "
                     "used; remove it; their folder is 'dictionaries' in [fix] of gateway.toml"},
        WrongSession{"Validate",
                     "",
                     "ValidateFieldsOutOfOrder=N\n",
                     ":10: ValidateFieldsOutOfOrder: the gateway's own dictionaries are always "
                     "used; remove it; messages are always validated"},
        WrongSession{"SocketAcceptPort",
                     "",
                     "SocketAcceptPort=9880\n",
                     ":10: SocketAcceptPort: the gateway's transport is not QuickFIX's; remove it; "
                     "see [fix] in gateway.toml"},
        WrongSession{"SocketNodelay",
                     "",
                     "SocketNodelay=Y\n",
                     ":10: SocketNodelay: the gateway's transport is not QuickFIX's; remove it"},
        WrongSession{"FileStorePath",
                     "",
                     "FileStorePath=store\n",
                     ":10: FileStorePath: messages and numbers are kept in the journal; remove it; "
                     "see [wal] in gateway.toml"},
        WrongSession{"FileLogPath",
                     "",
                     "FileLogPath=log\n",
                     ":10: FileLogPath: messages and numbers are kept in the journal; remove it; "
                     "see [log] in gateway.toml"},
        WrongSession{"ResetTime",
                     "",
                     "ResetTime=25:00:00\n",
                     ":10: ResetTime: '25:00:00' is not a time of day; give one in UTC, as in "
                     "22:00:00"},
        WrongSession{"ResetDaysAlone",
                     "",
                     "ResetDays=Mon\n",
                     ":10: ResetDays: is for a scheduled reset, and there is none; give ResetTime"},
        WrongSession{"ResetDays",
                     "",
                     "ResetTime=22:00:00\nResetDays=Mon, Monday\n",
                     ":11: ResetDays: 'Monday' is not a day; give Mon, Tue, Wed, Thu, Fri, Sat or "
                     "Sun"},
        WrongSession{"ResetDayTwice",
                     "",
                     "ResetTime=22:00:00\nResetDays=Mon, Mon\n",
                     ":11: ResetDays: 'Mon' is there twice; remove one of the two"},
        WrongSession{"StartTime",
                     "",
                     "StartTime=00:00:00\n",
                     ":10: StartTime: a session has no hours; remove it; ResetTime "
                     "and ResetDays say when its numbers begin again"},
        WrongSession{"ResetOnLogon",
                     "",
                     "ResetOnLogon=Y\n",
                     ":10: ResetOnLogon: the numbers come from the journal; remove it; "
                     "ResetAllowed=Y lets a client ask with 141=Y"},
        WrongSession{"RefreshOnLogon",
                     "",
                     "RefreshOnLogon=Y\n",
                     ":10: RefreshOnLogon: the numbers come from the journal; remove it"},
        WrongSession{"HeartBtInt",
                     "",
                     "HeartBtInt=30\n",
                     ":10: HeartBtInt: the interval is the client's choice; give MinHeartBtInt and "
                     "MaxHeartBtInt, which it must lie within"},
        WrongSession{"MaxLatency",
                     "",
                     "MaxLatency=120\n",
                     ":10: MaxLatency: SendingTime is always checked; give "
                     "'sending_time_tolerance_s' in [fix.limits] of gateway.toml"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace betex::gateway
