// The tags of all fields of the table, by the names that our code has for them: tag::kOrdType.
#pragma once

#include <cstdint>

namespace betex::fix::tag {

#define BETEX_FIELD(number, identifier, name, type) \
  inline constexpr std::uint32_t k##identifier = number;
#include "fix_spec/fields.def"

}  // namespace betex::fix::tag
