// How the words of a script's command are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "matching/types.h"
#include "tests/matching/exchange.h"

namespace betex::matching::testing {

// "-12.5" as an operator's decimal.
inline Decimal signed_decimal(const std::string& word) {
  return word[0] == '-' ? Decimal{-decimal(word.substr(1)).value()} : decimal(word);
}

// The value of "key=value" among the words from `first` on; empty where there is none.
inline std::string option(const std::vector<std::string>& words,
                          std::size_t first,
                          const std::string& key) {
  for (std::size_t i = first; i < words.size(); ++i) {
    if (words[i].starts_with(key + "=")) {
      return words[i].substr(key.size() + 1);
    }
  }
  return "";
}

inline std::uint32_t number_option(const std::vector<std::string>& words,
                                   const std::string& key,
                                   std::uint32_t otherwise) {
  const std::string value = option(words, 2, key);
  return value.empty() ? otherwise : static_cast<std::uint32_t>(std::stoul(value));
}

inline Decimal money_option(const std::vector<std::string>& words, const std::string& key) {
  const std::string value = option(words, 2, key);
  return value.empty() ? Decimal{} : signed_decimal(value);
}

// A command of script_operations.cpp.
bool is_operation(const std::vector<std::string>& words);

}  // namespace betex::matching::testing
