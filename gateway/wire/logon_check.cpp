#include "gateway/wire/logon_check.h"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <variant>

#include "fix_spec/field_index.h"
#include "fix_spec/session_messages.h"
#include "gateway/wire/guard.h"
#include "gateway/wire/tags.h"
#include "gateway/wire/utc_time.h"

namespace betex::fix {
namespace {

using matching::MsgSeqNum;
using MaybeText = std::optional<std::string>;

using ByVersion = std::array<FieldSet, 2>;

constexpr ByVersion by_version(std::span<const MessageField> rows) {
  return {fields_of(rows, FixVersion::Fixt11), fields_of(rows, FixVersion::Fix44)};
}

constexpr ByVersion kBody = by_version(kLogonFields);

// An entry of the group that NoMsgTypes(384) counts: it begins with the first one. Nobody reads it.
constexpr ByVersion kMsgTypesGroup = by_version(kMsgTypeFields);
constexpr std::uint32_t kFirstOfGroup = kMsgTypeFields.front().field.tag;

// The fields that a refusal names: those of a Logon's body, and of the header what can be wrong.
constexpr FieldSet kNamed = [] {
  FieldSet named = kBody.front() | kMsgTypesGroup.front();
  for (const std::uint32_t tag : {tag::kMsgSeqNum,
                                  tag::kPossDupFlag,
                                  tag::kSenderCompId,
                                  tag::kSendingTime,
                                  tag::kTargetCompId,
                                  tag::kPossResend,
                                  tag::kOrigSendingTime,
                                  tag::kLastMsgSeqNumProcessed,
                                  tag::kApplVerId}) {
    named.add(FieldIndex::find(tag));
  }
  return named;
}();

bool contains(const ByVersion& sets, FieldIndex field, FixVersion version) {
  return field.is_field() && sets[static_cast<std::size_t>(version)].contains(field);
}

// "HeartBtInt(108)", "tag 9999".
std::string label(std::uint32_t tag) {
  const FieldIndex field = FieldIndex::find(tag);
  if (field.is_field() && kNamed.contains(field)) {
    return std::string{field.field().name} + "(" + std::to_string(tag) + ")";
  }
  return "tag " + std::to_string(tag);
}

MaybeText text_of(const GuardResult& result) {
  if (const auto* unnumbered = std::get_if<Unnumbered>(&result)) {
    return std::string{unnumbered->why};
  }
  if (const auto* refusal = std::get_if<Refusal>(&result)) {
    std::string text{refusal->text};
    return refusal->ref_tag_id == 0 ? text : text + ": " + label(refusal->ref_tag_id);
  }
  return std::nullopt;
}

// Which fields there are: each one that a Logon has, once, and the group whole.
class BodyCheck {
 public:
  explicit BodyCheck(FixVersion version) : version_{version} {}

