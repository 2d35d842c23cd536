// The body of a request: which fields stand in it, held against the request's row of the table, and
// their values as typed data. The decoder's lower half.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "fix_spec/dialect.h"
#include "fix_spec/field_index.h"
#include "gateway/wire/decimal.h"
#include "gateway/wire/field_table.h"
#include "gateway/wire/request_spec.h"
#include "matching/commands.h"
#include "matching/types.h"

namespace betex::fix {

// ExecInst(18).
struct ExecInst {
  bool post_only = false;
  bool cancel_on_pause = false;
};

// A failure as Reject(3) tells it.
struct FieldFault {
  std::uint32_t tag = 0;            // 371
  std::uint16_t reject_reason = 0;  // 373
};

// One entry of a repeating group.
class GroupEntry {
 public:
  explicit GroupEntry(std::span<const Field> fields) noexcept : fields_{fields} {}

  // "" where the entry has no such field.
  [[nodiscard]] std::string_view text(FieldIndex field) const noexcept;

 private:
  std::span<const Field> fields_;
};

// The body of one request. Reading a value that is wrong remembers the first fault and yields a
// default, so a decoder reads all it needs and asks once, at the end. Fields are named by their
// tags.
class RequestFields {
 public:
  // Finds the fields of the body; one that is unknown, out of place, repeated or missing is a
  // fault, and so is a group whose entries are not as they should be. `fields` and `spec` must
  // outlive it.
  RequestFields(const FieldTable& fields, const RequestSpec& spec, FixVersion version) noexcept;

  [[nodiscard]] const std::optional<FieldFault>& fault() const noexcept { return fault_; }

  [[nodiscard]] FixVersion version() const noexcept { return version_; }

  // The whole message, for its header.
  [[nodiscard]] const FieldTable& message() const noexcept { return message_; }

  // By which a session that asks for many messages knows the request.
  [[nodiscard]] matching::MsgSeqNum number() const noexcept {
    return message_.msg_seq_num().value_or(matching::MsgSeqNum{});
  }

  [[nodiscard]] bool has(FieldIndex field) const noexcept { return present_.contains(field); }

  // A field that only some requests of this type must have.
  void require(FieldIndex field) noexcept;

  // A field that some requests of this type must not have.
  void forbid(FieldIndex field) noexcept;

  // A field that requests of one kind must have, and others of the same type must not.
  void only_if(FieldIndex field, bool due) noexcept { due ? require(field) : forbid(field); }

  // The fields that requests of one kind must have, and all that they may have beside these.
  void take_only(const FieldSet& required, const FieldSet& optional) noexcept;

  // The value of `field` is none that we take.
  void refuse_value(FieldIndex field) noexcept;

  // Of all readers: the default where the field is absent.

  [[nodiscard]] std::string_view text(FieldIndex field) const noexcept {
    return has(field) ? message_.fields()[at_[field.value()]].value : std::string_view{};
  }

  [[nodiscard]] matching::ClOrdId cl_ord_id(FieldIndex field) noexcept;

  [[nodiscard]] matching::Name name(FieldIndex field) noexcept {
    return printable<matching::Name::kCapacity>(field);
  }

  // Printable ASCII characters, as many as the text holds.
  template <std::size_t Capacity>
  [[nodiscard]] matching::Text<Capacity> printable(FieldIndex field) noexcept {
    return matching::Text<Capacity>{printable_text(field, text(field), Capacity)};
  }

  [[nodiscard]] matching::Decimal decimal(FieldIndex field) noexcept;
  [[nodiscard]] matching::Decimal positive_decimal(FieldIndex field) noexcept;
  // Of at most 9 digits.
  [[nodiscard]] std::uint32_t integer(FieldIndex field) noexcept;
  [[nodiscard]] std::uint64_t positive_integer(FieldIndex field) noexcept;
  [[nodiscard]] bool flag(FieldIndex field) noexcept;
  [[nodiscard]] matching::Timestamp time(FieldIndex field) noexcept;
  // "NONE", which is what we call an order that does not exist, counts as absent.
  [[nodiscard]] matching::OrderId order_id() noexcept;
  [[nodiscard]] ExecInst exec_inst() noexcept;
  [[nodiscard]] matching::Side side() noexcept;
  // 0 where it is absent.
  [[nodiscard]] std::uint8_t side_if_given() noexcept;

