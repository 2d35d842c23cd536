// Takes a table's values out, typed and checked. Whatever is wrong becomes a finding, and the value
// keeps its default, so that one pass finds everything.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/config/config_error.h"
#include "gateway/config/suggestion.h"
#include "gateway/config/toml_file.h"
#include "gateway/config/words.h"

namespace betex::gateway {

struct IntegerRange {
  std::int64_t min;
  std::int64_t max;
};

inline constexpr IntegerRange kPorts{0, 65'535};

// Reads one table of `file`. The file's tree and `findings` must outlive it. The keys that are
// asked for are the known ones: finish() complains about all others.
class SectionReader {
 public:
  // The whole file.
  SectionReader(const TomlTable& table, std::filesystem::path file, std::vector<Finding>& findings);

  // A sub-table; when it is missing, everything in it has its default.
  [[nodiscard]] SectionReader section(const std::string& key);

  // The tables of an array of tables, in order.
  [[nodiscard]] std::vector<SectionReader> sections(const std::string& key);

  // Each takes the value of `key` when it is there and right, and leaves `value` alone if not.

  template <std::integral T>
  void integer(const std::string& key, T& value, IntegerRange range) {
    std::int64_t number = 0;
    if (take_integer(key, number, range)) {
      value = static_cast<T>(number);
    }
  }

  template <typename Period>
  void integer(const std::string& key,
               std::chrono::duration<std::int64_t, Period>& value,
               IntegerRange range) {
    std::int64_t number = value.count();
    integer(key, number, range);
    value = std::chrono::duration<std::int64_t, Period>{number};
  }

  void power_of_two(const std::string& key, std::size_t& value, IntegerRange range);
  void flag(const std::string& key, bool& value);
  void text(const std::string& key, std::string& value);
  bool texts(const std::string& key, std::vector<std::string>& value);  // true: taken
  void ip_address(const std::string& key, std::string& value);          // of this machine: no name
  void time_of_day(const std::string& key, std::chrono::seconds& value);

  // A relative path is one from the file's folder.
  void path(const std::string& key, std::filesystem::path& value);

  // True: taken.
  template <typename T, std::size_t N>
  bool choice(const std::string& key, T& value, const std::array<Word<T>, N>& choices) {
    std::string word;
    text(key, word);
    if (word.empty()) {
      return false;
    }
    std::vector<std::string> words;
    for (const Word<T>& choice : choices) {
      if (choice.word == word) {
        value = choice.value;
        return true;
      }
      words.emplace_back(choice.word);
    }
    complain(key, {"'" + word + "' is not known", "give one of " + comma_separated(words)});
    return false;
  }

  // Complains when `key` is missing.
  void require(const std::string& key, std::string_view what);

  // A key that is known, but may not be used.
  void refuse(const std::string& key, const Complaint& complaint);

  // A finding at `key`'s place, or at the table's when it is missing.
  void complain(const std::string& key, const Complaint& complaint);

  // Complains about the keys that nobody asked for. Last.
  void finish();

  [[nodiscard]] bool has(const std::string& key) const;

 private:
  SectionReader(const TomlTable* table, std::string name, const SectionReader& parent);

  const TomlValue* find(const std::string& key);
  bool take_integer(const std::string& key, std::int64_t& value, IntegerRange range);

  // The value as a T; nothing, with a complaint unless the key is missing, when it is not one.
  template <typename T>
  const T* get(const std::string& key, std::string_view what);

  const TomlTable* table_;  // null: missing
  std::filesystem::path file_;
  std::string name_;  // with the dot that follows; empty for the whole file
  std::vector<Finding>* findings_;
  std::vector<std::string> known_;
};

}  // namespace betex::gateway
