#include "matching/emitter.h"

#include <algorithm>
#include <span>

namespace betex::matching {

void Emitter::begin(const Command& command) noexcept {
  used_ = 0;
  event_count_ = 0;
  header_ = {.tx_id = state_->last_tx_id.next(),
             .timestamp = command.timestamp,
             .origin_session = command.origin.session,
             .origin_epoch = command.origin.epoch,
             .origin_msg_seq_num = command.origin.msg_seq_num,
             .command_kind = static_cast<std::uint16_t>(command.body.index() + 1),
             .command_digest = command.digest};
}

void Emitter::emit(OrderCancelledBatched event, std::span<const OrderId> orders, MarketId market) {
  event.header.kind = OrderCancelledBatched::kKind;
  event.header.size = static_cast<std::uint32_t>(sizeof(event) + orders.size_bytes());
  event.header.market = market;
  event.header.market_seq = next_market_seq(market);
  event.count = static_cast<std::uint32_t>(orders.size());
  const std::size_t start = used_;
  append(&event, sizeof(event));
  append(orders.data(), orders.size_bytes());
  apply(
      *state_, next_seq(), *reinterpret_cast<const OrderCancelledBatched*>(buffer_.data() + start));
  apply_end_of_event(*state_, event.header);
  ++event_count_;
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

void Emitter::append(const void* event, std::size_t size) {
  if (used_ + size > buffer_.size()) {
    constexpr std::size_t kFirstBlock = 64 * 1024;
    buffer_.resize(std::max({buffer_.size() * 2, used_ + size, kFirstBlock}));
  }
  if (size != 0) {
    std::memcpy(buffer_.data() + used_, event, size);
  }
  used_ += size;
}

}  // namespace betex::matching
