#include "gateway/wire/field_table.h"

#include <algorithm>
#include <cstring>

#include "matching/assert.h"

namespace betex::fix {
namespace {

constexpr char kSoh = '\001';

// Reads a tag of 1 to 9 digits without leading zeros and the '=' after it; moves `at` behind both.
// 0 where there is none.
std::uint32_t read_tag(const char*& at, const char* end) noexcept {
  constexpr int kMaxDigits = 9;
  std::uint32_t tag = 0;
  for (int digits = 0; at != end && digits <= kMaxDigits; ++digits, ++at) {
    if (*at == '=') {
      ++at;
      return tag;
    }
    if (*at < '0' || *at > '9' || digits == kMaxDigits || (*at == '0' && digits == 0)) {
      return 0;
    }
    tag = tag * 10 + static_cast<std::uint32_t>(*at - '0');
  }
  return 0;
}

}  // namespace

FieldTable::Fault FieldTable::read(std::string_view frame, std::size_t max_fields) noexcept {
  BETEX_ASSERT(max_fields <= kMaxFields);
  size_ = 0;
  header_.fill({});
  fault_ = Fault::None;
  fault_tag_ = 0;
  const char* at = frame.data();
  const char* const end = at + frame.size();
  while (at != end) {
    const char* const field_begin = at;
    const auto rest = [&] {
      return frame.substr(static_cast<std::size_t>(field_begin - frame.data()));
    };
    if (size_ == max_fields) {
      return stop(Fault::TooManyFields, rest());
    }
    const std::uint32_t tag = read_tag(at, end);
    const auto* const soh =
        static_cast<const char*>(std::memchr(at, kSoh, static_cast<std::size_t>(end - at)));
    if (tag == 0 || soh == nullptr) {
      return stop(Fault::BadTag, rest());
    }
    if (soh == at) {
      fault_tag_ = tag;
      return stop(Fault::NoValue, rest());
    }
    const Field field{tag, {at, static_cast<std::size_t>(soh - at)}};
    fields_[size_++] = field;
    if (auto* const value = header_value(tag); value != nullptr && value->empty()) {
      *value = field.value;
    }
    at = soh + 1;
  }
  return fault_;
}

// `rest` begins with the field at fault.
FieldTable::Fault FieldTable::stop(Fault fault, std::string_view rest) noexcept {
  constexpr std::string_view kNumber = "34=";
  fault_ = fault;
  while (header_[MsgSeqNum].empty() && !rest.empty()) {
    const std::string_view field = rest.substr(0, rest.find(kSoh));
    if (field.starts_with(kNumber)) {
      header_[MsgSeqNum] = field.substr(kNumber.size());
    }
    rest.remove_prefix(std::min(field.size() + 1, rest.size()));
  }
  return fault_;
}

const Field* FieldTable::find(std::uint32_t tag) const noexcept {
  const auto all = fields();
  const auto found = std::ranges::find(all, tag, &Field::tag);
  return found == all.end() ? nullptr : &*found;
}

std::string_view FieldTable::value(std::uint32_t tag) const noexcept {
  const Field* const field = find(tag);
  return field == nullptr ? std::string_view{} : field->value;
}

std::optional<matching::MsgSeqNum> FieldTable::msg_seq_num() const noexcept {
  const auto number = parse_uint(header_[MsgSeqNum]);
  if (!number || *number == 0) {
    return std::nullopt;
  }
  return matching::MsgSeqNum{*number};
}

std::string_view* FieldTable::header_value(std::uint32_t tag) noexcept {
  switch (tag) {
    case tag::kBeginString:
      return &header_[BeginString];
    case tag::kMsgType:
      return &header_[MsgType];
    case tag::kMsgSeqNum:
      return &header_[MsgSeqNum];
    case tag::kSenderCompId:
      return &header_[Sender];
    case tag::kTargetCompId:
      return &header_[Target];
    case tag::kSendingTime:
      return &header_[SendingTime];
    case tag::kPossDupFlag:
      return &header_[PossDup];
    case tag::kPossResend:
      return &header_[PossResend];
    default:
      return nullptr;
  }
}

}  // namespace betex::fix
