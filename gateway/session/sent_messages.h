// What a session has sent, for resends: in the session cache, or on its way there.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "gateway/session/message_cache.h"
#include "gateway/session/outbound_queue.h"
#include "matching/types.h"

namespace betex::fix {

// Owned by its session's strand.
class SentMessages {
 public:
  // `cache` must outlive it.
  explicit SentMessages(const MessageCache& cache) noexcept : cache_{cache} {}

  // Given to the flusher. first_is_cached() for each must follow, in order.
  void add(OutboundQueue::Block block);

  void first_is_cached();

  // The application messages with numbers from `first` to `last`, in order.
  [[nodiscard]] std::vector<MessageCache::Message> read(matching::SessionId session,
                                                        matching::SessionEpoch epoch,
                                                        matching::MsgSeqNum first,
                                                        matching::MsgSeqNum last) const;

  // The number of the first one that is not below `first`; none: there is none.
  [[nodiscard]] std::optional<matching::MsgSeqNum> next_number(matching::SessionId session,
                                                               matching::SessionEpoch epoch,
                                                               matching::MsgSeqNum first) const;

 private:
  const MessageCache& cache_;
  std::deque<OutboundQueue::Block> on_their_way_;
};

}  // namespace betex::fix
