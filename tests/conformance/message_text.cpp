#include "tests/conformance/message_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>
#include <regex>
#include <stdexcept>
#include <utility>

#include "gateway/client/error.h"

namespace betex::conformance {

using client::kSoh;

namespace {

// Quantities, prices and amounts are equal when their numbers are: 10 is 10.00.
constexpr std::array kNumberTags{6,     14,    31,    32,    38,    44,    53,    99,   110,  132,
                                 133,   134,   135,   137,   151,   152,   423,   533,  561,  562,
                                 704,   705,   730,   887,   900,   1140,  1206,  1207, 1208, 1704,
                                 20022, 20023, 20024, 20025, 20028, 20090, 20093, 20094};

// Of header and trailer: never an extra field, whatever a line lists.
constexpr std::array kEnvelopeTags{
    8, 9, 10, 34, 35, 43, 49, 50, 52, 56, 57, 97, 122, 142, 143, 369, 1128};

template <std::size_t size>
bool contains(const std::array<int, size>& tags, int tag) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

std::string three_digits(unsigned number) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%03u", number);
  return text.data();
}

std::string checksum(std::string_view bytes) {
  unsigned sum = 0;
  for (const char c : bytes) {
    sum += static_cast<unsigned char>(c);
  }
  return three_digits(sum % 256);
}

const FieldText* find(const std::vector<FieldText>& fields, std::string_view tag) {
  const auto found = std::find_if(
      fields.begin(), fields.end(), [&](const FieldText& field) { return field.tag == tag; });
  return found == fields.end() ? nullptr : &*found;
}

void append(std::string& bytes, std::string_view tag, std::string_view value) {
  bytes += tag;
  bytes += '=';
  bytes += value;
  bytes += kSoh;
}

// What a message has where its line says nothing.
std::vector<std::pair<std::string, std::string>> header_defaults(const Identity& identity,
                                                                 std::uint32_t number) {
  return {{"34", std::to_string(number)},
          {"49", identity.sender},
          {"52", Variables{}.expand("@now")},
          {"56", identity.target}};
}

std::vector<std::pair<std::string, std::string>> logon_defaults(const Identity& identity) {
  std::vector<std::pair<std::string, std::string>> fields{{"98", "0"}, {"108", "30"}};
  if (!identity.username.empty()) {
    fields.emplace_back("553", identity.username);
  }
  if (!identity.password.empty()) {
    fields.emplace_back("554", identity.password);
  }
  if (identity.dialect == "FIXT.1.1") {
    fields.emplace_back("1137", "9");
  }
  return fields;
}

// "10.00" as "10", "007" as "7"; other text as it is.
std::string normal_number(std::string text) {
  const bool plain = !text.empty() && text.find_first_not_of("0123456789.-") == std::string::npos;
  if (!plain) {
    return text;
  }
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) {
      text.pop_back();
    }
  }
  const std::size_t first = text.find_first_not_of('0');
  text.erase(0, std::min(first, text.size() - 1));
  return text.empty() || text.front() == '.' ? "0" + text : text;
}

bool is_pattern(std::string_view value) {
  return value.size() >= 2 && value.starts_with('/') && value.ends_with('/');
}

bool matches(int tag, const std::string& expected, const std::string& came) {
  if (expected == "*") {
    return true;
  }
  if (is_pattern(expected)) {
    return std::regex_match(came, std::regex{expected.substr(1, expected.size() - 2)});
  }
  return expected == came ||
         (contains(kNumberTags, tag) && normal_number(expected) == normal_number(came));
}

int number_of_tag(const std::string& text) {
  int tag = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), tag);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument{"not a tag that can be expected: " + text};
  }
  return tag;
}

