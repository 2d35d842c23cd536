// What event_codec.h does with an event of one type: its size, its fields and those of its tail,
// checked, described and searched. For code that knows the type.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "journal/enumerator_names.h"
#include "journal/event_codec.h"
#include "matching/event_header.h"
#include "matching/event_tail.h"
#include "matching/fields.h"
#include "matching/types.h"

namespace betex::journal {

template <typename T>
concept NamedEnum = std::is_enum_v<T>;

template <typename T>
concept StrongInteger = requires(T value) {
  typename T::rep;
  value.value();
};

template <typename T>
concept Number = std::integral<T> || StrongInteger<T>;

// The three that follow walk an event's fields: called with each one's name and value. A part that
// has fields of its own is walked in its place.

// Remembers the first field whose bytes no event can have.
class StructureCheck {
 public:
  void operator()(std::string_view, const matching::EventHeader&) {}  // checked before

  // Every value of a number is possible.
  template <Number Value>
  void operator()(std::string_view, Value) {}

  template <typename Tag>
  void operator()(std::string_view, const matching::Wide<Tag>&) {}

  template <NamedEnum Enum>
  void operator()(std::string_view name, Enum value) {
    if (name_of(value).empty()) {
      fail(name, "is no value of its enumeration");
    }
  }

  template <NamedEnum Enum>
  void operator()(std::string_view name, matching::OrNone<Enum> value) {
    if (value != Enum{}) {
      (*this)(name, value.value());
    }
  }

  template <std::size_t kCapacity>
  void operator()(std::string_view name, const matching::Text<kCapacity>& text) {
    if (!text.well_formed()) {
      fail(name, "is no well-formed text");
    }
  }

  void operator()(std::string_view name, matching::Flag flag) {
    if (!flag.well_formed()) {
      fail(name, "is neither 0 nor 1");
    }
  }

  template <std::size_t kCount>
  void operator()(std::string_view, const matching::Zeros<kCount>& zeros) {
    if (!zeros.well_formed()) {
      fail("reserved", "is not zero");
    }
  }

  template <matching::HasFields Part>
  void operator()(std::string_view, const Part& part) {
    visit_fields(part, *this);
  }

