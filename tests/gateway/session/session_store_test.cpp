#include "gateway/session/session_store.h"

#include <gtest/gtest.h>

namespace betex::fix {
namespace {

using matching::MsgSeqNum;

class FixSessionStoreTest : public testing::Test {
 protected:
  std::vector<SessionCache::Message> sent_;
  MsgSeqNum limit_{1000};
  SessionStore store_{FIX::SessionID{"FIXT.1.1", "BETEX", "BROKER1"},
                      {.sent_messages =
                           [this](MsgSeqNum first, MsgSeqNum last) {
                             std::vector<SessionCache::Message> found;
                             for (const auto& message : sent_) {
                               if (message.number >= first && message.number <= last) {
                                 found.push_back(message);
                               }
                             }
                             return found;
                           },
                       .use_number = [this](MsgSeqNum number) { return number <= limit_; }}};
};

TEST_F(FixSessionStoreTest, GivesWhatWasSentAndAlwaysSomethingForTheLastNumber) {
  sent_ = {{.number = MsgSeqNum{2}, .bytes = "two"}, {.number = MsgSeqNum{4}, .bytes = "four"}};
  store_.setNextSenderMsgSeqNum(6);
  std::vector<std::string> messages;
  store_.get(1, 4, messages);
  EXPECT_EQ(messages, (std::vector<std::string>{"two", "four"}));

  store_.get(1, 5, messages);
  ASSERT_EQ(messages.size(), 3U);
  const FIX::Message stand_in{messages.back()};
  EXPECT_EQ(stand_in.getHeader().getField(FIX::FIELD::MsgType), "0");
  EXPECT_EQ(stand_in.getHeader().getField(FIX::FIELD::MsgSeqNum), "5");
}

TEST_F(FixSessionStoreTest, GivesARejectAsWhatQuickfixSendsAgain) {
  FIX::Message reject;
  reject.getHeader().setField(FIX::BeginString{"FIXT.1.1"});
  reject.getHeader().setField(FIX::MsgType{FIX::MsgType_Reject});
  reject.getHeader().setField(FIX::MsgSeqNum{2});
  reject.setField(FIX::RefSeqNum{17});
  sent_ = {{.number = MsgSeqNum{2}, .bytes = reject.toString()}};
  store_.setNextSenderMsgSeqNum(3);
  std::vector<std::string> messages;
  store_.get(2, 2, messages);
  ASSERT_EQ(messages.size(), 1U);
  const FIX::Message given{messages[0]};  // it checks length and sum
  EXPECT_TRUE(given.isApp());
  EXPECT_EQ(given.getHeader().getField(FIX::FIELD::MsgType), SessionStore::kRejectToResend);
  EXPECT_EQ(given.getField(FIX::FIELD::RefSeqNum), "17");
}

TEST_F(FixSessionStoreTest, GivesNothingThatWasNeverSent) {
  store_.setNextSenderMsgSeqNum(3);
  std::vector<std::string> messages;
  store_.get(-1, 99, messages);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(FIX::Message{messages[0]}.getHeader().getField(FIX::FIELD::MsgSeqNum), "2");
  store_.get(3, 99, messages);
  EXPECT_TRUE(messages.empty());
  store_.get(2, 1, messages);
  EXPECT_TRUE(messages.empty());
}

TEST_F(FixSessionStoreTest, IsNotResetByQuickfix) {
  store_.setNextSenderMsgSeqNum(30);
  store_.setNextTargetMsgSeqNum(40);
  store_.reset();
  store_.refresh();

  EXPECT_EQ(store_.getNextSenderMsgSeqNum(), 30);
  EXPECT_EQ(store_.getNextTargetMsgSeqNum(), 40);
}

TEST_F(FixSessionStoreTest, RefusesANumberThatIsNotReserved) {
  EXPECT_TRUE(store_.set(1000, "message"));
  EXPECT_THROW(store_.set(1001, "message"), FIX::IOException);
}

}  // namespace
}  // namespace betex::fix
