// Writes the fields of one message into a buffer that it is given, in place: no allocation, and no
// byte is moved afterwards.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "gateway/link/report_parts.h"
#include "gateway/wire/decimal.h"
#include "gateway/wire/utc_time.h"
#include "matching/assert.h"
#include "matching/types.h"

namespace betex::fix {

// More than any message that we make, but for those below: its longest texts are twice a headline
// of 255, some of 36 and 31, and the CompIDs. That it suffices is asserted field by field.
inline constexpr std::size_t kMaxReportBytes = 2048;

// The same of those to operators that have a group of a hundred runners or of fifty sessions.
inline constexpr std::size_t kMaxLongReportBytes = 32'768;

// `tag` is the tag and its '=', as the wire has them.
class FieldWriter {
 public:
  // Leaves room in front for what is known only at the end.
  static constexpr std::size_t kRoomInFront = 32;

  // `room` must outlive it.
  explicit FieldWriter(std::span<char> room) noexcept
      : room_{room.data()},
        end_{room.data() + room.size()},
        at_{room.data() + kRoomInFront},
        begin_{at_} {}

  FieldWriter(const FieldWriter&) = delete;
  FieldWriter& operator=(const FieldWriter&) = delete;

  void text(std::string_view tag, std::string_view value) noexcept {
    char* const at = begin_field(tag, value.size());
    std::memcpy(at, value.data(), value.size());
    end_field(at + value.size());
  }

  void character(std::string_view tag, char value) noexcept {
    char* const at = begin_field(tag, 1);
    *at = value;
    end_field(at + 1);
  }

  void integer(std::string_view tag, std::uint64_t value) noexcept {
    end_field(write_uint(begin_field(tag, kMaxNumber), value));
  }

  void decimal(std::string_view tag, matching::Decimal value, unsigned min_decimals) noexcept {
    end_field(write_decimal(begin_field(tag, kMaxNumber), value, min_decimals));
  }

  void decimal_e8(std::string_view tag, std::int64_t value, unsigned min_decimals) noexcept {
    end_field(write_decimal_e8(begin_field(tag, kMaxNumber), value, min_decimals));
  }

  // A position, which may be more than a Decimal holds.
  void contracts(std::string_view tag, matching::Quantity value) noexcept {
    char* const at = begin_field(tag, kMaxNumber);
    end_field(std::to_chars(at, at + kMaxNumber, value.value()).ptr);
  }

  void money(std::string_view tag, matching::WideMoney value) noexcept {
    end_field(write_money(begin_field(tag, kMaxMoney), value));
  }

  void money(std::string_view tag, matching::Money value) noexcept {
    money(tag, matching::WideMoney{value});
  }

  // Its day.
  void date(std::string_view tag, matching::Timestamp value) noexcept {
    end_field(write_utc_date(begin_field(tag, kUtcDateLength), value));
  }

  void time(std::string_view tag, matching::Timestamp value) noexcept {
    end_field(write_utc_timestamp(begin_field(tag, kUtcTimestampLength), value));
  }

  void flag(std::string_view tag, bool value) noexcept { character(tag, value ? 'Y' : 'N'); }

  // Nothing where `value` is empty.
  void text_if(std::string_view tag, std::string_view value) noexcept {
    if (!value.empty()) {
      text(tag, value);
    }
  }

  void order_id(matching::OrderId id) noexcept {
    if (id == matching::OrderId{}) {
      text("37=", "NONE");
    } else {
      integer("37=", id.value());
    }
  }

  // "text-17".
  void text_and_number(std::string_view tag,
                       std::string_view value,
                       std::uint64_t number) noexcept {
    char* const at = begin_field(tag, value.size() + 1 + kMaxNumber);
    std::memcpy(at, value.data(), value.size());
    at[value.size()] = '-';
    end_field(write_uint(at + value.size() + 1, number));
  }

  // Event and leg: made of what is journaled, so a report made again bears the same one.
  void report_id(std::string_view tag, const ReportId& id) noexcept {
    char* at = write_uint(begin_field(tag, 2 * kMaxNumber + 1), id.event.value());
    if (id.event != matching::EventSeq{}) {
      *at++ = '-';
      at = write_uint(at, id.leg);
    }
    end_field(at);
  }

  // A field in front of all others; their room is kRoomInFront in all.
  void put_in_front(std::string_view tag, std::string_view value) noexcept {
    const std::size_t size = tag.size() + value.size() + 1;
    BETEX_ASSERT(size <= static_cast<std::size_t>(begin_ - room_));
    begin_ -= size;
    std::memcpy(begin_, tag.data(), tag.size());
    std::memcpy(begin_ + tag.size(), value.data(), value.size());
    begin_[size - 1] = kSoh;
  }

  // All fields. Valid as long as the writer.
  [[nodiscard]] std::string_view message() const noexcept {
    return {begin_, static_cast<std::size_t>(at_ - begin_)};
  }

 private:
  static constexpr char kSoh = '\001';

  // Writes the tag; returns where its value goes, which has room for `size` bytes and the SOH.
  char* begin_field(std::string_view tag, std::size_t size) noexcept {
    BETEX_ASSERT(tag.size() + size < static_cast<std::size_t>(end_ - at_));
    std::memcpy(at_, tag.data(), tag.size());
    return at_ + tag.size();
  }

  void end_field(char* end) noexcept {
    *end = kSoh;
    at_ = end + 1;
  }

  char* room_;
  char* end_;
  char* at_;
  char* begin_;
};

}  // namespace betex::fix
