#include "gateway/session/outbound_queue.h"

#include <utility>

#include "matching/assert.h"

namespace betex::fix {

OutboundBlock& OutboundQueue::open() {
  if (!open_) {
    open_ = std::make_shared<OutboundBlock>();
  }
  return *open_;
}

void OutboundQueue::append(std::string_view bytes) {
  open().bytes.append(bytes);
  unwritten_bytes_ += bytes.size();
}

void OutboundQueue::seal() {
  if (Block block = std::exchange(open_, nullptr); block && !block->bytes.empty()) {
    sealed_.push_back(std::move(block));
  }
}

OutboundQueue::Block OutboundQueue::take_released() {
  if (sealed_.empty()) {
    return nullptr;
  }
  Block block = std::move(sealed_.front());
  sealed_.pop_front();
  return block;
}

void OutboundQueue::written(std::size_t bytes) {
  BETEX_ASSERT(bytes <= unwritten_bytes_);
  unwritten_bytes_ -= bytes;
}

void OutboundQueue::discard() {
  open_.reset();
  sealed_.clear();
  unwritten_bytes_ = 0;
}

}  // namespace betex::fix
