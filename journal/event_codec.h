// The bytes of events: are they what an event can be, and what do they say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <variant>
#include <vector>

#include "matching/transaction.h"
#include "matching/types.h"

namespace betex::journal {

// Checks the structure of a transaction's events: known kinds, sizes, texts, enumerators, zeros
// where zeros belong, and the header's count and total. Returns what is wrong first and in which
// event, or none. `events` may be any bytes, but aligned to 8.
[[nodiscard]] std::optional<std::string> find_malformed(const matching::TransactionHeader& header,
                                                        std::span<const std::byte> events);

// What an event says, for people and programs that read dumps. Parts of a group are named
// "group.field"; the header's kind and size, and reserved bytes, are left out.
struct EventField {
  std::string name;
  std::variant<std::uint64_t, std::int64_t, matching::Int128, std::string> value;
  bool in_list = false;  // of an event's tail: the name may come again, or not at all
};

struct EventDescription {
  std::string_view kind;
  std::vector<EventField> fields;
};

// `event` must be well formed.
[[nodiscard]] EventDescription describe(const matching::EventHeader& event);

// Is `value` in a field called `name`, of the event or of a group in it? As describe() would say
// it, for a search through many events: nothing is copied. `event` must be well formed.
[[nodiscard]] bool mentions(const matching::EventHeader& event,
                            std::string_view name,
                            std::uint64_t value);

// The same for any of the values.
[[nodiscard]] bool mentions_any(const matching::EventHeader& event,
                                std::string_view name,
                                const std::unordered_set<std::uint64_t>& values);

// "OrderRested market=3 market_seq=7 order=12 leaves_qty=100"; texts are quoted (quoted.h), since
// clients have chosen them.
[[nodiscard]] std::string to_text(const EventDescription& description);

// In decimal digits, as std::to_string has no such number.
[[nodiscard]] std::string to_text(matching::Int128 number);

}  // namespace betex::journal
