#include "gateway/client/message.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "gateway/client/error.h"
#include "gateway/client/password.h"
#include "journal/quoted.h"

namespace betex::client {
namespace {

constexpr std::size_t kMaxBodyLength = 1U << 20U;
constexpr std::size_t kTrailerLength = 7;  // "10=nnn" and SOH
constexpr std::size_t kTagLength = 12;     // at most, with '=' and SOH

template <typename Integer>
std::optional<Integer> to_integer(std::string_view text) {
  Integer value{};
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end || text.empty()) {
    return std::nullopt;
  }
  return value;
}

std::string check_sum(std::string_view bytes) {
  const unsigned sum = std::accumulate(bytes.begin(), bytes.end(), 0U, [](unsigned total, char c) {
    return total + static_cast<unsigned char>(c);
  });
  std::string digits = std::to_string(sum % 256U);
  return std::string(3 - digits.size(), '0') + digits;
}

void append_field(std::string& out, int tag, std::string_view value) {
  out += std::to_string(tag);
  out += '=';
  out += value;
  out += kSoh;
}

bool in_header(int tag) {
  static constexpr std::array kTags{tag::kBeginString,
                                    tag::kBodyLength,
                                    tag::kCheckSum,
                                    tag::kMsgSeqNum,
                                    tag::kMsgType,
                                    tag::kPossDupFlag,
                                    tag::kSenderCompId,
                                    tag::kSendingTime,
                                    tag::kTargetCompId,
                                    tag::kOrigSendingTime};
  return std::find(kTags.begin(), kTags.end(), tag) != kTags.end();
}

// At least as much as the message takes: a text that grows leaves pieces of itself in memory, which
// a Logon with its password must not.
std::size_t room_for(const Header& header, const Message& message) {
  constexpr std::size_t kHeaderAndTrailer = 16 * (kTagLength + 10);  // but for the texts
  std::size_t room = kHeaderAndTrailer + header.begin_string.size() + header.sender.size() +
                     header.target.size() + message.type().size() + header.sending_time.size() +
                     header.orig_sending_time.size();
  for (const Field& field : message.fields()) {
    room += kTagLength + field.value.size();
  }
  return room;
}

[[noreturn]] void malformed(std::string_view what, std::string_view frame) {
  throw ProtocolError{std::string{what} + ": " + readable(frame)};
}

Field parse_field(std::string_view text, std::string_view frame) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals + 1 == text.size()) {
    malformed("a field without a value", frame);
  }
  const auto number = to_integer<int>(text.substr(0, equals));
  if (!number || *number <= 0 || text.front() == '0') {
    malformed("a tag that is not a positive number", frame);
  }
  return Field{*number, std::string{text.substr(equals + 1)}};
}

}  // namespace

Message Message::parse(std::string_view frame) {
  if (frame_length(frame) != frame.size()) {
    malformed("not one whole message", frame);
  }
  Message message{""};
  for (std::string_view rest = frame; !rest.empty();) {
    const std::size_t end = rest.find(kSoh);
    message.fields_.push_back(parse_field(rest.substr(0, end), frame));
    rest.remove_prefix(end + 1);
  }
  const std::vector<Field>& fields = message.fields_;
  if (fields.size() < 4 || fields[2].tag != tag::kMsgType) {
    malformed("35 is not the third field", frame);
  }
  if (fields.back().value != check_sum(frame.substr(0, frame.size() - kTrailerLength))) {
    malformed("wrong CheckSum(10)", frame);
  }
  message.type_ = fields[2].value;
  return message;
}

Message& Message::add(int tag, std::string_view value) {
  if (value.empty() || value.find(kSoh) != std::string_view::npos) {
    throw std::invalid_argument{"field " + std::to_string(tag) + " has no value or contains SOH"};
  }
  fields_.push_back(Field{tag, std::string{value}});
  return *this;
}

Message& Message::add(int tag, std::int64_t value) {
  return add(tag, std::to_string(value));
}

void Message::wipe() noexcept {
  for (Field& field : fields_) {
    client::wipe(field.value);
  }
  fields_.clear();
}

std::optional<std::string_view> Message::find(int tag) const {
  const auto found = std::find_if(
      fields_.begin(), fields_.end(), [tag](const Field& field) { return field.tag == tag; });
  if (found == fields_.end()) {
    return std::nullopt;
  }
  return found->value;
}

std::string_view Message::get(int tag) const {
  const auto value = find(tag);
  if (!value) {
    throw ProtocolError{"message of type " + type_ + " lacks field " + std::to_string(tag)};
  }
  return *value;
}

