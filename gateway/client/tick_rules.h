// Which prices an instrument has, as its SecurityList(y) says by TickRules(1205): all that a client
// needs to know of ladders.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/client/message.h"

namespace betex::client {

// The prices first, first + increment and so on up to last. Decimal numbers, as the wire has them.
struct TickRule {
  std::string first;      // 1206
  std::string last;       // 1207
  std::string increment;  // 1208

  friend bool operator==(const TickRule&, const TickRule&) = default;
};

// Those of a message about one instrument, in their order; none where it has none. Throws
// ProtocolError where a rule lacks a field, is no three numbers, or has no increment.
[[nodiscard]] std::vector<TickRule> tick_rules(const Message& security_list);

// Whether an order may have this Price(44), a decimal number: it lies within a rule, both ends
// included, and a whole number of increments above the first price of that rule. Rules do not
// overlap, and between two of them there is no price. Throws ProtocolError where it is no number.
[[nodiscard]] bool has_price(const std::vector<TickRule>& rules, std::string_view price);

}  // namespace betex::client
