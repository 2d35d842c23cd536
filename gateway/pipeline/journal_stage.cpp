#include "gateway/pipeline/journal_stage.h"

#include <chrono>

#include "gateway/pipeline/event_slot.h"

namespace betex::gateway {

std::size_t JournalStage::do_work() {
  const EventBatch batch = events_.poll();
  if (batch.empty()) {
    return 0;
  }
  bool appended = false;
  for (const EventSlot& slot : batch) {
    if (slot.tag == static_cast<std::uint32_t>(SlotTag::Transaction)) {
      log_.append(read_transaction(slot));
      appended = true;
    }
  }
  if (appended) {
    commit();
  } else {  // barriers alone: what is answered next is of events that were committed before
    log_.confirm();
  }
  events_.release(batch.end_seq());
  return batch.size();
}

void JournalStage::commit() {
  const auto begin = std::chrono::steady_clock::now();
  log_.commit();
  commit_times_.count(std::chrono::steady_clock::now() - begin);
}

}  // namespace betex::gateway
