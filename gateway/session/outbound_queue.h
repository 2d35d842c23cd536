// A session's outbound messages on their way to the socket, in order: appended to an open block,
// sealed and so released at the end of the strand's turn, written.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/transport/outbound_block.h"

namespace betex::fix {

// Owned by its session's strand. Whoever appends what has a new number stores that in the session
// cache in the same turn: what is sealed is there.
class OutboundQueue {
 public:
  using Block = std::shared_ptr<const OutboundBlock>;

  // ---- Appending

  // A report: `encode(std::string&)` appends its bytes. Returns them; good until more is appended.
  template <typename Encode>
  std::string_view append_report(Encode&& encode) {
    ++open().reports;
    return append_answer(encode);
  }

  // The same of an answer that the feed knows nothing of: it is not counted when it has left.
  template <typename Encode>
  std::string_view append_answer(Encode&& encode) {
    OutboundBlock& block = open();
    const std::size_t offset = block.bytes.size();
    encode(block.bytes);
    unwritten_bytes_ += block.bytes.size() - offset;
    return std::string_view{block.bytes}.substr(offset);
  }

  // Administrative messages and resends.
  void append(std::string_view bytes);

  // ---- Onward

  // Ends the turn.
  void seal();

  // The next block of a turn that is over, never an empty one, or null.
  [[nodiscard]] Block take_released();

  // `bytes` of what was taken have left.
  void written(std::size_t bytes);

  // The connection is gone: what was not written never will be.
  void discard();

  // Appended and not yet written.
  [[nodiscard]] std::size_t unwritten_bytes() const noexcept { return unwritten_bytes_; }

 private:
  OutboundBlock& open();

  std::shared_ptr<OutboundBlock> open_;  // null: nothing has been appended in this turn
  std::deque<Block> sealed_;
  std::size_t unwritten_bytes_ = 0;
};

}  // namespace betex::fix
