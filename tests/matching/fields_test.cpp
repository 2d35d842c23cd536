// The list of a struct's fields, and the types of fields that not every byte is possible for.
#include "matching/fields.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "matching/events.h"

namespace betex::matching {
namespace {

using ::testing::ElementsAre;

struct Point {
  std::uint32_t x = 0;
  Flag drawn;
  Zeros<3> reserved;
};

BETEX_FIELDS(Point, x, drawn, reserved);

static_assert(HasFields<Point> && HasFields<OrderValues> && HasFields<WatermarkMoved>);
static_assert(!HasFields<std::uint32_t> && !HasFields<EventHeader>);

TEST(Fields, AreVisitedByNameAndValueInTheirOrder) {
  std::vector<std::string> visited;
  const auto visit = [&visited]<typename Value>(std::string_view name, const Value& value) {
    visited.emplace_back(name);
    if constexpr (std::is_same_v<Value, std::uint32_t>) {
      visited.back() += "=" + std::to_string(value);
    }
  };
  visit_fields(Point{.x = 7, .drawn = true}, visit);
  EXPECT_THAT(visited, ElementsAre("x=7", "drawn", "reserved"));
}

TEST(Fields, AListIsWholeIfItCoversEveryByteInOrder) {
  constexpr FieldPlace kX{0, 4};
  constexpr FieldPlace kDrawn{4, 1};
  constexpr FieldPlace kReserved{5, 3};
  EXPECT_TRUE(covers({kX, kDrawn, kReserved}, sizeof(Point)));
  EXPECT_FALSE(covers({kX, kDrawn}, sizeof(Point))) << "the last one is left out";
  EXPECT_FALSE(covers({kX, kReserved}, sizeof(Point))) << "one between is left out";
  EXPECT_FALSE(covers({kDrawn, kReserved}, sizeof(Point))) << "the first one is left out";
  EXPECT_FALSE(covers({kX, kReserved, kDrawn}, sizeof(Point))) << "another order";
  EXPECT_FALSE(covers({kX, kX}, sizeof(Point))) << "one twice, for another of its size";
}

TEST(Flag, IsABoolInOneByte) {
  EXPECT_FALSE(Flag{});
  EXPECT_TRUE(Flag{true});
  const Flag flag = true;
  std::uint8_t byte = 0;
  std::memcpy(&byte, &flag, sizeof(byte));
  EXPECT_EQ(byte, 1);
}

template <typename Field>
bool well_formed(const std::vector<std::uint8_t>& bytes) {
  Field field;
  EXPECT_EQ(bytes.size(), sizeof(field));
  std::memcpy(&field, bytes.data(), sizeof(field));
  return field.well_formed();
}

TEST(Flag, IsWellFormedAsZeroOrOne) {
  EXPECT_TRUE(well_formed<Flag>({0}));
  EXPECT_TRUE(well_formed<Flag>({1}));
  EXPECT_FALSE(well_formed<Flag>({2}));
  EXPECT_FALSE(well_formed<Flag>({255}));
}

TEST(Zeros, AreWellFormedIfEachByteIsZero) {
  EXPECT_TRUE(well_formed<Zeros<3>>({0, 0, 0}));
  EXPECT_FALSE(well_formed<Zeros<3>>({1, 0, 0}));
  EXPECT_FALSE(well_formed<Zeros<3>>({0, 0, 128}));
}

}  // namespace
}  // namespace betex::matching
