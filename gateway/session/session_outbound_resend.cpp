// What is sent again because the client asks for it.
#include <algorithm>
#include <string>
#include <utility>

#include "gateway/session/session_metrics.h"
#include "gateway/session/session_outbound.h"
#include "gateway/transport/thread_share.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/wire/tags.h"

namespace betex::fix {

using matching::MsgSeqNum;

// QuickFIX would send the whole range in one call. It gets the client's own request cut to slices,
// the next one when the queue has room. Later requests wait their turn: a client that asks for all
// it is missing in pieces gets every piece.
void SessionOutbound::begin_resend(std::string_view frame,
                                   MsgSeqNum number,
                                   bool processed_counts) {
  const FieldTable& request = core_.fields;
  const std::uint32_t begin = parse_uint(request.value(tag::kBeginSeqNo)).value();
  const std::uint32_t end = parse_uint(request.value(tag::kEndSeqNo)).value();
  const std::uint32_t newest = numbers_.last().value();
  const std::uint32_t processed =
      parse_uint(request.value(tag::kLastMsgSeqNumProcessed)).value_or(0);
  const bool proves = processed_counts && processed <= newest;
  proof_.resend_asked();
  resends_.add({.message = std::string{frame},
                .processed = MsgSeqNum{proves ? processed : 0},
                .number = number,
                .next = MsgSeqNum{begin},
                .last = MsgSeqNum{end == 0 ? newest : std::min(end, newest)}});
  core_.environment.metrics.resends.add();
  continue_resend();
}

void SessionOutbound::resend_from(MsgSeqNum first, MsgSeqNum number) {
  proof_.resend_asked();
  resends_.add({.message = core_.quickfix.resend_request_for(first, number),
                .processed = {},
                .number = number,
                .next = first,
                .last = numbers_.last()});
  core_.environment.metrics.resends.add();
  continue_resend();
}

// The next slice, when its turn has come: all resends together have a part of the thread, so that a
// client which asks for them without pause delays the others by a slice at most.
void SessionOutbound::continue_resend() {
  if (may_serve_slice() && !std::exchange(resend_turn_asked_, true)) {
    core_.orders.resends.enter(
        core_.settings.comp_id, core_.strand, [this, self = core_.keep_alive()] {
          resend_turn_asked_ = false;
          serve_slice();
          owner_.go_on_reading();
          end_turn();
        });
  }
}

bool SessionOutbound::may_serve_slice() const noexcept {
  return core_.is_on() && !resends_.none() &&
         queue_.unwritten_bytes() <= core_.environment.limits.outbound_queue_bytes / 4;
}

void SessionOutbound::serve_slice() {
  if (!may_serve_slice()) {
    return;
  }
  core_.fields.read(resends_.current().message, core_.environment.limits.fields);
  const ResendSlice slice = resends_.take_slice(
      core_.orders.cache.next_number(core_.id, core_.epoch, resends_.current().next));
  const std::string request = cut(core_.fields, slice, core_.environment.clock.now());
  const MsgSeqNum next_in = core_.quickfix.next_in();
  const bool taken = core_.quickfix.receive(request);
  core_.quickfix.set_next_in(next_in);  // a slice is no message of the client's
  if (!taken || resends_.current_is_done() || core_.ending.is_to_disconnect()) {
    end_resend();
  }
  continue_resend();
}

// A request that has come above a gap is answered first; then we ask in our turn, as FIX says.
void SessionOutbound::end_resend() {
  const Resends::Request ended = resends_.end_current();
  if (core_.ending.is_to_disconnect()) {
    resends_.clear();
    return;
  }
  if (resends_.none()) {
    proof_.processed(ended.processed);
  }
  owner_.on_resend_ended(ended.number);
  send_waiting_reports();
  ask_for_proof_at_once();
}

}  // namespace betex::fix
