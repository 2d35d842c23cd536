// How much a session cache keeps, what goes first, and what there is no room for.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/session/session_cache.h"
#include "tests/gateway/session/cached_messages.h"
#include "tests/gateway/session/session_cache_fixture.h"

namespace betex::fix {
namespace {

using matching::EventSeq;
using matching::MsgSeqNum;
using matching::SessionId;
using test::SessionCacheTest;
using test::store;
using testing::Contains;
using testing::Not;

TEST_F(SessionCacheTest, ASessionKeepsItsNewestMessages) {
  auto cache = open(small(100, {.kept_of_a_session = 4 * kBlock}));
  for (std::uint32_t number = 1; number <= 1000; number += 10) {
    store(cache, {.first = number, .last = number + 9, .delivered = 10'000});
  }
  const auto kept = read(cache, 1, 1000);
  EXPECT_GE(kept.size(), 2 * kOfABlock);  // and one that is written to, and one that is to be
  EXPECT_LE(kept.size(), 4 * kOfABlock);
  EXPECT_EQ(kept.front(), "message " + std::to_string(1001 - kept.size()));
  EXPECT_EQ(kept.back(), "message 1000");
  EXPECT_LE(cache.kept_bytes(), 4 * kBlock);
}

TEST_F(SessionCacheTest, KeepsWhatIsNotProvenToHaveArrivedHoweverMuchItIs) {
  auto cache = open(small(100, {.kept_of_a_session = 2 * kBlock}));
  for (std::uint32_t number = 1; number <= 1000; number += 10) {
    store(cache, {.first = number, .last = number + 9, .delivered = 5'000});  // up to message 500
  }
  const auto kept = read(cache, 1, 1000);
  EXPECT_THAT(kept, Contains("message 501"));
  EXPECT_LE(kept.size(), 500 + kOfABlock) << "whole blocks go";
  store(cache, {.first = 1001, .last = 1300, .delivered = 13'000});
  EXPECT_THAT(read(cache, 1, 1300), Not(Contains("message 1001")));
  EXPECT_LE(cache.kept_bytes(), 2 * kBlock);
}

TEST_F(SessionCacheTest, AnswersGoBeforeReportsAndNoneStandsInTheirWay) {
  auto cache = open(small(100, {.kept_of_a_session = 4 * kBlock}));
  store(cache, {.first = 1, .last = 10});  // not proven, ever
  for (std::uint32_t number = 11; number <= 2000; number += 10) {
    store(cache, {.first = number, .last = number + 9, .answers = true});
  }
  const auto kept = read(cache, 1, 2000);
  EXPECT_LE(cache.kept_bytes(), 4 * kBlock);
  ASSERT_GT(kept.size(), 10 + 2 * kOfABlock);
  EXPECT_EQ(kept[0], "message 1");
  EXPECT_EQ(kept[9], "message 10");
  EXPECT_EQ(kept.back(), "message 2000");
}

// Twelve blocks of the usual size; a session sees to it in time that it has the next one.
TEST_F(SessionCacheTest, WhereTheFileIsFullThoseThatStoreNothingGiveTheirPartToo) {
  constexpr std::uint32_t kOfAUsualBlock = cache::kBlockBytes / cache::record_bytes(12);
  auto cache = open({.file_bytes = 13 * std::size_t{cache::kBlockBytes} + (std::size_t{60} << 10)});
  ASSERT_EQ(cache.capacity(), 12 * cache::kBlockBytes);
  const auto kept_of = [&](std::uint32_t session) {
    return cache.read(SessionId{session}, kEpoch, MsgSeqNum{1}, MsgSeqNum{10'000}).size();
  };
  const auto kept_of_those = [&] {
    return kept_of(2) + kept_of(3) + kept_of(4) + kept_of(5) + kept_of(6);
  };
  for (std::uint32_t session = 2; session <= 6; ++session) {
    store(cache, {.session = SessionId{session}, .first = 1, .last = 70, .delivered = 10'000});
  }
  store(cache, {.session = SessionId{7}, .first = 1, .last = 70, .answers = true});
  store(cache, {.session = SessionId{8}, .first = 1, .last = 70});
  const std::uint32_t last = 5 * kOfAUsualBlock - kOfAUsualBlock * 3 / 5;
  store(cache, {.first = 1, .last = last});
  EXPECT_EQ(kept_of(7), 70U) << "all blocks are somebody's";
  store(cache, {.first = last + 1, .last = last + 200});
  EXPECT_EQ(kept_of(7), 0U) << "answers first";
  EXPECT_EQ(kept_of_those(), 5 * 70U);
  store(cache, {.first = last + 201, .last = last + 200 + 3 * kOfAUsualBlock});
  EXPECT_EQ(kept_of(1), last + 200 + 3 * kOfAUsualBlock) << "not proven";
  EXPECT_EQ(kept_of(8), 70U) << "neither";
  EXPECT_EQ(kept_of_those(), 2 * 70U);
}

TEST_F(SessionCacheTest, WhereAllIsNotProvenThereIsNoRoomUntilSomethingIs) {
  auto cache = open(small(10));
  std::uint32_t number = 1;
  while (cache.make_room(kSession, false, {})) {
    ASSERT_LT(number, 10'000U);
    store(cache, {.first = number, .last = number});
    ++number;
  }
  EXPECT_GT(number, 9 * kOfABlock);
  EXPECT_FALSE(cache.make_room(SessionId{2}, false, {}));
  EXPECT_EQ(read(cache, 1, number).size(), number - 1U) << "and nothing is lost";

  // What has no room is an answer that is not kept; its number is used all the same.
  EXPECT_TRUE(cache.make_room(SessionId{2}, true, {}));
  store(cache, {.session = SessionId{2}, .first = 1, .last = 3, .answers = true});
  EXPECT_EQ(cache.state(SessionId{2})->last_number, MsgSeqNum{3});
  EXPECT_EQ(cache.next_number(SessionId{2}, kEpoch, MsgSeqNum{1}), std::nullopt);

  EXPECT_TRUE(cache.make_room(kSession, false, EventSeq{20 * kOfABlock}));  // two blocks' events
  EXPECT_TRUE(cache.make_room(SessionId{2}, false, {})) << "the client of the other has proven it";
}

TEST_F(SessionCacheTest, OneMoreSessionThanTheFileHasRoomForIsTold) {
  const OutboundState state{
      .epoch = kEpoch, .last_number = MsgSeqNum{1}, .sent = {}, .poss_resend_to = {}};
  auto cache = open(small(10));
  for (std::uint32_t session = 1; session <= 256; ++session) {
    ASSERT_TRUE(cache.use_number(SessionId{session}, state));
  }
  EXPECT_FALSE(cache.use_number(SessionId{257}, state));
  EXPECT_FALSE(cache.make_room(SessionId{257}, true, {}));
  EXPECT_TRUE(cache.use_number(SessionId{256}, state));
}

TEST_F(SessionCacheTest, BoundsAreHalfOfTheFileAtMost) {
  const auto cache = open(small(20));
  EXPECT_EQ(cache.capacity() % kBlock, 0U);
  EXPECT_GE(cache.capacity(), 20 * kBlock);
  EXPECT_EQ(cache.space().bounds().in_all, cache.capacity() / 2);
  EXPECT_EQ(cache.space().bounds().of_a_session, cache.capacity() / 2);
}

TEST(ProposedSize, GrowsWithTheSessionsUpToAGibibyte) {
  EXPECT_EQ(proposed_cache_bytes(0), std::size_t{64} << 20);
  EXPECT_EQ(proposed_cache_bytes(5), std::size_t{104} << 20);
  EXPECT_EQ(proposed_cache_bytes(500), std::size_t{1} << 30);
}

}  // namespace
}  // namespace betex::fix
