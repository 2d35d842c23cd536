// The types that the table of fields and messages is written in.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "fix_spec/dialect.h"

namespace betex::fix {

// FIX's data types, as far as our fields have them.
enum class FieldType : std::uint8_t {
  Amt,
  Boolean,
  Char,
  Currency,
  Int,
  Length,
  LocalMktDate,
  MultipleCharValue,
  NumInGroup,
  Price,
  Qty,
  SeqNum,
  String,
  UtcDateOnly,
  UtcTimeOnly,
  UtcTimestamp,
};

enum class Dialects : std::uint8_t { Both, Fixt11, Fix44 };

constexpr bool contains(Dialects dialects, FixVersion version) noexcept {
  return dialects == Dialects::Both ||
         (dialects == Dialects::Fixt11) == (version == FixVersion::Fixt11);
}

// One value of an enumerated field.
struct Value {
  std::string_view text;  // as the wire has it
  std::string_view name;  // as QuickFIX's dictionaries call it
  Dialects dialects = Dialects::Both;
};

struct FieldSpec {
  std::uint32_t tag = 0;
  std::string_view name;
  FieldType type = FieldType::String;
  std::span<const Value> values;  // all that we take or send; empty: not enumerated
};

// Whether a message has a field, by the letters of the rules of engagement. A conditional field is
// required where its meaning says so.
enum class Requirement : char { Required = 'Y', Optional = 'N', Conditional = 'C', Absent = '-' };

// The requirement in either dialect, FIXT.1.1 first: "CY".
class Presence {
 public:
  consteval Presence(const char (&letters)[3])
      : fixt11_{requirement(letters[0])}, fix44_{requirement(letters[1])} {}

  [[nodiscard]] constexpr Requirement in(FixVersion version) const noexcept {
    return version == FixVersion::Fixt11 ? fixt11_ : fix44_;
  }

 private:
  static consteval Requirement requirement(char letter) {
    if (std::string_view{"YNC-"}.find(letter) == std::string_view::npos) {
      throw "no letter of a requirement";
    }
    return static_cast<Requirement>(letter);
  }

  Requirement fixt11_;
  Requirement fix44_;
};

struct Group;

// A field's place in a message or in a group. `meaning` is what the rules of engagement say of it,
// condition and values included.
struct MessageField {
  const FieldSpec& field;
  Presence presence;
  std::string_view meaning = {};
  const Group* group = nullptr;  // that this field counts the entries of

  [[nodiscard]] constexpr bool is_in(FixVersion version) const noexcept {
    return presence.in(version) != Requirement::Absent;
  }
};

// A repeating group. Its fields stand in this order in each entry, and the first one, which every
// entry has, begins it.
struct Group {
  std::span<const MessageField> fields;
};

enum class Layer : std::uint8_t { Application, Session };

// Seen from us. A type of message that goes both ways with different fields stands twice in the
// table.
enum class Direction : std::uint8_t { Inbound, Outbound, BothWays };

// What a request does once it is taken. All but Nothing are journaled.
enum class Effect : std::uint8_t {
  Nothing,  // answers a question
  Order,
  Cancel,
  MassCancel,
  Operation,  // an operator's
};

class RoleSet {
 public:
  constexpr RoleSet() noexcept = default;

  constexpr RoleSet(std::initializer_list<SessionRole> roles) noexcept {
    for (const SessionRole role : roles) {
      bits_ |= bit(role);
    }
  }

  [[nodiscard]] constexpr bool contains(SessionRole role) const noexcept {
    return (bits_ & bit(role)) != 0;
  }

 private:
  static constexpr unsigned bit(SessionRole role) noexcept {
    return 1U << static_cast<unsigned>(role);
  }

  unsigned bits_ = 0;
};

// A message, without header and trailer. It belongs to the dialects in which it has a field.
struct MessageSpec {
  std::string_view type;  // MsgType(35)
  std::string_view name;
  Layer layer = Layer::Application;
  Direction direction = Direction::BothWays;

  // Of requests: who may send it; the tags that a refusal names it by, the first of them that it
  // has (0: none); what it does.
  RoleSet roles;
  std::array<std::uint32_t, 2> id_tags{};
  Effect effect = Effect::Nothing;

  std::span<const MessageField> fields;

  [[nodiscard]] constexpr bool is_in(FixVersion version) const noexcept {
    for (const MessageField& row : fields) {
      if (row.is_in(version)) {
        return true;
      }
    }
    return false;
  }
};

}  // namespace betex::fix
