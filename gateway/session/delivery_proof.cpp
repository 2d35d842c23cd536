#include "gateway/session/delivery_proof.h"

#include <algorithm>
#include <utility>

namespace betex::fix {

using matching::EventSeq;
using matching::MsgSeqNum;

void DeliveryProof::begin(EventSeq delivered, EventSeq last_report) {
  told_ = delivered;
  proven_ = delivered;
  last_report_ = last_report;
  asked_ = {};
  sent_.clear();
}

void DeliveryProof::complete(MsgSeqNum last_number, EventSeq complete_to) {
  if (last_report_ <= proven_) {
    proven_ = std::max(proven_, complete_to);  // nothing is missing
    return;
  }
  // A full list goes on with its last step: proofs come later, never too early.
  if (!sent_.empty() && (sent_.back().last_number == last_number || sent_.size() == kMaxSteps)) {
    sent_.back() = {.last_number = last_number,
                    .complete_to = std::max(sent_.back().complete_to, complete_to)};
  } else {
    sent_.push_back({.last_number = last_number, .complete_to = complete_to});
  }
}

void DeliveryProof::answered(MsgSeqNum number) {
  if (number == asked_ && number != MsgSeqNum{}) {
    asked_ = {};
    prove_up_to(number);
  }
}

void DeliveryProof::processed(MsgSeqNum number) {
  prove_up_to(number);
}

void DeliveryProof::prove_up_to(MsgSeqNum number) {
  while (!sent_.empty() && sent_.front().last_number <= number) {
    proven_ = std::max(proven_, sent_.front().complete_to);
    sent_.pop_front();
  }
}

std::optional<EventSeq> DeliveryProof::take_news() {
  if (proven_ <= told_) {
    return std::nullopt;
  }
  told_ = proven_;
  return told_;
}

}  // namespace betex::fix
