// The resends that a client has asked for: the one that is under way, in slices, so that nobody
// else waits for it and it does not fill the queue; and those that wait behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "gateway/wire/field_table.h"
#include "gateway/wire/guard.h"
#include "matching/types.h"

namespace betex::fix {

// What is wrong with the range of a ResendRequest(2), where the last number that was sent is
// `last_sent`; nothing also where it is another message. QuickFIX would answer a range that makes
// no sense with a SequenceReset that makes none.
[[nodiscard]] std::optional<Refusal> check_resend_request(const FieldTable& fields,
                                                          matching::MsgSeqNum last_sent);

// Numbers, both included.
struct ResendSlice {
  matching::MsgSeqNum first;
  matching::MsgSeqNum last;
};

// The client's ResendRequest, but sent `now` and for this slice alone.
[[nodiscard]] std::string cut(const FieldTable& request,
                              const ResendSlice& slice,
                              matching::Timestamp now);

// Owned by its session's strand.
class Resends {
 public:
  static constexpr std::uint32_t kSlice = 64;  // kept messages: about a millisecond's work

  // Requests that wait behind the one that is under way. One more stays unread, with all behind it.
  static constexpr std::size_t kMaxWaiting = 16;

  struct Request {
    std::string message;            // the client's
    matching::MsgSeqNum processed;  // its 369; 0: none, or it is no proof
    matching::MsgSeqNum number;     // its own
    matching::MsgSeqNum next;       // to be sent
    matching::MsgSeqNum last;
  };

  // Behind the others.
  void add(Request request);

  [[nodiscard]] bool none() const noexcept { return requests_.empty(); }

  // No other one may be added.
  [[nodiscard]] bool full() const noexcept { return requests_.size() > kMaxWaiting; }

  // The one that is under way. There must be one.
  [[nodiscard]] const Request& current() const noexcept { return requests_.front(); }

  // The next slice of the current one. `kept`: the number of the first message that is kept from
  // `current().next` on; those of which nothing is kept are filled in one step, however many.
  [[nodiscard]] ResendSlice take_slice(std::optional<matching::MsgSeqNum> kept);

  // QuickFIX has refused the slice that it was given.
  void slice_refused() noexcept { refused_ = true; }

  // All slices of the current one were taken, or the last one was refused.
  [[nodiscard]] bool current_is_done() const noexcept {
    return refused_ || current().next > current().last;
  }

  // Takes the current one out.
  Request end_current();

  void clear() { requests_.clear(); }

 private:
  std::deque<Request> requests_;  // the first one is under way
  bool refused_ = false;          // the last slice
};

}  // namespace betex::fix
