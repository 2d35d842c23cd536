#include "tests/sim/clients/bodies.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace betex::sim {
namespace {

using client::kSoh;

bool is_of_the_way(int tag) {
  switch (tag) {
    case 8:     // BeginString
    case 9:     // BodyLength
    case 10:    // CheckSum
    case 34:    // MsgSeqNum
    case 43:    // PossDupFlag
    case 49:    // SenderCompID
    case 52:    // SendingTime
    case 56:    // TargetCompID
    case 97:    // PossResend
    case 122:   // OrigSendingTime
    case 369:   // LastMsgSeqNumProcessed
    case 1128:  // ApplVerID
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string body_of(std::string_view frame) {
  std::string body;
  body.reserve(frame.size());
  while (!frame.empty()) {
    const std::size_t end = std::min(frame.find(kSoh), frame.size() - 1) + 1;
    const std::string_view field = frame.substr(0, end);
    int tag = 0;
    std::from_chars(field.data(), field.data() + field.size(), tag);
    if (!is_of_the_way(tag)) {
      body += field;
    }
    frame.remove_prefix(end);
  }
  return body;
}

std::string body_of(const client::Message& message) {
  std::string body;
  for (const client::Field& field : message.fields()) {
    if (!is_of_the_way(field.tag)) {
      body += std::to_string(field.tag);
      body += '=';
      body += field.value;
      body += kSoh;
    }
  }
  return body;
}

std::string words_of(const client::Message& message) {
  std::string words;
  for (const client::Field& field : message.fields()) {
    words += std::to_string(field.tag) + "=" + field.value + "|";
  }
  return words;
}

}  // namespace betex::sim
