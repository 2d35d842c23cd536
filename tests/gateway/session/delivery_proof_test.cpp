// What proves that a client has its reports, and what does not.
#include "gateway/session/delivery_proof.h"

#include <gtest/gtest.h>

#include "gateway/session/inbound_receipt.h"

namespace betex::fix {
namespace {

using matching::EventSeq;
using matching::MsgSeqNum;

class DeliveryProofTest : public testing::Test {
 protected:
  void send(std::uint32_t last_number, std::uint64_t event) {
    proof_.report_sent(EventSeq{event});
    proof_.complete(MsgSeqNum{last_number}, EventSeq{event});
  }

  DeliveryProof proof_;
};

TEST_F(DeliveryProofTest, AsksOnlyWhileSomethingIsNotProven) {
  proof_.begin(EventSeq{10}, EventSeq{10});
  EXPECT_FALSE(proof_.wants_to_ask());
  send(5, 20);
  EXPECT_TRUE(proof_.wants_to_ask());
  proof_.asked(MsgSeqNum{6});
  EXPECT_FALSE(proof_.wants_to_ask()) << "one question at a time";
  proof_.answered(MsgSeqNum{6});
  EXPECT_FALSE(proof_.wants_to_ask());
  EXPECT_EQ(proof_.take_news(), EventSeq{20});
  EXPECT_EQ(proof_.take_news(), std::nullopt);
}

TEST_F(DeliveryProofTest, AnAnswerProvesWhatWasSentBeforeTheQuestionAlone) {
  proof_.begin({}, {});
  send(5, 20);
  proof_.asked(MsgSeqNum{6});
  send(7, 30);
  proof_.answered(MsgSeqNum{6});
  EXPECT_EQ(proof_.take_news(), EventSeq{20});
  EXPECT_TRUE(proof_.wants_to_ask());
}

TEST_F(DeliveryProofTest, AnAnswerToNothingProvesNothing) {
  proof_.begin({}, {});
  send(5, 20);
  proof_.answered(MsgSeqNum{6});
  proof_.answered(MsgSeqNum{0});
  proof_.asked(MsgSeqNum{6});
  proof_.answered(MsgSeqNum{7});
  EXPECT_EQ(proof_.take_news(), std::nullopt);
}

TEST_F(DeliveryProofTest, AnAnswerThatAResendRequestHasOvertakenProvesNothing) {
  proof_.begin({}, {});
  send(5, 20);
  proof_.asked(MsgSeqNum{6});
  proof_.resend_asked();
  proof_.answered(MsgSeqNum{6});
  EXPECT_EQ(proof_.take_news(), std::nullopt);
  EXPECT_TRUE(proof_.wants_to_ask()) << "again, when the resend is done";
}

TEST_F(DeliveryProofTest, TheClientsOwnWordProvesWhatItNames) {
  proof_.begin({}, {});
  send(5, 20);
  send(7, 30);
  proof_.processed(MsgSeqNum{6});
  EXPECT_EQ(proof_.take_news(), EventSeq{20});
  proof_.processed(MsgSeqNum{4});
  EXPECT_EQ(proof_.take_news(), std::nullopt);
  proof_.processed(MsgSeqNum{7});
  EXPECT_EQ(proof_.take_news(), EventSeq{30});
}

TEST_F(DeliveryProofTest, ASessionThatLacksNothingIsUpToDate) {
  proof_.begin(EventSeq{10}, EventSeq{8});
  proof_.complete(MsgSeqNum{3}, EventSeq{100});
  EXPECT_EQ(proof_.take_news(), EventSeq{100});
}

TEST_F(DeliveryProofTest, WhatWasSentBeforeTheLogonIsNotProvenByIt) {
  proof_.begin(EventSeq{10}, EventSeq{15});
  EXPECT_FALSE(proof_.wants_to_ask()) << "nobody has said yet what has been handed over";
  proof_.complete(MsgSeqNum{3}, EventSeq{100});
  EXPECT_EQ(proof_.take_news(), std::nullopt);
  ASSERT_TRUE(proof_.wants_to_ask());
  proof_.asked(MsgSeqNum{4});
  proof_.answered(MsgSeqNum{4});
  EXPECT_EQ(proof_.take_news(), EventSeq{100});
}

TEST_F(DeliveryProofTest, ManyStepsAreMergedAndNeverProvenTooEarly) {
  proof_.begin({}, {});
  for (std::uint32_t number = 1; number <= 10'000; ++number) {
    send(number, number);
  }
  proof_.processed(MsgSeqNum{9'999});
  const auto proven = proof_.take_news();
  ASSERT_TRUE(proven.has_value());
  EXPECT_LE(*proven, EventSeq{9'999});
  proof_.processed(MsgSeqNum{10'000});
  EXPECT_EQ(proof_.take_news(), EventSeq{10'000});
}

TEST(InboundReceipt, ConfirmsWhatIsDurableAndNothingAboveIt) {
  InboundReceipt receipt;
  EXPECT_EQ(receipt.number(MsgSeqNum{1}), MsgSeqNum{0});
  receipt.submitted(MsgSeqNum{2});
  receipt.submitted(MsgSeqNum{5});
  EXPECT_EQ(receipt.number(MsgSeqNum{7}), MsgSeqNum{1});
  receipt.durable(MsgSeqNum{2});
  EXPECT_EQ(receipt.number(MsgSeqNum{7}), MsgSeqNum{4}) << "3 and 4 change nothing";
  receipt.durable(MsgSeqNum{5});
  EXPECT_EQ(receipt.number(MsgSeqNum{7}), MsgSeqNum{6});
  receipt.submitted(MsgSeqNum{7});
  receipt.begin();
  EXPECT_EQ(receipt.number(MsgSeqNum{7}), MsgSeqNum{6});
}

}  // namespace
}  // namespace betex::fix
