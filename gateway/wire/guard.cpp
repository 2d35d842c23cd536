#include "gateway/wire/guard.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>

#include "fix_spec/fields.h"
#include "fix_spec/session_messages.h"
#include "gateway/wire/known_tags.h"
#include "gateway/wire/session_reject.h"
#include "gateway/wire/utc_time.h"

namespace betex::fix {
namespace {

// How a field's value must be written. A field of any of these kinds may stand only once.
enum class Kind : std::uint8_t { Free, Printable, Integer, Boolean, Time };

// Where the rule holds.
enum class Scope : std::uint8_t {
  Header,   // in front of the body of every message
  Session,  // in session messages
  Every,    // anywhere
};

struct Rule {
  std::uint32_t tag = 0;
  Kind kind = Kind::Free;
  Scope scope = Scope::Every;
};

constexpr Kind kind_of(FieldType type) noexcept {
  switch (type) {
    case FieldType::Int:
    case FieldType::Length:
    case FieldType::NumInGroup:
    case FieldType::SeqNum:
      return Kind::Integer;
    case FieldType::Boolean:
      return Kind::Boolean;
    case FieldType::UtcTimestamp:
      return Kind::Time;
    case FieldType::Amt:
    case FieldType::Char:
    case FieldType::Currency:
    case FieldType::LocalMktDate:
    case FieldType::MultipleCharValue:
    case FieldType::Price:
    case FieldType::Qty:
    case FieldType::String:
    case FieldType::UtcDateOnly:
    case FieldType::UtcTimeOnly:
      break;
  }
  return Kind::Free;
}

// What QuickFIX reads of session messages.
constexpr std::array kReadInSessionMessages{
    &field::kBeginSeqNo,
    &field::kEndSeqNo,
    &field::kNewSeqNo,
    &field::kRefSeqNum,
    &field::kEncryptMethod,
    &field::kHeartBtInt,
    &field::kTestReqId,
    &field::kGapFillFlag,
    &field::kResetSeqNumFlag,
    &field::kRefTagId,
    &field::kSessionRejectReason,
    &field::kDefaultApplVerId,
};

constexpr auto kRules = [] {
  std::array<Rule, kStandardHeader.size() + kReadInSessionMessages.size() + 3> rules{};
  auto* at = rules.begin();
  for (const MessageField& row : kStandardHeader) {
    *at++ = {row.field.tag, kind_of(row.field.type), Scope::Header};
  }
  for (const FieldSpec* const field : kReadInSessionMessages) {
    *at++ = {field->tag, kind_of(field->type), Scope::Session};
  }
  *at++ = {tag::kUsername, Kind::Printable, Scope::Session};
  *at++ = {tag::kPassword, Kind::Printable, Scope::Session};
  *at = {tag::kCheckSum, Kind::Free, Scope::Every};
  return rules;
}();

// What no message may bring along: header fields that we do not support, and every pair of a length
// and data (a data field's length is the sender's word for where the next field begins).
constexpr std::array kRefusedTags{
    // Header fields that are not supported: third parties, hops, encodings, other versions.
    115U,
    116U,
    128U,
    129U,
    144U,
    145U,
    347U,
    627U,
    628U,
    629U,
    630U,
    1129U,
    1156U,
    // Lengths and data.
    89U,
    90U,
    91U,
    93U,
    95U,
    96U,
    212U,
    213U,
    348U,
    349U,
    350U,
    351U,
    352U,
    353U,
    354U,
    355U,
    356U,
    357U,
    358U,
    359U,
    360U,
    361U,
    362U,
    363U,
    364U,
    365U,
    445U,
    446U,
    618U,
    619U,
    621U,
    622U,
    1184U,
    1185U,
    1277U,
    1278U,
    1280U,
    1281U,
    1282U,
    1283U,
    1359U,
    1360U,
    1397U,
    1398U,
    1401U,
    1402U,
    1403U,
    1404U,
    1468U,
    1469U,
    1578U,
    1579U,
    1664U,
    1665U};

// From a tag to its rule: 0 none, else the rule's index from 1, or kRefused.
constexpr std::size_t kTableSize = 2048;
constexpr std::uint8_t kRefused = 0xff;
constexpr auto kRuleOfTag = [] {
  std::array<std::uint8_t, kTableSize> table{};
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    table[kRules[i].tag] = static_cast<std::uint8_t>(i + 1);
  }
  for (const std::uint32_t tag : kRefusedTags) {
    table[tag] = kRefused;
  }
  return table;
}();

static_assert(kRules.size() < 64, "the rules seen are bits of one word");

using MaybeRefusal = std::optional<Refusal>;

bool is_control_byte(char c) noexcept {
  return (c >= '\0' && c < ' ') || c == '\x7f';
}

Refusal refuse(std::uint32_t tag, std::uint16_t code) noexcept {
  return refusal_for(tag, code);
}

// As parse_uint and its like: a value of this kind, or what is wrong with it.
MaybeRefusal check_value(const Field& field, Kind kind) noexcept {
  std::optional<ParseFault> fault;
  switch (kind) {
    case Kind::Free:
      break;
    case Kind::Printable:
      if (std::ranges::any_of(field.value, is_control_byte)) {
        fault = ParseFault::Format;
      }
      break;
    case Kind::Integer:
      if (const auto number = parse_uint(field.value); !number) {
        fault = number.error();
      }
      break;
    case Kind::Boolean:
      if (field.value != "Y" && field.value != "N") {
        fault = ParseFault::Format;
      }
      break;
    case Kind::Time:
      if (const auto time = parse_utc_timestamp(field.value); !time) {
        fault = time.error();
      }
      break;
  }
  return fault ? MaybeRefusal{refuse(field.tag, session_reject::code_of(*fault))} : std::nullopt;
}

MaybeRefusal check_version(const Field& field, FixVersion version) noexcept {
  constexpr std::string_view kFix50Sp2 = "9";
  if (version == FixVersion::Fix44) {
    return refuse(field.tag, session_reject::kInvalidTagNumber);
  }
  if (field.value != kFix50Sp2) {
    return refuse(field.tag, session_reject::kUnsupportedApplicationVersion);
  }
  return std::nullopt;
}

MaybeRefusal check_field(const Field& field, Kind kind, FixVersion version) noexcept {
  MaybeRefusal refusal = check_value(field, kind);
  if (!refusal && (field.tag == tag::kApplVerId || field.tag == tag::kDefaultApplVerId)) {
    refusal = check_version(field, version);
  }
  return refusal;
}

// QuickFIX knows the session layer's tags alone where the dialect has two layers.
bool is_of_applications_alone(std::uint32_t tag, FixVersion version) noexcept {
  return is_application_tag(tag, version) && !is_session_tag(tag, version);
}

// Each field by its own rule, and that it stands where it may, once.
MaybeRefusal check_fields(const FieldTable& fields, FixVersion version) noexcept {
  const bool session_message = is_session_message(fields.msg_type());
  std::uint64_t seen = 0;
  bool in_body = false;
  for (const Field& field : fields.fields()) {
    const std::uint8_t index = field.tag < kTableSize ? kRuleOfTag[field.tag] : std::uint8_t{0};
    if (index == kRefused) {
      return refuse(field.tag, session_reject::kInvalidTagNumber);
    }
    const Rule rule = index == 0 ? Rule{} : kRules[index - 1U];
    const bool in_header = rule.scope == Scope::Header;
    if (in_header && in_body) {
      return refuse(field.tag, session_reject::kTagOutOfOrder);
    }
    in_body = !in_header;
    if (index == 0 && session_message && is_of_applications_alone(field.tag, version)) {
      return refuse(field.tag, session_reject::kTagNotDefinedForMessage);
    }
    if (index == 0 || (rule.scope == Scope::Session && !session_message)) {
      continue;
    }
    const std::uint64_t bit = std::uint64_t{1} << index;
    if ((seen & bit) != 0) {
      return refuse(field.tag, session_reject::kTagRepeated);
    }
    seen |= bit;
    if (const auto refusal = check_field(field, rule.kind, version)) {
      return refusal;
    }
  }
  return std::nullopt;
}

MaybeRefusal check_fault(const FieldTable& fields) noexcept {
  switch (fields.fault()) {
    case FieldTable::Fault::None:
      break;
    case FieldTable::Fault::BadTag:
      return Refusal{0, session_reject::kInvalidTagNumber, "a tag is not a number"};
    case FieldTable::Fault::NoValue:
      return refuse(fields.fault_tag(), session_reject::kTagWithoutValue);
    case FieldTable::Fault::TooManyFields:
      return Refusal{0, session_reject::kOther, "too many fields"};
  }
  return std::nullopt;
}

MaybeRefusal check_required(const FieldTable& fields,
                            std::initializer_list<std::uint32_t> tags) noexcept {
  for (const std::uint32_t tag : tags) {
    if (fields.find(tag) == nullptr) {
      return refuse(tag, session_reject::kRequiredTagMissing);
    }
  }
  return std::nullopt;
}

MaybeRefusal check_msg_type(std::string_view msg_type) noexcept {
  constexpr std::size_t kMaxSize = 7;
  const bool well_formed = std::ranges::all_of(msg_type, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
  if (!well_formed || msg_type.size() > kMaxSize) {
    return refuse(tag::kMsgType, session_reject::kInvalidMsgType);
  }
  return std::nullopt;
}

}  // namespace

bool is_header_tag(std::uint32_t tag) noexcept {
  const std::uint8_t index = tag < kTableSize ? kRuleOfTag[tag] : std::uint8_t{0};
  return index != 0 && index != kRefused && kRules[index - 1U].scope == Scope::Header;
}

GuardResult guard(const FieldTable& fields, FixVersion version) {
  if (!fields.msg_seq_num()) {
    return Unnumbered{"MsgSeqNum(34) is missing or no number from 1 to 999999999"};
  }
  MaybeRefusal refusal = check_fields(fields, version);
  if (!refusal) {
    refusal = check_fault(fields);
  }
  if (!refusal) {
    refusal = check_msg_type(fields.msg_type());
  }
  if (!refusal) {
    refusal = check_required(fields, {tag::kSenderCompId, tag::kTargetCompId, tag::kSendingTime});
  }
  return refusal ? GuardResult{*refusal} : GuardResult{Accepted{}};
}

}  // namespace betex::fix
