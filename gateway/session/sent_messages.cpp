#include "gateway/session/sent_messages.h"

#include <utility>

namespace betex::fix {

using matching::MsgSeqNum;

void SentMessages::add(OutboundQueue::Block block) {
  on_their_way_.push_back(std::move(block));
}

void SentMessages::first_is_cached() {
  on_their_way_.pop_front();
}

std::vector<MessageCache::Message> SentMessages::read(matching::SessionId session,
                                                      matching::SessionEpoch epoch,
                                                      MsgSeqNum first,
                                                      MsgSeqNum last) const {
  auto messages = cache_.read(session, epoch, first, last);
  for (const auto& block : on_their_way_) {  // may have been committed meanwhile
    for (const auto& entry : block->entries) {
      if (block->state.epoch == epoch && entry.number >= first && entry.number <= last &&
          (messages.empty() || entry.number > messages.back().number)) {
        messages.push_back(
            {.number = entry.number, .bytes = block->bytes.substr(entry.offset, entry.size)});
      }
    }
  }
  return messages;
}

std::optional<MsgSeqNum> SentMessages::next_number(matching::SessionId session,
                                                   matching::SessionEpoch epoch,
                                                   MsgSeqNum first) const {
  if (const auto cached = cache_.next_number(session, epoch, first)) {
    return cached;
  }
  for (const auto& block : on_their_way_) {
    for (const auto& entry : block->entries) {
      if (block->state.epoch == epoch && entry.number >= first) {
        return entry.number;
      }
    }
  }
  return std::nullopt;
}

}  // namespace betex::fix