// Of the `nth` field with this tag, from 0.
std::optional<std::string> value_in(const client::Message& message, int tag, int nth) {
  for (const client::Field& field : message.fields()) {
    if (field.tag == tag && nth-- == 0) {
      return field.value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<FieldText> split_fields(std::string_view text) {
  std::vector<FieldText> fields;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('|'), text.size());
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = field.find('=');
    if (field.starts_with('!') && equals == std::string_view::npos) {
      fields.push_back({.tag = std::string{field.substr(1)}, .value = {}, .absent = true});
    } else if (equals != std::string_view::npos) {
      fields.push_back({.tag = std::string{field.substr(0, equals)},
                        .value = std::string{field.substr(equals + 1)}});
    } else {
      throw std::invalid_argument{"neither TAG=VALUE nor !TAG: " + std::string{field}};
    }
  }
  return fields;
}

std::string compose(const std::vector<FieldText>& fields,
                    const Identity& identity,
                    std::uint32_t number) {
  const FieldText* const type = find(fields, "35");
  std::string body;
  if (type != nullptr && !type->absent) {
    append(body, "35", type->value);
  }
  for (const auto& [tag, value] : header_defaults(identity, number)) {
    if (find(fields, tag) == nullptr) {
      append(body, tag, value);
    }
  }
  for (const FieldText& field : fields) {
    const bool elsewhere = &field == type || field.tag == "8" || field.tag == "9";
    if (!elsewhere && !field.absent && field.tag != "10") {
      append(body, field.tag, field.value);
    }
  }
  if (type != nullptr && type->value == "A") {
    for (const auto& [tag, value] : logon_defaults(identity)) {
      if (find(fields, tag) == nullptr) {
        append(body, tag, value);
      }
    }
  }
  const FieldText* const begin = find(fields, "8");
  const FieldText* const length = find(fields, "9");
  const FieldText* const sum = find(fields, "10");
  std::string bytes;
  append(bytes, "8", begin == nullptr ? identity.dialect : begin->value);
  append(bytes, "9", length == nullptr ? std::to_string(body.size()) : length->value);
  bytes += body;
  if (sum == nullptr || !sum->absent) {
    const std::string value = sum == nullptr ? checksum(bytes) : sum->value;
    append(bytes, "10", value);
  }
  return bytes;
}

std::string compose_raw(std::string text) {
  std::replace(text.begin(), text.end(), '|', kSoh);
  const std::string soh{kSoh};
  const std::size_t trailer = text.rfind(soh + "10=#");
  const std::size_t length = text.find("9=#" + soh);
  if (length != std::string::npos) {
    const std::size_t begin = length + 4;
    const std::size_t end = trailer == std::string::npos ? text.size() : trailer + 1;
    const std::string size = std::to_string(end - std::min(begin, end));
    text.replace(length + 2, 1, size);
  }
  if (trailer != std::string::npos) {
    const std::size_t at = text.rfind(soh + "10=#") + 1;
    text.replace(at + 3, 1, checksum(std::string_view{text}.substr(0, at)));
  }
  return text;
}

std::vector<Difference> compare(const std::vector<FieldText>& expected,
                                const client::Message& came,
                                Variables& variables,
                                Strictness strictness) {
  std::vector<Difference> differences;
  std::vector<std::pair<std::string, std::string>> captures;
  std::map<int, int> seen;
  for (const FieldText& field : expected) {
    const int tag = number_of_tag(field.tag);
    const auto value = value_in(came, tag, seen[tag]++);
    if (field.absent || !value) {
      if (field.absent != !value.has_value()) {
        differences.push_back({.tag = tag,
                               .expected = field.absent ? "(not there)" : field.value,
                               .came = value.value_or("")});
      }
    } else if (field.value.starts_with('?') && field.value.size() > 1) {
      captures.emplace_back(field.value.substr(1), *value);
    } else if (const std::string wanted = variables.expand(field.value);
               !matches(tag, wanted, *value)) {
      differences.push_back({.tag = tag, .expected = wanted, .came = *value});
    }
  }
  if (strictness == Strictness::Only) {
    for (const client::Field& field : came.fields()) {
      if (!contains(kEnvelopeTags, field.tag) && seen[field.tag]-- <= 0) {
        differences.push_back({.tag = field.tag, .expected = "(not there)", .came = field.value});
      }
    }
  }
  if (differences.empty()) {
    for (auto& [name, value] : captures) {
      variables.set(name, std::move(value));
    }
  }
  return differences;
}

}  // namespace betex::conformance
