// The names of enumerators, as the source has them: the compiler spells them, nobody writes them
// twice. FORMAT.md lists those that stand in events, and a test compares.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace betex::journal {

// What name_of() is made of.
namespace enumerators {

// A larger value has no name: of an enumeration of one byte every value is looked at.
template <typename Enum>
inline constexpr std::size_t kLookedAt = sizeof(Enum) == 1 ? 256 : 512;

// Says at its end "kValues = {(Side)0, Side::Bid, Side::Ask, (Side)3}" (GCC), or the same between <
// and > (clang): an enumerator by its name, any other value as a number.
template <typename Enum, Enum... kValues>
consteval std::string_view spelled_by_compiler() {
  return __PRETTY_FUNCTION__;
}

// Only what stands between the brackets.
template <typename Enum>
consteval std::string_view spelled() {
  constexpr std::string_view kBefore = "kValues = ";
  const std::string_view text = []<std::size_t... kValues>(std::index_sequence<kValues...>) {
    return spelled_by_compiler<Enum, static_cast<Enum>(kValues)...>();
  }
  (std::make_index_sequence<kLookedAt<Enum>>{});
  const std::size_t begin = text.find(kBefore) + kBefore.size() + 1;
  const std::size_t end = text.find_first_of(";]", begin) - 1;
  return text.substr(begin, end - begin);
}

// Calls visit(value, name) for each value that is looked at, with an empty name for no enumerator.
template <typename Enum, typename Visitor>
consteval void for_each_value(Visitor visit) {
  constexpr std::string_view kBetween = ", ";
  std::string_view rest = spelled<Enum>();
  for (std::size_t value = 0; value < kLookedAt<Enum>; ++value) {
    const std::string_view first = rest.substr(0, rest.find(kBetween));
    const std::string_view last_word = first.substr(first.find_last_of(":)") + 1);
    const bool is_number = last_word.front() >= '0' && last_word.front() <= '9';
    visit(value, is_number ? std::string_view{} : last_word);
    rest.remove_prefix(std::min(first.size() + kBetween.size(), rest.size()));
  }
}

template <typename Enum>
consteval std::size_t count_letters() {
  std::size_t letters = 0;
  for_each_value<Enum>([&](std::size_t, std::string_view name) { letters += name.size(); });
  return letters;
}

// All names, one after the other: what the compiler has spelled is a hundred times longer.
template <typename Enum>
struct Names {
  std::array<char, count_letters<Enum>()> letters{};
  std::array<std::uint16_t, kLookedAt<Enum> + 1> begins{};  // of each value's name; then the end

  consteval Names() {
    std::size_t end = 0;
    for_each_value<Enum>([&](std::size_t value, std::string_view name) {
      std::copy(name.begin(), name.end(), letters.begin() + static_cast<std::ptrdiff_t>(end));
      end += name.size();
      begins[value + 1] = static_cast<std::uint16_t>(end);
    });
  }
};

template <typename Enum>
inline constexpr Names<Enum> kNames;

}  // namespace enumerators

// The enumerator's name, without its enumeration's; empty where no enumerator has the value.
template <typename Enum>
constexpr std::string_view name_of(Enum value) noexcept {
  static_assert(std::is_enum_v<Enum> && std::is_unsigned_v<std::underlying_type_t<Enum>>);
  constexpr const auto& kTable = enumerators::kNames<Enum>;
  const std::size_t index = static_cast<std::underlying_type_t<Enum>>(value);
  if (index >= enumerators::kLookedAt<Enum>) {
    return {};
  }
  const std::size_t begin = kTable.begins[index];
  return {kTable.letters.data() + begin, kTable.begins[index + 1] - begin};
}

}  // namespace betex::journal
