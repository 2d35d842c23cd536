#include "journal/event_codec.h"

#include <algorithm>
#include <type_traits>

#include "journal/enumerator_names.h"
#include "journal/quoted.h"
#include "matching/events.h"
#include "matching/fields.h"

namespace betex::journal {
namespace {

using matching::EventHeader;
using matching::Flag;
using matching::HasFields;
using matching::Text;
using matching::Zeros;

template <typename T>
concept NamedEnum = std::is_enum_v<T>;

template <typename T>
concept StrongInteger = requires(T value) {
  typename T::rep;
  value.value();
};

template <typename T>
concept Number = std::integral<T> || StrongInteger<T>;

std::string_view kind_name(matching::EventKind kind) noexcept {
  switch (kind) {
#define BETEX_EVENT(name, number) \
  case matching::EventKind::name: \
    return #name;
#include "matching/events.def"
  }
  return {};
}

// The three that follow walk an event's fields: called with each one's name and value. A part that
// has fields of its own is walked in its place, an array of parts one by one.

// Remembers the first field whose bytes no event can have.
class StructureCheck {
 public:
  void operator()(std::string_view, const EventHeader&) {}  // find_problem() has checked it

  template <Number Value>
  void operator()(std::string_view, Value) {}  // every value of a number is possible

  template <NamedEnum Enum>
  void operator()(std::string_view name, Enum value) {
    if (name_of(value).empty()) {
      fail(name, "is no value of its enumeration");
    }
  }

  template <std::size_t kCapacity>
  void operator()(std::string_view name, const Text<kCapacity>& text) {
    if (!text.well_formed()) {
      fail(name, "is no well-formed text");
    }
  }

  void operator()(std::string_view name, Flag flag) {
    if (!flag.well_formed()) {
      fail(name, "is neither 0 nor 1");
    }
  }

  template <std::size_t kCount>
  void operator()(std::string_view, const Zeros<kCount>& zeros) {
    if (!zeros.well_formed()) {
      fail("reserved", "is not zero");
    }
  }

  template <HasFields Part>
  void operator()(std::string_view, const Part& part) {
    visit_fields(part, *this);
  }

  template <HasFields Part, std::size_t kCount>
  void operator()(std::string_view, const Part (&parts)[kCount]) {
    for (const Part& part : parts) {
      visit_fields(part, *this);
    }
  }

  [[nodiscard]] bool failed() const noexcept { return !field_.empty(); }

  [[nodiscard]] std::string problem() const {
    return std::string{field_} + " " + std::string{problem_};
  }

 private:
  void fail(std::string_view field, std::string_view problem) noexcept {
    if (field_.empty()) {
      field_ = field;
      problem_ = problem;
    }
  }

  std::string_view field_;
  std::string_view problem_;
};

class Describer {
 public:
  void operator()(std::string_view, const EventHeader& header) {
    if (header.market.value() != 0) {
      add("market", std::uint64_t{header.market.value()});
      add("market_seq", header.market_seq);
    }
  }

  template <StrongInteger Value>
  void operator()(std::string_view name, Value value) {
    (*this)(name, value.value());
  }

  template <std::integral Value>
  void operator()(std::string_view name, Value value) {
    if constexpr (std::is_signed_v<Value>) {
      add(name, std::int64_t{value});
    } else {
      add(name, std::uint64_t{value});
    }
  }

  template <NamedEnum Enum>
  void operator()(std::string_view name, Enum value) {
    add(name, std::string{name_of(value)});
  }

  template <std::size_t kCapacity>
  void operator()(std::string_view name, const Text<kCapacity>& text) {
    add(name, std::string{text.view()});
  }

  void operator()(std::string_view name, Flag flag) { add(name, std::uint64_t{flag}); }

  template <std::size_t kCount>
  void operator()(std::string_view, const Zeros<kCount>&) {}

  template <HasFields Part>
  void operator()(std::string_view name, const Part& part) {
    const std::size_t outer = prefix_.size();
    prefix_ += std::string{name} + ".";
    visit_fields(part, *this);
    prefix_.resize(outer);
  }

