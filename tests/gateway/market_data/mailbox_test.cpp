#include "gateway/market_data/mailbox.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

mail::Ask ask_of(std::uint64_t subscriber) {
  return {SubscriberId{subscriber}, MarketDataRequest{}};
}

TEST(Mailbox, GivesWhatHasComeInOrderAndOnce) {
  Mailbox box;
  box.put(mail::Leave{SubscriberId{1}});
  box.put(ask_of(2));
  box.put(mail::Watch{{}, "MARKET"});
  const std::vector<Mail> mails = box.take();
  ASSERT_EQ(mails.size(), 3U);
  EXPECT_EQ(std::get<mail::Leave>(mails[0]).subscriber, SubscriberId{1});
  EXPECT_EQ(std::get<mail::Ask>(mails[1]).subscriber, SubscriberId{2});
  EXPECT_EQ(std::get<mail::Watch>(mails[2]).market, "MARKET");
  EXPECT_TRUE(box.take().empty());
}

TEST(Mailbox, KeepsSoManyRequestsOfOneSubscriberAndSaysThatThereWereMore) {
  Mailbox box;
  for (std::size_t i = 0; i < Mailbox::kMostAsked + 100; ++i) {
    box.put(ask_of(1));
  }
  box.put(ask_of(2));
  box.put(mail::Leave{SubscriberId{1}});
  const std::vector<Mail> mails = box.take();
  ASSERT_EQ(mails.size(), Mailbox::kMostAsked + 3);
  EXPECT_EQ(std::get<mail::TooMuch>(mails[Mailbox::kMostAsked]).subscriber, SubscriberId{1});
  EXPECT_EQ(std::get<mail::Ask>(mails[Mailbox::kMostAsked + 1]).subscriber, SubscriberId{2});
  EXPECT_TRUE(std::holds_alternative<mail::Leave>(mails.back())) << "what is no request is kept";
  box.put(ask_of(1));
  EXPECT_EQ(box.take().size(), 1U) << "it is counted anew";
}

TEST(Mailbox, DropsWhatIsInItAndWhatComesWhenItIsClosed) {
  Mailbox box;
  box.put(mail::Join{SubscriberId{1}, nullptr});
  box.close();
  box.put(mail::Leave{SubscriberId{1}});
  EXPECT_TRUE(box.take().empty());
}

TEST(Mailbox, LosesNothingOfManyThreads) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::size_t kEach = 2'000;
  Mailbox box;
  std::vector<std::jthread> threads;
  for (std::uint64_t thread = 1; thread <= kThreads; ++thread) {
    threads.emplace_back([&box, thread] {
      for (std::size_t i = 0; i < kEach; ++i) {
        box.put(mail::ResendFilled{SubscriberId{thread}});
      }
    });
  }
  std::size_t taken = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (taken < kThreads * kEach && std::chrono::steady_clock::now() < end) {
    taken += box.take().size();
  }
  EXPECT_EQ(taken, kThreads * kEach);
}

}  // namespace
}  // namespace betex::gateway
