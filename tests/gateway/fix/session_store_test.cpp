#include "gateway/fix/session_store.h"

#include <gtest/gtest.h>

#include "gateway/fix/quickfix_log.h"

namespace betex::fix {
namespace {

using matching::MsgSeqNum;

class FixSessionStoreTest : public testing::Test {
 protected:
  std::vector<MessageCache::Message> sent_;
  MsgSeqNum limit_{1000};
  SessionStore store_{FIX::SessionID{"FIXT.1.1", "BETEX", "BROKER1"},
                      {.sent_messages =
                           [this](MsgSeqNum first, MsgSeqNum last) {
                             std::vector<MessageCache::Message> found;
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

TEST(QuickfixLog, ShowsNoPasswordAndNothingUnprintable) {
  EXPECT_EQ(printable("35=A\x01"
                      "553=me\x01"
                      "554=secret\x01"
                      "58=a\nb\x01"),
            "35=A|553=me|554=***|58=a?b|");
  EXPECT_EQ(printable("\x01"
                      "554=cut off"),
            "|554=***");
  EXPECT_EQ(printable("554=first\x01"
                      "925=new\x01"
                      "1402=b64\x01"
                      "1404=b64\x01"
                      "96=raw\x01"
                      "1554=shown\x01"
                      "58=925=shown\x01"),
            "554=***|925=***|1402=***|1404=***|96=***|1554=shown|58=925=shown|");
}

}  // namespace
}  // namespace betex::fix
