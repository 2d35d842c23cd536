// A FIX message as an ordered list of tags and texts, and its wire format: framing, BodyLength(9)
// and CheckSum(10). Written from the FIX specification alone, without QuickFIX and without the
// gateway's codec, so that a test which uses it is a second opinion about every byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace betex::client {

inline constexpr char kSoh = '\x01';

namespace tag {
inline constexpr int kBeginSeqNo = 7;
inline constexpr int kBeginString = 8;
inline constexpr int kBodyLength = 9;
inline constexpr int kCheckSum = 10;
inline constexpr int kEndSeqNo = 16;
inline constexpr int kMsgSeqNum = 34;
inline constexpr int kMsgType = 35;
inline constexpr int kNewSeqNo = 36;
inline constexpr int kPossDupFlag = 43;
inline constexpr int kSenderCompId = 49;
inline constexpr int kSendingTime = 52;
inline constexpr int kTargetCompId = 56;
inline constexpr int kText = 58;
inline constexpr int kTestReqId = 112;
inline constexpr int kOrigSendingTime = 122;
inline constexpr int kGapFillFlag = 123;
inline constexpr int kResetSeqNumFlag = 141;
}  // namespace tag

struct Field {
  int tag = 0;
  std::string value;
};

// A value type. One that was parsed has all the fields of the wire, header and trailer included;
// one that is being built has the body only, and encode() adds the rest.
class Message {
 public:
  explicit Message(std::string_view type) : type_{type} { fields_.reserve(kUsualFields); }

  // `frame` is one whole message. Throws ProtocolError unless 8, 9, 35 come first, 10 last, both
  // 9 and 10 are right, and every field is a number, '=', and a value that is not empty.
  static Message parse(std::string_view frame);

  // `value` must be neither empty nor contain SOH (std::invalid_argument).
  Message& add(int tag, std::string_view value);
  Message& add(int tag, std::int64_t value);

  // Wipes the values out of memory and has no fields afterwards: for a Logon, which has a password.
  void wipe() noexcept;

  [[nodiscard]] const std::string& type() const noexcept { return type_; }

  [[nodiscard]] const std::vector<Field>& fields() const noexcept { return fields_; }

  // Of the first field with this tag; valid as long as the message.
  [[nodiscard]] std::optional<std::string_view> find(int tag) const;

  // As find(), but throws ProtocolError where the field is missing, or is not a number.
  [[nodiscard]] std::string_view get(int tag) const;
  [[nodiscard]] std::int64_t get_int(int tag) const;

  [[nodiscard]] bool has(int tag, std::string_view value) const { return find(tag) == value; }

  // Of a parsed message. Throws ProtocolError where 34 is missing or not a positive number.
  [[nodiscard]] std::uint32_t seq_num() const;

  [[nodiscard]] bool poss_dup() const { return has(tag::kPossDupFlag, "Y"); }

  // Session messages: 0, 1, 2, 3, 4, 5 and A.
  [[nodiscard]] bool administrative() const;

 private:
  // So that the fields of a Logon never move, which would leave them where they were.
  static constexpr std::size_t kUsualFields = 16;

  std::string type_;
  std::vector<Field> fields_;
};

struct Header {
  std::string_view begin_string;
  std::string_view sender;
  std::string_view target;
  std::uint32_t seq_num = 0;
  std::string_view sending_time;
  std::string_view orig_sending_time{};  // if not empty: 43=Y and 122
};

// The bytes of `message` with this header. Header fields that `message` may have itself, because it
// was parsed, are left out.
std::string encode(const Header& header, const Message& message);

// The length of the first message in `received`; nothing where it is not complete yet. Throws
// ProtocolError where the bytes cannot be the start of a message.
std::optional<std::size_t> frame_length(std::string_view received);

// For people: SOH shown as '|', and what is not printable as \xNN.
std::string readable(std::string_view frame);

// "2.5" as 250 with `decimals` 2. Throws ProtocolError where the text is not a plain decimal number
// or has more decimals than that (zeros at the end aside).
std::int64_t parse_decimal(std::string_view text, int decimals);

}  // namespace betex::client
