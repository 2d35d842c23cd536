#include "gateway/session/session_store.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace betex::fix {

using matching::MsgSeqNum;

namespace {

// Our messages begin with 8, 9 and 35.
bool is_reject(std::string_view bytes) noexcept {
  constexpr std::string_view kTag{
      "\x01"
      "35="};
  const std::size_t at = bytes.find(kTag);
  return at != std::string_view::npos &&
         bytes.substr(at + kTag.size()).starts_with(std::string_view{"3\x01"});
}

std::string as_application_message(const std::string& reject) {
  FIX::Message message{reject, false};
  message.getHeader().setField(FIX::MsgType{SessionStore::kRejectToResend});
  return message.toString();
}

}  // namespace

SessionStore::SessionStore(const FIX::SessionID& session_id, Callbacks callbacks)
    : session_id_{session_id}, callbacks_{std::move(callbacks)} {}

template <typename Action>
auto SessionStore::guarded(Action action) const -> decltype(action()) {
  try {
    return action();
  } catch (...) {
    failure_ = std::current_exception();
    throw FIX::IOException{"the session cache has failed"};
  }
}

bool SessionStore::set(int number, const std::string&) {
  const MsgSeqNum used{static_cast<std::uint32_t>(number)};
  if (!guarded([&] { return callbacks_.use_number(used); })) {
    throw FIX::IOException{"no outbound number is reserved"};
  }
  return true;
}

void SessionStore::get(int begin, int end, std::vector<std::string>& messages) const {
  messages.clear();
  const int first = std::max(begin, 1);
  const int last = std::min(end, next_out_ - 1);
  if (first > last) {
    return;
  }
  const MsgSeqNum last_number{static_cast<std::uint32_t>(last)};
  const MsgSeqNum first_number{static_cast<std::uint32_t>(first)};
  auto sent = guarded([&] { return callbacks_.sent_messages(first_number, last_number); });
  messages.reserve(sent.size() + 1);
  for (SessionCache::Message& message : sent) {
    messages.push_back(is_reject(message.bytes) ? as_application_message(message.bytes)
                                                : std::move(message.bytes));
  }
  if (sent.empty() || sent.back().number != last_number) {
    messages.push_back(stand_in(last));
  }
}

std::string SessionStore::stand_in(int number) const {
  FIX::Message heartbeat;
  FIX::Header& header = heartbeat.getHeader();
  header.setField(session_id_.getBeginString());
  header.setField(FIX::MsgType{FIX::MsgType_Heartbeat});
  header.setField(session_id_.getSenderCompID());
  header.setField(session_id_.getTargetCompID());
  header.setField(FIX::MsgSeqNum{number});
  header.setField(FIX::SendingTime{FIX::UtcTimeStamp{}, 3});
  return heartbeat.toString();
}

}  // namespace betex::fix
