#include "gateway/config/refused_settings.h"

#include <algorithm>
#include <array>

namespace betex::gateway {

namespace {

constexpr std::string_view kOwnDictionaries = "the gateway's own dictionaries are always used";
constexpr std::string_view kOwnTransport = "the gateway's transport is not QuickFIX's";
constexpr std::string_view kJournalKeeps = "messages and numbers are kept in the journal";
constexpr std::string_view kNoHours = "a session has no hours";
constexpr std::string_view kResetInstead =
    "remove it; ResetTime and ResetDays say when its numbers begin again";
constexpr std::string_view kNumbers = "the numbers come from the journal";

constexpr std::array kRefusedSettings{
    RefusedSetting{"HttpAcceptPort",
                   "would open QuickFIX's own web port, which anyone can stop sessions with",
                   "remove it; the gateway's HTTP port is set in [http] of gateway.toml"},
    RefusedSetting{"UseDataDictionary", kOwnDictionaries, "remove it"},
    RefusedSetting{"DataDictionary",
                   kOwnDictionaries,
                   "remove it; their folder is 'dictionaries' in [fix] of gateway.toml"},
    RefusedSetting{"AppDataDictionary",
                   kOwnDictionaries,
                   "remove it; their folder is 'dictionaries' in [fix] of gateway.toml"},
    RefusedSetting{"TransportDataDictionary",
                   kOwnDictionaries,
                   "remove it; their folder is 'dictionaries' in [fix] of gateway.toml"},
    RefusedSetting{"Validate", kOwnDictionaries, "remove it; messages are always validated"},
    RefusedSetting{"SocketAccept", kOwnTransport, "remove it; see [fix] in gateway.toml"},
    RefusedSetting{"Socket", kOwnTransport, "remove it"},
    RefusedSetting{"FileStore", kJournalKeeps, "remove it; see [wal] in gateway.toml"},
    RefusedSetting{"FileLog", kJournalKeeps, "remove it; see [log] in gateway.toml"},
    RefusedSetting{"StartTime", kNoHours, kResetInstead},
    RefusedSetting{"EndTime", kNoHours, kResetInstead},
    RefusedSetting{"StartDay", kNoHours, kResetInstead},
    RefusedSetting{"EndDay", kNoHours, kResetInstead},
    RefusedSetting{"ResetOn", kNumbers, "remove it; ResetAllowed=Y lets a client ask with 141=Y"},
    RefusedSetting{"RefreshOnLogon", kNumbers, "remove it"},
    RefusedSetting{"HeartBtInt",
                   "the interval is the client's choice",
                   "give MinHeartBtInt and MaxHeartBtInt, which it must lie within"},
    RefusedSetting{"CheckLatency",
                   "SendingTime is always checked",
                   "give 'sending_time_tolerance_s' in [fix.limits] of gateway.toml"},
    RefusedSetting{"MaxLatency",
                   "SendingTime is always checked",
                   "give 'sending_time_tolerance_s' in [fix.limits] of gateway.toml"},
};

}  // namespace

const RefusedSetting* find_refused_setting(std::string_view key) {
  const auto* const found = std::ranges::find_if(
      kRefusedSettings,
      [key](const RefusedSetting& refused) { return key.starts_with(refused.prefix); });
  return found == kRefusedSettings.end() ? nullptr : found;
}

}  // namespace betex::gateway
