// A session's outbound messages on their way to the socket, in order: appended to an open block,
// sealed at the end of the strand's turn, committed to the cache, released to the connection,
// written. A held block keeps itself and all that follows.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/transport/outbound_block.h"
#include "matching/types.h"

namespace betex::fix {

// Owned by its session's strand.
class OutboundQueue {
 public:
  using Block = std::shared_ptr<const OutboundBlock>;

  // ---- Appending. `state` is the session's after the message.

  // A report whose number is `state.last_number`; `encode(std::string&)` appends its bytes.
  template <typename Encode>
  void append_report(ReportId report, const OutboundState& state, Encode&& encode) {
    OutboundBlock& block = open();
    const std::size_t offset = block.bytes.size();
    encode(block.bytes);
    const std::size_t size = block.bytes.size() - offset;
    block.entries.push_back(
        {.number = state.last_number, .report = report, .offset = offset, .size = size});
    unwritten_bytes_ += size;
    use_number(state);
  }

  // A new administrative message has used a number; its bytes follow by append().
  void use_number(const OutboundState& state);

  // Administrative messages and resends.
  void append(std::string_view bytes);

  // What follows begins with the Reject(3) of message `number`, and waits for release_hold(number).
  void hold_from_here(matching::MsgSeqNum number);

  // ---- Onward

  // Ends the turn: the blocks that are to be cached now, in order; committed() for each must
  // follow.
  [[nodiscard]] std::vector<Block> seal(matching::SessionId session, matching::EventSeq delivered);

  void committed(const Block& block);
  void release_hold(matching::MsgSeqNum number);

  // The next block that may be written now, never an empty one, or null.
  [[nodiscard]] Block take_released();

  // `bytes` of what was taken have left.
  void written(std::size_t bytes);

  // The connection is gone: what was not written never will be. Blocks on their way to the cache
  // still get there. To be sealed before.
  void discard();

  // Appended and not yet written.
  [[nodiscard]] std::size_t unwritten_bytes() const noexcept { return unwritten_bytes_; }

 private:
  struct OpenBlock {
    std::shared_ptr<OutboundBlock> block;
    bool uses_numbers = false;
  };

  struct SealedBlock {
    Block block;
    bool committed = false;
    bool held = false;
  };

  OutboundBlock& open();

  std::vector<OpenBlock> open_;  // the last one is appended to
  std::deque<SealedBlock> sealed_;
  std::size_t unwritten_bytes_ = 0;
};

}  // namespace betex::fix
