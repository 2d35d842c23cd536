#include "matching/emitter.h"

#include <algorithm>
#include <span>

namespace betex::matching {

void Emitter::begin(const Command& command) noexcept {
  used_ = 0;
  event_count_ = 0;
  state_->now = command.timestamp;
  header_ = {.tx_id = state_->last_tx_id.next(),
             .timestamp = command.timestamp,
             .origin_session = command.origin.session,
             .origin_epoch = command.origin.epoch,
             .origin_msg_seq_num = command.origin.msg_seq_num,
             .command_kind = static_cast<std::uint16_t>(command.body.index() + 1),
             .command_digest = command.digest};
}

TransactionView Emitter::finish() {
  if (event_count_ == 0) {
    return {};
  }
  const EventSeq first_seq = state_->last_seq.next();
  header_.event_count = event_count_;
  header_.events_size = static_cast<std::uint32_t>(used_);
  const TransactionView view{
      .header = header_, .first_seq = first_seq, .events = std::span{buffer_}.first(used_)};
  apply_header(*state_, header_, view.last_seq());
  return view;
}

void Emitter::grow(std::size_t size) {
  constexpr std::size_t kFirstBlock = 64 * 1024;
  buffer_.resize(std::max({buffer_.size() * 2, used_ + size, kFirstBlock}));
}

}  // namespace betex::matching
