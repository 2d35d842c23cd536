#include "gateway/pipeline/journal_stage.h"

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
  if (appended) {  // a batch of barriers commits nothing
    log_.commit();
  }
  events_.release(batch.end_seq());
  return batch.size();
}

}  // namespace betex::gateway
