// What a Logon(A) says, and whether it may be taken. Every field of it is looked at here, before
// anything of its session changes. Pure: no session, no clock, no QuickFIX.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "fix_spec/dialect.h"
#include "gateway/wire/field_table.h"
#include "matching/types.h"

namespace betex::fix {

// No message that we make is longer, but for the Heartbeat that echoes a longer TestReqID(112),
// some to operators, and one to those who ask for it.
inline constexpr std::uint32_t kLongestMessageBytes = 1024;
inline constexpr std::uint32_t kLongestSecurityListBytes = 1280;

// The same of what market data sessions get: its entries are 16 KiB at most.
inline constexpr std::uint32_t kLongestMarketDataBytes = 20'480;

// HeartBtInt(108) must lie within, in seconds.
struct LogonLimits {
  std::uint32_t min_heart_bt_int = 5;
  std::uint32_t max_heart_bt_int = 60;
};

// What a session's settings say of its Logons.
struct LogonTerms {
  FixVersion version = FixVersion::Fixt11;
  LogonLimits limits;
  std::uint32_t longest_message = kLongestMessageBytes;  // of ours: 383 is not below it
  bool reset_allowed = false;                            // 141=Y
  bool reset_required = false;  // its numbers live as long as its connection
};

struct Logon {
  matching::MsgSeqNum number;                        // 34
  std::uint32_t heart_bt_int = 0;                    // 108, seconds
  bool reset = false;                                // 141=Y
  std::optional<bool> cancel_on_disconnect;          // 8013
  std::optional<matching::MsgSeqNum> next_expected;  // 789: of ours, the one that it expects next
};

struct LogonRefusal {
  enum class Kind : std::uint8_t {
    Content,
    Credentials,
    NumberTooLow,
    AnotherHistory,  // the client has seen what was never sent
  };

  // For the log and Text(58): tag names, numbers and words of ours, no text of the peer's.
  std::string text;
  Kind kind = Kind::Content;
};

// A session's numbers at the moment.
struct LogonNumbers {
  matching::MsgSeqNum next_in;   // expected from the client
  matching::MsgSeqNum next_out;  // our answer's own, without a reset
};

// Reads a Logon, whatever the session's numbers are. Whether SendingTime(52) is near our clock and
// whether the password is right is for others to say.
[[nodiscard]] tl::expected<Logon, LogonRefusal> check_logon(const FieldTable& fields,
                                                            const LogonTerms& terms);

// Whether the numbers fit, which the client may have seen another history of.
[[nodiscard]] std::optional<LogonRefusal> check_logon_numbers(const Logon& logon,
                                                              const LogonNumbers& numbers);

}  // namespace betex::fix