  // Each part of `shares` is a "share".
  template <HasFields Part, std::size_t kCount>
  void operator()(std::string_view name, const Part (&parts)[kCount]) {
    BETEX_ASSERT(name.ends_with('s'));
    name.remove_suffix(1);
    for (const Part& part : parts) {
      (*this)(name, part);
    }
  }

  [[nodiscard]] std::vector<EventField> take() { return std::move(fields_); }

 private:
  template <typename Value>
  void add(std::string_view name, Value value) {
    fields_.push_back({.name = prefix_ + std::string{name}, .value = std::move(value)});
  }

  std::string prefix_;
  std::vector<EventField> fields_;
};

// Looks for an unsigned number.
class Search {
 public:
  Search(std::string_view name, std::uint64_t value) : name_{name}, value_{value} {}

  template <typename Value>
  void operator()(std::string_view name, const Value& value) {
    if constexpr (HasFields<Value>) {
      visit_fields(value, *this);
    } else if constexpr (StrongInteger<Value>) {
      (*this)(name, value.value());
    } else if constexpr (std::unsigned_integral<Value>) {
      found_ = found_ || (value == value_ && name == name_);
    }
  }

  template <HasFields Part, std::size_t kCount>
  void operator()(std::string_view, const Part (&parts)[kCount]) {
    for (const Part& part : parts) {
      visit_fields(part, *this);
    }
  }

  [[nodiscard]] bool found() const noexcept { return found_; }

 private:
  std::string_view name_;
  std::uint64_t value_;
  bool found_ = false;
};

// Calls `visit(event)` with the event's own type; false where no event has the kind.
template <typename Visitor>
bool with_type(const matching::EventHeader& header, Visitor&& visit) {
  return matching::with_event_type(header.kind, [&]<typename Event>(std::type_identity<Event>) {
    visit(reinterpret_cast<const Event&>(header));
  });
}

// What an event's size must be. `claimed` bytes may be read.
template <typename Event>
std::size_t size_of(const Event& event, std::size_t claimed) {
  if constexpr (std::is_same_v<Event, matching::OrderCancelledBatched>) {
    if (claimed >= sizeof(Event)) {
      return sizeof(Event) + std::min<std::size_t>(event.count, matching::kMaxBatchedOrders) *
                                 sizeof(matching::OrderId);
    }
  }
  return sizeof(Event);
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
  const bool known = with_type(header, [&]<typename Event>(const Event& event) {
    const auto expected = size_of(event, header.size);
    if (header.size != expected) {
      problem =
          "size " + std::to_string(header.size) + " where its kind has " + std::to_string(expected);
      return;
    }
    StructureCheck check;
    visit_fields(event, check);
    if (check.failed()) {
      problem = check.problem();
    }
  });
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
  Describer describer;
  const bool known = with_type(event, [&]<typename Event>(const Event& typed) {
    visit_fields(typed, describer);
    if constexpr (std::is_same_v<Event, matching::OrderCancelledBatched>) {
      for (const matching::OrderId order : typed.orders()) {
        describer("order", order);
      }
    }
  });
  BETEX_ASSERT(known);
  description.fields = describer.take();
  return description;
}

bool mentions(const matching::EventHeader& event, std::string_view name, std::uint64_t value) {
  Search search{name, value};
  const bool known = with_type(event, [&]<typename Event>(const Event& typed) {
    visit_fields(typed, search);
    if constexpr (std::is_same_v<Event, matching::OrderCancelledBatched>) {
      for (const matching::OrderId order : typed.orders()) {
        search("order", order);
      }
    }
  });
  BETEX_ASSERT(known);
  return search.found();
}

std::string to_text(const EventDescription& description) {
  std::string text{description.kind};
  for (const EventField& field : description.fields) {
    text += " " + field.name + "=";
    std::visit(
        [&]<typename Value>(const Value& value) {
          if constexpr (std::is_same_v<Value, std::string>) {
            text += in_quotes(value);
          } else {
            text += std::to_string(value);
          }
        },
        field.value);
  }
  return text;
}

}  // namespace betex::journal
