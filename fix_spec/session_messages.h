// What every message carries, and the messages of the session layer.
#pragma once

#include <array>

#include "fix_spec/fields.h"
#include "fix_spec/message_spec.h"

namespace betex::fix {

inline constexpr std::array kStandardHeader{
    MessageField{field::kBeginString, "YY", "FIXT.1.1 or FIX.4.4; the first field"},
    MessageField{field::kBodyLength, "YY", "the second field"},
    MessageField{field::kMsgType, "YY", "the third field"},
    MessageField{field::kMsgSeqNum, "YY", "1 to 999999999"},
    MessageField{field::kPossDupFlag, "NN", "Y: sent again under its old number"},
    MessageField{field::kSenderCompId, "YY"},
    MessageField{field::kSenderSubId, "NN", "not looked at"},
    MessageField{field::kSendingTime, "YY"},
    MessageField{field::kTargetCompId, "YY"},
    MessageField{field::kTargetSubId, "NN", "not looked at"},
    MessageField{field::kPossResend, "NN", "Y: sent again under a new number; see NewOrderSingle"},
    MessageField{
        field::kOrigSendingTime, "CC", "with 43=Y, but for SequenceReset(4); not later than 52"},
    MessageField{field::kSenderLocationId, "NN", "not looked at"},
    MessageField{field::kTargetLocationId, "NN", "not looked at"},
    MessageField{field::kLastMsgSeqNumProcessed, "NN"},
    MessageField{field::kApplVerId, "N-", "9"},
};

inline constexpr std::array kStandardTrailer{
    MessageField{field::kCheckSum, "YY", "the last field"},
};

inline constexpr std::array kHeartbeatFields{
    MessageField{field::kTestReqId, "NN", "of the TestRequest that it answers"},
};

inline constexpr MessageSpec kHeartbeat{
    .type = "0",
    .name = "Heartbeat",
    .layer = Layer::Session,
    .direction = Direction::BothWays,
    .fields = kHeartbeatFields,
};

inline constexpr std::array kTestRequestFields{
    MessageField{field::kTestReqId, "YY"},
};

inline constexpr MessageSpec kTestRequest{
    .type = "1",
    .name = "TestRequest",
    .layer = Layer::Session,
    .direction = Direction::BothWays,
    .fields = kTestRequestFields,
};

inline constexpr std::array kResendRequestFields{
    MessageField{field::kBeginSeqNo, "YY", "at least 1"},
    MessageField{field::kEndSeqNo, "YY", "0: all that follow"},
};

inline constexpr MessageSpec kResendRequest{
    .type = "2",
    .name = "ResendRequest",
    .layer = Layer::Session,
    .direction = Direction::BothWays,
    .fields = kResendRequestFields,
};

inline constexpr std::array kRejectFields{
    MessageField{field::kRefSeqNum, "YY", "of the refused message"},
    MessageField{field::kText, "NN"},
    MessageField{field::kRefTagId, "NN", "the field at fault"},
    MessageField{field::kRefMsgType, "NN"},
    MessageField{field::kSessionRejectReason, "NN", "section 5"},
};

inline constexpr MessageSpec kReject{
    .type = "3",
    .name = "Reject",
    .layer = Layer::Session,
    .direction = Direction::BothWays,
    .fields = kRejectFields,
};

inline constexpr std::array kSequenceResetFields{
    MessageField{field::kNewSeqNo, "YY"},
    MessageField{field::kGapFillFlag, "NN", "Y: fills a gap; N: resets"},
};

inline constexpr MessageSpec kSequenceReset{
    .type = "4",
    .name = "SequenceReset",
    .layer = Layer::Session,
    .direction = Direction::BothWays,
    .fields = kSequenceResetFields,
};

inline constexpr std::array kLogoutFields{
    MessageField{field::kText, "NN"},
};

inline constexpr MessageSpec kLogout{
    .type = "5",
    .name = "Logout",
    .layer = Layer::Session,
    .direction = Direction::BothWays,
    .fields = kLogoutFields,
};

inline constexpr std::array kMsgTypeFields{
    MessageField{field::kRefMsgType, "NN"},
    MessageField{field::kMsgDirection, "NN"},
    MessageField{field::kRefApplVerId, "N-"},
    MessageField{field::kRefCstmApplVerId, "N-"},
    MessageField{field::kRefApplExtId, "N-"},
    MessageField{field::kDefaultVerIndicator, "N-"},
};

inline constexpr Group kMsgTypes{.fields = kMsgTypeFields};

inline constexpr std::array kLogonFields{
    MessageField{field::kEncryptMethod, "YY", "0"},
    MessageField{field::kHeartBtInt, "YY", "seconds, see above"},
    MessageField{field::kResetSeqNumFlag, "NN", "Y: both numbers begin again at 1"},
    MessageField{field::kMaxMessageSize,
                 "NN",
                 "at least 1024: our messages are no longer, but for SecurityList(y) and BK, which "
                 "may have 1280, the Heartbeat that echoes a longer TestReqID(112), W and X, which "
                 "may have 17408, and some to operators, which may have 32768"},
    MessageField{field::kNoMsgTypes,
                 "NN",
                 "taken with its group of RefMsgType(372), MsgDirection(385) and, in FIXT.1.1, "
                 "1130, 1131, 1406 and 1410; not looked at",
                 &kMsgTypes},
    MessageField{field::kTestMessageIndicator, "NN", "N; Y is refused"},
    MessageField{field::kUsername, "NN", "to us always"},
    MessageField{field::kPassword, "NN", "to us always"},
    MessageField{
        field::kNextExpectedMsgSeqNum, "NN", "of ours, the number that you expect next: see above"},
    MessageField{field::kDefaultApplVerId, "Y-", "9"},
    MessageField{field::kCancelOrdersOnDisconnect,
                 "NN",
                 "Y or N: whether the session's orders are cancelled when it is gone; without it "
                 "as the operator has set"},
};

inline constexpr MessageSpec kLogon{
    .type = "A",
    .name = "Logon",
    .layer = Layer::Session,
    .direction = Direction::BothWays,
    .fields = kLogonFields,
};

inline constexpr auto kSessionMessages = std::to_array<const MessageSpec*>({
    &kHeartbeat,
    &kTestRequest,
    &kResendRequest,
    &kReject,
    &kSequenceReset,
    &kLogout,
    &kLogon,
});

}  // namespace betex::fix
