// FORMAT.md's tables of events are the lists that the code works by. The names in them are those
// that dumps show, and that scripts look for: a rename fails here.
#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "journal/enumerator_names.h"
#include "journal/format.h"
#include "matching/events.h"
#include "matching/fields.h"

namespace betex::journal {
namespace {

using Rows = std::vector<std::string>;

// "Side" of betex::matching::Side.
template <typename Type>
std::string type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("Type = "));
  text = text.substr(0, text.find_first_of(";]"));
  return std::string{text.substr(text.find_last_of(":= ") + 1)};
}

template <typename Integer>
std::string integer_name() {
  return (std::is_signed_v<Integer> ? "i" : "u") + std::to_string(sizeof(Integer) * 8);
}

std::string row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& cell : cells) {
    text += " " + cell + " |";
  }
  return text;
}

// The rows that FORMAT.md should have.
class Tables {
 public:
  Tables() {
    matching::for_each_event_type([this]<typename Event>(std::type_identity<Event>) {
      std::string fields = fields_of<Event>();
      events_.push_back(row({std::to_string(static_cast<int>(Event::kKind)),
                             type_name<Event>(),
                             size_of<Event>(),
                             fields + tail_of<Event>()}));
    });
  }

  [[nodiscard]] const Rows& events() const { return events_; }

  [[nodiscard]] Rows parts() const { return values_of(parts_); }

  [[nodiscard]] Rows enumerations() const { return values_of(enumerations_); }

 private:
  // What the last program of that version wrote, of an event that has grown since.
  template <typename Event>
  static constexpr std::size_t size_in_version_3() {
    if constexpr (std::is_same_v<Event, matching::SessionWentDown>) {
      return 48;
    } else if constexpr (std::is_same_v<Event, matching::OrderRejected>) {
      return 160;
    } else if constexpr (std::is_same_v<Event, matching::OrderAmended>) {
      return 136;
    } else if constexpr (std::is_same_v<Event, matching::AmendDelayed>) {
      return 152;
    } else if constexpr (std::is_same_v<Event, matching::BatchStarted>) {
      return 168;
    } else {
      return sizeof(Event);
    }
  }

  // "64, since version 3 72" where fields were added.
  template <typename Event>
  static std::string size_of() {
    constexpr std::size_t kFirst = matching::first_size<Event>();
    constexpr std::size_t kThen = size_in_version_3<Event>();
    static_assert(kFormatVersion == 4, "say here in which version an event has grown");
    std::string text = std::to_string(kFirst);
    if (kThen != kFirst) {
      text += ", since version 3 " + std::to_string(kThen);
    }
    if (sizeof(Event) != kThen) {
      text += ", since version 4 " + std::to_string(sizeof(Event));
    }
    return text;
  }

  template <typename Event>
  std::string tail_of() {
    if constexpr (matching::HasTail<Event>) {
      return ", then `count` times " + std::string{Event::kTailName} + " " +
             type<typename Event::Tail>() + ", at most " + std::to_string(Event::kMaxTail);
    }
    return "";
  }

  template <typename Struct>
  std::string fields_of() {
    std::string text;
    const auto add = [&text](const std::string& field) {
      text += (text.empty() ? "" : ", ") + field;
    };
    visit_fields(Struct{}, [&]<typename Field>(std::string_view name, const Field&) {
      if constexpr (requires { Field::kCount; }) {
        add("zeros " + std::to_string(Field::kCount));
      } else if constexpr (!std::is_same_v<Field, matching::EventHeader>) {
        add(std::string{name} + " " + type<Field>());
      }
    });
    return text;
  }

  template <typename Field>
  std::string type() {
    if constexpr (matching::HasFields<Field>) {
      parts_[type_name<Field>()] =
          row({type_name<Field>(), std::to_string(sizeof(Field)), fields_of<Field>()});
      return type_name<Field>();
    } else if constexpr (std::is_enum_v<Field>) {
      enumerations_[type_name<Field>()] =
          row({type_name<Field>(), type<std::underlying_type_t<Field>>(), enumerators<Field>()});
      return type_name<Field>();
    } else if constexpr (requires { typename Field::Enumeration; }) {
      return type<typename Field::Enumeration>() + " or 0";
    } else if constexpr (std::is_same_v<Field, matching::Flag>) {
      return "flag";
    } else if constexpr (requires { Field::kCapacity; }) {
      return "text " + std::to_string(sizeof(Field));
    } else if constexpr (requires { typename Field::rep; }) {
      return integer_name<typename Field::rep>();
    } else if constexpr (requires { typename Field::Part; }) {
      return "i128";
    } else {
      return integer_name<Field>();
    }
  }

  template <typename Enum>
  static std::string enumerators() {
    using Number = std::underlying_type_t<Enum>;
    std::string text;
    for (std::size_t number = 0; number <= std::numeric_limits<Number>::max(); ++number) {
      const std::string_view name = name_of(static_cast<Enum>(number));
      if (!name.empty()) {
        text += (text.empty() ? "" : ", ") + std::to_string(number) + " " + std::string{name};
      }
    }
    return text;
  }

  static Rows values_of(const std::map<std::string, std::string>& rows) {
    Rows values;
    for (const auto& [name, row] : rows) {
      values.push_back(row);
    }
    return values;
  }

  Rows events_;
  std::map<std::string, std::string> parts_;
  std::map<std::string, std::string> enumerations_;
};

// The rows of FORMAT.md's table whose head begins with `head`.
Rows documented(const std::string& head) {
  std::ifstream file{BETEX_SOURCE_DIR "/journal/FORMAT.md"};
  std::string line;
  while (std::getline(file, line) && !line.starts_with(head)) {
  }
  std::getline(file, line);  // |---|
  Rows rows;
  while (std::getline(file, line) && line.starts_with("|")) {
    rows.push_back(line);
  }
  return rows;
}

// Names the rows that differ, ready to be copied.
void expect_documented(const std::string& head, const Rows& rows) {
  const Rows there = documented(head);
  for (const std::string& row : rows) {
    EXPECT_TRUE(std::ranges::count(there, row) == 1) << "FORMAT.md has not:\n" << row;
  }
  for (const std::string& row : there) {
    EXPECT_TRUE(std::ranges::count(rows, row) == 1) << "only FORMAT.md has:\n" << row;
  }
  EXPECT_TRUE(there == rows) << "the rows of " << head << " or their order";
}

TEST(EventTables, TheDocumentHasEveryEventWithItsFields) {
  expect_documented("| kind | event |", Tables{}.events());
}

TEST(EventTables, TheDocumentHasEveryPartWithItsFields) {
  expect_documented("| part | bytes |", Tables{}.parts());
}

TEST(EventTables, TheDocumentHasEveryEnumerator) {
  expect_documented("| enumeration | type |", Tables{}.enumerations());
}

}  // namespace
}  // namespace betex::journal
