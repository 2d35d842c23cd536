// Messages as tests write them: "35=W|262=a|55=R|".
#pragma once

#include <string>
#include <string_view>

#include "gateway/client/message.h"

namespace betex::test {

// `text` begins with 35 and ends with a bar; there is no bar in a value. Of the body only, as one
// that is being built has it.
inline client::Message message_of(std::string_view text) {
  text.remove_prefix(text.find('=') + 1);
  const std::size_t type_end = text.find('|');
  client::Message message{text.substr(0, type_end)};
  text.remove_prefix(type_end + 1);
  while (!text.empty()) {
    const std::size_t equals = text.find('=');
    const std::size_t end = text.find('|');
    message.add(std::stoi(std::string{text.substr(0, equals)}),
                text.substr(equals + 1, end - equals - 1));
    text.remove_prefix(end + 1);
  }
  return message;
}

// The other way round, header and trailer left out.
inline std::string text_of(const client::Message& message) {
  std::string text = "35=" + message.type() + "|";
  for (const client::Field& field : message.fields()) {
    text += std::to_string(field.tag) + "=" + field.value + "|";
  }
  return text;
}

}  // namespace betex::test
