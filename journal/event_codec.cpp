#include "journal/event_codec.h"

#include <algorithm>
#include <type_traits>

#include "journal/event_fields.h"
#include "journal/quoted.h"
#include "matching/events.h"

namespace betex::journal {
namespace {

std::string_view kind_name(matching::EventKind kind) noexcept {
  switch (kind) {
#define BETEX_EVENT(name, number) \
  case matching::EventKind::name: \
    return #name;
#include "matching/events.def"
  }
  return {};
}

std::optional<std::string> find_problem(const matching::EventHeader& header,
                                        std::size_t bytes_left) {
  if (header.size > bytes_left) {
    return "size " + std::to_string(header.size) + " reaches beyond the transaction";
  }
  if (header.reserved != 0 || header.reserved2 != 0) {
    return "reserved is not zero";
  }
  if ((header.market.value() == 0) != (header.market_seq == 0)) {
    return "only one of market and market_seq is zero";
  }
  std::optional<std::string> problem;
  const bool known = matching::with_event_type(
      header.kind,
      [&]<typename Event>(std::type_identity<Event>) { problem = find_malformed<Event>(header); });
  if (!known) {
    return "unknown kind " + std::to_string(static_cast<unsigned>(header.kind));
  }
  return problem;
}

}  // namespace

std::optional<std::string> find_malformed(const matching::TransactionHeader& header,
                                          std::span<const std::byte> events) {
  if (header.events_size != events.size()) {
    return "events_size is " + std::to_string(header.events_size) + " where " +
           std::to_string(events.size()) + " bytes follow";
  }
  std::size_t offset = 0;
  std::uint32_t count = 0;
  while (offset != events.size()) {
    const auto place = [&] { return "event " + std::to_string(count + 1) + ": "; };
    if (events.size() - offset < sizeof(matching::EventHeader)) {
      return place() + "no room for an event's header";
    }
    const auto& event = *reinterpret_cast<const matching::EventHeader*>(events.data() + offset);
    if (const auto problem = find_problem(event, events.size() - offset)) {
      return place() + *problem;
    }
    offset += event.size;
    ++count;
  }
  if (count != header.event_count) {
    return "event_count is " + std::to_string(header.event_count) + " where there are " +
           std::to_string(count);
  }
  return std::nullopt;
}

EventDescription describe(const matching::EventHeader& event) {
  EventDescription description{.kind = kind_name(event.kind), .fields = {}};
  const bool known =
      matching::with_event_type(event.kind, [&]<typename Event>(std::type_identity<Event>) {
        description.fields = describe_fields<Event>(event);
      });
  BETEX_ASSERT(known);
  return description;
}

bool mentions(const matching::EventHeader& event, std::string_view name, std::uint64_t value) {
  bool found = false;
  const bool known =
      matching::with_event_type(event.kind, [&]<typename Event>(std::type_identity<Event>) {
        found = mentions<Event>(event, name, value);
      });
  BETEX_ASSERT(known);
  return found;
}

bool mentions_any(const matching::EventHeader& event,
                  std::string_view name,
                  const std::unordered_set<std::uint64_t>& values) {
  bool found = false;
  const bool known =
      matching::with_event_type(event.kind, [&]<typename Event>(std::type_identity<Event>) {
        found = mentions_such<Event>(
            event, name, [&values](std::uint64_t number) { return values.contains(number); });
      });
  BETEX_ASSERT(known);
  return found;
}

std::string to_text(const EventDescription& description) {
  std::string text{description.kind};
  for (const EventField& field : description.fields) {
    text += " " + field.name + "=";
    std::visit(
        [&]<typename Value>(const Value& value) {
          if constexpr (std::is_same_v<Value, std::string>) {
            text += in_quotes(value);
          } else if constexpr (std::is_same_v<Value, matching::Int128>) {
            text += to_text(value);
          } else {
            text += std::to_string(value);
          }
        },
        field.value);
  }
  return text;
}

std::string to_text(matching::Int128 number) {
  const bool negative = number < 0;
  auto rest = static_cast<matching::Uint128>(number);
  if (negative) {
    rest = -rest;  // the smallest number has no positive one
  }
  std::string text;
  do {
    text += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  text += negative ? "-" : "";
  std::ranges::reverse(text);
  return text;
}

}  // namespace betex::journal
