#include "gateway/fix/session_store.h"

#include <algorithm>
#include <utility>

namespace betex::fix {

using matching::MsgSeqNum;

SessionStore::SessionStore(const FIX::SessionID& session_id, Callbacks callbacks)
    : session_id_{session_id}, callbacks_{std::move(callbacks)} {}

bool SessionStore::set(int number, const std::string&) {
  if (!callbacks_.use_number(MsgSeqNum{static_cast<std::uint32_t>(number)})) {
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
  auto sent = callbacks_.sent_messages(MsgSeqNum{static_cast<std::uint32_t>(first)},
                                       MsgSeqNum{static_cast<std::uint32_t>(last)});
  messages.reserve(static_cast<std::size_t>(last - first) + 1);
  auto next = sent.begin();
  for (int number = first; number <= last; ++number) {
    if (next != sent.end() && next->number.value() == static_cast<std::uint32_t>(number)) {
      messages.push_back(std::move(next->bytes));
      ++next;
    } else {
      messages.push_back(stand_in(number));
    }
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
