// Sets of fields as a few words of bits, for which each field of the table has a small number.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "fix_spec/fields.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

// By FieldIndex, in ascending order of their tags.
inline constexpr auto kFields = std::to_array<const FieldSpec*>({
#define BETEX_FIELD(number, identifier, fix_name, fix_type) &field::k##identifier,
#include "fix_spec/fields.def"
});

static_assert(std::ranges::is_sorted(kFields, std::ranges::less_equal{}, &FieldSpec::tag),
              "each tag once, in ascending order");

namespace detail {

inline constexpr std::uint16_t kNoField = 0xffff;
static_assert(kFields.size() < kNoField);

// The ranges of tags that have fields, one behind the other, and behind them one place for all
// other tags.
inline constexpr std::uint32_t kStandardTags = 3072;
inline constexpr std::uint32_t kFirstByAgreement = 8000;
inline constexpr std::uint32_t kTagsByAgreement = 64;
inline constexpr std::uint32_t kFirstOfOurs = 20000;
inline constexpr std::uint32_t kTagsOfOurs = 128;
inline constexpr std::uint32_t kNowhere = kStandardTags + kTagsByAgreement + kTagsOfOurs;

constexpr std::uint32_t place_of(std::uint32_t tag) noexcept {
  if (tag < kStandardTags) {
    return tag;
  }
  if (tag - kFirstByAgreement < kTagsByAgreement) {
    return kStandardTags + (tag - kFirstByAgreement);
  }
  if (tag - kFirstOfOurs < kTagsOfOurs) {
    return kStandardTags + kTagsByAgreement + (tag - kFirstOfOurs);
  }
  return kNowhere;
}

inline constexpr auto kIndexByPlace = [] {
  std::array<std::uint16_t, kNowhere + 1> table{};
  table.fill(kNoField);
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    table[place_of(kFields[i]->tag)] = static_cast<std::uint16_t>(i);
  }
  return table;
}();

static_assert(kIndexByPlace[kNowhere] == kNoField, "a field's tag is in none of the ranges");

}  // namespace detail

// A field's place in kFields.
class FieldIndex {
 public:
  // Of a tag that the compiler knows; one that no field has does not compile.
  // NOLINTNEXTLINE(google-explicit-constructor): a tag names its field
  consteval FieldIndex(std::uint32_t tag) : value_{detail::kIndexByPlace[detail::place_of(tag)]} {
    if (value_ == detail::kNoField) {
      throw "no field has this tag";
    }
  }

  // Of any tag; is_field() tells whether there is one.
  [[nodiscard]] static constexpr FieldIndex find(std::uint32_t tag) noexcept {
    return FieldIndex{Raw{detail::kIndexByPlace[detail::place_of(tag)]}};
  }

  [[nodiscard]] static constexpr FieldIndex at(std::size_t place) noexcept {
    return FieldIndex{Raw{static_cast<std::uint16_t>(place)}};
  }

  [[nodiscard]] constexpr bool is_field() const noexcept { return value_ != detail::kNoField; }

  [[nodiscard]] constexpr std::size_t value() const noexcept { return value_; }

  [[nodiscard]] constexpr const FieldSpec& field() const noexcept { return *kFields[value_]; }

 private:
  struct Raw {
    std::uint16_t value;
  };

  constexpr explicit FieldIndex(Raw raw) noexcept : value_{raw.value} {}

  std::uint16_t value_;
};

// Of an index that is_field().
class FieldSet {
 public:
  constexpr void add(FieldIndex index) noexcept { word(index) |= bit(index); }

  [[nodiscard]] constexpr bool contains(FieldIndex index) const noexcept {
    return (words_[index.value() / kBits] & bit(index)) != 0;
  }

  [[nodiscard]] constexpr bool empty() const noexcept { return *this == FieldSet{}; }

  // The one with the lowest tag. Not of an empty set.
  [[nodiscard]] constexpr FieldIndex first() const noexcept {
    std::size_t i = 0;
    while (words_[i] == 0) {
      ++i;
    }
    return FieldIndex::at(i * kBits + static_cast<std::size_t>(std::countr_zero(words_[i])));
  }

  [[nodiscard]] constexpr FieldSet without(const FieldSet& others) const noexcept {
    FieldSet rest = *this;
    for (std::size_t i = 0; i < kWords; ++i) {
      rest.words_[i] &= ~others.words_[i];
    }
    return rest;
  }

  friend constexpr FieldSet operator|(FieldSet left, const FieldSet& right) noexcept {
    for (std::size_t i = 0; i < kWords; ++i) {
      left.words_[i] |= right.words_[i];
    }
    return left;
  }

  friend constexpr bool operator==(const FieldSet&, const FieldSet&) noexcept = default;

 private:
  static constexpr std::size_t kBits = 64;
  static constexpr std::size_t kWords = (kFields.size() + kBits - 1) / kBits;

  static constexpr std::uint64_t bit(FieldIndex index) noexcept {
    return std::uint64_t{1} << (index.value() % kBits);
  }

  constexpr std::uint64_t& word(FieldIndex index) noexcept { return words_[index.value() / kBits]; }

  std::array<std::uint64_t, kWords> words_{};
};

// Those of `rows` that the dialect has, without those of groups' entries.
constexpr FieldSet fields_of(std::span<const MessageField> rows, FixVersion version) noexcept {
  FieldSet set;
  for (const MessageField& row : rows) {
    if (row.is_in(version)) {
      set.add(FieldIndex::find(row.field.tag));
    }
  }
  return set;
}

constexpr FieldSet required_fields_of(std::span<const MessageField> rows,
                                      FixVersion version) noexcept {
  FieldSet set;
  for (const MessageField& row : rows) {
    if (row.presence.in(version) == Requirement::Required) {
      set.add(FieldIndex::find(row.field.tag));
    }
  }
  return set;
}

}  // namespace betex::fix
