#include "gateway/transport/write_queue.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "matching/assert.h"

namespace betex::fix {

namespace {

constexpr std::size_t kGathered = 64;

// Where the message ends that the byte at `offset` belongs to; `offset` itself where one begins.
std::size_t end_of_message(std::string_view bytes, std::size_t offset) {
  constexpr std::string_view kTrailer = "\00110=";
  constexpr std::size_t kTrailerSize = kTrailer.size() + 4;  // three digits and the last SOH
  std::size_t end = 0;
  while (end < offset) {
    const std::size_t trailer = bytes.find(kTrailer, end);
    BETEX_ASSERT(trailer != std::string_view::npos);
    end = trailer + kTrailerSize;
  }
  return end;
}

}  // namespace

void WriteQueue::push(std::shared_ptr<const OutboundBlock> block) {
  BETEX_ASSERT(!block->bytes.empty());
  blocks_.push_back(std::move(block));
}

std::vector<boost::asio::const_buffer> WriteQueue::gather() {
  std::vector<boost::asio::const_buffer> buffers;
  buffers.reserve(std::min(blocks_.size(), kGathered));
  for (const auto& block : blocks_) {
    buffers.push_back(boost::asio::buffer(block->bytes));
    if (buffers.size() == kGathered) {
      break;
    }
  }
  buffers.front() += written_of_front_;
  writing_ = true;
  return buffers;
}

WriteQueue::Progress WriteQueue::written(std::size_t size) {
  writing_ = false;
  Progress progress;
  while (size > 0) {
    const OutboundBlock& front = *blocks_.front();
    const std::size_t of_front = std::min(size, front.bytes.size() - written_of_front_);
    const bool whole = written_of_front_ + of_front == front.bytes.size();
    const bool counts = dropped_ == 0;
    size -= of_front;
    written_of_front_ = whole ? 0 : written_of_front_ + of_front;
    progress.bytes += counts ? of_front : 0;
    progress.reports += counts && whole ? front.reports : 0;
    if (whole) {
      rest_ = blocks_.front() == rest_ ? nullptr : rest_;
      blocks_.pop_front();
      dropped_ -= counts ? 0 : 1;
    }
  }
  trim();
  return progress;
}

void WriteQueue::drop() {
  dropped_ = blocks_.size();
  if (!writing_) {
    trim();
  }
}

// Of the dropped blocks only the rest of a message that has begun stays, as a block of its own.
void WriteQueue::trim() {
  if (dropped_ == 0) {
    return;
  }
  const auto front = blocks_.front();
  if (front == rest_) {  // is finished, whatever is dropped later
    blocks_.erase(blocks_.begin() + 1, blocks_.begin() + static_cast<std::ptrdiff_t>(dropped_));
    dropped_ = 1;
    return;
  }
  blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(dropped_));
  dropped_ = 0;
  const std::size_t begin = std::exchange(written_of_front_, 0);
  const std::size_t end = end_of_message(front->bytes, begin);
  if (end > begin) {
    auto rest = std::make_shared<OutboundBlock>();
    rest->bytes = front->bytes.substr(begin, end - begin);
    rest_ = std::move(rest);
    blocks_.push_front(rest_);
    dropped_ = 1;
  }
}

void WriteQueue::clear() {
  blocks_.clear();
  rest_.reset();
  written_of_front_ = 0;
  dropped_ = 0;
  writing_ = false;
}

}  // namespace betex::fix