std::int64_t Message::get_int(int tag) const {
  const auto number = to_integer<std::int64_t>(get(tag));
  if (!number) {
    throw ProtocolError{"field " + std::to_string(tag) + " of a message of type " + type_ +
                        " is not a number: " + std::string{get(tag)}};
  }
  return *number;
}

std::uint32_t Message::seq_num() const {
  const std::int64_t number = get_int(tag::kMsgSeqNum);
  if (number < 1 || number > std::numeric_limits<std::uint32_t>::max()) {
    throw ProtocolError{"MsgSeqNum(34) out of range: " + std::to_string(number)};
  }
  return static_cast<std::uint32_t>(number);
}

bool Message::administrative() const {
  return type_.size() == 1 && std::string_view{"012345A"}.find(type_[0]) != std::string_view::npos;
}

std::string encode(const Header& header, const Message& message) {
  const std::size_t room = room_for(header, message);
  std::string body;
  body.reserve(room);
  append_field(body, tag::kMsgType, message.type());
  append_field(body, tag::kMsgSeqNum, std::to_string(header.seq_num));
  if (!header.orig_sending_time.empty()) {
    append_field(body, tag::kPossDupFlag, "Y");
  }
  append_field(body, tag::kSenderCompId, header.sender);
  append_field(body, tag::kSendingTime, header.sending_time);
  append_field(body, tag::kTargetCompId, header.target);
  if (!header.orig_sending_time.empty()) {
    append_field(body, tag::kOrigSendingTime, header.orig_sending_time);
  }
  for (const Field& field : message.fields()) {
    if (!in_header(field.tag)) {
      append_field(body, field.tag, field.value);
    }
  }
  std::string frame;
  frame.reserve(room);
  append_field(frame, tag::kBeginString, header.begin_string);
  append_field(frame, tag::kBodyLength, std::to_string(body.size()));
  frame += body;
  wipe(body);
  append_field(frame, tag::kCheckSum, check_sum(frame));
  return frame;
}

std::optional<std::size_t> frame_length(std::string_view received) {
  constexpr std::string_view kStart = "8=FIX";
  if (received.substr(0, kStart.size()) != kStart.substr(0, received.size())) {
    malformed("a message does not start with 8=FIX", received.substr(0, 200));
  }
  const std::size_t begin_string_end = received.find(kSoh);
  const std::size_t length_end = begin_string_end == std::string_view::npos
                                     ? begin_string_end
                                     : received.find(kSoh, begin_string_end + 1);
  if (length_end == std::string_view::npos) {
    if (received.size() > 64) {
      malformed("no BodyLength(9)", received.substr(0, 64));
    }
    return std::nullopt;
  }
  const std::string_view length_field =
      received.substr(begin_string_end + 1, length_end - begin_string_end - 1);
  const auto length = length_field.substr(0, 2) == "9="
                          ? to_integer<std::size_t>(length_field.substr(2))
                          : std::nullopt;
  if (!length || *length > kMaxBodyLength) {
    malformed("9 is not the second field, or no length", received.substr(0, length_end));
  }
  const std::size_t total = length_end + 1 + *length + kTrailerLength;
  if (received.size() < total) {
    return std::nullopt;
  }
  const std::string_view trailer = received.substr(total - kTrailerLength, kTrailerLength);
  if (received[total - kTrailerLength - 1] != kSoh || trailer.substr(0, 3) != "10=" ||
      trailer.back() != kSoh) {
    malformed("wrong BodyLength(9)", received.substr(0, total));
  }
  return total;
}

std::string readable(std::string_view frame) {
  std::string text;
  while (!frame.empty()) {
    const std::size_t end = std::min(frame.find(kSoh), frame.size());
    text += journal::escaped(frame.substr(0, end), "|\\");
    text += end < frame.size() ? "|" : "";
    frame.remove_prefix(std::min(end + 1, frame.size()));
  }
  return text;
}

std::int64_t parse_decimal(std::string_view text, int decimals) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string digits{whole};
  std::string fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
  }
  const auto places = static_cast<std::size_t>(decimals);
  const bool too_fine =
      fraction.size() > places && fraction.find_first_not_of('0', places) != std::string::npos;
  fraction.resize(places, '0');
  digits += fraction;
  const auto value = to_integer<std::int64_t>(digits);
  if (whole.empty() || too_fine || !value) {
    throw ProtocolError{"not a decimal number with at most " + std::to_string(decimals) +
                        " decimals: " + std::string{text}};
  }
  return *value;
}

}  // namespace betex::client
