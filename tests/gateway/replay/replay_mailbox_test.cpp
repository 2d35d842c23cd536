#include "gateway/replay/replay_mailbox.h"

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

using matching::SessionId;

constexpr SessionId kOne{1};
constexpr SubscriptionId kFirst{1};

ReplayRequest request(std::uint32_t number, SessionId session = kOne) {
  ReplayRequest request;
  request.query.session = session;
  request.subscription = kFirst;
  request.number = number;
  return request;
}

TEST(ReplayMailbox, HoldsOneRequestForEachSession) {
  ReplayMailbox box;
  EXPECT_TRUE(box.ask(request(1)));
  EXPECT_TRUE(box.ask(request(1, SessionId{2})));
  EXPECT_TRUE(box.ask(request(2)));
  EXPECT_TRUE(box.ask(request(3)));
  const ReplayMailbox::Mails mails = box.take();
  ASSERT_EQ(mails.size(), 2U);
  EXPECT_EQ(mails.at(kOne).request->number, 3U);
  EXPECT_EQ(mails.at(kOne).replaced, 2U);
  EXPECT_EQ(mails.at(SessionId{2}).replaced, 0U);
  EXPECT_TRUE(box.take().empty());
}

TEST(ReplayMailbox, TakesNothingWhenItIsClosedAndGivesBackWhatIsInIt) {
  ReplayMailbox box;
  EXPECT_TRUE(box.ask(request(1)));
  EXPECT_EQ(box.close().size(), 1U);
  EXPECT_FALSE(box.ask(request(2)));
  box.taken(kOne, kFirst, 1);
  box.leave(kOne, kFirst);
  EXPECT_TRUE(box.take().empty());
}

}  // namespace
}  // namespace betex::gateway