  // Of the first that is wrong.
  [[nodiscard]] std::optional<std::string> problem() const {
    if (field_.empty()) {
      return std::nullopt;
    }
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
  void operator()(std::string_view, const matching::EventHeader& header) {
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

  template <typename Tag>
  void operator()(std::string_view name, const matching::Wide<Tag>& value) {
    add(name, value.value());
  }

  template <NamedEnum Enum>
  void operator()(std::string_view name, Enum value) {
    add(name, std::string{name_of(value)});
  }

  // None is an empty text.
  template <NamedEnum Enum>
  void operator()(std::string_view name, matching::OrNone<Enum> value) {
    (*this)(name, value.value());
  }

  template <std::size_t kCapacity>
  void operator()(std::string_view name, const matching::Text<kCapacity>& text) {
    add(name, std::string{text.view()});
  }

  void operator()(std::string_view name, matching::Flag flag) { add(name, std::uint64_t{flag}); }

  template <std::size_t kCount>
  void operator()(std::string_view, const matching::Zeros<kCount>&) {}

  template <matching::HasFields Part>
  void operator()(std::string_view name, const Part& part) {
    const std::size_t outer = prefix_.size();
    prefix_ += std::string{name} + ".";
    visit_fields(part, *this);
    prefix_.resize(outer);
  }

  // What follows is of a tail.
  void begin_list() noexcept { in_list_ = true; }

  [[nodiscard]] std::vector<EventField> take() { return std::move(fields_); }

 private:
  template <typename Value>
  void add(std::string_view name, Value value) {
    fields_.push_back(
        {.name = prefix_ + std::string{name}, .value = std::move(value), .in_list = in_list_});
  }

  std::string prefix_;
  bool in_list_ = false;
  std::vector<EventField> fields_;
};

// Looks for an unsigned number of which `is_wanted(number)` is true.
template <typename IsWanted>
class Search {
 public:
  Search(std::string_view name, const IsWanted& is_wanted) : name_{name}, is_wanted_{is_wanted} {}

  template <typename Value>
  void operator()(std::string_view name, const Value& value) {
    if constexpr (matching::HasFields<Value>) {
      visit_fields(value, *this);
    } else if constexpr (StrongInteger<Value>) {
      (*this)(name, value.value());
    } else if constexpr (std::unsigned_integral<Value>) {
      found_ = found_ || (name == name_ && is_wanted_(std::uint64_t{value}));
    }
  }

  [[nodiscard]] bool found() const noexcept { return found_; }

 private:
  std::string_view name_;
  const IsWanted& is_wanted_;
  bool found_ = false;
};

// Calls `visit(event)` with the event behind `header`, which is well formed.
template <typename Event, typename Visitor>
void visit_whole(const matching::EventHeader& header, Visitor&& visit) {
  matching::visit_event<Event>(reinterpret_cast<const std::byte*>(&header), visit);
}

// Calls `visit(name, part)` with each part of the event's tail.
template <typename Event, typename Visitor>
void visit_tail(const Event& event, Visitor&& visit) {
  if constexpr (matching::HasTail<Event>) {
    for (const typename Event::Tail& part : matching::tail_of(event)) {
      visit(Event::kTailName, part);
    }
  }
}

// What is wrong with the size that the header says; so many bytes may be read.
template <typename Event>
[[nodiscard]] std::optional<std::string> find_wrong_size(const matching::EventHeader& header) {
  constexpr std::size_t kFirst = matching::first_size<Event>();
  std::size_t least = kFirst;
  std::size_t most = sizeof(Event);
  if constexpr (matching::HasTail<Event>) {
    if (header.size >= sizeof(Event)) {
      const std::size_t count = reinterpret_cast<const Event&>(header).count;
      if (count > Event::kMaxTail) {
        return "count " + std::to_string(count) + " where its kind has at most " +
               std::to_string(Event::kMaxTail);
      }
      least = most = sizeof(Event) + count * sizeof(typename Event::Tail);
    }
  }
  if (header.size < least || header.size > most) {
    return "size " + std::to_string(header.size) + " where its kind has " + std::to_string(least) +
           (least == most ? "" : " to " + std::to_string(most));
  }
  if (header.size % sizeof(std::uint64_t) != 0) {
    return "size " + std::to_string(header.size) + " is no multiple of 8";
  }
  return std::nullopt;
}

// What is wrong with its size or its fields.
template <typename Event>
[[nodiscard]] std::optional<std::string> find_malformed(const matching::EventHeader& header) {
  if (auto problem = find_wrong_size<Event>(header)) {
    return problem;
  }
  StructureCheck check;
  visit_whole<Event>(header, [&](const Event& event) {
    visit_fields(event, check);
    visit_tail(event, check);
  });
  return check.problem();
}

template <typename Event>
[[nodiscard]] std::vector<EventField> describe_fields(const matching::EventHeader& header) {
  Describer describer;
  visit_whole<Event>(header, [&](const Event& event) {
    visit_fields(event, describer);
    describer.begin_list();
    visit_tail(event, describer);
  });
  return describer.take();
}

template <typename Event, typename IsWanted>
[[nodiscard]] bool mentions_such(const matching::EventHeader& header,
                                 std::string_view name,
                                 const IsWanted& is_wanted) {
  Search search{name, is_wanted};
  visit_whole<Event>(header, [&](const Event& event) {
    visit_fields(event, search);
    visit_tail(event, search);
  });
  return search.found();
}

template <typename Event>
[[nodiscard]] bool mentions(const matching::EventHeader& header,
                            std::string_view name,
                            std::uint64_t value) {
  return mentions_such<Event>(
      header, name, [value](std::uint64_t number) { return number == value; });
}

}  // namespace betex::journal
