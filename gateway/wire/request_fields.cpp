#include "gateway/wire/request_fields.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "fix_spec/session_messages.h"
#include "gateway/wire/known_tags.h"
#include "gateway/wire/session_reject.h"
#include "gateway/wire/utc_time.h"
#include "matching/hash.h"

namespace betex::fix {
namespace {

using matching::ClOrdId;
using matching::Decimal;

bool is_printable(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// Of both dialects: what stands in the wrong one is for the guard to say.
constexpr FieldSet kHeaderAndTrailer = fields_of(kStandardHeader, FixVersion::Fixt11) |
                                       fields_of(kStandardTrailer, FixVersion::Fixt11);

// Where `tag` stands in an entry of `group`; the group's size: in none.
std::size_t place_in(const Group& group, std::uint32_t tag, FixVersion version) noexcept {
  const auto found = std::ranges::find_if(group.fields, [&](const MessageField& row) {
    return row.field.tag == tag && row.is_in(version);
  });
  return static_cast<std::size_t>(found - group.fields.begin());
}

std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = text.size();
  while (!text.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(text.size(), sizeof(word));
    std::memcpy(&word, text.data(), size);
    hash = matching::mix(hash, word);
    text.remove_prefix(size);
  }
  return hash;
}

}  // namespace

bool is_cl_ord_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= matching::kMaxClOrdIdLength && is_printable(text);
}

std::string_view GroupEntry::text(FieldIndex field) const noexcept {
  const auto found = std::ranges::find(fields_, field.field().tag, &Field::tag);
  return found == fields_.end() ? std::string_view{} : found->value;
}

// Only what is present has a place that is ever read, so the places stay as they are.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
RequestFields::RequestFields(const FieldTable& fields,
                             const RequestSpec& spec,
                             FixVersion version) noexcept
    : message_{fields}, spec_{spec}, version_{version} {
  static_assert(FieldTable::kMaxFields <= std::numeric_limits<std::uint16_t>::max());
  const std::span<const Field> all = fields.fields();
  const FieldSet& allowed = spec.allowed(version);
  for (std::size_t at = 0; at < all.size(); ++at) {
    const std::uint32_t tag = all[at].tag;
    const FieldIndex field = FieldIndex::find(tag);
    if (!field.is_field()) {
      fail(tag, session_reject::kInvalidTagNumber);
    } else if (kHeaderAndTrailer.contains(field)) {
      continue;
    } else if (!allowed.contains(field)) {
      const bool known = is_application_tag(tag, version) || is_session_tag(tag, version);
      fail(tag,
           known ? session_reject::kTagNotDefinedForMessage : session_reject::kInvalidTagNumber);
    } else if (has(field)) {
      fail(tag, session_reject::kTagRepeated);
    } else {
      present_.add(field);
      at_[field.value()] = static_cast<std::uint16_t>(at);
      if (const Group* const group = spec.group(field)) {
        at = check_group(*group, at);
      }
    }
  }
  if (const FieldSet missing = spec.required(version).without(present_); !missing.empty()) {
    require(missing.first());
  }
}

std::size_t RequestFields::check_group(const Group& group, std::size_t count_at) noexcept {
  const std::span<const Field> all = message_.fields();
  const auto count = parse_uint(all[count_at].value);
  if (!count) {
    fail(all[count_at].tag, session_reject::code_of(count.error()));
  }
  const FieldSet required = required_fields_of(group.fields, version_);
  FieldSet seen;  // in the entry
  const auto finish_entry = [&] {
    if (const FieldSet missing = required.without(seen); !missing.empty()) {
      fail(missing.first().field().tag, session_reject::kRequiredTagMissing);
    }
  };
  std::uint32_t entries = 0;
  std::size_t next = 0;  // the first place that a field of the entry may still have
  std::size_t at = count_at + 1;
  for (; at < all.size(); ++at) {
    const std::uint32_t tag = all[at].tag;
    const std::size_t place = place_in(group, tag, version_);
    if (place == group.fields.size()) {
      break;
    }
    const FieldIndex field = FieldIndex::find(tag);
    if (place == 0) {
      if (entries != 0) {
        finish_entry();
      }
      ++entries;
      seen = {};
    } else if (entries == 0 || place < next) {
      fail(tag, seen.contains(field) ? session_reject::kTagRepeated : session_reject::kGroupOrder);
    }
    seen.add(field);
    next = place + 1;
  }
  if (entries != 0) {
    finish_entry();
  }
  if (count && *count != entries) {
    fail(all[count_at].tag, session_reject::kGroupCount);
  }
  return at - 1;
}

std::size_t RequestFields::entry_size(FieldIndex count,
                                      std::span<const Field> rest) const noexcept {
  const Group& group = *spec_.group(count);
  std::size_t size = 0;
  while (size < rest.size()) {
    const std::size_t place = place_in(group, rest[size].tag, version_);
    if (place == group.fields.size() || (place == 0) != (size == 0)) {
      break;
    }
    ++size;
  }
  return size;
}

void RequestFields::require(FieldIndex field) noexcept {
  if (!has(field)) {
    fail(field.field().tag, session_reject::kRequiredTagMissing);
  }
}

void RequestFields::forbid(FieldIndex field) noexcept {
  if (has(field)) {
    fail(field.field().tag, session_reject::kTagNotDefinedForMessage);
  }
}

void RequestFields::take_only(const FieldSet& required, const FieldSet& optional) noexcept {
  if (const FieldSet others = present_.without(required | optional); !others.empty()) {
    forbid(others.first());
  }
  if (const FieldSet missing = required.without(present_); !missing.empty()) {
    require(missing.first());
  }
}

