#include "gateway/wire/market_data_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "gateway/wire/checksum.h"
#include "gateway/wire/decimal.h"
#include "gateway/wire/utc_time.h"

namespace betex::fix {
namespace {

constexpr char kSoh = '\001';

// More than any entry, and than the head of any image: two names, and numbers.
constexpr std::size_t kMostOfAPart = 512;

constexpr std::string_view kResolved = "814=2\001";

template <std::size_t kSize>
char* put(char* at, const char (&text)[kSize]) noexcept {
  std::memcpy(at, text, kSize - 1);
  return at + kSize - 1;
}

char* put(char* at, std::string_view text) noexcept {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

char* end_field(char* at) noexcept {
  *at = kSoh;
  return at + 1;
}

template <std::size_t kSize>
char* put_text(char* at, const char (&tag)[kSize], std::string_view value) noexcept {
  return end_field(put(put(at, tag), value));
}

template <std::size_t kSize>
char* put_char(char* at, const char (&tag)[kSize], char value) noexcept {
  at = put(at, tag);
  *at = value;
  return end_field(at + 1);
}

template <std::size_t kSize>
char* put_number(char* at, const char (&tag)[kSize], std::uint64_t value) noexcept {
  return end_field(write_uint(put(at, tag), value));
}

template <std::size_t kSize>
char* put_time(char* at, const char (&tag)[kSize], matching::Timestamp value) noexcept {
  return end_field(write_utc_timestamp(put(at, tag), value));
}

// All digits of a number that has no sign.
char* write_wide(char* at, matching::Uint128 value) noexcept {
  constexpr std::size_t kDigits = 39;  // of 2^128
  std::array<char, kDigits> digits;
  auto first = digits.end();
  for (; value != 0 || first == digits.end(); value /= 10) {
    *--first = static_cast<char>('0' + static_cast<int>(value % 10));
  }
  return std::copy(first, digits.end(), at);
}

// With two decimals, or with none.
template <std::size_t kSize>
char* put_size(char* at,
               const char (&tag)[kSize],
               matching::WideQuantity size,
               unsigned decimals) noexcept {
  at = put(at, tag);
  auto units = static_cast<matching::Uint128>(size.value());
  if (size.value() < 0) {
    *at++ = '-';
    units = 0 - units;
  }
  const bool is_narrow = units >> 64 == 0;
  const unsigned scale = decimals == 0 ? 1 : 100;
  at = is_narrow ? write_uint(at, static_cast<std::uint64_t>(units) / scale)
                 : write_wide(at, units / scale);
  if (decimals != 0) {
    const auto rest = static_cast<unsigned>(units % scale);
    at[0] = '.';
    at[1] = static_cast<char>('0' + rest / 10);
    at[2] = static_cast<char>('0' + rest % 10);
    at += 3;
  }
  return end_field(at);
}

template <std::size_t kSize>
char* put_price(char* at,
                const char (&tag)[kSize],
                matching::Decimal price,
                unsigned decimals) noexcept {
  return end_field(write_decimal(put(at, tag), price, decimals));
}

char side_of(matching::Side side) noexcept {
  return side == matching::Side::Bid ? '1' : '2';
}

std::uint8_t sum_of(std::string_view text) noexcept {
  return checksum(text);
}

// Sums of single parts may be added.
void append(gateway::MarketDataBody& body, std::string_view text, std::uint8_t sum) {
  body.fields.append(text);
  body.sum = static_cast<std::uint8_t>(body.sum + sum);
}

gateway::MarketDataBody begin_body(char msg_type,
                                   const MdRequestPrefix& prefix,
                                   bool resolved,
                                   std::size_t size_of_the_rest) {
  gateway::MarketDataBody body{.msg_type = msg_type};
  body.fields.reserve(prefix.text().size() + kResolved.size() + size_of_the_rest);
  append(body, prefix.text(), prefix.sum());
  if (resolved) {
    append(body, kResolved, sum_of(kResolved));
  }
  return body;
}

}  // namespace

void GrowingText::grow(std::size_t size) {
  const std::size_t capacity = std::max(2 * capacity_, size_ + size);
  auto text = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ != 0) {
    std::memcpy(text.get(), text_.get(), size_);
  }
  text_ = std::move(text);
  capacity_ = capacity;
}

void MdUpdateWriter::write(MdUpdateAction action, const MdEntry& entry) {
  char* at = out_.room(kMostOfAPart);
  at = put_char(at, "279=", static_cast<char>(action));
  at = put_char(at, "269=", static_cast<char>(entry.type));
  if (first_) {
    at = put_text(at, "55=", head_.symbol);
  }
  if (entry.has_price) {
    at = put_price(at, "270=", entry.price, format_.price_decimals);
  }
  if (action != MdUpdateAction::Delete) {
    at = put_size(at, "271=", entry.size, format_.quantity_decimals);
  }
  if (entry.trade != matching::EventSeq{}) {
    at = put_number(at, "1003=", entry.trade.value());
  }
  if (first_) {
    at = put_time(at, "60=", head_.time);
  }
  if (entry.trade != matching::EventSeq{}) {
    at = put_char(at, "2446=", side_of(entry.aggressor));
  }
  if (first_) {
    at = put_number(at, "83=", head_.rpt_seq);
    at = put_number(at, "20050=", head_.prev_rpt_seq);
    first_ = false;
  }
  out_.set_end(at);
}

void write_image_head(GrowingText& out,
                      const MdImageHead& head,
                      bool last_fragment,
                      std::uint32_t entries) {
  constexpr char kBestOnly = '1';
  constexpr char kLevels = '2';
  char* at = out.room(kMostOfAPart);
  at = put_text(at, "55=", head.symbol);
  at = put_text(at, "1300=", head.market);
  at = put_number(at, "83=", head.rpt_seq);
  at = put_time(at, "779=", head.updated);
  at = put_number(at, "264=", head.depth);
  at = put_char(at, "1021=", head.depth == 1 ? kBestOnly : kLevels);
  at = put_char(at, "1187=", 'Y');
  at = put_number(at, "1682=", head.status);
  at = put_number(at, "20005=", head.version);
  if (head.suspend_reason != 0) {
    at = put_number(at, "20032=", head.suspend_reason);
  }
  at = put_char(at, "20033=", head.in_play ? 'Y' : 'N');
  if (head.conflate_ms != 0) {
    at = put_number(at, "20051=", head.conflate_ms);
  }
  at = put_char(at, "893=", last_fragment ? 'Y' : 'N');
  at = put_number(at, "268=", entries);
  out.set_end(at);
}

void write_image_entry(GrowingText& out,
                       const DecimalFormat& format,
                       const MdEntry& entry,
                       std::uint32_t level) {
  const bool is_trade = entry.trade != matching::EventSeq{};
  char* at = out.room(kMostOfAPart);
  at = put_char(at, "269=", static_cast<char>(entry.type));
  if (entry.has_price) {
    at = put_price(at, "270=", entry.price, format.price_decimals);
  }
  at = put_size(at, "271=", entry.size, format.quantity_decimals);
  if (is_trade) {
    std::array<char, kUtcTimestampLength> time;
    write_utc_timestamp(time.data(), entry.trade_time);
    const std::string_view text{time.data(), time.size()};
    at = put_text(at, "272=", text.substr(0, kUtcDateLength));
    at = put_text(at, "273=", text.substr(kUtcDateLength + 1));
    at = put_number(at, "1003=", entry.trade.value());
  }
  if (level != 0) {
    at = put_number(at, "1023=", level);
  }
  if (is_trade) {
    at = put_char(at, "2446=", side_of(entry.aggressor));
  }
  out.set_end(at);
}

MdRequestPrefix::MdRequestPrefix(const matching::Name& request_id) {
  static_assert(sizeof text_ >= 4 + matching::Name::kCapacity + 1);
  const char* const end = put_text(text_, "262=", request_id.view());
  size_ = static_cast<std::uint8_t>(end - text_);
  sum_ = sum_of(text());
}

gateway::MarketDataBody make_update(const MdRequestPrefix& prefix,
                                    bool resolved,
                                    std::span<const MdPart> blocks) {
  std::size_t size = 0;
  std::uint32_t entries = 0;
  for (const MdPart& block : blocks) {
    size += block.text.size();
    entries += block.entries;
  }
  std::array<char, 32> count;
  const std::string_view head{
      count.data(),
      static_cast<std::size_t>(put_number(count.data(), "268=", entries) - count.data())};
  gateway::MarketDataBody body = begin_body('X', prefix, resolved, head.size() + size);
  append(body, head, sum_of(head));
  for (const MdPart& block : blocks) {
    append(body, block.text, block.sum);
  }
  return body;
}

gateway::MarketDataBody make_image(const MdRequestPrefix& prefix,
                                   bool resolved,
                                   const MdPart& image) {
  gateway::MarketDataBody body = begin_body('W', prefix, resolved, image.text.size());
  append(body, image.text, image.sum);
  return body;
}

}  // namespace betex::fix
