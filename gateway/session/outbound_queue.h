// A session's outbound messages on their way to the socket, in order: appended to an open block,
// sealed at the end of the strand's turn, released to the connection, written. A held block keeps
// itself and all that follows.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/transport/outbound_block.h"
#include "matching/types.h"

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

  // What follows begins with the Reject(3) of message `number`, and waits for release_hold(number).
  void hold_from_here(matching::MsgSeqNum number);

  // ---- Onward

  // Ends the turn.
  void seal();

  void release_hold(matching::MsgSeqNum number);

  // The next block that may be written now, never an empty one, or null.
  [[nodiscard]] Block take_released();

  // `bytes` of what was taken have left.
  void written(std::size_t bytes);

  // The connection is gone: what was not written never will be.
  void discard();

  // Appended and not yet written.
  [[nodiscard]] std::size_t unwritten_bytes() const noexcept { return unwritten_bytes_; }

 private:
  struct Waiting {
    std::shared_ptr<OutboundBlock> block;
    std::optional<matching::MsgSeqNum> held_for;
  };

  OutboundBlock& open();

  std::vector<Waiting> open_;  // the last one is appended to
  std::deque<Waiting> sealed_;
  std::size_t unwritten_bytes_ = 0;
};

}  // namespace betex::fix
