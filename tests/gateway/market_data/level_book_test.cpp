#include "gateway/market_data/level_book.h"

#include <array>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "matching/ladder.h"

namespace betex::gateway {
namespace {

using matching::Quantity;
using matching::Side;
using matching::Tick;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<int> ticks(const LevelBook& book, Side side, std::size_t most = 100) {
  std::vector<BookLevel> levels(most);
  levels.resize(book.best(side, levels));
  std::vector<int> ticks;
  for (const BookLevel& level : levels) {
    ticks.push_back(level.tick.value());
  }
  return ticks;
}

TEST(LevelBook, HasTheBestFirst) {
  LevelBook odds{matching::kClassic};
  LevelBook binary{matching::kLinearCent};
  for (LevelBook* const book : {&odds, &binary}) {
    for (const int tick : {5, 70, 6}) {
      book->add(Side::Bid, Tick{tick}, Quantity{1});
    }
    for (const int tick : {3, 80, 2}) {
      book->add(Side::Ask, Tick{tick}, Quantity{1});
    }
  }
  EXPECT_THAT(ticks(odds, Side::Bid), ElementsAre(5, 6, 70));
  EXPECT_THAT(ticks(odds, Side::Ask), ElementsAre(80, 3, 2));
  EXPECT_THAT(ticks(binary, Side::Bid), ElementsAre(70, 6, 5));
  EXPECT_THAT(ticks(binary, Side::Ask), ElementsAre(2, 3, 80));
  EXPECT_THAT(ticks(binary, Side::Bid, 2), ElementsAre(70, 6));
}

TEST(LevelBook, AddsAndTakesOff) {
  LevelBook book{matching::kFinest};
  EXPECT_THAT(ticks(book, Side::Bid), IsEmpty());
  book.add(Side::Bid, Tick{99'899}, Quantity{7});
  book.add(Side::Bid, Tick{99'899}, Quantity{2});
  book.take_off(Side::Bid, Tick{99'899}, Quantity{3});
  std::array<BookLevel, 1> levels;
  ASSERT_EQ(book.best(Side::Bid, levels), 1U);
  EXPECT_EQ(levels[0], (BookLevel{.tick = Tick{99'899}, .volume = Quantity{6}}));
  EXPECT_EQ(book.level_count(Side::Bid), 1U);
  book.take_off(Side::Bid, Tick{99'899}, Quantity{6});
  EXPECT_EQ(book.level_count(Side::Bid), 0U);
  EXPECT_THAT(ticks(book, Side::Bid), IsEmpty());
  book.add(Side::Ask, Tick{99'899}, Quantity{1});  // the other side's from now on
  EXPECT_THAT(ticks(book, Side::Ask), ElementsAre(99'899));
  book.clear();
  EXPECT_THAT(ticks(book, Side::Ask), IsEmpty());
}

TEST(LevelBook, GivesItsPlacesBackWhereItIsEmpty) {
  LevelBook book{matching::kFinest};
  EXPECT_EQ(book.allocated_bytes(), 0U);
  book.add(Side::Bid, Tick{7}, Quantity{5});
  EXPECT_GT(book.allocated_bytes(), std::size_t{99'900} * sizeof(Quantity));
  book.release_if_empty();
  EXPECT_THAT(ticks(book, Side::Bid), ElementsAre(7));
  book.take_off(Side::Bid, Tick{7}, Quantity{5});
  book.release_if_empty();
  EXPECT_EQ(book.allocated_bytes(), 0U);
  EXPECT_THAT(ticks(book, Side::Bid), IsEmpty());
  book.add(Side::Ask, Tick{8}, Quantity{1});
  EXPECT_THAT(ticks(book, Side::Ask), ElementsAre(8));
}

TEST(LevelBook, TakesOffNoMoreThanThereIs) {
  LevelBook book{matching::kClassic};
  book.add(Side::Bid, Tick{5}, Quantity{1});
  EXPECT_THROW(book.take_off(Side::Bid, Tick{5}, Quantity{2}), std::logic_error);
  EXPECT_THROW(book.take_off(Side::Bid, Tick{350}, Quantity{1}), std::logic_error);
  EXPECT_THROW(book.add(Side::Bid, Tick{-1}, Quantity{1}), std::logic_error);
}

}  // namespace
}  // namespace betex::gateway
