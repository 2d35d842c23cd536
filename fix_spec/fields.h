// The fields of fields.def as constants: field::kOrdType.
#pragma once

#include <array>

#include "fix_spec/message_spec.h"

namespace betex::fix::field {

#define BETEX_FIELD(number, identifier, fix_name, fix_type) \
  inline constexpr FieldSpec k##identifier{number, fix_name, FieldType::fix_type, {}};
#define BETEX_ENUMERATED(number, identifier, fix_name, fix_type, ...)                \
  inline constexpr auto k##identifier##Values = std::to_array<Value>({__VA_ARGS__}); \
  inline constexpr FieldSpec k##identifier{                                          \
      number, fix_name, FieldType::fix_type, k##identifier##Values};
#include "fix_spec/fields.def"

}  // namespace betex::fix::field
