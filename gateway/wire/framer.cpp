#include "gateway/wire/framer.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "gateway/wire/checksum.h"
#include "matching/assert.h"

namespace betex::fix {
namespace {

constexpr char kSoh = '\001';
constexpr std::string_view kBegin = "8=FIX";
constexpr std::string_view kBeginStringChars = ".0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kBodyLength = "9=";
constexpr std::string_view kMsgType = "35=";
constexpr std::string_view kCheckSum = "10=";
constexpr std::size_t kCheckSumFieldSize = 7;    // "10=ddd" and SOH
constexpr std::size_t kMaxBeginStringSize = 16;  // "8=" and SOH included
constexpr std::size_t kMaxBodyLengthDigits = 9;
constexpr std::size_t kMinBodySize = 5;  // "35=0" and SOH
constexpr std::size_t kMinMessageSize = 64;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// `text` begins with `prefix`, as far as it goes.
bool may_begin_with(std::string_view text, std::string_view prefix) noexcept {
  const std::size_t size = std::min(text.size(), prefix.size());
  return text.substr(0, size) == prefix.substr(0, size);
}

// Where the next message may begin in `bytes`, behind their first; their size where nowhere.
std::size_t find_next_begin(std::string_view bytes) noexcept {
  std::size_t at = bytes.find(kBegin.front(), 1);
  while (at < bytes.size() && !may_begin_with(bytes.substr(at), kBegin)) {
    at = bytes.find(kBegin.front(), at + 1);
  }
  return std::min(at, bytes.size());
}

// Ends with a field's SOH and a checksum of three digits.
bool ends_with_checksum(std::string_view frame) noexcept {
  const std::string_view field = frame.substr(frame.size() - kCheckSumFieldSize);
  return frame[frame.size() - kCheckSumFieldSize - 1] == kSoh && field.starts_with(kCheckSum) &&
         is_digit(field[3]) && is_digit(field[4]) && is_digit(field[5]) && field[6] == kSoh;
}

bool checksum_is_right(std::string_view frame) noexcept {
  const std::string_view digits = frame.substr(frame.size() - 4, 3);
  const int stated = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
  return stated == checksum(frame.substr(0, frame.size() - kCheckSumFieldSize));
}

// MsgType is the third field. The frame has a header that was read before.
bool has_msg_type_third(std::string_view frame) noexcept {
  const std::size_t second = frame.find(kSoh) + 1;
  const std::size_t third = frame.find(kSoh, second) + 1;
  return frame.substr(third).starts_with(kMsgType) && frame[third + kMsgType.size()] != kSoh;
}

}  // namespace

Framer::Framer(std::size_t max_message_size)
    : max_message_size_{max_message_size},
      capacity_{2 * max_message_size},
      buffer_{std::make_unique_for_overwrite<char[]>(capacity_)} {
  BETEX_ASSERT(max_message_size >= kMinMessageSize);
}

std::span<char> Framer::writable(std::string_view frame) noexcept {
  return {buffer_.get() + (frame.data() - buffer_.get()), frame.size()};
}

std::span<char> Framer::prepare() {
  if (begin_ == end_) {
    begin_ = 0;
    end_ = 0;
  } else if (capacity_ - end_ < max_message_size_ / 2) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

void Framer::commit(std::size_t size) {
  BETEX_ASSERT(size <= capacity_ - end_);
  end_ += size;
}

Framer::Result Framer::next() {
  while (!fatal_) {
    const std::string_view bytes{buffer_.get() + begin_, end_ - begin_};
    const Header header = read_header(bytes);
    switch (header.state) {
      case Header::State::Incomplete:
        return {Status::NeedMore, {}};
      case Header::State::TooLong:
        fatal_ = true;
        break;
      case Header::State::Malformed: {
        // What begins like a message is a new fault; anything else goes on with the last one.
        const bool reported = in_garbage_ && !bytes.starts_with(kBegin);
        in_garbage_ = true;
        const std::string_view skipped = skip(bytes.substr(0, find_next_begin(bytes)));
        if (!reported) {
          return {Status::Garbled, skipped};
        }
        break;
      }
      case Header::State::Complete:
        if (bytes.size() < header.frame_size) {
          return {Status::NeedMore, {}};
        }
        return take_frame(bytes, header.frame_size);
    }
  }
  return {Status::Fatal, {}};
}

Framer::Header Framer::read_header(std::string_view bytes) const noexcept {
  using State = Header::State;
  if (!may_begin_with(bytes, kBegin)) {
    return {State::Malformed};
  }
  const std::string_view begin = bytes.substr(0, kMaxBeginStringSize);
  const std::size_t soh_at = begin.find_first_not_of(kBeginStringChars, kBegin.find('=') + 1);
  if (soh_at == std::string_view::npos) {
    return {begin.size() < kMaxBeginStringSize ? State::Incomplete : State::Malformed};
  }
  if (begin[soh_at] != kSoh) {
    return {State::Malformed};
  }
  const std::size_t begin_string_size = soh_at + 1;
  std::string_view length = bytes.substr(begin_string_size);
  if (!may_begin_with(length, kBodyLength)) {
    return {State::Malformed};
  }
  length.remove_prefix(std::min(length.size(), kBodyLength.size()));
  const std::size_t digits = std::min(length.find_first_not_of("0123456789"), length.size());
  if (digits > kMaxBodyLengthDigits) {
    return {State::TooLong};
  }
  if (digits == length.size()) {
    return {State::Incomplete};
  }
  if (length[digits] != kSoh || digits == 0) {
    return {State::Malformed};
  }
  std::size_t body_size = 0;
  std::from_chars(length.data(), length.data() + digits, body_size);
  if (body_size < kMinBodySize) {
    return {State::Malformed};
  }
  const std::size_t header_size = begin_string_size + kBodyLength.size() + digits + 1;
  const std::size_t frame_size = header_size + body_size + kCheckSumFieldSize;
  return {frame_size > max_message_size_ ? State::TooLong : State::Complete, frame_size};
}

Framer::Result Framer::take_frame(std::string_view bytes, std::size_t frame_size) {
  const std::string_view frame = bytes.substr(0, frame_size);
  in_garbage_ = !ends_with_checksum(frame);
  if (in_garbage_) {  // its length is wrong, and may have swallowed good messages
    return {Status::Garbled, skip(bytes.substr(0, find_next_begin(bytes)))};
  }
  if (!checksum_is_right(frame) || !has_msg_type_third(frame)) {
    return {Status::Garbled, skip(frame)};
  }
  begin_ += frame_size;
  skipped_since_frame_ = 0;
  return {Status::Frame, frame};
}

std::string_view Framer::skip(std::string_view bytes) {
  begin_ += bytes.size();
  skipped_since_frame_ += bytes.size();
  fatal_ = skipped_since_frame_ > max_message_size_;
  return bytes;
}

}  // namespace betex::fix
