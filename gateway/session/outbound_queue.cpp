#include "gateway/session/outbound_queue.h"

#include <utility>

#include "matching/assert.h"

namespace betex::fix {

OutboundBlock& OutboundQueue::open() {
  if (open_.empty()) {
    open_.push_back({.block = std::make_shared<OutboundBlock>()});
  }
  return *open_.back().block;
}

void OutboundQueue::use_number(const OutboundState& state) {
  open().state = state;
  open_.back().uses_numbers = true;
}

void OutboundQueue::append(std::string_view bytes) {
  open().bytes.append(bytes);
  unwritten_bytes_ += bytes.size();
}

void OutboundQueue::hold_from_here(matching::MsgSeqNum number) {
  open_.push_back({.block = std::make_shared<OutboundBlock>()});
  open_.back().block->held_for = number;
}

std::vector<OutboundQueue::Block> OutboundQueue::seal(matching::SessionId session,
                                                      matching::EventSeq delivered) {
  std::vector<Block> to_cache;
  for (OpenBlock& open : std::exchange(open_, {})) {
    open.block->session = session;
    open.block->delivered = delivered;
    if (open.uses_numbers) {
      to_cache.push_back(open.block);
    }
    sealed_.push_back({.block = open.block,
                       .committed = !open.uses_numbers,
                       .held = open.block->held_for.has_value()});
  }
  return to_cache;
}

void OutboundQueue::committed(const Block& block) {
  for (SealedBlock& sealed : sealed_) {
    if (sealed.block == block) {
      sealed.committed = true;
      return;
    }
  }
}

void OutboundQueue::release_hold(matching::MsgSeqNum number) {
  for (SealedBlock& sealed : sealed_) {
    if (sealed.held && sealed.block->held_for == number) {
      sealed.held = false;
    }
  }
}

OutboundQueue::Block OutboundQueue::take_released() {
  while (!sealed_.empty() && sealed_.front().committed && !sealed_.front().held) {
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
  BETEX_ASSERT(open_.empty());
  sealed_.clear();
  unwritten_bytes_ = 0;
}

}  // namespace betex::fix
