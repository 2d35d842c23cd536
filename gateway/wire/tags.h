// The tags that our code names, each once.
#pragma once

#include <cstdint>

namespace betex::fix::tag {

inline constexpr std::uint32_t kAccount = 1;
inline constexpr std::uint32_t kBeginSeqNo = 7;
inline constexpr std::uint32_t kBeginString = 8;
inline constexpr std::uint32_t kBodyLength = 9;
inline constexpr std::uint32_t kCheckSum = 10;
inline constexpr std::uint32_t kClOrdId = 11;
inline constexpr std::uint32_t kEndSeqNo = 16;
inline constexpr std::uint32_t kExecInst = 18;
inline constexpr std::uint32_t kHandlInst = 21;
inline constexpr std::uint32_t kMsgSeqNum = 34;
inline constexpr std::uint32_t kMsgType = 35;
inline constexpr std::uint32_t kNewSeqNo = 36;
inline constexpr std::uint32_t kOrderId = 37;
inline constexpr std::uint32_t kOrderQty = 38;
inline constexpr std::uint32_t kOrdType = 40;
inline constexpr std::uint32_t kOrigClOrdId = 41;
inline constexpr std::uint32_t kPossDupFlag = 43;
inline constexpr std::uint32_t kPrice = 44;
inline constexpr std::uint32_t kRefSeqNum = 45;
inline constexpr std::uint32_t kSenderCompId = 49;
inline constexpr std::uint32_t kSenderSubId = 50;
inline constexpr std::uint32_t kSendingTime = 52;
inline constexpr std::uint32_t kSide = 54;
inline constexpr std::uint32_t kSymbol = 55;
inline constexpr std::uint32_t kTargetCompId = 56;
inline constexpr std::uint32_t kTargetSubId = 57;
inline constexpr std::uint32_t kTimeInForce = 59;
inline constexpr std::uint32_t kTransactTime = 60;
inline constexpr std::uint32_t kPossResend = 97;
inline constexpr std::uint32_t kEncryptMethod = 98;
inline constexpr std::uint32_t kHeartBtInt = 108;
inline constexpr std::uint32_t kMinQty = 110;
inline constexpr std::uint32_t kTestReqId = 112;
inline constexpr std::uint32_t kOrigSendingTime = 122;
inline constexpr std::uint32_t kGapFillFlag = 123;
inline constexpr std::uint32_t kExpireTime = 126;
inline constexpr std::uint32_t kResetSeqNumFlag = 141;
inline constexpr std::uint32_t kSenderLocationId = 142;
inline constexpr std::uint32_t kTargetLocationId = 143;
inline constexpr std::uint32_t kSubscriptionRequestType = 263;
inline constexpr std::uint32_t kSecurityReqId = 320;
inline constexpr std::uint32_t kSecurityStatusReqId = 324;
inline constexpr std::uint32_t kLastMsgSeqNumProcessed = 369;
inline constexpr std::uint32_t kRefTagId = 371;
inline constexpr std::uint32_t kRefMsgType = 372;
inline constexpr std::uint32_t kSessionRejectReason = 373;
inline constexpr std::uint32_t kMaxMessageSize = 383;
inline constexpr std::uint32_t kNoMsgTypes = 384;
inline constexpr std::uint32_t kMsgDirection = 385;
inline constexpr std::uint32_t kTestMessageIndicator = 464;
inline constexpr std::uint32_t kMassCancelRequestType = 530;
inline constexpr std::uint32_t kUsername = 553;
inline constexpr std::uint32_t kPassword = 554;
inline constexpr std::uint32_t kSecurityListRequestType = 559;
inline constexpr std::uint32_t kMassStatusReqId = 584;
inline constexpr std::uint32_t kMassStatusReqType = 585;
inline constexpr std::uint32_t kNextExpectedMsgSeqNum = 789;
inline constexpr std::uint32_t kOrdStatusReqId = 790;
inline constexpr std::uint32_t kApplVerId = 1128;
inline constexpr std::uint32_t kRefApplVerId = 1130;
inline constexpr std::uint32_t kRefCstmApplVerId = 1131;
inline constexpr std::uint32_t kDefaultApplVerId = 1137;
inline constexpr std::uint32_t kMarketSegmentId = 1300;
inline constexpr std::uint32_t kRefApplExtId = 1406;
inline constexpr std::uint32_t kDefaultVerIndicator = 1410;
inline constexpr std::uint32_t kSelfTradePrevention = 2964;

// FIX's own by agreement of venues, not in the standard.
inline constexpr std::uint32_t kCancelOnDisconnect = 8013;

// Ours: 20001 to 20099, never given a second meaning.
inline constexpr std::uint32_t kReason = 20001;
inline constexpr std::uint32_t kRetry = 20002;
inline constexpr std::uint32_t kSelfTradePrevention44 = 20003;
inline constexpr std::uint32_t kPersistence = 20004;
inline constexpr std::uint32_t kVersionGuard = 20005;
inline constexpr std::uint32_t kMaxCost = 20006;

}  // namespace betex::fix::tag