ClOrdId RequestFields::cl_ord_id(FieldIndex field) noexcept {
  if (!has(field)) {
    return {};
  }
  if (!is_cl_ord_id(text(field))) {
    refuse_value(field);
    return {};
  }
  return ClOrdId{text(field)};
}

std::string_view RequestFields::printable_text(FieldIndex field,
                                               std::string_view value,
                                               std::size_t capacity) noexcept {
  if (value.size() > capacity || !is_printable(value)) {
    refuse_value(field);
    return {};
  }
  return value;
}

Decimal RequestFields::decimal(FieldIndex field) noexcept {
  if (!has(field)) {
    return {};
  }
  const auto value = parse_decimal(text(field));
  if (!value) {
    fail_parse(field, value.error());
    return {};
  }
  return *value;
}

Decimal RequestFields::positive_decimal(FieldIndex field) noexcept {
  const Decimal value = decimal(field);
  if (has(field) && value <= Decimal{}) {
    refuse_value(field);
  }
  return value;
}

std::uint32_t RequestFields::integer(FieldIndex field) noexcept {
  return integer_of(field, text(field));
}

std::uint32_t RequestFields::integer_of(FieldIndex field, std::string_view value) noexcept {
  if (value.empty()) {
    return 0;
  }
  const auto number = parse_uint(value);
  if (!number) {
    fail_parse(field, number.error());
    return 0;
  }
  return *number;
}

bool RequestFields::flag(FieldIndex field) noexcept {
  if (has(field) && text(field) != "Y" && text(field) != "N") {
    fail_parse(field, ParseFault::Format);
  }
  return text(field) == "Y";
}

std::uint64_t RequestFields::long_integer_of(FieldIndex field, std::string_view value) noexcept {
  if (value.empty()) {
    return 0;
  }
  const auto number = parse_uint64(value);
  if (!number) {
    fail_parse(field, number.error());
    return 0;
  }
  return *number;
}

std::uint64_t RequestFields::positive_integer(FieldIndex field) noexcept {
  if (!has(field)) {
    return 0;
  }
  const auto value = parse_uint64(text(field));
  if (!value) {
    fail_parse(field, value.error());
    return 0;
  }
  if (*value == 0) {
    refuse_value(field);
  }
  return *value;
}

matching::Timestamp RequestFields::time(FieldIndex field) noexcept {
  if (!has(field)) {
    return {};
  }
  const auto value = parse_utc_timestamp(text(field));
  if (!value) {
    fail_parse(field, value.error());
    return {};
  }
  return *value;
}

matching::OrderId RequestFields::order_id() noexcept {
  if (!has(tag::kOrderId) || text(tag::kOrderId) == "NONE") {
    return {};
  }
  const auto value = parse_uint64(text(tag::kOrderId));
  if (!value || *value == 0) {  // a String to FIX, but none that we have ever given
    refuse_value(tag::kOrderId);
    return {};
  }
  return matching::OrderId{*value};
}

ExecInst RequestFields::exec_inst() noexcept {
  ExecInst flags;
  if (!has(tag::kExecInst)) {
    return flags;
  }
  const std::string_view values = text(tag::kExecInst);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool separator = i % 2 == 1;
    bool* const flag = values[i] == '6'   ? &flags.post_only
                       : values[i] == 'K' ? &flags.cancel_on_pause
                                          : nullptr;
    if (separator ? values[i] != ' ' || i + 1 == values.size() : flag == nullptr || *flag) {
      refuse_value(tag::kExecInst);
      return {};
    }
    if (!separator) {
      *flag = true;
    }
  }
  return flags;
}

std::uint64_t RequestFields::digest() const noexcept {
  constexpr FieldIndex kTime{tag::kTransactTime};
  constexpr FieldIndex kTest{tag::kApplTestMessageIndicator};
  const std::span<const Field> all = message_.fields();
  const std::uint64_t type = hash_of(message_.msg_type());
  std::uint64_t sum = type;
  for (std::size_t at = 0; at < all.size(); ++at) {
    const FieldIndex field = FieldIndex::find(all[at].tag);
    if (!field.is_field() || !present_.contains(field) || at_[field.value()] != at ||
        field.value() == kTime.value() || field.value() == kTest.value()) {
      continue;
    }
    std::uint64_t hash = matching::mix(type ^ all[at].tag, hash_of(all[at].value));
    if (spec_.group(field) != nullptr) {  // in which the order counts
      std::span<const Field> rest = all.subspan(at + 1);
      for (std::size_t size = entry_size(field, rest); size != 0; size = entry_size(field, rest)) {
        for (const Field& of_entry : rest.first(size)) {
          hash = matching::mix(hash ^ of_entry.tag, hash_of(of_entry.value));
        }
        rest = rest.subspan(size);
      }
    }
    sum += hash;
  }
  return sum;
}

void RequestFields::fail(std::uint32_t tag, std::uint16_t reject_reason) noexcept {
  if (!fault_) {
    fault_ = FieldFault{tag, reject_reason};
  }
}

void RequestFields::refuse_value(FieldIndex field) noexcept {
  fail(field.field().tag, session_reject::kValueIncorrect);
}

void RequestFields::fail_parse(FieldIndex field, ParseFault parse_fault) noexcept {
  fail(field.field().tag, session_reject::code_of(parse_fault));
}

matching::Side RequestFields::side() noexcept {
  using matching::Side;
  return enumerator<Side::Bid, Side::Ask>(tag::kSide, Side::Bid);
}

std::uint8_t RequestFields::side_if_given() noexcept {
  return has(tag::kSide) ? static_cast<std::uint8_t>(side()) : std::uint8_t{0};
}

}  // namespace betex::fix
