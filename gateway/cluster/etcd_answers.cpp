#include "gateway/cluster/etcd_answers.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>

#include <openssl/evp.h>

namespace betex::cluster::etcd {
namespace {

std::string from_base64(std::string_view text) {
  const std::size_t padding = text.size() - std::min(text.find('='), text.size());
  if (text.size() % 4 != 0 || padding > 2 ||
      text.substr(text.size() - padding) != std::string_view{"=="}.substr(2 - padding) ||
      text.size() > std::numeric_limits<int>::max()) {
    throw Malformed{"a text that is no base64"};
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  // It passes over blanks at both ends, which makes it shorter.
  if (size < 0 || static_cast<std::size_t>(size) != bytes.size()) {
    throw Malformed{"a text that is no base64"};
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace

const Json& field(const Json& object, const char* name) {
  static const Json kNone;
  if (!object.is_object()) {
    throw Malformed{std::string{"no object where one with \""} + name + "\" should be"};
  }
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

const Json& required(const Json& object, const char* name) {
  const Json& value = field(object, name);
  if (value.is_null()) {
    throw Malformed{std::string{"no \""} + name + '"'};
  }
  return value;
}

std::int64_t integer(const Json& value) {
  if (value.is_null()) {
    return 0;
  }
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return static_cast<std::int64_t>(number);
    }
  } else if (value.is_number_integer()) {
    return value.get<std::int64_t>();
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [parsed, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc{} && parsed == end) {
      return number;
    }
  }
  throw Malformed{"something else where a number should be"};
}

std::uint64_t not_negative(const Json& value) {
  const std::int64_t number = integer(value);
  if (number < 0) {
    throw Malformed{"a number below zero"};
  }
  return static_cast<std::uint64_t>(number);
}

std::uint64_t revision_of(const Json& reply) {
  return not_negative(required(required(reply, "header"), "revision"));
}

const std::string& text_of(const Json& value) {
  if (!value.is_string()) {
    throw Malformed{"something else where a text should be"};
  }
  return value.get_ref<const std::string&>();
}

const Json& list(const Json& value) {
  static const Json kEmpty = Json::array();
  if (!value.is_null() && !value.is_array()) {
    throw Malformed{"something else where a list should be"};
  }
  return value.is_null() ? kEmpty : value;
}

std::optional<std::string> only_value(const Json& range, const std::string& key) {
  const Json& entries = list(field(range, "kvs"));
  if (entries.empty()) {
    if (not_negative(field(range, "count")) != 0) {
      throw Malformed{"a key is counted, and is not there"};
    }
    return std::nullopt;
  }
  if (entries.size() != 1 || from_base64(text_of(required(entries[0], "key"))) != key) {
    throw Malformed{"another key than was asked for"};
  }
  const Json& value = field(entries[0], "value");
  return value.is_null() ? std::string{} : from_base64(text_of(value));
}

std::vector<KeyValue> all_values(const Json& range, const std::string& prefix, std::size_t most) {
  const Json& entries = list(field(range, "kvs"));
  if (entries.size() > most) {
    throw Malformed{"more keys than were asked for"};
  }
  std::vector<KeyValue> values;
  for (const Json& entry : entries) {
    std::string key = from_base64(text_of(required(entry, "key")));
    if (!key.starts_with(prefix) || (!values.empty() && key <= values.back().key)) {
      throw Malformed{"other keys than were asked for"};
    }
    const Json& value = field(entry, "value");
    values.push_back({.key = std::move(key),
                      .value = value.is_null() ? std::string{} : from_base64(text_of(value))});
  }
  if (values.empty() && not_negative(field(range, "count")) != 0) {
    throw Malformed{"keys are counted, and are not there"};
  }
  return values;
}

TransactionResult transaction_result(const Json& reply,
                                     std::size_t done,
                                     std::span<const std::string> otherwise) {
  TransactionResult result;
  result.revision = revision_of(reply);
  const Json& succeeded = field(reply, "succeeded");
  if (!succeeded.is_null() && !succeeded.is_boolean()) {
    throw Malformed{"something else where true or false should be"};
  }
  result.succeeded = succeeded.is_boolean() && succeeded.get<bool>();
  const Json& responses = list(field(reply, "responses"));
  if (responses.size() != (result.succeeded ? done : otherwise.size())) {
    throw Malformed{"answers to something else than was asked"};
  }
  if (!result.succeeded) {
    for (std::size_t i = 0; i < otherwise.size(); ++i) {
      result.found.push_back(only_value(required(responses[i], "response_range"), otherwise[i]));
    }
  }
  return result;
}

}  // namespace betex::cluster::etcd
