#include "gateway/session/outbound_queue.h"

#include <utility>

#include "matching/assert.h"

namespace betex::fix {

OutboundBlock& OutboundQueue::open() {
  if (open_.empty()) {
    open_.push_back({.block = std::make_shared<OutboundBlock>(), .held_for = {}});
  }
  return *open_.back().block;
}

void OutboundQueue::append(std::string_view bytes) {
  open().bytes.append(bytes);
  unwritten_bytes_ += bytes.size();
}

void OutboundQueue::hold_from_here(matching::MsgSeqNum number) {
  open_.push_back({.block = std::make_shared<OutboundBlock>(), .held_for = number});
}

void OutboundQueue::seal() {
  for (Waiting& open : open_) {
    sealed_.push_back(std::move(open));
  }
  open_.clear();
}

void OutboundQueue::release_hold(matching::MsgSeqNum number) {
  for (Waiting& sealed : sealed_) {
    if (sealed.held_for == number) {
      sealed.held_for.reset();
    }
  }
}

OutboundQueue::Block OutboundQueue::take_released() {
  while (!sealed_.empty() && !sealed_.front().held_for) {
    Block block = std::move(sealed_.front().block);
    sealed_.pop_front();
    if (!block->bytes.empty()) {
      return block;
    }
  }
  return nullptr;
}

void OutboundQueue::written(std::size_t bytes) {
  BETEX_ASSERT(bytes <= unwritten_bytes_);
  unwritten_bytes_ -= bytes;
}

void OutboundQueue::discard() {
  open_.clear();
  sealed_.clear();
  unwritten_bytes_ = 0;
}

}  // namespace betex::fix
