#include "gateway/ring/arena.h"

#include <cstdint>
#include <stdexcept>

#include <gtest/gtest.h>

namespace betex::gateway {
namespace {

bool is_aligned(const std::byte* bytes) {
  return reinterpret_cast<std::uintptr_t>(bytes) % Arena::kAlignment == 0;
}

TEST(Arena, RefusesASizeThatHoldsNothing) {
  EXPECT_THROW(Arena{4095}, std::invalid_argument);
  EXPECT_EQ(Arena{4097}.size(), 4104U);
}

TEST(Arena, AlignsEveryAllocation) {
  Arena arena{4096};
  for (const std::size_t size : {1U, 7U, 8U, 9U, 100U}) {
    EXPECT_TRUE(is_aligned(arena.try_allocate(size))) << size;
  }
  EXPECT_EQ(arena.used(), 8U + 8U + 8U + 16U + 104U);
}

TEST(Arena, IsFullUntilTheOldestIsFreed) {
  Arena arena{4096};
  std::byte* const first = arena.try_allocate(1024);
  const std::uint64_t first_mark = arena.mark();
  for (int i = 0; i < 3; ++i) {
    ASSERT_NE(arena.try_allocate(1024), nullptr);
  }
  EXPECT_EQ(arena.try_allocate(1), nullptr);
  EXPECT_NE(arena.try_allocate(0), nullptr);
  arena.free_to(first_mark);
  EXPECT_EQ(arena.try_allocate(1024), first);
}

TEST(Arena, SkipsTheRestBeforeTheEndForAContiguousPiece) {
  Arena arena{4096};
  std::byte* const front = arena.try_allocate(1024);
  for (int i = 0; i < 2; ++i) {
    ASSERT_NE(arena.try_allocate(1000), nullptr);
  }
  const std::uint64_t mark = arena.mark();
  ASSERT_NE(arena.try_allocate(1000), nullptr);
  arena.free_to(mark);  // 72 bytes before the end, 3024 at the front
  EXPECT_EQ(arena.try_allocate(80), front);
  EXPECT_EQ(arena.used(), 1000U + 72U + 80U);
}

TEST(Arena, HasRoomForTheLargestPieceWhereverItStandsWhenEmpty) {
  Arena arena{4096};
  for (std::size_t step = 8; step <= arena.max_allocation(); step += 8) {
    ASSERT_NE(arena.try_allocate(step), nullptr);
    arena.free_to(arena.mark());
    ASSERT_NE(arena.try_allocate(arena.max_allocation()), nullptr) << step;
    arena.free_to(arena.mark());
  }
}

}  // namespace
}  // namespace betex::gateway
