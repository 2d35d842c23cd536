// SessionRejectReason(373): what is wrong with a message as such, before anyone asks what it means.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/wire/decimal.h"
#include "gateway/wire/tags.h"

namespace betex::fix::session_reject {

inline constexpr std::uint16_t kInvalidTagNumber = 0;
inline constexpr std::uint16_t kRequiredTagMissing = 1;
inline constexpr std::uint16_t kTagNotDefinedForMessage = 2;
inline constexpr std::uint16_t kTagWithoutValue = 4;
inline constexpr std::uint16_t kValueIncorrect = 5;
inline constexpr std::uint16_t kIncorrectDataFormat = 6;
inline constexpr std::uint16_t kCompIdProblem = 9;
inline constexpr std::uint16_t kSendingTimeAccuracy = 10;
inline constexpr std::uint16_t kInvalidMsgType = 11;
inline constexpr std::uint16_t kTagRepeated = 13;
inline constexpr std::uint16_t kTagOutOfOrder = 14;
inline constexpr std::uint16_t kGroupOrder = 15;
inline constexpr std::uint16_t kGroupCount = 16;
inline constexpr std::uint16_t kUnsupportedApplicationVersion = 18;  // FIXT.1.1 only
inline constexpr std::uint16_t kOther = 99;

[[nodiscard]] constexpr std::uint16_t code_of(ParseFault fault) noexcept {
  return fault == ParseFault::Format ? kIncorrectDataFormat : kValueIncorrect;
}

// The specification's words.
[[nodiscard]] constexpr std::string_view to_text(std::uint16_t code) noexcept {
  switch (code) {
    case kInvalidTagNumber:
      return "Invalid tag number";
    case kRequiredTagMissing:
      return "Required tag missing";
    case kTagNotDefinedForMessage:
      return "Tag not defined for this message type";
    case kTagWithoutValue:
      return "Tag specified without a value";
    case kValueIncorrect:
      return "Value is incorrect (out of range) for this tag";
    case kIncorrectDataFormat:
      return "Incorrect data format for value";
    case kCompIdProblem:
      return "CompID problem";
    case kSendingTimeAccuracy:
      return "SendingTime accuracy problem";
    case kInvalidMsgType:
      return "Invalid MsgType";
    case kTagRepeated:
      return "Tag appears more than once";
    case kTagOutOfOrder:
      return "Tag specified out of required order";
    case kGroupOrder:
      return "Repeating group fields out of order";
    case kGroupCount:
      return "Incorrect NumInGroup count for repeating group";
    case kUnsupportedApplicationVersion:
      return "Invalid/Unsupported Application Version";
    default:
      return "Other";
  }
}

// Text(58) of a Reject(3) with this code, about this tag (0: none): the same words whenever it is
// made, so they follow from the two alone.
[[nodiscard]] constexpr std::string_view to_text(std::uint16_t code,
                                                 std::uint32_t ref_tag_id) noexcept {
  if (code == kCompIdProblem && ref_tag_id == tag::kSenderCompId) {
    return "SenderCompID(49) is not this session's";
  }
  if (code == kCompIdProblem && ref_tag_id == tag::kTargetCompId) {
    return "TargetCompID(56) is not this session's";
  }
  if (code == kSendingTimeAccuracy && ref_tag_id == tag::kSendingTime) {
    return "SendingTime(52) is too far from our clock";
  }
  if (code == kSendingTimeAccuracy && ref_tag_id == tag::kOrigSendingTime) {
    return "OrigSendingTime(122) is later than SendingTime(52)";
  }
  if (code == kRequiredTagMissing && ref_tag_id == tag::kOrigSendingTime) {
    return "OrigSendingTime(122) is missing on a message with PossDupFlag(43)=Y";
  }
  return to_text(code);
}

}  // namespace betex::fix::session_reject