  // One digit that is the value of one of `Allowed`, else `absent`.
  template <auto... Allowed, typename Enum>
  [[nodiscard]] Enum enumerator(FieldIndex field, Enum absent) noexcept {
    if (!has(field)) {
      return absent;
    }
    Enum value = absent;
    const std::string_view given = text(field);
    const auto is = [&](Enum allowed) {
      const bool same = given == std::string_view{&kDigits[static_cast<std::size_t>(allowed)], 1};
      value = same ? allowed : value;
      return same;
    };
    if (!(is(Allowed) || ...)) {
      refuse_value(field);
    }
    return value;
  }

  // Of an entry, as above.

  [[nodiscard]] matching::Name name(const GroupEntry& entry, FieldIndex field) noexcept {
    return matching::Name{printable_text(field, entry.text(field), matching::Name::kCapacity)};
  }

  [[nodiscard]] std::uint32_t integer(const GroupEntry& entry, FieldIndex field) noexcept {
    return integer_of(field, entry.text(field));
  }

  [[nodiscard]] matching::EventSeq event_seq(const GroupEntry& entry, FieldIndex field) noexcept {
    return matching::EventSeq{long_integer_of(field, entry.text(field))};
  }

  // Of the message's type and all its body says, but for TransactTime(60) and whether it is a dry
  // run (2330): equal for requests that ask the same, in whichever order their fields stand. Stands
  // in the journal, so it is the same in every release.
  [[nodiscard]] std::uint64_t digest() const noexcept;

  // Calls `take` with each entry of the group that `count` counts, in their order. They count only
  // where there is no fault.
  template <typename Take>
  void for_each_entry(FieldIndex count, Take take) const {
    if (!has(count)) {
      return;
    }
    std::span<const Field> rest = message_.fields().subspan(at_[count.value()] + std::size_t{1});
    for (std::size_t size = entry_size(count, rest); size != 0; size = entry_size(count, rest)) {
      take(GroupEntry{rest.first(size)});
      rest = rest.subspan(size);
    }
  }

 private:
  static constexpr std::array<char, 10> kDigits{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'};

  // Checks the entries of `group` behind its count, which is the field at `count_at`; returns where
  // the last field of them stands.
  std::size_t check_group(const Group& group, std::size_t count_at) noexcept;

  // How many fields the entry has with which `rest` begins; 0: it begins with none.
  [[nodiscard]] std::size_t entry_size(FieldIndex count,
                                       std::span<const Field> rest) const noexcept;

  // "" where the value is none.
  [[nodiscard]] std::string_view printable_text(FieldIndex field,
                                                std::string_view value,
                                                std::size_t capacity) noexcept;
  // 0 where the value is none, or empty.
  [[nodiscard]] std::uint32_t integer_of(FieldIndex field, std::string_view value) noexcept;
  [[nodiscard]] std::uint64_t long_integer_of(FieldIndex field, std::string_view value) noexcept;

  void fail(std::uint32_t tag, std::uint16_t reject_reason) noexcept;
  void fail_parse(FieldIndex field, ParseFault parse_fault) noexcept;

  const FieldTable& message_;
  const RequestSpec& spec_;
  const FixVersion version_;
  FieldSet present_;
  std::array<std::uint16_t, kFields.size()> at_;  // in the message, of those that are present
  std::optional<FieldFault> fault_;
};

// 1 to 36 printable ASCII characters, as a ClOrdID(11) must be.
[[nodiscard]] bool is_cl_ord_id(std::string_view text) noexcept;

}  // namespace betex::fix