  MaybeText check(const FieldTable& fields) {
    for (const Field& field : fields.fields()) {
      if (is_header_tag(field.tag) || field.tag == tag::kCheckSum) {
        continue;
      }
      if (auto fault = in_group_ && is_of_group(field.tag) ? next_of_group(field.tag)
                                                           : next_of_body(field)) {
        return fault;
      }
    }
    if (entries_ != expected_entries_) {
      return label(tag::kNoMsgTypes) + " does not count the entries behind it";
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool is_of_group(std::uint32_t tag) const {
    return contains(kMsgTypesGroup, FieldIndex::find(tag), version_);
  }

  MaybeText next_of_group(std::uint32_t tag) {
    entries_ += tag == kFirstOfGroup ? 1U : 0U;
    return entries_ == 0 ? MaybeText{"the group behind " + label(tag::kNoMsgTypes) +
                                     " does not begin with " + label(kFirstOfGroup)}
                         : std::nullopt;
  }

  MaybeText next_of_body(const Field& field) {
    const FieldIndex index = FieldIndex::find(field.tag);
    if (!contains(kBody, index, version_)) {
      return "a Logon has no " + label(field.tag) + (is_of_group(field.tag) ? " there" : "");
    }
    if (seen_.contains(index)) {
      return label(field.tag) + " appears more than once";
    }
    seen_.add(index);
    in_group_ = field.tag == tag::kNoMsgTypes;
    if (in_group_) {
      const auto count = parse_uint(field.value);
      if (!count) {
        return label(field.tag) + " is no number";
      }
      expected_entries_ = *count;
    }
    return std::nullopt;
  }

  const FixVersion version_;
  FieldSet seen_;
  bool in_group_ = false;
  std::uint32_t entries_ = 0;
  std::uint32_t expected_entries_ = 0;
};

MaybeText check_required(const FieldTable& fields, FixVersion version) {
  for (const MessageField& row : kLogonFields) {
    if (row.presence.in(version) == Requirement::Required &&
        fields.find(row.field.tag) == nullptr) {
      return label(row.field.tag) + " is missing";
    }
  }
  return std::nullopt;
}

MaybeText check_heart_bt_int(std::uint32_t seconds, const LogonLimits& limits) {
  if (seconds >= limits.min_heart_bt_int && seconds <= limits.max_heart_bt_int) {
    return std::nullopt;
  }
  return label(tag::kHeartBtInt) + " is " + std::to_string(seconds) + ", but must be from " +
         std::to_string(limits.min_heart_bt_int) + " to " + std::to_string(limits.max_heart_bt_int);
}

MaybeText check_max_message_size(const FieldTable& fields, std::uint32_t longest) {
  if (fields.find(tag::kMaxMessageSize) == nullptr) {
    return std::nullopt;
  }
  const auto size = parse_uint(fields.value(tag::kMaxMessageSize));
  if (!size) {
    return label(tag::kMaxMessageSize) + " is no number of at most 9 digits";
  }
  if (*size >= longest) {
    return std::nullopt;
  }
  return label(tag::kMaxMessageSize) + " is " + std::to_string(*size) +
         ", but our messages have up to " + std::to_string(longest) + " bytes";
}

MaybeText check_flag(const FieldTable& fields, std::uint32_t tag) {
  const Field* const field = fields.find(tag);
  if (field == nullptr || field->value == "Y" || field->value == "N") {
    return std::nullopt;
  }
  return label(tag) + " is neither Y nor N";
}

MaybeText check_values(const FieldTable& fields, const LogonTerms& terms) {
  if (parse_uint(fields.value(tag::kEncryptMethod)).value_or(1) != 0) {
    return label(tag::kEncryptMethod) + " must be 0";
  }
  const std::uint32_t seconds = parse_uint(fields.value(tag::kHeartBtInt)).value_or(0);
  if (auto fault = check_heart_bt_int(seconds, terms.limits)) {
    return fault;
  }
  if (auto fault = check_max_message_size(fields, terms.longest_message)) {
    return fault;
  }
  for (const std::uint32_t tag : {tag::kTestMessageIndicator, tag::kCancelOrdersOnDisconnect}) {
    if (auto fault = check_flag(fields, tag)) {
      return fault;
    }
  }
  if (fields.value(tag::kTestMessageIndicator) == "Y") {
    return label(tag::kTestMessageIndicator) + " is Y, but this is no test session";
  }
  return std::nullopt;
}

// A first message is hardly ever sent again; if it says so, it says it whole.
MaybeText check_repetition(const FieldTable& fields) {
  if (!fields.poss_dup()) {
    return std::nullopt;
  }
  const auto original = parse_utc_timestamp(fields.value(tag::kOrigSendingTime));
  if (!original) {
    return label(tag::kOrigSendingTime) + " is missing beside " + label(tag::kPossDupFlag) + "=Y";
  }
  const auto sent = parse_utc_timestamp(fields.sending_time());
  if (!sent || *original > *sent) {
    return label(tag::kOrigSendingTime) + " is later than " + label(tag::kSendingTime);
  }
  return std::nullopt;
}

MaybeText check_reset(const Logon& logon, const LogonTerms& terms) {
  const std::string flag = label(tag::kResetSeqNumFlag) + "=Y";
  if (!logon.reset) {
    return terms.reset_required
               ? MaybeText{flag + " is missing: this session's numbers begin again at each Logon"}
               : std::nullopt;
  }
  if (!terms.reset_allowed && !terms.reset_required) {
    return flag + " is not agreed for this session";
  }
  if (logon.number != MsgSeqNum{1}) {
    return "with " + flag + " " + label(tag::kMsgSeqNum) + " must be 1, not " +
           std::to_string(logon.number.value());
  }
  if (logon.next_expected && *logon.next_expected != MsgSeqNum{1}) {
    return "with " + flag + " " + label(tag::kNextExpectedMsgSeqNum) + " must be 1, not " +
           std::to_string(logon.next_expected->value());
  }
  return std::nullopt;
}

// The fields are good.
Logon read(const FieldTable& fields) {
  Logon logon{.number = fields.msg_seq_num().value(),
              .heart_bt_int = parse_uint(fields.value(tag::kHeartBtInt)).value(),
              .reset = fields.value(tag::kResetSeqNumFlag) == "Y"};
  if (const Field* const field = fields.find(tag::kCancelOrdersOnDisconnect)) {
    logon.cancel_on_disconnect = field->value == "Y";
  }
  if (const Field* const field = fields.find(tag::kNextExpectedMsgSeqNum)) {
    logon.next_expected = MsgSeqNum{parse_uint(field->value).value_or(0)};
  }
  return logon;
}

}  // namespace

tl::expected<Logon, LogonRefusal> check_logon(const FieldTable& fields, const LogonTerms& terms) {
  const auto refuse = [](MaybeText& text) {
    return tl::make_unexpected(LogonRefusal{.text = std::move(*text)});
  };
  MaybeText fault = text_of(guard(fields, terms.version));
  if (!fault) {
    fault = BodyCheck{terms.version}.check(fields);
  }
  if (!fault) {
    fault = check_required(fields, terms.version);
  }
  if (!fault) {
    fault = check_values(fields, terms);
  }
  if (!fault) {
    fault = check_repetition(fields);
  }
  if (fault) {
    return refuse(fault);
  }
  const Logon logon = read(fields);
  if (logon.next_expected == MsgSeqNum{}) {
    fault = label(tag::kNextExpectedMsgSeqNum) + " is no number from 1 to 999999999";
  } else {
    fault = check_reset(logon, terms);
  }
  if (fault) {
    return refuse(fault);
  }
  return logon;
}

std::optional<LogonRefusal> check_logon_numbers(const Logon& logon, const LogonNumbers& numbers) {
  if (logon.reset) {
    return std::nullopt;
  }
  if (logon.number < numbers.next_in) {
    return LogonRefusal{.text = "MsgSeqNum too low, expecting " +
                                std::to_string(numbers.next_in.value()) + " but received " +
                                std::to_string(logon.number.value()),
                        .kind = LogonRefusal::Kind::NumberTooLow};
  }
  if (logon.next_expected && *logon.next_expected > numbers.next_out) {
    return LogonRefusal{.text = label(tag::kNextExpectedMsgSeqNum) + " is " +
                                std::to_string(logon.next_expected->value()) +
                                ", but our next number is " +
                                std::to_string(numbers.next_out.value()),
                        .kind = LogonRefusal::Kind::AnotherHistory};
  }
  return std::nullopt;
}

}  // namespace betex::fix
