// The fields of a struct that is journaled, as code can walk them: the journal checks and describes
// events by them. BETEX_FIELDS names them once, beside the struct.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace betex::matching {

// Where a field's bytes are in its struct.
struct FieldPlace {
  std::size_t offset;
  std::size_t size;
};

// True if the fields, in this order, are all the bytes of a struct of that size.
constexpr bool covers(std::initializer_list<FieldPlace> fields, std::size_t size) noexcept {
  std::size_t end = 0;
  for (const FieldPlace& field : fields) {
    if (field.offset != end) {
      return false;
    }
    end += field.size;
  }
  return end == size;
}

// BETEX_FIELDS(Struct, first, second, ...); names all fields of Struct in the order of their bytes;
// a list that leaves one out does not compile. It defines
//
//   visit_fields(const Struct& value, Visitor&& visit)
//
// which calls visit("first", value.first), then visit("second", value.second), and so on.
#define BETEX_FIELDS(Struct, ...)                                                                 \
  template <typename Visitor>                                                                     \
  constexpr void visit_fields(const Struct& value, Visitor&& visit) {                             \
    BETEX_FOR_EACH(BETEX_VISIT_FIELD, Struct, __VA_ARGS__)                                        \
  }                                                                                               \
  static_assert(covers({BETEX_FOR_EACH(BETEX_FIELD_PLACE, Struct, __VA_ARGS__)}, sizeof(Struct)), \
                "BETEX_FIELDS must name every field of " #Struct ", in the order of their bytes")

#define BETEX_VISIT_FIELD(Struct, field) visit(std::string_view{#field}, value.field);
#define BETEX_FIELD_PLACE(Struct, field) {offsetof(Struct, field), sizeof(Struct::field)},

// macro(context, x) for each x, of which there may be 40. No macro expands within itself, so a step
// only leaves behind what the next one is called by; each of the rescans then takes one step.
#define BETEX_FOR_EACH(macro, context, ...) BETEX_RESCAN_40(BETEX_STEP(macro, context, __VA_ARGS__))
#define BETEX_STEP(macro, context, first, ...) \
  macro(context, first) __VA_OPT__(BETEX_NEXT_STEP BETEX_PARENTHESES(macro, context, __VA_ARGS__))
#define BETEX_NEXT_STEP() BETEX_STEP
#define BETEX_PARENTHESES ()
#define BETEX_RESCAN_40(...) BETEX_RESCAN_13(BETEX_RESCAN_13(BETEX_RESCAN_13(__VA_ARGS__)))
#define BETEX_RESCAN_13(...) BETEX_RESCAN_4(BETEX_RESCAN_4(BETEX_RESCAN_4(__VA_ARGS__)))
#define BETEX_RESCAN_4(...) BETEX_RESCAN(BETEX_RESCAN(BETEX_RESCAN(__VA_ARGS__)))
#define BETEX_RESCAN(...) __VA_ARGS__

struct IgnoreField {
  template <typename Value>
  constexpr void operator()(std::string_view, const Value&) const noexcept {}
};

// A struct whose fields are listed.
template <typename Struct>
concept HasFields = requires(const Struct& value, IgnoreField ignore) {
  visit_fields(value, ignore);
};

}  // namespace betex::matching
