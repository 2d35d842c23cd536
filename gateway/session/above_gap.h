// Messages above a gap in a client's numbers: they wait until what is missing has come.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "matching/types.h"

namespace betex::fix {

// Owned by its session's strand.
class AboveGap {
 public:
  static constexpr std::size_t kMaxMessages = 256;
  static constexpr std::size_t kMaxBytes = std::size_t{512} << 10;

  // Keeps a copy, unless it has one with this number. False: there is no room for it; it comes
  // again with the resend.
  [[nodiscard]] bool keep(matching::MsgSeqNum number, std::string_view frame) {
    if (messages_.contains(number)) {
      return true;
    }
    if (messages_.size() >= kMaxMessages || bytes_ + frame.size() > kMaxBytes) {
      return false;
    }
    messages_.emplace(number, frame);
    bytes_ += frame.size();
    return true;
  }

  // The message whose turn it is when `next_in` is expected, or null; it lives until it is removed.
  // What is below has come by the resend, and goes.
  [[nodiscard]] const std::string* first_from(matching::MsgSeqNum next_in) {
    while (!messages_.empty() && messages_.begin()->first < next_in) {
      remove_first();
    }
    const bool has_its_turn = !messages_.empty() && messages_.begin()->first == next_in;
    return has_its_turn ? &messages_.begin()->second : nullptr;
  }

  // The one that first_from() has given.
  void remove_first() {
    bytes_ -= messages_.begin()->second.size();
    messages_.erase(messages_.begin());
  }

  void clear() {
    messages_.clear();
    bytes_ = 0;
  }

 private:
  std::map<matching::MsgSeqNum, std::string> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace betex::fix
