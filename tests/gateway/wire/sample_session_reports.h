// What a session is told of its own messages, for the encoder's tests: refusals, replays, limits.
#pragma once

#include <cstdint>
#include <variant>

#include "gateway/link/report.h"

namespace betex::fix::testing {

inline Report business_reject(matching::Reason reason, std::uint16_t business_reject_reason) {
  return {.id = {.event = matching::EventSeq{1244}, .leg = 1},
          .body = BusinessMessageReject{.ref_seq_num = matching::MsgSeqNum{17},
                                        .ref_msg_type = matching::Text<7>{"D"},
                                        .business_reject_ref_id = matching::ClOrdId{"order-1"},
                                        .business_reject_reason = business_reject_reason,
                                        .reason = reason}};
}

inline Report reject(std::uint32_t tag, std::uint16_t session_reject_reason) {
  return {.id = {.event = matching::EventSeq{1244}, .leg = 1},
          .body = Reject{.ref_seq_num = matching::MsgSeqNum{17},
                         .ref_msg_type = matching::Text<7>{"D"},
                         .ref_tag_id = tag,
                         .session_reject_reason = session_reject_reason}};
}

// One too many, which a session is told when it may send again.
inline Report throttled() {
  Report report = business_reject(matching::Reason::Throttled, 8);
  std::get<BusinessMessageReject>(report.body).retry_after_ms = 340;
  return report;
}

inline Report replay(ReplayResponse response) {
  ReplayAck ack{.request_id = matching::Name{"replay-1"},
                .response = response,
                .first = matching::EventSeq{500},
                .last = matching::EventSeq{900}};
  if (response == ReplayResponse::Unavailable) {
    ack.available_from = matching::EventSeq{701};
  }
  return {.id = {}, .body = ack};
}

inline Report replay_ended() {
  return {.id = {},
          .body = ReplayEnd{.request_id = matching::Name{"replay-1"},
                            .last = matching::EventSeq{900},
                            .reports = 17}};
}

// 100 messages a second, of which 40 are left, and 20 requests without an answer.
inline Report throttles() {
  return {.id = {},
          .body = ThrottleReport{.request_id = matching::Name{"limits-1"},
                                 .username = matching::Name{"broker-1"},
                                 .entries = {{.limit = 100, .interval_ms = 1'000, .left = 40},
                                             {.limit = 20,
                                              .left = 0,
                                              .action = ThrottleReport::Action::Queue,
                                              .type = ThrottleReport::Type::OutstandingRequests}}}};
}

inline Report no_throttles() {
  Report report = throttles();
  std::get<ThrottleReport>(report.body).entries.clear();
  return report;
}

}  // namespace betex::fix::testing
