#include "gateway/client/tick_rules.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "gateway/client/error.h"

namespace betex::client {
namespace {

constexpr int kNoTickRules = 1205;
constexpr int kStartTickPriceRange = 1206;
constexpr int kEndTickPriceRange = 1207;
constexpr int kTickIncrement = 1208;

// No price is finer: it is read as a whole number of millionths, so that nothing is ever rounded.
constexpr int kDecimals = 6;

std::int64_t millionths(std::string_view number) {
  return parse_decimal(number, kDecimals);
}

// Takes the value of the next field, which must have this tag.
std::string take(std::vector<Field>::const_iterator& at,
                 std::vector<Field>::const_iterator end,
                 int tag) {
  if (at == end || at->tag != tag) {
    throw ProtocolError{"an entry of NoTickRules(1205) lacks field " + std::to_string(tag)};
  }
  return (at++)->value;
}

}  // namespace

std::vector<TickRule> tick_rules(const Message& security_list) {
  const std::vector<Field>& fields = security_list.fields();
  auto at = std::find_if(
      fields.begin(), fields.end(), [](const Field& field) { return field.tag == kNoTickRules; });
  std::vector<TickRule> rules;
  if (at == fields.end()) {
    return rules;
  }
  ++at;
  const std::int64_t count = security_list.get_int(kNoTickRules);
  for (std::int64_t i = 0; i < count; ++i) {
    TickRule rule;
    rule.first = take(at, fields.end(), kStartTickPriceRange);
    rule.last = take(at, fields.end(), kEndTickPriceRange);
    rule.increment = take(at, fields.end(), kTickIncrement);
    if (millionths(rule.increment) <= 0 || millionths(rule.first) > millionths(rule.last)) {
      throw ProtocolError{"no tick rule: " + rule.first + " to " + rule.last + " by " +
                          rule.increment};
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

bool has_price(const std::vector<TickRule>& rules, std::string_view price) {
  const std::int64_t wanted = millionths(price);
  return std::any_of(rules.begin(), rules.end(), [wanted](const TickRule& rule) {
    const std::int64_t above = wanted - millionths(rule.first);
    return above >= 0 && wanted <= millionths(rule.last) && above % millionths(rule.increment) == 0;
  });
}

}  // namespace betex::client
