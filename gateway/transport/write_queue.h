// The blocks that a connection has still to write, in order, and how far it has got. What is not
// wanted any more can be dropped at any time, also while a write of it is under way: a message that
// has begun is finished, so that the stream stays one of whole messages.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include <boost/asio/buffer.hpp>

#include "gateway/transport/outbound_block.h"

namespace betex::fix {

// Owned by its connection's strand.
class WriteQueue {
 public:
  // What a write has brought, of that which was not dropped.
  struct Progress {
    std::size_t bytes = 0;
    std::size_t reports = 0;
  };

  // A block, not empty.
  void push(std::shared_ptr<const OutboundBlock> block);

  // Nothing is left to write.
  [[nodiscard]] bool empty() const noexcept { return blocks_.empty(); }

  // The next bytes, at most those of 64 blocks. Valid until written() or clear(): one write at a
  // time.
  [[nodiscard]] std::vector<boost::asio::const_buffer> gather();

  // `size` bytes of what was gathered have left.
  Progress written(std::size_t size);

  // Drops all that was pushed, but for the rest of a message that has begun. Neither counts as
  // progress from now on.
  void drop();

  // Forgets everything.
  void clear();

 private:
  void trim();

  std::deque<std::shared_ptr<const OutboundBlock>> blocks_;
  std::size_t written_of_front_ = 0;           // bytes
  std::size_t dropped_ = 0;                    // so many at the front do not count
  std::shared_ptr<const OutboundBlock> rest_;  // of a message that had begun when it was dropped
  bool writing_ = false;                       // between gather() and written()
};

}  // namespace betex::fix
