// What a session asks about itself: its reports of some events once more, and how much of what it
// may send is left.
#pragma once

#include <array>

#include "fix_spec/fields.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

// ---- Reports told again -------------------------------------------------------------------------

inline constexpr std::array kReplayedEventsFields{
    MessageField{field::kRefApplId, "Y-", "BETEX"},
    MessageField{field::kApplBegSeqNum, "Y-", "the first event, at least 1"},
    MessageField{field::kApplEndSeqNum,
                 "N-",
                 "the last one, not before 1182; 0, or without it: all that there are when the "
                 "request is taken"},
};

inline constexpr Group kReplayedEvents{.fields = kReplayedEventsFields};

inline constexpr std::array kApplicationMessageRequestFields{
    MessageField{field::kApplReqId, "Y-", "echoed, at most 31 printable ASCII characters"},
    MessageField{field::kApplReqType, "Y-", "0"},
    MessageField{field::kNoApplIds, "Y-", "1", &kReplayedEvents},
};

inline constexpr MessageSpec kApplicationMessageRequest{
    .type = "BW",
    .name = "ApplicationMessageRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker, SessionRole::Ops, SessionRole::DropCopy},
    .id_tags = {field::kApplReqId.tag},
    .fields = kApplicationMessageRequestFields,
};

inline constexpr std::array kAcknowledgedEventsFields{
    MessageField{field::kRefApplId, "Y-", "BETEX"},
    MessageField{field::kApplBegSeqNum, "Y-", "as the request has it"},
    MessageField{
        field::kApplEndSeqNum, "Y-", "likewise, and at most the last event that there was"},
};

inline constexpr Group kAcknowledgedEvents{.fields = kAcknowledgedEventsFields};

inline constexpr std::array kApplicationMessageRequestAckFields{
    MessageField{field::kApplReqId, "N-", "of the request, always"},
    MessageField{field::kApplReqType, "N-", "0, always"},
    MessageField{field::kApplResponseType,
                 "N-",
                 "always: 0 the reports follow; 1 RefApplID is not BETEX; 2 they cannot be told: "
                 "events before 20076 are not kept any more, or, without 20076, not now"},
    MessageField{field::kNoApplIds, "N-", "1, but with 1348=1", &kAcknowledgedEvents},
    MessageField{field::kApplResponseId, "Y-", "as 1346"},
    MessageField{field::kAvailableFrom, "N-", "with 1348=2: the first event that you can have"},
};

inline constexpr MessageSpec kApplicationMessageRequestAck{
    .type = "BX",
    .name = "ApplicationMessageRequestAck",
    .direction = Direction::Outbound,
    .fields = kApplicationMessageRequestAckFields,
};

inline constexpr std::array kToldEventsFields{
    MessageField{field::kRefApplId, "Y-", "BETEX"},
    MessageField{field::kRefApplLastSeqNum, "Y-", "up to this event everything was told"},
};

inline constexpr Group kToldEvents{.fields = kToldEventsFields};

inline constexpr std::array kApplicationMessageReportFields{
    MessageField{field::kApplReqId, "N-", "of the request, always"},
    MessageField{field::kNoApplIds, "N-", "1, always", &kToldEvents},
    MessageField{field::kApplReportId, "Y-", "as 1346"},
    MessageField{field::kApplReportType, "Y-", "3: the last report has been told"},
    MessageField{field::kReportsToldAgain, "N-", "always: how many reports it were, also 0"},
};

inline constexpr MessageSpec kApplicationMessageReport{
    .type = "BY",
    .name = "ApplicationMessageReport",
    .direction = Direction::Outbound,
    .fields = kApplicationMessageReportFields,
};

// ---- What may be sent ---------------------------------------------------------------------------

inline constexpr std::array kUserRequestFields{
    MessageField{field::kUsername, "Y-", "echoed, at most 31 printable ASCII characters"},
    MessageField{field::kUserRequestId, "Y-", "echoed, at most 31 printable ASCII characters"},
    MessageField{field::kUserRequestType, "Y-", "5"},
};

inline constexpr MessageSpec kUserRequest{
    .type = "BE",
    .name = "UserRequest",
    .direction = Direction::Inbound,
    .roles = RoleSet{SessionRole::Broker, SessionRole::DropCopy},
    .id_tags = {field::kUserRequestId.tag},
    .fields = kUserRequestFields,
};

inline constexpr std::array kThrottleFields{
    MessageField{
        field::kThrottleAction,
        "Y-",
        "what becomes of one message more: 0 it waits, with all behind it; 2 it is refused"},
    MessageField{field::kThrottleType, "Y-", "0 messages in an interval, 1 unanswered requests"},
    MessageField{field::kThrottleNoMsgs, "Y-", "how many there may be"},
    MessageField{field::kThrottleTimeInterval, "N-", "with 1612=0: in so many milliseconds"},
    MessageField{field::kThrottleTimeUnit, "N-", "with 1614: 3"},
    MessageField{field::kThrottleLeft, "Y-", "how many of them are left now"},
};

inline constexpr Group kThrottles{.fields = kThrottleFields};

inline constexpr std::array kUserResponseFields{
    MessageField{field::kUsername, "Y-", "of the request"},
    MessageField{field::kUserRequestId, "Y-", "of the request"},
    MessageField{field::kUserStatus, "N-", "1, always"},
    MessageField{field::kNoThrottles, "N-", "absent where nothing is limited", &kThrottles},
};

inline constexpr MessageSpec kUserResponse{
    .type = "BF",
    .name = "UserResponse",
    .direction = Direction::Outbound,
    .fields = kUserResponseFields,
};

inline constexpr auto kApplicationMessages = std::to_array<const MessageSpec*>({
    &kApplicationMessageRequest,
    &kApplicationMessageRequestAck,
    &kApplicationMessageReport,
    &kUserRequest,
    &kUserResponse,
});

}  // namespace betex::fix
